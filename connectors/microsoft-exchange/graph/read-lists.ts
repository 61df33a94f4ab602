import { ConnectorError, type Value, type Warning } from "#spi";
import type { GraphRequest } from "./call.ts";
import { member } from "./errors.ts";
import { leadBySort, printFilter, printOrder, queryString } from "./odata.ts";
import { absoluteLink, LinkWatch, type Page, readPage } from "./paging.ts";
import { lostPosition, pageSize, type RawPage, type Reading, selection } from "./reading.ts";
import type { Root } from "./roots.ts";
import { type Window, windowOf } from "./window.ts";

/** Where a list read goes on: its collection, and the next link there or the beginning. */
interface ListPosition {
  readonly root: string;
  readonly link?: string;
}

/** Reads collections one after the other, page by page. */
export async function* readLists(reading: Reading, findRoots: () => Promise<readonly Root[]>): AsyncIterable<RawPage> {
  const from = parsePosition(reading.query.from);
  const roots = await findRoots();
  const first = from === undefined ? 0 : roots.findIndex((root) => root.path === from.root);
  if (first < 0) throw lostPosition();
  for (const [offset, root] of roots.slice(first).entries()) {
    const after = roots[first + offset + 1];
    for await (const page of readList(reading, root, offset === 0 ? from?.link : undefined)) {
      const position = page.position ?? (after === undefined ? undefined : JSON.stringify({ root: after.path }));
      yield { ...page, ...(position === undefined ? {} : { position }) };
    }
  }
}

function parsePosition(from: string | undefined): ListPosition | undefined {
  if (from === undefined) return undefined;
  const position = JSON.parse(from) as Value;
  const root = member(position, "root");
  const link = member(position, "link");
  if (typeof root !== "string") throw lostPosition();
  return { root, ...(typeof link === "string" ? { link } : {}) };
}

/** The pages of one collection, each asked for when the reader wants it; asking ahead is the runtime's business. */
async function* readList(reading: Reading, root: Root, link: string | undefined): AsyncIterable<RawPage> {
  const list = new List(reading, root);
  let { page, warnings } = link === undefined ? await list.open() : { page: await list.read(link), warnings: none };
  for (;;) {
    const { items, next } = page;
    const position = next === undefined ? undefined : JSON.stringify({ root: root.path, link: next });
    yield { items, address: root.address, warnings, ...(position === undefined ? {} : { position }) };
    if (next === undefined) return;
    page = await list.read(next);
    warnings = none;
  }
}

const none: readonly Warning[] = [];

interface Opening {
  readonly page: Page;
  readonly warnings: readonly Warning[];
}

/** The requests of one collection. */
class List {
  readonly #reading: Reading;
  readonly #root: Root;
  readonly #watch = new LinkWatch();

  constructor(reading: Reading, root: Root) {
    this.#reading = reading;
    this.#root = root;
  }

  /** The first page. A filter that Graph refuses is left out, and the reader told. */
  async open(): Promise<Opening> {
    const { calls, resource, query, signal } = this.#reading;
    if (resource.single) {
      const item = await calls.json(this.#request(undefined, undefined), signal);
      return { page: { items: [item] }, warnings: [] };
    }
    const window = resource.window ? windowOf(query.where, calls.context.clock.now()) : undefined;
    const filter = printFilter(query.where);
    const warnings = window?.warnings ?? [];
    try {
      return { page: await readPage(calls, this.#request(window, filter), signal), warnings };
    } catch (error) {
      if (filter === undefined || !isRefusedFilter(error)) throw error;
      const page = await readPage(calls, this.#request(window, undefined), signal);
      return { page, warnings: [...warnings, refusal(error)] };
    }
  }

  /** The page a next link leads to. */
  read(link: string): Promise<Page> {
    const { calls, signal } = this.#reading;
    const request = this.#request(undefined, undefined);
    this.#watch.follow(link, request.operation);
    return readPage(calls, { ...request, path: absoluteLink(link, calls.config.baseUrl, request) }, signal);
  }

  #request(window: Window | undefined, filter: string | undefined): GraphRequest {
    const { calls, resource, query, owner } = this.#reading;
    const options = queryString({
      ...(window === undefined ? {} : { startDateTime: iso(window.startMs), endDateTime: iso(window.endMs) }),
      // A single object has no query options in Graph's metadata.
      $select: resource.single ? undefined : selection(resource, query).join(","),
      $filter: resource.sortLeadsFilter ? leadBySort(filter, query.orderBy) : filter,
      $orderby: printOrder(query.orderBy),
      $top: resource.single ? undefined : pageSize(calls.config, resource, query),
    });
    return {
      method: "GET",
      path: `${this.#root.path}${options}`,
      operation: `GET ${resource.collection}`,
      mailbox: owner.mailbox,
      ...(resource.headers === undefined ? {} : { headers: resource.headers }),
    };
  }
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");

/** Any "bad request" on a filtered list: the codes are many (ErrorInvalidUrlQueryFilter, InefficientFilter, …). */
function isRefusedFilter(error: unknown): error is ConnectorError {
  if (!(error instanceof ConnectorError) || error.remote?.service !== "MSGraph") return false;
  const { status } = error.remote;
  return status === 400 || status === 501 || (status === 404 && error.remote.code === "ErrorItemNotFound");
}

const refusal = (error: ConnectorError): Warning => ({
  code: "FILTER_REFUSED",
  detail: `Microsoft Graph refused the filter (${error.remote?.code ?? error.code}); all rows were read and filtered here.`,
});
