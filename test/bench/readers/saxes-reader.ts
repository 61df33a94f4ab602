import { SaxesParser } from "saxes";
import { Agent, request } from "undici";
import { type EwsBenchColumn, ewsBodyColumns, ewsColumns } from "../columns.ts";
import { createMarkup, findMarkup, getMarkup } from "./ews-requests.ts";
import { PackedFile } from "./packed-file.ts";

type Row = Record<string, string | number | boolean | null>;

const agent = new Agent({ keepAliveTimeout: 60_000 });
const headers = { "content-type": "text/xml; charset=utf-8", authorization: `Basic ${btoa("alice@fake.example:x")}` };

const converters = {
  text: (text: string) => text,
  integer: Number,
  boolean: (text: string) => text === "true",
};

const local = new Map<string, string>();
function localName(name: string): string {
  let found = local.get(name);
  if (found === undefined) {
    found = name.slice(name.indexOf(":") + 1);
    local.set(name, found);
  }
  return found;
}

/** Columns by the place of their value below an item. */
function placesOf(columns: readonly EwsBenchColumn[]) {
  const places = new Map<string, EwsBenchColumn[]>();
  for (const column of columns) places.set(column.path, [...(places.get(column.path) ?? []), column]);
  return places;
}

/** One call, its answer parsed while it arrives; `row` is called with each item. */
async function call(
  url: string,
  body: string,
  columns: readonly EwsBenchColumn[],
  row: (row: Row) => void,
): Promise<Record<string, string>> {
  const answer = await request(url, { method: "POST", headers, body, dispatcher: agent });
  if (answer.statusCode !== 200) throw new Error(`the fake answers ${answer.statusCode}: ${await answer.body.text()}`);
  const places = placesOf(columns);
  const blank = Object.fromEntries(columns.map(({ name }) => [name, null]));
  const parser = new SaxesParser({ xmlns: false, position: false });
  let paging: Record<string, string> = {};
  let made: Row | undefined;
  let path: string[] = [];
  let current: readonly EwsBenchColumn[] | undefined;
  let text = "";
  parser.on("opentag", (tag) => {
    const name = localName(tag.name);
    if (name === "RootFolder") paging = tag.attributes as Record<string, string>;
    if (made === undefined) {
      if (name === "Message") {
        made = { ...blank };
        path = [];
      }
      return;
    }
    path.push(name);
    current = places.get(path.length === 1 ? name : path.join("/"));
    text = "";
    for (const column of current ?? [])
      if (column.attribute !== undefined)
        made[column.name] = (tag.attributes as Record<string, string>)[column.attribute] ?? null;
  });
  parser.on("text", (part) => {
    if (current !== undefined) text += part;
  });
  parser.on("closetag", () => {
    if (made === undefined) return;
    if (path.pop() === undefined) {
      row(made);
      made = undefined;
      return;
    }
    for (const column of current ?? [])
      if (column.attribute === undefined) made[column.name] = converters[column.as](text);
    current = undefined;
  });
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) parser.write(decoder.decode(chunk as Uint8Array, { stream: true }));
  parser.close();
  return paging;
}

async function pages(
  url: string,
  limit: number,
  columns: readonly EwsBenchColumn[],
  page: (rows: Row[]) => Promise<void> | void,
): Promise<void> {
  for (let offset = 0; offset < limit; ) {
    const rows: Row[] = [];
    const count = Math.min(1000, limit - offset);
    const paging = await call(url, findMarkup(columns, offset, count), columns, (row) => rows.push(row));
    await page(rows);
    if (paging["IncludesLastItemInRange"] === "true") return;
    offset = Number(paging["IndexedPagingOffset"]);
  }
}

const frame = (record: Row): string => `{"type":"record","record":${JSON.stringify(record)}}`;

/** Reads a list with undici and saxes, one page after the other, into a file. */
export async function readEwsList(url: string, limit: number, file: string): Promise<number> {
  const out = new PackedFile(file);
  let rows = 0;
  for (let offset = 0; offset < limit; ) {
    const paging = await call(
      url,
      findMarkup(ewsColumns, offset, Math.min(1000, limit - offset)),
      ewsColumns,
      (row) => {
        out.line(frame(row));
        rows += 1;
      },
    );
    if (paging["IncludesLastItemInRange"] === "true") break;
    offset = Number(paging["IndexedPagingOffset"]);
  }
  out.close();
  return rows;
}

/** Reads items with their bodies: pages of ids, then batches of 100, one at a time. */
export async function readEwsBodies(url: string, limit: number, file: string): Promise<number> {
  const out = new PackedFile(file);
  let rows = 0;
  await pages(url, limit, ewsColumns.slice(0, 1), async (found) => {
    for (let at = 0; at < found.length; at += 100) {
      const ids = found.slice(at, at + 100).map(({ ItemId }) => String(ItemId));
      await call(url, getMarkup(ewsBodyColumns, ids), ewsBodyColumns, (row) => {
        out.line(frame(row));
        rows += 1;
      });
    }
  });
  out.close();
  return rows;
}

/** Creates messages in batches of 100, with SOAP of its own. */
export async function createEws(url: string, count: number): Promise<number> {
  let made = 0;
  for (let at = 0; at < count; at += 100) {
    await call(url, createMarkup(at, Math.min(100, count - at)), ewsColumns.slice(0, 2), () => {
      made += 1;
    });
  }
  return made;
}
