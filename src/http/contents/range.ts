import type { IncomingHttpHeaders } from "node:http";
import type { RangeRequest } from "../../runtime/use-cases.ts";

const oneRange = /^bytes\s*=\s*(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))\s*$/i;

/**
 * What a request asks for of a content. Several ranges at once, other units and ranges that end before they begin are
 * answered with the whole, as RFC 9110 (section 14.2) lets a server do.
 */
export function rangeRequest(headers: IncomingHttpHeaders): RangeRequest {
  const ifNoneMatch = headers["if-none-match"]
    ?.split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .filter((tag) => tag !== "");
  const [, first, last, suffix] = oneRange.exec(headers.range ?? "") ?? [];
  const known = ifNoneMatch === undefined ? {} : { ifNoneMatch };
  const condition = typeof headers["if-range"] === "string" ? { ifRange: headers["if-range"].trim() } : {};
  if (suffix !== undefined) return { ...known, ...condition, range: { suffix: Number(suffix) } };
  if (first === undefined || (last !== undefined && Number(last) < Number(first))) return known;
  return {
    ...known,
    ...condition,
    range: { first: Number(first), ...(last === undefined ? {} : { last: Number(last) }) },
  };
}
