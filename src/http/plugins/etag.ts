import type { FastifyReply, FastifyRequest } from "fastify";
import type { Tagged } from "../../runtime/use-cases.ts";

const opaque = (tag: string): string =>
  tag
    .trim()
    .replace(/^W\//, "")
    .replace(/^"(.*)"$/, "$1");
const quoted = (etag: string): string => `"${opaque(etag)}"`;

function listed(header: string, etag: string): boolean {
  const tags = header.split(",").map((tag) => tag.trim());
  return tags.includes("*") || tags.some((tag) => opaque(tag) === opaque(etag));
}

/** The representation to send, its ETag set; or nothing but 304 when the caller has it already. */
export async function sendTagged<B>(
  request: FastifyRequest,
  reply: FastifyReply,
  { etag }: Tagged<unknown>,
  body: B,
): Promise<B | undefined> {
  reply.header("etag", quoted(etag));
  const known = request.headers["if-none-match"];
  if (request.method !== "GET" || known === undefined || !listed(known, etag)) return body;
  await reply.code(304).send();
  return undefined;
}

/**
 * The If-Match header as it came: the use case compares it, after it has seen whether the request changes anything at
 * all, so that a repeated request whose answer was lost is no conflict with itself.
 */
export const ifMatchOf = (request: FastifyRequest): string | undefined => request.headers["if-match"];
