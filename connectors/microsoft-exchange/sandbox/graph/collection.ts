import type { GraphCall, GraphResult } from "./call.ts";
import { badRequest, GraphError } from "./errors.ts";
import { applyQuery, checkProjection, project, type Shape } from "./shape.ts";

/** Sizes of pages of one kind of collection. */
export type PageSizes = { readonly standard: number; readonly limit: number };

/** Mail, calendar, contacts and folders. */
export const OUTLOOK_PAGES: PageSizes = { standard: 10, limit: 1000 };
/** Users and groups. */
export const DIRECTORY_PAGES: PageSizes = { standard: 100, limit: 999 };

/** Answers a collection: filtered, sorted, one page, with the link to the next. */
export async function answerCollection<T>(
  shape: Shape<T>,
  sources: readonly T[],
  call: GraphCall,
  pages: PageSizes = OUTLOOK_PAGES,
): Promise<GraphResult> {
  const found = applyQuery(shape, sources, call, call.query);
  return answerPage(shape, found, call, pages);
}

/** Answers one page of objects that are already the right ones in the right order. */
export async function answerPage<T>(
  shape: Shape<T>,
  found: readonly T[],
  call: GraphCall,
  pages: PageSizes = OUTLOOK_PAGES,
): Promise<GraphResult> {
  checkProjection(shape, call.query);
  const size = pageSize(call, pages);
  const offset = startOf(call);
  const page = found.slice(offset, offset + size);
  const value = [];
  for (const source of page) value.push(await project(shape, source, call, call.query));
  const end = offset + page.length;
  return {
    status: 200,
    body: {
      "@odata.context": contextOf(call, shape),
      ...(call.query.count ? { "@odata.count": found.length } : {}),
      value,
      ...(end < found.length ? { "@odata.nextLink": nextLink(call, end) } : {}),
    },
  };
}

/** Answers `$count`: a bare number. */
export function answerCount<T>(shape: Shape<T>, sources: readonly T[], call: GraphCall): GraphResult {
  const found = applyQuery(shape, sources, call, call.query);
  return { status: 200, body: Buffer.from(String(found.length)), contentType: "text/plain" };
}

/** Answers one object. */
export async function answerEntity<T>(shape: Shape<T>, source: T, call: GraphCall, status = 200): Promise<GraphResult> {
  checkProjection(shape, call.query);
  const object = await project(shape, source, call, call.query);
  const etag = object["@odata.etag"];
  return {
    status,
    body: { "@odata.context": `${contextOf(call, shape)}/$entity`, ...object },
    ...(typeof etag === "string" ? { headers: { etag } } : {}),
  };
}

/** `@odata.context` of this request. */
export function contextOf<T>(call: GraphCall, shape: Shape<T>): string {
  const select = call.query.select === undefined ? "" : `(${call.query.select.join(",")})`;
  return `${call.base}/$metadata#${call.contextPath || shape.type}${select}`;
}

/** The same request from another position on; on the address the client used. */
export function nextLink(call: GraphCall, offset: number): string {
  const next = new URL(call.request.url);
  next.searchParams.delete("$skip");
  next.searchParams.set("$skiptoken", Buffer.from(`o:${offset}`).toString("base64url"));
  return next.href;
}

/** The page size the request asks for; too large ones are refused, as the service does. */
export function pageSize(call: GraphCall, pages: PageSizes): number {
  const { top } = call.query;
  if (top === undefined) return Math.min(call.prefer.maxPageSize ?? pages.standard, pages.limit);
  if (top > pages.limit || top === 0) {
    if (pages === DIRECTORY_PAGES) {
      throw new GraphError(
        400,
        "Request_UnsupportedQuery",
        `Invalid page size specified: '${top}'. Must be between 1 and ${pages.limit} inclusive.`,
      );
    }
    throw new GraphError(
      400,
      "ErrorInvalidUrlQuery",
      `The limit of '${pages.limit}' for Top query has been exceeded. The value from the incoming request is '${top}'.`,
    );
  }
  return top;
}

function startOf(call: GraphCall): number {
  const { skipToken, skip } = call.query;
  if (skipToken === undefined) return skip ?? 0;
  const match = /^o:(\d+)$/.exec(Buffer.from(skipToken, "base64url").toString("latin1"));
  if (!match) throw badRequest("Skip token is not valid.");
  return Number(match[1]);
}
