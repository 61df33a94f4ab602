import type { IncomingMessage, ServerResponse } from "node:http";

/** One HTTP request as the faces of the sandbox see it; `url` is absolute, on the address the client used. */
export type HttpRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
};

/** One HTTP answer of a face; no content-type means none is sent. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
};

/** A face answers the requests that are its own and leaves the others (`undefined`) to the next. */
export type Face = (request: HttpRequest) => Promise<HttpAnswer | undefined> | HttpAnswer | undefined;

/** Reads a node request to its end. */
export async function readRequest(message: IncomingMessage, scheme: "http" | "https"): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const host = message.headers.host ?? "localhost";
  const target = message.url ?? "/";
  const path = target.startsWith("/") ? target : `/${target}`;
  return {
    method: message.method ?? "GET",
    url: new URL(`${scheme}://${host}${path}`),
    headers: flatHeaders(message),
    body: Buffer.concat(chunks),
  };
}

/** Writes an answer; an absent body is a really empty one (content-length 0). */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer): void {
  const body = answer.body === undefined ? Buffer.alloc(0) : Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, ...lengthHeader(answer.status, body) });
  response.end(body);
}

/** An answer with a JSON body. */
export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

function lengthHeader(status: number, body: Buffer): Record<string, string> {
  return status === 204 || status === 304 ? {} : { "content-length": String(body.length) };
}

function flatHeaders(message: IncomingMessage): Record<string, string | undefined> {
  const flat: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
