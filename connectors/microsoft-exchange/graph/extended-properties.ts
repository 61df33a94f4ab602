import { ConnectorError, type RecordStream, type Row, type RowOutcome, type Value } from "#spi";
import { type GraphCalls, itemsOf } from "./call.ts";
import { valuesOf } from "./conditions.ts";
import { member } from "./errors.ts";
import { mailboxOwner, type Owner, segment } from "./mailbox.ts";
import { queryString, quoted } from "./odata.ts";
import { succeeded, unsuccessful } from "./outcomes.ts";
import { rowReader } from "./read-row.ts";
import type { GraphQuery } from "./reading.ts";
import type { GraphTable } from "./resource.ts";
import { inOrder, type PreparedRow, prepareRows, sendRows } from "./write-rows.ts";

/** Collections of the items that carry properties, by the table's name. */
const collections: Readonly<Record<string, string>> = {
  Messages: "messages",
  Events: "events",
  Contacts: "contacts",
  Calendars: "calendars",
  MailFolders: "mailFolders",
  ContactFolders: "contactFolders",
};

/** `String {guid} Name x`, `Integer 0x0E08`; Graph answers others with an error that names no column. */
const PROPERTY_ID = /^\w+ (?:\{[0-9a-f-]{36}\} (?:Name [^\r\n]+|Id 0x[0-9a-f]+)|0x[0-9a-f]{1,8})$/i;

/** Reads properties: Graph tells them only by name and through the item that has them. */
export async function* readExtendedProperties(calls: GraphCalls, query: GraphQuery, signal: AbortSignal): RecordStream {
  const need = (name: string): readonly string[] => valuesOf(query.where, name) ?? [];
  const users = valuesOf(query.where, "userId") ?? [null];
  for (const userId of users) {
    const owner = mailboxOwner(calls.config, userId === "" ? {} : { UserId: userId });
    for (const resourceName of need("resourceName")) {
      for (const resourceId of need("resourceId")) {
        const found = await readItem(calls, owner, resourceName, resourceId, need("id"), signal);
        const address = { resourceId, resourceName, userId };
        const read = rowReader(query.columns, address);
        if (found.length > 0) yield { rows: found.map(read) };
      }
    }
  }
}

async function readItem(
  calls: GraphCalls,
  owner: Owner,
  resourceName: string,
  resourceId: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Value[]> {
  const wanted = ids.map(checkedId);
  const filter = wanted.map((id) => `id eq ${quoted(id)}`).join(" or ");
  const options = queryString({ $select: "id", $expand: `singleValueExtendedProperties($filter=${filter})` });
  const path = `${carrierPath(owner, resourceName, resourceId)}${options}`;
  try {
    const item = await calls.json({ method: "GET", path, operation: "GET properties", mailbox: owner.mailbox }, signal);
    const properties = itemsOf({ value: member(item, "singleValueExtendedProperties") ?? [] });
    // Graph tells ids in its own spelling; the rows have the one asked for.
    return properties.map((property) => ({
      id: wanted.find((id) => id.toLowerCase() === String(member(property, "id")).toLowerCase()) ?? wanted[0] ?? "",
      value: member(property, "value") ?? null,
    }));
  } catch (error) {
    if (error instanceof ConnectorError && error.code === "NOT_FOUND") return [];
    throw error;
  }
}

function carrierPath(owner: Owner, resourceName: string, resourceId: string): string {
  const collection = collections[resourceName];
  if (collection === undefined) {
    const names = Object.keys(collections).join(", ");
    throw new ConnectorError("INVALID_QUERY", `resourceName must be one of ${names}.`, { target: "resourceName" });
  }
  return `${owner.path}/${collection}/${segment(resourceId)}`;
}

function checkedId(id: string): string {
  if (PROPERTY_ID.test(id)) return id;
  throw new ConnectorError(
    "INVALID_QUERY",
    "A property id is `Type 0xTAG`, `Type {guid} Name x` or `Type {guid} Id 0x1`.",
    {
      target: "id",
    },
  );
}

/** Sets properties; creating and updating one are the same to Graph, and doing it twice is as doing it once. */
export async function writeExtendedProperties(
  calls: GraphCalls,
  table: GraphTable,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const { prepared, failed } = prepareRows(rows, (row, index) => prepare(calls, row, index));
  const sent = await sendRows(calls, prepared, `PATCH ${table.resource.collection}`, true, signal);
  const outcomes = sent.map(({ index, row, result }) =>
    result.error === undefined
      ? succeeded(index, { id: row.id ?? null })
      : unsuccessful(index, result.error, { id: row.id ?? null }),
  );
  return inOrder([...failed, ...outcomes]);
}

function prepare(calls: GraphCalls, row: Row, index: number): PreparedRow {
  const text = (name: string): string => {
    const value = row[name];
    if (typeof value === "string" && value !== "") return value;
    throw new ConnectorError("INVALID_QUERY", `The row needs ${name}.`, { target: name });
  };
  const owner = mailboxOwner(calls.config, { UserId: row.userId ?? null });
  const path = carrierPath(owner, text("resourceName"), text("resourceId"));
  const body = { singleValueExtendedProperties: [{ id: checkedId(text("id")), value: row.value ?? null }] };
  return { index, row, owner, part: { method: "PATCH", path, body } };
}
