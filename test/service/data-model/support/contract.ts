import { Readable } from "node:stream";
import type { ConnectorDefinition, HttpClient, HttpRequest, HttpResponse } from "#spi";
import { hasEwsContract, validateEws } from "../../../sandbox/ews-contract.ts";
import { hasGraphContract, requestComplaint, responseComplaint } from "../../../sandbox/graph-contract.ts";

/** What Microsoft's schemas have against the traffic of a connector. */
export interface ContractCheck {
  readonly complaints: string[];
  /** How many requests and answers were held against the schemas. */
  checked(): number;
  readonly between: (definition: ConnectorDefinition) => ConnectorDefinition;
}

/** Longer texts are cut in complaints. */
const shownCharacters = 1500;

/** Parts of Graph that the contract files leave out. */
const outsideContract =
  /^\/v1\.0\/(reports|groups|places)\b|^\/v1\.0\/users(\/[^/]+)?$|\/upload\/|\/oauth2\/|\/\$value$/;

/** Holds every request and answer of a connector against the contracts of EWS and Graph, where they lie beside. */
export function contractCheck(): ContractCheck {
  const complaints: string[] = [];
  let count = 0;

  function note(what: string, complaint: string | undefined, text: string): void {
    count += 1;
    if (complaint !== undefined) complaints.push(`${what}: ${complaint}\n${text.slice(0, shownCharacters)}`);
  }

  const checked = (http: HttpClient): HttpClient => ({
    async request(request) {
      const isEws = /\/exchange\.asmx$/i.test(new URL(request.url).pathname);
      if (isEws && hasEwsContract) return checkEws(http, request, note);
      if (!isEws && hasGraphContract && isGraph(request)) return checkGraph(http, request, note);
      return http.request(request);
    },
  });

  return {
    complaints,
    checked: () => count,
    between: (definition) => ({
      ...definition,
      connect: (config, context) => definition.connect(config, { ...context, http: checked(context.http) }),
    }),
  };
}

type Note = (what: string, complaint: string | undefined, text: string) => void;

async function checkEws(http: HttpClient, request: HttpRequest, note: Note): Promise<HttpResponse> {
  const { body } = request;
  const sent = body instanceof Readable ? Buffer.concat(await body.toArray()) : body;
  const text = String(sent);
  note(`request ${request.operation}`, validateEws(text), text);
  const answer = await heard(await http.request({ ...request, ...(sent === undefined ? {} : { body: sent }) }));
  const said = await answer.text();
  if (said.startsWith("<")) note(`answer ${request.operation}`, validateEws(said), said);
  return answer;
}

const isGraph = ({ url, body }: HttpRequest): boolean => {
  const { pathname } = new URL(url);
  return pathname.startsWith("/v1.0/") && !outsideContract.test(pathname) && isJson(body);
};

const isJson = (body: HttpRequest["body"]): boolean =>
  body === undefined || (typeof body === "string" && /^[[{]/.test(body));

async function checkGraph(http: HttpClient, request: HttpRequest, note: Note): Promise<HttpResponse> {
  const { pathname, searchParams } = new URL(request.url);
  const sent = typeof request.body === "string" ? JSON.parse(request.body) : undefined;
  const what = `${request.method} ${decodeURIComponent(pathname)}`;
  const options = { query: Object.fromEntries(searchParams), ...(sent === undefined ? {} : { body: sent }) };
  note(
    `request ${what}`,
    await requestComplaint(request.method, pathname, options),
    request.url + String(request.body),
  );
  const answer = await heard(await http.request(request));
  const said = await answer.text();
  if (answer.status < 300 && !said.startsWith("<")) {
    const body = said === "" ? undefined : JSON.parse(said);
    note(`answer ${what}`, await responseComplaint(request.method, pathname, answer.status, body), said);
    if (pathname.endsWith("/$batch")) await checkBatch(sent, body, note);
  }
  return answer;
}

interface BatchPart {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly body?: unknown;
}

/** The requests and answers inside a batch. */
async function checkBatch(
  sent: { requests: readonly BatchPart[] },
  said: { responses: readonly BatchPart[] },
  note: Note,
): Promise<void> {
  for (const { id, method, url, body } of sent.requests) {
    const { pathname, searchParams } = new URL(url, "https://graph.microsoft.com");
    if (outsideContract.test(`/v1.0${pathname}`)) continue;
    const options = { query: Object.fromEntries(searchParams), ...(body === undefined ? {} : { body }) };
    note(`batched ${method} ${url}`, await requestComplaint(method, pathname, options), JSON.stringify(body) ?? "");
    const answer = said.responses.find((one) => one.id === id);
    if (answer === undefined || answer.status >= 300) continue;
    const complaint = await responseComplaint(method, pathname, answer.status, answer.body);
    note(`batched answer ${method} ${url}`, complaint, JSON.stringify(answer.body) ?? "");
  }
}

/** The same answer, its body read whole. */
async function heard(answer: HttpResponse): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body) chunks.push(Buffer.from(chunk as Uint8Array));
  const content = Buffer.concat(chunks);
  return {
    status: answer.status,
    headers: answer.headers,
    header: (name) => answer.header(name),
    body: Readable.from([content]),
    text: async () => content.toString("utf8"),
    json: async () => JSON.parse(content.toString("utf8")),
    discard: async () => undefined,
  };
}
