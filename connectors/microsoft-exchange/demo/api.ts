import { check, DemoProblem } from "./problem.ts";
import type { Screen } from "./screen.ts";

/** A flat row of an answer. */
export type Row = Readonly<Record<string, unknown>>;

/** The service, asked as any client would: every request and its status are shown. */
export interface Api {
  readonly baseUrl: string;
  /** Sends a request and returns the JSON answered. Throws a DemoProblem unless the status is the expected one. */
  send(method: string, path: string, body: object | undefined, expectedStatus?: number): Promise<Row>;
}

export interface ApiOptions {
  readonly baseUrl: string;
  readonly key: string;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

const requestLimitMs = 60_000;

/** An Api over fetch with one key. */
export function createApi({ baseUrl, key, screen, signal }: ApiOptions): Api {
  return {
    baseUrl,
    async send(method, path, body, expectedStatus = 200) {
      screen.request(method, path, body === undefined ? undefined : JSON.stringify(body, asShown));
      const startedMs = performance.now();
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(requestLimitMs)]),
      });
      const text = await response.text();
      screen.answer(response.status, response.statusText, performance.now() - startedMs);
      const answered = readRow(text, `${method} ${path}`);
      check(response.status === expectedStatus, `${String(answered["code"])}: ${String(answered["detail"])}`);
      return answered;
    },
  };
}

const secretMembers = /^(Password|OAuthClientSecret)$/;
const longId = /^[\w+/=-]{60,}$/;
const keptOfIds = 16;

/** What of a body is shown: no secrets, and only the end of long ids. */
function asShown(name: string, value: unknown): unknown {
  if (secretMembers.test(name)) return "•••";
  return typeof value === "string" && longId.test(value) ? `…${value.slice(-keptOfIds)}` : value;
}

function readRow(text: string, what: string): Row {
  const value: unknown = parsed(text, what);
  check(isRow(value), `${what} answered JSON that is no object.`);
  return value;
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DemoProblem(`${what} answered no JSON: ${text.slice(0, 200)}`);
  }
}

/** True for an object with named members. */
export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member that is a list of objects, or the demo ends. */
export function listOf(answer: Row, member: string): readonly Row[] {
  const list = answer[member];
  check(Array.isArray(list) && list.every(isRow), `The answer has no list "${member}".`);
  return list;
}

/** A member that is text, or the demo ends. */
export function textOf(answer: Row, member: string): string {
  const text = answer[member];
  check(typeof text === "string", `The answer has no text "${member}".`);
  return text;
}
