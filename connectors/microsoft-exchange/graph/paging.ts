import { ConnectorError, type Value } from "#spi";
import type { GraphCalls, GraphRequest } from "./call.ts";
import { itemsOf } from "./call.ts";
import { type JsonObject, member } from "./errors.ts";

/** One page of a collection and where the next one is, as path and query below the origin of Graph. */
export interface Page {
  readonly items: readonly Value[];
  readonly next?: string;
}

/** A next link longer than this is no link. */
const LONGEST_LINK = 16_384;

/** Reads one page: a first request, or the next link of an earlier page. */
export async function readPage(calls: GraphCalls, request: GraphRequest, signal: AbortSignal): Promise<Page> {
  const page = await calls.json(request, signal);
  const next = nextLink(page, calls.config.baseUrl, request);
  return { items: itemsOf(page), ...(next === undefined ? {} : { next }) };
}

/** The next link of a page, only when it leads to the same scheme, host and port (compared parsed, never by prefix). */
export function nextLink(page: JsonObject, baseUrl: string, request: GraphRequest): string | undefined {
  const link = member(page, "@odata.nextLink");
  if (link === undefined || link === null || link === "") return undefined;
  const url = typeof link === "string" && link.length <= LONGEST_LINK ? URL.parse(link, baseUrl) : null;
  if (url === null || url.origin !== new URL(baseUrl).origin || url.username !== "" || url.password !== "") {
    throw foreign(request);
  }
  return `${url.pathname}${url.search}`;
}

/** A next link kept in a page position, made absolute again under the same check. */
export function absoluteLink(path: string, baseUrl: string, request: GraphRequest): string {
  const url = path.startsWith("/") && path.length <= LONGEST_LINK ? URL.parse(path, baseUrl) : null;
  if (url === null || url.origin !== new URL(baseUrl).origin) throw foreign(request);
  return url.href;
}

function foreign(request: GraphRequest): ConnectorError {
  return new ConnectorError("PROTOCOL", "Microsoft Graph names a next page on another host; it is not followed.", {
    causeCode: "GRAPH_FOREIGN_LINK",
    remote: { service: "MSGraph", operation: request.operation },
  });
}

/** Remembers the links followed, so that a server that turns in circles is noticed. */
export class LinkWatch {
  readonly #seen = new Set<string>();

  follow(link: string, operation: string): void {
    if (this.#seen.has(link)) {
      throw new ConnectorError("PROTOCOL", "Microsoft Graph names a page as next that was read before.", {
        causeCode: "GRAPH_PAGING_LOOP",
        remote: { service: "MSGraph", operation },
      });
    }
    this.#seen.add(link);
  }
}
