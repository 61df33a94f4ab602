import { createHash } from "node:crypto";
import { ConnectorError, type Mistake, mistaken } from "#spi";
import type { ShownMembers, Tagged } from "./use-cases.ts";

/** A representation with its strong ETag, quotes included, ready for the header. */
export function tagged<T>(value: T): Tagged<T> {
  return { value, etag: `"${createHash("sha256").update(canonical(value)).digest("base64url").slice(0, 27)}"` };
}

/** JSON with members in one order, so that equal content has equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Does `If-Match` allow a change of what has this ETag? Weak tags never match. */
export function matches(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === "*") return true;
  return ifMatch.split(",").some((tag) => tag.trim() === etag || `"${tag.trim()}"` === etag);
}

/** Errors: PRECONDITION. */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  if (!matches(ifMatch, etag))
    throw new ConnectorError("PRECONDITION", "The resource was changed since it was read; read it again.");
}

/** What is shown and not the client's to set may come back as it was read. Errors: INVALID_REQUEST. */
export function requireShown(current: { readonly id: string; readonly createdAt: string }, sent: ShownMembers): void {
  const mistakes = (["id", "createdAt"] as const).flatMap((member): readonly Mistake[] => {
    if (sent[member] === undefined || sent[member] === current[member]) return [];
    return [{ pointer: `/${member}`, code: "INVALID_REQUEST", detail: `${member} cannot be changed.` }];
  });
  if (mistakes.length > 0) throw mistaken(mistakes);
}

export const isoTime = (timeMs: number): string => new Date(timeMs).toISOString();
