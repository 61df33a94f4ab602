import type { Value, Warning } from "#spi";
import { type Part, runParts } from "./batch.ts";
import { propertyOf } from "./binding.ts";
import { type JsonObject, member } from "./errors.ts";
import { segment } from "./mailbox.ts";
import { queryString } from "./odata.ts";
import type { AddressValues } from "./read-row.ts";
import type { Reading } from "./reading.ts";

interface Filled {
  readonly items: readonly Value[];
  readonly warnings: readonly Warning[];
}

/** Adds to the items of a page what lists leave out and the query asks for, one further read an item. */
export async function fillItems(reading: Reading, items: readonly Value[], address: AddressValues): Promise<Filled> {
  const afterProfile = await fillItemOnly(reading, items);
  const withCalendar = await fillCalendars(reading, afterProfile.items, address);
  return { items: await fillContent(reading, withCalendar, address), warnings: afterProfile.warnings };
}

/** Columns that only a single read fills: read when they were named, told about when they were not. */
async function fillItemOnly(reading: Reading, items: readonly Value[]): Promise<Filled> {
  const { resource, query } = reading;
  const itemOnly = resource.itemOnly ?? [];
  const wanted = [...new Set(query.columns.map((column) => propertyOf(column).path[0] ?? ""))].filter((name) =>
    itemOnly.includes(name),
  );
  if (wanted.length === 0 || items.length === 0) return { items, warnings: [] };
  if (!query.columnsNamed) return { items, warnings: [emptyColumns(wanted)] };
  const tail = queryString({ $select: wanted.join(",") });
  const answers = await readEach(reading, items, (id) => `/${resource.collection}/${segment(id)}${tail}`);
  const filled = items.map((item, index) => merge(item, answers[index]));
  return { items: filled, warnings: answers.includes(undefined) ? [unreadable(wanted)] : [] };
}

/** The calendar of events read by id, which is told by no member of the event. */
async function fillCalendars(
  reading: Reading,
  items: readonly Value[],
  address: AddressValues,
): Promise<readonly Value[]> {
  const { resource, query, owner } = reading;
  const { parent } = resource;
  if (parent?.otherwise.kind !== "default" || parent.column in address) return items;
  if (!query.columns.some(({ name }) => name === parent.column)) return items;
  const open = items.filter((item) => member(item, parent.column) === undefined);
  const answers = await readEach(reading, open, (id) => `${owner.path}/events/${segment(id)}/calendar?$select=id`);
  const known = new Map(open.map((item, index) => [item, member(answers[index], "id") ?? null]));
  return items.map((item) => (known.has(item) ? merge(item, { [parent.column]: known.get(item) ?? null }) : item));
}

/** The bytes of attached items, which lists give for files only. */
async function fillContent(
  reading: Reading,
  items: readonly Value[],
  address: AddressValues,
): Promise<readonly Value[]> {
  const { calls, resource, query, owner, signal } = reading;
  const parentId = resource.parent === undefined ? undefined : address[resource.parent.column];
  if (resource.collection !== "attachments" || typeof parentId !== "string") return items;
  if (!query.columns.some(({ name }) => name === "contentBytes")) return items;
  const filled: Value[] = [];
  for (const item of items) {
    const id = member(item, "id");
    if (member(item, "@odata.type") !== "#microsoft.graph.itemAttachment" || typeof id !== "string") {
      filled.push(item);
      continue;
    }
    const path = `${owner.path}/${resource.parent?.path(segment(parentId)) ?? ""}/${segment(id)}/$value`;
    const bytes = await calls.bytes({ method: "GET", path, operation: "GET $value", mailbox: owner.mailbox }, signal);
    filled.push(merge(item, { contentBytes: Buffer.from(bytes).toString("base64") }));
  }
  return filled;
}

const merge = (item: Value, more: JsonObject | undefined): Value => ({ ...(item as JsonObject), ...more });

/** One read for each item; nothing where Graph tells less of an item than of others (no license, no right). */
async function readEach(
  reading: Reading,
  items: readonly Value[],
  path: (id: string) => string,
): Promise<readonly (JsonObject | undefined)[]> {
  const { calls, resource, owner, signal } = reading;
  const parts = items.map((item): Part => ({ method: "GET", path: path(String(member(item, "id"))) }));
  const options = { operation: `GET ${resource.collection} item`, mailbox: owner.mailbox, repeatable: true };
  const results = await runParts(calls, parts, options, signal);
  return results.map((result) => {
    if (result.error === undefined) return result.answer.body as JsonObject;
    const { error } = result;
    if (error.retry === "later" || error.code === "AUTHENTICATION_FAILED") throw error;
    return undefined;
  });
}

const emptyColumns = (names: readonly string[]): Warning => ({
  code: "ITEM_COLUMNS_EMPTY",
  detail: `Lists leave these columns empty: ${names.join(", ")}. Name them in the query to have each row read for them.`,
});

const unreadable = (names: readonly string[]): Warning => ({
  code: "ITEM_COLUMNS_UNREADABLE",
  detail: `For some rows Microsoft Graph does not tell: ${names.join(", ")}.`,
});
