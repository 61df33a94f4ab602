import type { FastifyReply, FastifyRequest } from "fastify";
import { ConnectorError } from "#spi";
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
 * The ETag the change must meet, in the use case's own form, after checking If-Match (which may list several) against
 * the current representation. The use case compares again in its transaction. Errors: PRECONDITION.
 */
export async function ifMatchOf(
  request: FastifyRequest,
  current: () => Promise<Tagged<unknown>>,
): Promise<string | undefined> {
  const header = request.headers["if-match"];
  if (header === undefined) return undefined;
  const { etag } = await current();
  if (!listed(header, etag))
    throw new ConnectorError("PRECONDITION", "The resource changed since it was read: If-Match names another version.");
  return etag;
}
