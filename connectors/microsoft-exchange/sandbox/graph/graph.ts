import { randomUUID } from "node:crypto";
import type { Face, HttpAnswer, HttpRequest } from "../http.ts";
import type { BearerProblem, Principal } from "../identity/bearer.ts";
import type { Identity } from "../identity/identity.ts";
import { type Account, type Mailbox, MailboxError, type Organisation } from "../mailboxes/index.ts";
import { answerBatch } from "./batch.ts";
import { type GraphCall, type GraphResult, jsonBody, mailboxOf } from "./call.ts";
import { createDirectoryExtras } from "./directory-extras.ts";
import { groupsOf } from "./entities/group.ts";
import { shapeOf } from "./entities/item-shapes.ts";
import { accessDenied, badRequest, fromMailboxError, GraphError, resourceNotFound } from "./errors.ts";
import { type Located, locate } from "./locate.ts";
import { createMailboxExtras } from "./mailbox-extras.ts";
import { readQueryOptions } from "./odata/query-options.ts";
import { checkPermission } from "./permissions.ts";
import { readPreferences } from "./preferences.ts";
import { answerDownload, DOWNLOAD_PATH } from "./routes/reports.ts";
import { findRoute, isKnownSegment } from "./routing-table.ts";
import type { GraphFault, GraphService } from "./service.ts";
import { type NoticePost, Subscriptions } from "./subscriptions.ts";
import { answerUpload, UPLOAD_PATH } from "./uploads.ts";

/** What the Graph face is made of. */
export type GraphOptions = {
  readonly organisation: Organisation;
  readonly identity: Identity;
  readonly stepFault?: GraphFault;
  /** How notices of changes go out. */
  readonly post?: NoticePost;
};

/** Makes the Microsoft Graph face; nothing listens yet. */
export function createGraph(options: GraphOptions): Face & { readonly subscriptions: Subscriptions } {
  const { post, ...rest } = options;
  const subscriptions = new Subscriptions(options.organisation.clock, post);
  const service: GraphService = {
    ...rest,
    mailboxes: createMailboxExtras(),
    directory: createDirectoryExtras(),
    uploads: new Map(),
    downloads: new Map(),
    subscriptions,
    shapeOf,
  };
  const face: Face = (request) => {
    const path = request.url.pathname;
    if (path.startsWith(UPLOAD_PATH)) return answerUpload(service.uploads, request, service.organisation.clock());
    if (path === DOWNLOAD_PATH) return answerDownload(service.downloads, request);
    return /^\/v1\.0(\/|$)/i.test(path) ? answer(service, request) : undefined;
  };
  return Object.assign(face, { subscriptions });
}

async function answer(service: GraphService, request: HttpRequest): Promise<HttpAnswer> {
  const requestId = randomUUID();
  const clientRequestId = request.headers["client-request-id"] ?? requestId;
  const common = { "request-id": requestId, "client-request-id": clientRequestId };
  try {
    const { result, applied } = await run(service, request);
    return printResult(result, { ...common, ...appliedHeader(applied) });
  } catch (problem) {
    const refusal = problem instanceof MailboxError ? fromMailboxError(problem) : problem;
    if (!(refusal instanceof GraphError)) throw problem;
    return printRefusal(refusal, common, service.organisation.clock());
  }
}

async function run(
  service: GraphService,
  request: HttpRequest,
): Promise<{ result: GraphResult; applied: readonly string[] }> {
  const principal = authenticate(service, request);
  const path = request.url.pathname.slice("/v1.0".length);
  if (path === "/$batch") return { result: await batch(service, request), applied: [] };
  const located = locate(path);
  const prefer = readPreferences(request.headers["prefer"]);
  const call: GraphCall = {
    service,
    request,
    principal,
    ...whoOf(service, principal, located),
    scope: located.scope,
    query: readQueryOptions(request.url.searchParams),
    prefer,
    base: `${request.url.origin}/v1.0`,
    contextPath: contextPathOf(located, path),
    now: service.organisation.clock(),
  };
  const groupMailbox = mailboxOfGroup(call, located);
  const full = groupMailbox === undefined ? call : { ...call, mailbox: groupMailbox };
  return { result: await dispatch(full, located), applied: prefer.applied };
}

async function dispatch(call: GraphCall, located: Located): Promise<GraphResult> {
  const { method } = call.request;
  const found = findRoute(method, located);
  if (found.kind === "missing") throw notServed(located);
  if (found.kind === "wrong-method") {
    throw new GraphError(405, "Request_BadRequest", `Specified HTTP method is not allowed for the request target.`);
  }
  const isOwn = call.principal.kind === "user" && (call.owner === undefined || call.owner === call.caller);
  const permission =
    located.owner.kind === "group" ? (method === "GET" ? "groups.read" : "groups.write") : found.route.permission;
  checkPermission(call.principal, permission, isOwn || located.owner.kind !== "user");
  const isDirectory = permission.startsWith("users") || permission.startsWith("groups");
  if (!isDirectory) checkAccessPolicy(call);
  if (!isOwn && !isDirectory && located.owner.kind === "user") checkDelegation(call);
  return found.route.handler(call, ...found.ids);
}

/** An application with an access policy reaches the mailboxes it names. */
function checkAccessPolicy({ principal, owner, service }: GraphCall): void {
  if (principal.kind !== "app" || owner === undefined) return;
  const mailboxes = service.identity.mailboxesOf(principal.appId);
  if (mailboxes === undefined || mailboxes.includes(owner.address)) return;
  const text = "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.";
  throw new GraphError(403, "ErrorAccessDenied", text);
}

/** A user reaches another's mailbox only where access was given; an application reaches all of them. */
function checkDelegation(call: GraphCall): void {
  if (call.principal.kind === "app") return;
  const { caller } = call;
  if (caller === undefined || !call.service.organisation.mayOpen(caller, mailboxOf(call))) throw accessDenied();
}

function authenticate(service: GraphService, request: HttpRequest): Principal {
  const [, token = ""] = /^Bearer\s+(.*)$/i.exec(request.headers["authorization"] ?? "") ?? [];
  const verdict = service.identity.verifyBearer(token.trim(), "graph");
  if (verdict.ok) return verdict.principal;
  throw new GraphError(401, "InvalidAuthenticationToken", tokenProblems[verdict.problem], {
    "www-authenticate":
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
  });
}

const tokenProblems: Readonly<Record<BearerProblem, string>> = {
  empty: "Access token is empty.",
  malformed: "IDX14100: JWT is not well formed, there are no dots (.).",
  signature: "Signature is invalid.",
  issuer: "Access token validation failure. Invalid issuer.",
  expired: "Lifetime validation failed, the token is expired.",
  audience: "Access token validation failure. Invalid audience.",
};

type Who = { caller?: Account; owner?: Account; ownerKey?: string; mailbox?: Mailbox };

function whoOf(service: GraphService, principal: Principal, located: Located): Who {
  const { organisation } = service;
  const caller = principal.kind === "user" ? organisation.account(principal.userId) : undefined;
  const who: Who = caller === undefined ? {} : { caller };
  if (located.owner.kind === "me") {
    if (principal.kind === "app") throw badRequest("/me request is only valid with delegated authentication flow.");
    return caller === undefined
      ? { ...who, ownerKey: principal.userId }
      : { ...who, ...withMailbox(organisation, caller) };
  }
  if (located.owner.kind !== "user") return who;
  const { key } = located.owner;
  const owner = organisation.account(key);
  if (owner !== undefined) return { ...who, ...withMailbox(organisation, owner) };
  if (service.identity.settings.directory.find(key) !== undefined) return { ...who, ownerKey: key };
  if (located.tail.length === 0) throw resourceNotFound(key);
  throw new GraphError(404, "ErrorInvalidUser", `The requested user '${key}' is invalid.`);
}

function withMailbox(organisation: Organisation, owner: Account): Who {
  const mailbox = organisation.mailbox(owner.address);
  return mailbox === undefined ? { owner } : { owner, mailbox };
}

function mailboxOfGroup(call: GraphCall, located: Located): Mailbox | undefined {
  if (located.owner.kind !== "group") return undefined;
  const { key } = located.owner;
  const group = groupsOf(call).find((one) => one.id === key.toLowerCase());
  if (group === undefined) throw resourceNotFound(key);
  return call.service.directory.mailbox(group, call.service.organisation.clock);
}

async function batch(service: GraphService, request: HttpRequest): Promise<GraphResult> {
  if (request.method !== "POST") throw new GraphError(405, "Request_BadRequest", "A batch is a POST request.");
  const payload = jsonBody({ request } as GraphCall);
  const step = async (one: HttpRequest) => (await service.stepFault?.(one)) ?? answer(service, one);
  return { status: 200, body: await answerBatch(request, payload, step) };
}

/** `users('id')/messages`, as the service writes it into `@odata.context`. */
function contextPathOf(located: Located, path: string): string {
  const { owner, tail } = located;
  if (owner.kind === "none") return tail[0] ?? "";
  const rest = tail.filter((_, index) => index % 2 === 0).join("/");
  const key = owner.kind === "me" ? "me" : decodeURIComponent(path.split("/")[2] ?? "");
  const head = owner.kind === "group" ? `groups('${key}')` : `users('${key}')`;
  return rest === "" ? "users" : `${head}/${rest}`;
}

/** Segments Graph knows and the sandbox does not serve are said to be so. */
function notServed({ tail }: Located): GraphError {
  const segment = tail[0] ?? "";
  if (isKnownSegment(segment)) {
    return new GraphError(501, "NotImplemented", `The sandbox does not serve '${tail.join("/")}'.`);
  }
  return badRequest(`Resource not found for the segment '${segment}'.`);
}

function printResult(result: GraphResult, headers: Record<string, string>): HttpAnswer {
  const all: Record<string, string> = { ...headers, ...result.headers };
  if (result.body === undefined) return { status: result.status, headers: all };
  if (Buffer.isBuffer(result.body)) {
    return {
      status: result.status,
      headers: { ...all, "content-type": result.contentType ?? "application/octet-stream" },
      body: result.body,
    };
  }
  const contentType =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
  return { status: result.status, headers: { ...all, "content-type": contentType }, body: JSON.stringify(result.body) };
}

function printRefusal(refusal: GraphError, common: Record<string, string>, now: Date): HttpAnswer {
  const date = now.toISOString().slice(0, 19);
  const body = {
    error: { code: refusal.code, message: refusal.message, innerError: { date, ...common } },
  };
  return {
    status: refusal.status,
    headers: { ...common, ...refusal.headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

function appliedHeader(applied: readonly string[]): Record<string, string> {
  return applied.length === 0 ? {} : { "preference-applied": applied.join(", ") };
}
