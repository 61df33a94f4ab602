import type { FastifyReply } from "fastify";
import type { ContentAnswer } from "../../runtime/use-cases.ts";
import { Refusal } from "../refusal.ts";
import { attachmentDisposition, safeMediaType } from "./disposition.ts";

/** Sends a content, or its part, while it arrives. */
export function sendContent(reply: FastifyReply, content: ContentAnswer): FastifyReply {
  const { name, contentType, etag, isKnown, sizeBytes, part, body } = content;
  if (part === "unsatisfiable") {
    const size = String(sizeBytes ?? "*");
    throw new Refusal(416, "INVALID_REQUEST", `The content has ${size} bytes; the range lies beyond its end.`, {
      "content-range": `bytes */${size}`,
    });
  }
  if (etag !== undefined) reply.header("etag", etag);
  if (isKnown) return reply.code(304).send();
  reply.headers({
    "accept-ranges": "bytes",
    "content-type": safeMediaType(contentType),
    "content-disposition": attachmentDisposition(name),
  });
  if (part !== undefined) {
    reply.code(206).headers({
      "content-range": `bytes ${part.first}-${part.last}/${sizeBytes ?? "*"}`,
      "content-length": String(part.last - part.first + 1),
    });
  } else if (sizeBytes !== undefined) reply.header("content-length", String(sizeBytes));
  return reply.send(body);
}
