import type { IncomingMessage } from "node:http";
import type { RunningSandbox } from "../../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { validateEws } from "../ews-contract.ts";
import { requestComplaint, responseComplaint } from "../graph-contract.ts";

/** One request a sandbox got and what it answered. */
export interface Exchange {
  readonly protocol: "ews" | "graph";
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  readonly request: string;
  readonly answer: string;
}

/** Keeps every SOAP and Graph request from now on, with its answer. */
export function recordTraffic(sandbox: RunningSandbox): readonly Exchange[] {
  const exchanges: Exchange[] = [];
  sandbox.handlers.unshift(async (message, response) => {
    const url = new URL(message.url ?? "/", "https://sandbox.example");
    const protocol = protocolOf(url);
    if (protocol === undefined) return false;
    const request = tapped(message);
    const end = response.end.bind(response);
    response.end = ((chunk?: unknown, ...rest: unknown[]) => {
      exchanges.push({
        protocol,
        method: message.method ?? "",
        url,
        status: response.statusCode,
        request: request(),
        answer: typeof chunk === "string" || Buffer.isBuffer(chunk) ? String(chunk) : "",
      });
      return (end as (...args: unknown[]) => typeof response)(chunk, ...rest);
    }) as typeof response.end;
    return false;
  });
  return exchanges;
}

function protocolOf({ pathname }: URL): Exchange["protocol"] | undefined {
  if (/^\/ews\/exchange\.asmx$/i.test(pathname)) return "ews";
  return pathname.startsWith("/v1.0/") ? "graph" : undefined;
}

/** Reads along with whoever reads the body; answers what was read. */
function tapped(message: IncomingMessage): () => string {
  const chunks: Buffer[] = [];
  const iterate = message[Symbol.asyncIterator].bind(message);
  message[Symbol.asyncIterator] = async function* () {
    for await (const chunk of { [Symbol.asyncIterator]: iterate }) {
      chunks.push(chunk as Buffer);
      yield chunk;
    }
  } as unknown as typeof iterate;
  return () => Buffer.concat(chunks).toString("utf8");
}

/** What Microsoft's contracts have against requests and answers, each finding with what it is about. */
export async function trafficFindings(exchanges: readonly Exchange[]): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const exchange of exchanges)
    findings.push(...(exchange.protocol === "ews" ? ewsFindings(exchange) : await graphFindings(exchange)));
  return findings;
}

function ewsFindings({ request, answer }: Exchange): string[] {
  return [request, answer].flatMap((text) => {
    if (text === "" || text.startsWith("<html")) return [];
    const online = validateEws(text);
    const onPremises = validateEws(text, "onprem");
    return [online && `online: ${online}`, onPremises && `on premises: ${onPremises}`]
      .filter((finding) => finding !== undefined)
      .map((finding) => `${finding}\n${text.slice(0, 1500)}`);
  });
}

async function graphFindings({ method, url, status, request, answer }: Exchange): Promise<string[]> {
  const body = request === "" ? undefined : (JSON.parse(request) as { requests?: readonly Part[] });
  const findings = [
    await requestFinding(method, url, body),
    ...(await Promise.all((body?.requests ?? []).map(partFinding))),
  ];
  // a download answers bytes, whose form the contract does not describe
  if (!url.pathname.endsWith("/$value")) {
    const complaint = await responseComplaint(
      method,
      decodeURIComponent(url.pathname),
      status,
      answer === "" ? undefined : JSON.parse(answer),
    );
    findings.push(complaint && `answer ${status} to ${method} ${url.pathname}: ${complaint}\n${answer.slice(0, 1500)}`);
  }
  return findings.filter((finding) => finding !== undefined);
}

interface Part {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

const partFinding = ({ method, url, body }: Part) =>
  requestFinding(method, new URL(url, "https://sandbox.example"), body);

async function requestFinding(method: string, url: URL, body: unknown): Promise<string | undefined> {
  const query = Object.fromEntries(url.searchParams);
  const complaint = await requestComplaint(method, decodeURIComponent(url.pathname), {
    query,
    ...(body === undefined ? {} : { body }),
  });
  return complaint && `${method} ${url.pathname}${url.search}: ${complaint}\n${JSON.stringify(body)?.slice(0, 1500)}`;
}
