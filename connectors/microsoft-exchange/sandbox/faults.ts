import type { IncomingMessage, ServerResponse } from "node:http";
import { NoticeTrouble } from "./notice-trouble.ts";

/** What can go wrong on purpose. */
export type FaultKind =
  /** EWS: ErrorServerBusy with a back-off; Graph: 503. */
  | "busy"
  /** 429 (Graph) or 503 (EWS) with Retry-After. */
  | "throttled"
  /** The credentials are not accepted. */
  | "unauthorized"
  /** The answer takes a while. */
  | "slow"
  /** The connection breaks before anything was done; with `bytes` after so many of the request's body. */
  | "cut"
  /** The connection breaks in the middle of the answer, or after `bytes` of it. */
  | "cutAnswer"
  /** The request is carried out and the answer never arrives. */
  | "lostAnswer"
  /** EWS is switched off for the mailbox, as Exchange Online says it. */
  | "ewsDisabled"
  /** A sign-in page instead of an answer. */
  | "htmlLogin"
  /** A gateway before the server fails: 502 with a page. */
  | "badGateway"
  /** Refused with `code` (a SOAP fault, or Graph's error object), or without one by `status` and a page alone. */
  | "refused"
  /** Notices to subscribers are lost (`drop`), doubled (`duplicate`) and late by up to `waitMs` (`delay`), each by a chance from 0 to 1; `seed` makes it the same each time. */
  | "notices";

/** One switch. */
export interface FaultSwitch {
  kind: FaultKind;
  /** Which face; absent: all. */
  face?: "ews" | "graph";
  /** Only calls of this operation ("FindItem", or "GET /me/messages" by prefix in Graph). */
  operation?: string;
  /** How often; absent: until it is cleared. */
  count?: number;
  /** Calls that pass before the first one is hit. */
  after?: number;
  /** How long a slow answer takes. */
  waitMs?: number;
  /** Back-off of `busy`, in milliseconds. */
  backOffMs?: number;
  /** Retry-After of `throttled` and `busy`, in seconds. */
  retryAfterSeconds?: number;
  /** Where `cut` and `cutAnswer` cut. */
  bytes?: number;
  /** What `refused` says. */
  code?: string;
  message?: string;
  status?: number;
  /** Chances of `notices`. */
  drop?: number;
  duplicate?: number;
  delay?: number;
  seed?: number;
}

/** A fault that hits a call: `before` answers instead of the face, `after` spoils the finished answer; true ends the call. */
export interface ActiveFault {
  readonly fault: FaultSwitch;
  before(response: ServerResponse): Promise<boolean>;
  after(
    response: ServerResponse,
    answer: { status: number; body: string | Buffer; headers: Record<string, string | string[]> },
  ): Promise<boolean>;
}

const kinds: readonly FaultKind[] = [
  "busy",
  "throttled",
  "unauthorized",
  "slow",
  "cut",
  "cutAnswer",
  "lostAnswer",
  "ewsDisabled",
  "htmlLogin",
  "badGateway",
  "refused",
  "notices",
];

/** The fault switches of a sandbox. */
export class Faults {
  #switches: FaultSwitch[] = [];
  /** Calls seen by "face operation", for tests that count requests. */
  readonly calls = new Map<string, number>();
  /** What happens to notices. */
  readonly notices = new NoticeTrouble(() => this.#switches.find(({ kind }) => kind === "notices"));

  add(fault: FaultSwitch): void {
    this.#switches.push({ ...fault });
  }

  clear(): void {
    this.#switches = [];
  }

  list(): readonly FaultSwitch[] {
    return this.#switches;
  }

  /** Cuts a request while its body arrives, where a switch wants that; the operation is what the header says. */
  async cutBody(face: "ews" | "graph", operation: string, request: IncomingMessage): Promise<boolean> {
    const wants = ({ kind, bytes, after }: FaultSwitch) => kind === "cut" && bytes !== undefined && !after;
    const fault = this.#switches.find((one) => wants(one) && matches(one, face, operation));
    if (fault === undefined) return false;
    if (fault.count !== undefined) fault.count -= 1;
    if (fault.count === 0) this.#switches = this.#switches.filter((one) => one !== fault);
    await readUpTo(request, fault.bytes ?? 0);
    request.socket.destroy();
    return true;
  }

  /** The fault that hits this call, if any; its count goes down. */
  take(face: "ews" | "graph", operation: string): ActiveFault | undefined {
    const key = `${face} ${operation}`;
    this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
    for (const fault of this.#switches) {
      if (!matches(fault, face, operation)) continue;
      if (fault.after !== undefined && fault.after > 0) {
        fault.after -= 1;
        continue;
      }
      if (fault.count !== undefined) fault.count -= 1;
      if (fault.count === 0) this.#switches = this.#switches.filter((one) => one !== fault);
      return activate({ ...fault }, face);
    }
    return undefined;
  }
}

function matches(fault: FaultSwitch, face: string, operation: string): boolean {
  if (fault.kind === "notices") return false;
  if (fault.face !== undefined && fault.face !== face) return false;
  if (fault.operation === undefined) return true;
  return face === "graph" ? operation.startsWith(fault.operation) : operation === fault.operation;
}

function activate(fault: FaultSwitch, face: "ews" | "graph"): ActiveFault {
  return {
    fault,
    before: (response) => before(fault, face, response),
    after: async (response, { status, headers, body }) => {
      if (fault.kind === "lostAnswer") {
        response.socket?.destroy();
        return true;
      }
      if (fault.kind !== "cutAnswer") return false;
      const bytes = Buffer.from(body);
      response.writeHead(status, {
        "Content-Type": "text/xml; charset=utf-8",
        ...headers,
        "Content-Length": String(bytes.length),
      });
      const cutAt = fault.bytes ?? Math.floor(bytes.length / 2);
      response.write(bytes.subarray(0, cutAt), () => response.socket?.destroy());
      return true;
    },
  };
}

async function before(fault: FaultSwitch, face: "ews" | "graph", response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "slow":
      await wait(fault.waitMs ?? 1000, response);
      return response.destroyed;
    case "cut":
      if (fault.bytes !== undefined) await readUpTo(response.req, fault.bytes);
      response.socket?.destroy();
      return true;
    case "busy":
      return face === "ews"
        ? sendBusy(fault, response)
        : send(response, 503, graphError("serviceNotAvailable", "The service is busy."), retryAfter(fault));
    case "throttled":
      return face === "ews"
        ? send(response, 503, "", retryAfter(fault))
        : send(
            response,
            429,
            graphError("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
            retryAfter(fault),
          );
    case "unauthorized":
      return send(response, 401, "", {
        "WWW-Authenticate": face === "ews" ? 'Basic realm="sandbox.example"' : 'Bearer realm=""',
      });
    case "ewsDisabled":
      return face === "ews" ? sendDisabled(response) : false;
    case "htmlLogin":
      return send(response, 200, "<html><head><title>Sign in</title></head><body><form>Sign in</form></body></html>", {
        "Content-Type": "text/html",
      });
    case "badGateway":
      return send(response, 502, "<html><body><h1>502 Bad Gateway</h1></body></html>", { "Content-Type": "text/html" });
    case "refused":
      return sendRefusal(fault, face, response);
    default:
      return false;
  }
}

function sendRefusal(fault: FaultSwitch, face: "ews" | "graph", response: ServerResponse): boolean {
  const { code, message = "The request is refused.", status } = fault;
  if (code === undefined) {
    const page = `<html><body><h1>${status ?? 503}</h1></body></html>`;
    return send(response, status ?? 503, page, { "Content-Type": "text/html" });
  }
  if (face === "graph")
    return send(response, status ?? 400, graphError(code, message), { "Content-Type": "application/json" });
  return send(response, status ?? 500, soapFault(code, message), { "Content-Type": "text/xml; charset=utf-8" });
}

function sendBusy(fault: FaultSwitch, response: ServerResponse): boolean {
  const message = "The server cannot service this request right now. Try again later.";
  const backOff = String(fault.backOffMs ?? 1000);
  const body = soapFault("ErrorServerBusy", message, `<t:Value Name="BackOffMilliseconds">${backOff}</t:Value>`);
  return send(response, 500, body, { "Content-Type": "text/xml; charset=utf-8" });
}

function soapFault(code: string, message: string, values = ""): string {
  const types = "http://schemas.microsoft.com/exchange/services/2006/types";
  const errors = "http://schemas.microsoft.com/exchange/services/2006/errors";
  const xml = values === "" ? "" : `<t:MessageXml xmlns:t="${types}">${values}</t:MessageXml>`;
  const said = escaped(message);
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode xmlns:a="${types}">a:${code}</faultcode><faultstring xml:lang="en-US">${said}</faultstring><detail><e:ResponseCode xmlns:e="${errors}">${code}</e:ResponseCode><e:Message xmlns:e="${errors}">${said}</e:Message>${xml}</detail></s:Fault></s:Body></s:Envelope>`;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Exchange Online answers a bare 403 while EWS is off for the organisation or the mailbox. */
function sendDisabled(response: ServerResponse): boolean {
  return send(response, 403, "", {});
}

function retryAfter(fault: FaultSwitch): Record<string, string> {
  const seconds = fault.retryAfterSeconds ?? Math.ceil((fault.backOffMs ?? 1000) / 1000);
  return { "Retry-After": String(seconds), "Content-Type": "application/json" };
}

function graphError(code: string, message: string): string {
  return JSON.stringify({ error: { code, message, innerError: {} } });
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string>): boolean {
  response.writeHead(status, { ...headers, "Content-Length": String(Buffer.byteLength(body)) });
  response.end(body);
  return true;
}

/** Reads a body until so many bytes came, or it ended. */
async function readUpTo(request: IncomingMessage, bytes: number): Promise<void> {
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length >= bytes) return;
  }
}

function wait(waitMs: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    response.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The control endpoint `/__faults`: POST adds a switch (or a list), GET lists, DELETE clears; false for other paths. */
export async function serveFaults(
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if ((request.url ?? "").split("?")[0] !== "/__faults") return false;
  if (request.method === "DELETE") faults.clear();
  if (request.method === "POST") {
    const refusal = await addPosted(faults, request);
    if (refusal) return send(response, 400, JSON.stringify({ error: refusal }), { "Content-Type": "application/json" });
  }
  const body = JSON.stringify({ faults: faults.list(), calls: Object.fromEntries(faults.calls) });
  return send(response, 200, body, { "Content-Type": "application/json" });
}

async function addPosted(faults: Faults, request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  let posted: unknown;
  try {
    posted = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return "the body is no JSON";
  }
  const list = Array.isArray(posted) ? posted : [posted];
  const bad = list.find((one) => !isSwitch(one));
  if (bad !== undefined) return `not a fault switch: ${JSON.stringify(bad)}; kinds are ${kinds.join(", ")}`;
  for (const one of list as FaultSwitch[]) faults.add(one);
  return undefined;
}

const switchMembers: Record<string, "string" | "number"> = {
  kind: "string",
  face: "string",
  operation: "string",
  count: "number",
  after: "number",
  waitMs: "number",
  backOffMs: "number",
  retryAfterSeconds: "number",
  bytes: "number",
  code: "string",
  message: "string",
  status: "number",
  drop: "number",
  duplicate: "number",
  delay: "number",
  seed: "number",
};

function isSwitch(value: unknown): value is FaultSwitch {
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(value);
  const isKnown = entries.every(([key, one]) => switchMembers[key] !== undefined && typeof one === switchMembers[key]);
  return isKnown && kinds.some((kind) => "kind" in value && value.kind === kind);
}
