import { createOrganisation } from "../../../connectors/microsoft-exchange/sandbox/accounts.ts";
import { accountsDirectory } from "../../../connectors/microsoft-exchange/sandbox/accounts-directory.ts";
import { createGraph } from "../../../connectors/microsoft-exchange/sandbox/graph/graph.ts";
import type { HttpAnswer } from "../../../connectors/microsoft-exchange/sandbox/http.ts";
import {
  createIdentity,
  type Identity,
  TENANT,
} from "../../../connectors/microsoft-exchange/sandbox/identity/identity.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import type { Organisation } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { hasGraphContract, requestComplaint, responseComplaint } from "../graph-contract.ts";

/** A JSON object as tests look at it. */
export type Row = Readonly<Record<string, unknown>>;

/** What came back; `json` is empty without a JSON body, `values` is its `value` list. */
export type Reply = {
  readonly status: number;
  readonly headers: HttpAnswer["headers"];
  readonly json: Row;
  readonly values: readonly Row[];
  readonly errorCode: string | undefined;
  readonly text: string;
  readonly isJson: boolean;
};

/** How a request differs from the usual. */
export type RequestOptions = {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** The request is wrong on purpose, or is not in the contract. */
  readonly unchecked?: boolean;
};

/** Asks the Graph face as somebody; every request and answer is held against the contract where that is at hand. */
export type Asker = (method: string, address: string, options?: RequestOptions) => Promise<Reply>;

/** A Graph face over its own organisation. */
export type GraphSandbox = {
  readonly organisation: Organisation;
  readonly identity: Identity;
  now: Date;
  as(user: string, scope?: string, clientId?: string): Promise<Asker>;
  asApp(clientId?: string): Promise<Asker>;
  withToken(token: string): Asker;
};

/** The address the tests' client uses. */
export const ORIGIN = "https://localhost:4433";

/** Makes a sandbox with the default accounts; nothing listens. */
export function graphSandbox(options: { seed?: boolean } = {}): GraphSandbox {
  const sandbox = { now: new Date("2026-05-01T10:00:00Z") };
  const organisation = createOrganisation({ clock: () => sandbox.now, seed: options.seed ?? false });
  const identity = createIdentity({ directory: accountsDirectory(organisation), now: () => sandbox.now.getTime() });
  const face = createGraph({ organisation, identity });
  const withToken = (token: string) => asker(face, token);
  const grant = async (form: Record<string, string>) => withToken(await tokenFor(identity, form));
  return Object.assign(sandbox, {
    organisation,
    identity,
    withToken,
    as: (user: string, scope = ".default", clientId: string = CLIENT_IDS.publicClient) =>
      grant({
        grant_type: "password",
        client_id: clientId,
        ...(clientId === CLIENT_IDS.publicClient ? {} : { client_secret: CLIENT_SECRET }),
        username: `${user}@sandbox.example`,
        password: "sandbox",
        scope: scope === ".default" ? "https://graph.microsoft.com/.default" : scope,
      }),
    asApp: (clientId: string = CLIENT_IDS.full) =>
      grant({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: CLIENT_SECRET,
        scope: "https://graph.microsoft.com/.default",
      }),
  });
}

/** Asks the authority for a token. */
export async function tokenFor(identity: Identity, form: Record<string, string>): Promise<string> {
  const answer = await identity.face({
    method: "POST",
    url: new URL(`${ORIGIN}/${TENANT.id}/oauth2/v2.0/token`),
    headers: {},
    body: Buffer.from(new URLSearchParams(form).toString()),
  });
  const body = JSON.parse(String(answer?.body)) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(String(answer?.body));
  return body.access_token;
}

function asker(face: ReturnType<typeof createGraph>, token: string): Asker {
  return async (method, address, options = {}) => {
    const url = address.startsWith("https:") ? new URL(address) : new URL(`/v1.0${address}`, ORIGIN);
    const isRaw = typeof options.body === "string" || Buffer.isBuffer(options.body);
    const body = options.body === undefined ? "" : isRaw ? (options.body as string) : JSON.stringify(options.body);
    const isChecked = hasGraphContract && options.unchecked !== true;
    if (isChecked) await refuseBadRequest(method, url, isRaw ? undefined : options.body);
    const answer = await face({
      method,
      url,
      headers: {
        authorization: `Bearer ${token}`,
        ...(options.body === undefined || isRaw ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      body: Buffer.from(body),
    });
    if (answer === undefined) throw new Error(`${method} ${url.pathname} is not the Graph face's`);
    const reply = readReply(answer);
    if (isChecked) await refuseBadAnswer(method, url, reply);
    return reply;
  };
}

async function refuseBadRequest(method: string, url: URL, body: unknown): Promise<void> {
  const query = Object.fromEntries(url.searchParams);
  for (const known of ["$deltatoken", "includeHiddenFolders"]) delete query[known];
  const complaint = await requestComplaint(method, decodeURIComponent(url.pathname), {
    query,
    ...(body === undefined ? {} : { body }),
  });
  if (complaint !== undefined && complaint !== "body required") {
    throw new Error(`contract, request ${method} ${url.pathname}${url.search}: ${complaint}`);
  }
}

async function refuseBadAnswer(method: string, url: URL, reply: Reply): Promise<void> {
  if (url.pathname.endsWith("/$count") || url.pathname.endsWith("/$value")) return;
  const complaint = await responseComplaint(
    method,
    decodeURIComponent(url.pathname),
    reply.status,
    reply.isJson ? reply.json : undefined,
  );
  if (complaint === undefined) return;
  throw new Error(
    `contract, answer ${reply.status} to ${method} ${url.pathname}: ${complaint}\n${reply.text.slice(0, 2000)}`,
  );
}

function readReply(answer: HttpAnswer): Reply {
  const text = answer.body === undefined ? "" : answer.body.toString();
  const isJson = String(answer.headers?.["content-type"] ?? "").includes("json");
  const json = (isJson ? JSON.parse(text) : {}) as Row & { value?: Row[]; error?: { code: string } };
  const values = Array.isArray(json.value) ? json.value : [];
  return { status: answer.status, headers: answer.headers, json, values, errorCode: json.error?.code, text, isJson };
}
