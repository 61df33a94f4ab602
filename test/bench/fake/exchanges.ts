import { answerParts, succeeded } from "./ews-markup.ts";
import type { FakeMailbox } from "./mailbox.ts";

/** What a request is answered with, and under which name it is counted. */
export interface Exchange {
  readonly operation: string;
  /** How many rows a FindItem asks for. */
  readonly rows: number;
  readonly type: "text/xml; charset=utf-8" | "application/json";
  readonly parts: readonly (Buffer | string)[];
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);

function findItem(mailbox: FakeMailbox, request: string, total: number): Exchange {
  const wanted = numberIn(request, /MaxEntriesReturned="(\d+)"/);
  const offset = numberIn(request, /Offset="(\d+)"/);
  const count = Math.max(0, Math.min(wanted, total - offset));
  const isLast = offset + count >= total;
  const listed = /AdditionalProperties|AllProperties|>Default</.test(request);
  const [start, end] = answerParts("FindItem");
  const folder = `<m:RootFolder IndexedPagingOffset="${offset + count}" TotalItemsInView="${total}" IncludesLastItemInRange="${isLast}"><t:Items>`;
  const [before, after] = succeeded("FindItem", `${folder}\n</t:Items></m:RootFolder>`).split("\n") as [string, string];
  return {
    operation: "FindItem",
    rows: wanted,
    type: "text/xml; charset=utf-8",
    parts: [start, before, ...mailbox.span(listed ? "ewsListed" : "ewsId", offset, count), after, end],
  };
}

function getItem(mailbox: FakeMailbox, request: string): Exchange {
  const parts = [...request.matchAll(/ItemId Id="([^"]+)"/g)].map(([, id]) => mailbox.byId("ewsGot", id ?? ""));
  const [start, end] = answerParts("GetItem");
  const known = parts.filter((part) => part !== undefined);
  return { operation: "GetItem", rows: 0, type: "text/xml; charset=utf-8", parts: [start, ...known, end] };
}

function createItem(mailbox: FakeMailbox, request: string): Exchange {
  const count = request.match(/<(?:\w+:)?Message>/g)?.length ?? 0;
  const [start, end] = answerParts("CreateItem");
  const ids = mailbox.span("ewsId", 0, count);
  const [before, after] = succeeded("CreateItem", "<m:Items>\n</m:Items>").split("\n") as [string, string];
  const parts = ids.flatMap((id) => [before, id, after]);
  return { operation: "CreateItem", rows: 0, type: "text/xml; charset=utf-8", parts: [start, ...parts, end] };
}

/** The answer to an EWS request; nothing for what the fake does not know. */
export function ewsExchange(mailbox: FakeMailbox, request: string, total: number): Exchange | undefined {
  if (/<(\w+:)?FindItem\b/.test(request)) return findItem(mailbox, request, total);
  if (/<(\w+:)?GetItem\b/.test(request)) return getItem(mailbox, request);
  if (/<(\w+:)?CreateItem\b/.test(request)) return createItem(mailbox, request);
  return undefined;
}

/** The answer to a list of messages in Graph. */
export function graphExchange(mailbox: FakeMailbox, url: URL, total: number): Exchange {
  const top = Number(url.searchParams.get("$top") ?? 10);
  const offset = Number(url.searchParams.get("$skiptoken") ?? 0);
  const select = url.searchParams.get("$select") ?? "";
  const count = Math.max(0, Math.min(top, total - offset));
  const items = mailbox.span(select.split(",").includes("body") ? "graphWhole" : "graphListed", offset, count);
  url.searchParams.set("$skiptoken", String(offset + count));
  const next = offset + count >= total ? "" : `"@odata.nextLink":${JSON.stringify(url.href)},`;
  return {
    operation: "GET messages",
    rows: 0,
    type: "application/json",
    parts: [`{${next}"value":[`, ...items.flatMap((item, at) => (at === 0 ? [item] : [",", item])), "]}"],
  };
}
