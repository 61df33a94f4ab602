import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Faults } from "../faults.ts";
import { type Account, MailboxError, type Organisation } from "../mailboxes/index.ts";
import type { EwsCall, Following } from "./call.ts";
import { EwsError } from "./ews-error.ts";
import { FindBudget } from "./find-budget.ts";
import { operations } from "./operations/index.ts";
import { type AuthenticateOptions, actingAccount, authenticate, type Caller, type Refusal } from "./principal.ts";
import { faultBody, printEnvelope, readEnvelope, type SoapRequest } from "./soap.ts";
import { Subscriptions } from "./subscriptions.ts";
import { type XmlElement, XmlError } from "./xml.ts";

export interface EwsOptions extends AuthenticateOptions {
  organisation: Organisation;
  faults: Faults;
  /** Requests of one account at the same time (EwsMaxConcurrency). */
  maxConcurrency?: number;
  /** Entries all FindItem calls of one account may read at the same time (EWSFindCountLimit). */
  findCountLimit?: number;
}

/** Answers one request to the EWS address; false when the path is another's. */
export type EwsHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const bodyLimitBytes = 100 * 1024 * 1024;

/** The EWS face of the sandbox as a handler for node:http. */
export function createEwsHandler(options: EwsOptions): EwsHandler {
  const state = {
    ...options,
    subscriptions: new Subscriptions(options.organisation.clock),
    budget: new FindBudget(options.findCountLimit ?? 1000),
    running: new Map<string, number>(),
  };
  return async (request, response) => {
    const path = (request.url ?? "").split("?")[0]?.toLowerCase();
    if (path !== "/ews/exchange.asmx") return false;
    await serve(state, request, response);
    return true;
  };
}

type State = EwsOptions & { subscriptions: Subscriptions; budget: FindBudget; running: Map<string, number> };

interface Answer {
  status: number;
  body: string;
  headers: Record<string, string | string[]>;
  /** What to do once the answer was sent or lost. */
  done?: () => void;
  /** Goes on after `body`. */
  follow?: Following;
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await state.faults.cutBody("ews", namedOperation(request), request)) return;
  const body = await readBody(request);
  const operation = body === undefined ? "" : operationName(body);
  const fault = state.faults.take("ews", operation);
  if (fault && (await fault.before(response))) return;
  const answer = await answerTo(state, request, body);
  try {
    if (fault && (await fault.after(response, answer))) return;
    const headers = {
      "Content-Type": "text/xml; charset=utf-8",
      "request-id": randomUUID(),
      ...echoed(request),
      ...answer.headers,
    };
    response.writeHead(answer.status, headers);
    const left = new Promise<void>((resolve) => response.once("close", resolve));
    if (answer.follow) await goOn(response, answer.body, answer.follow, left);
    response.end(answer.follow ? undefined : answer.body);
    await left;
  } finally {
    answer.done?.();
  }
}

/** Each message of an answer that stays open is an envelope of its own. */
async function goOn(response: ServerResponse, first: string, follow: Following, left: Promise<void>): Promise<void> {
  const closing = new AbortController();
  left.then(() => closing.abort());
  response.write(first);
  await follow((element) => response.destroyed || response.write(printEnvelope(element)), closing.signal);
}

async function answerTo(state: State, request: IncomingMessage, body: string | undefined): Promise<Answer> {
  const caller = authenticate(state.organisation, request.headers.authorization, state);
  if (caller.kind === "refused")
    return refused(caller, request.headers.authorization, state.verifyBearer !== undefined);
  if (request.method === "GET" || request.method === "HEAD")
    return page("You have reached Exchange Web Services of the sandbox.");
  if (request.method !== "POST") return { status: 405, body: "", headers: { Allow: "GET, HEAD, POST" } };
  if (body === undefined) return { status: 413, body: "", headers: {} };
  if (!/^(text|application)\/xml\b/i.test(request.headers["content-type"] ?? ""))
    return { status: 415, body: "", headers: {} };
  return answerSoap(state, caller, body);
}

async function answerSoap(state: State, caller: Caller, body: string): Promise<Answer> {
  let release: (() => void) | undefined;
  const cleanups: (() => void)[] = [];
  const done = () => {
    for (const cleanup of cleanups) cleanup();
    release?.();
  };
  try {
    const request = readEnvelope(body);
    const account = actingAccount(state.organisation, caller, request);
    release = enter(state, caller, account);
    let follow: Following | undefined;
    const result = await run(state, account, request, cleanups, (next) => {
      follow = next;
    });
    return { status: 200, body: printEnvelope(result), headers: {}, done, ...(follow === undefined ? {} : { follow }) };
  } catch (error) {
    // Exchange answers XML it cannot read with a bare 400
    if (error instanceof XmlError) return { status: 400, body: "", headers: {}, done };
    const refusal = faultOf(error);
    return { status: refusal.status, body: printEnvelope(faultBody(refusal)), headers: {}, done };
  }
}

function run(
  state: State,
  account: Account,
  request: SoapRequest,
  cleanups: (() => void)[],
  follow: EwsCall["follow"],
): XmlElement | Promise<XmlElement> {
  const operation = operations[request.operation.name];
  if (!operation) {
    throw new EwsError(
      "ErrorInvalidOperation",
      `The operation ${request.operation.name} is not available in the sandbox.`,
      { isFault: true },
    );
  }
  const call: EwsCall = {
    organisation: state.organisation,
    account,
    mailbox: state.organisation.requireMailbox(account.address),
    request: request.operation,
    version: request.version,
    timeZone: request.timeZone,
    subscriptions: state.subscriptions,
    follow,
    fate: () => state.faults.notices.next(),
    reserveFound: (wanted) => {
      const { granted, release } = state.budget.reserve(account.address, wanted);
      cleanups.push(release);
      return granted;
    },
  };
  return operation(call);
}

/** Takes one of the account's places; the service account's own, however many people it acts for. */
function enter(state: State, caller: Caller, account: Account): () => void {
  const { address: key } = caller.kind === "person" ? (caller.account ?? account) : account;
  const running = state.running.get(key) ?? 0;
  if (running >= (state.maxConcurrency ?? 27)) {
    throw new EwsError(
      "ErrorExceededConnectionCount",
      "You have exceeded the available concurrent connections for your account. Try again once your other requests have completed.",
      {
        isFault: true,
      },
    );
  }
  state.running.set(key, running + 1);
  return () => state.running.set(key, (state.running.get(key) ?? 1) - 1);
}

function faultOf(error: unknown): EwsError {
  if (error instanceof EwsError) return error;
  if (error instanceof MailboxError) return new EwsError(error.code, error.message, { isFault: true });
  const detail = error instanceof Error ? error.message : String(error);
  return new EwsError("ErrorInternalServerError", `An internal server error occurred. ${detail}`, { isFault: true });
}

function refused({ status, diagnostics }: Refusal, header: string | undefined, hasBearer: boolean): Answer {
  const said: Record<string, string> = diagnostics === undefined ? {} : { "x-ms-diagnostics": diagnostics };
  if (status === 403) return { status, body: "", headers: said };
  const isBearer = /^bearer /i.test(header ?? "");
  const bearer =
    'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1"';
  const challenges = hasBearer
    ? [isBearer ? `${bearer}, error="invalid_token"` : bearer, 'Basic realm="sandbox.example"']
    : ['Basic realm="sandbox.example"'];
  return { status, body: "", headers: { "WWW-Authenticate": challenges, ...said } };
}

function page(text: string): Answer {
  return {
    status: 200,
    body: `<html><head><title>Service</title></head><body><p>${text}</p></body></html>`,
    headers: { "Content-Type": "text/html; charset=utf-8" },
  };
}

function echoed(request: IncomingMessage): Record<string, string> {
  const id = request.headers["client-request-id"];
  return typeof id === "string" && request.headers["return-client-request-id"] === "true"
    ? { "client-request-id": id }
    : {};
}

/** The whole body as text; undefined when it is over the limit. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bodyLimitBytes) chunks.push(chunk);
  }
  return length > bodyLimitBytes
    ? undefined
    : Buffer.concat(chunks)
        .toString("utf8")
        .replace(/^\ufeff/, "");
}

/** The operation the SOAPAction header names; known before the body. */
function namedOperation(request: IncomingMessage): string {
  const action = request.headers["soapaction"];
  return /\/([A-Za-z]+)"?$/.exec(typeof action === "string" ? action : "")?.[1] ?? "";
}

/** The operation's name by a glance, for fault switches that wait for one. */
function operationName(body: string): string {
  return /<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?([\w-]+)/.exec(body)?.[1] ?? "";
}
