import { invalidRequest } from "#spi";
import type { Page, PageRequest } from "../runtime/use-cases.ts";

/** A page of a list that is complete in memory; its token is the position of the next page. Errors: bad token. */
export function listPage<T>(items: readonly T[], { pageSize, pageToken }: PageRequest): Page<T> {
  const start = pageToken === undefined ? 0 : positionOf(pageToken, items.length);
  const end = start + pageSize;
  const page = items.slice(start, end);
  return end < items.length ? { items: page, nextPageToken: tokenOf(end) } : { items: page };
}

const tokenOf = (position: number): string => Buffer.from(`p${position}`).toString("base64url");

function positionOf(token: string, length: number): number {
  const match = /^p(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString("latin1"));
  const position = Number(match?.[1] ?? -1);
  if (position > 0 && position < length && tokenOf(position) === token) return position;
  throw invalidRequest("This page token is not one of this list.");
}
