import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { invalidRequest, protocolError, type Value } from "#spi";
import { jsonText } from "./json-text.ts";

/** How long a token can be used. The contract promises an hour. */
export const pageTokenLifeMs = 24 * 3_600_000;
/** Longer upstream cursors do not fit a request of ours. */
const positionLimit = 16_384;

/** Where an answer goes on. */
export interface Cursor {
  /** A Batch.position of the session; absent = the beginning. */
  readonly position?: string;
  /** Rows (after local filtering) of the batch there that are already answered or skipped. */
  readonly skip: number;
  readonly offsetLeft: number;
  /** Absent = no limit. */
  readonly limitLeft?: number;
}

const count = z.int().min(0);
const payloadShape = z.tuple([count, z.string(), z.string().nullable(), count, count, count.nullable()]);

/** Makes and reads page tokens: signed, bound to one connection and request body, valid for a day. */
export interface PageTokens {
  seal(cursor: Cursor, binding: string): string;
  /** Errors: INVALID_REQUEST when changed, expired or made for another request. */
  open(token: string, binding: string): Cursor;
}

/** What a token is bound to: the connection and the body without the token itself. */
export function pageBinding(connectionId: string, body: object): string {
  const { pageToken: _, ...rest } = body as { readonly pageToken?: string } & { readonly [member: string]: Value };
  return createHash("sha256")
    .update(`${connectionId}\n${jsonText(rest)}`)
    .digest("base64url");
}

export function createPageTokens(parts: { readonly key: Uint8Array; readonly now: () => number }): PageTokens {
  const sign = (payload: string) => createHmac("sha256", parts.key).update(`page-token.${payload}`).digest("base64url");
  return {
    seal(cursor, binding) {
      const { position = null, skip, offsetLeft, limitLeft = null } = cursor;
      if ((position?.length ?? 0) > positionLimit) {
        throw protocolError(
          "The server's own paging cursor is too long to be handed on; use NDJSON or CSV, which need none.",
        );
      }
      const content = [parts.now() + pageTokenLifeMs, binding, position, skip, offsetLeft, limitLeft];
      const payload = Buffer.from(JSON.stringify(content)).toString("base64url");
      return `${payload}.${sign(payload)}`;
    },
    open(token, binding) {
      const [payload = "", signature = "", ...more] = token.split(".");
      if (more.length > 0 || !isSame(signature, sign(payload))) throw refused("is not one of this service");
      const content = payloadShape.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString()));
      if (!content.success) throw refused("was made by another version of this service");
      const [expiresAt, boundTo, position, skip, offsetLeft, limitLeft] = content.data;
      if (boundTo !== binding) throw refused("belongs to another request: repeat the same body with it");
      if (expiresAt <= parts.now()) throw refused("has expired: start again without it");
      return {
        ...(position === null ? {} : { position }),
        skip,
        offsetLeft,
        ...(limitLeft === null ? {} : { limitLeft }),
      };
    },
  };
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string) {
  const detail = `The page token ${why}.`;
  return invalidRequest(detail, { mistakes: [{ pointer: "/pageToken", code: "INVALID_REQUEST", detail }] });
}
