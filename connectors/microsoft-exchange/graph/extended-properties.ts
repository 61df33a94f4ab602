import { ConnectorError, type RecordStream, type Row, type RowOutcome, type Value } from "#spi";
import { type GraphCalls, itemsOf } from "./call.ts";
import { valuesOf } from "./conditions.ts";
import { type JsonObject, member } from "./errors.ts";
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
  const options = queryString({ $select: "id", $expand: expansions(wanted) });
  const path = `${carrierPath(owner, resourceName, resourceId)}${options}`;
  try {
    const item = await calls.json({ method: "GET", path, operation: "GET properties", mailbox: owner.mailbox }, signal);
    const properties = [single, multiple].flatMap((name) => itemsOf({ value: member(item, name) ?? [] }));
    // Graph tells ids in its own spelling; the rows have the one asked for.
    return properties.map((property) => ({
      id: wanted.find((id) => id.toLowerCase() === String(member(property, "id")).toLowerCase()) ?? wanted[0] ?? "",
      value: textOf(member(property, "value") ?? null),
    }));
  } catch (error) {
    if (error instanceof ConnectorError && error.code === "NOT_FOUND") return [];
    throw error;
  }
}

const single = "singleValueExtendedProperties";
const multiple = "multiValueExtendedProperties";

/** Properties of several values have a type of their own: `StringArray {guid} Name x`. */
const isMultiple = (id: string): boolean => /^\w+Array /i.test(id);

/** What `$expand` names, by the collection each property stands in. */
function expansions(ids: readonly string[]): string {
  const parts = [single, multiple].flatMap((name) => {
    const own = ids.filter((id) => isMultiple(id) === (name === multiple));
    const filter = own.map((id) => `id eq ${quoted(id)}`).join(" or ");
    return own.length === 0 ? [] : [`${name}($filter=${filter})`];
  });
  return parts.join(",");
}

/** Several values are one JSON array in the text. */
const textOf = (value: Value): Value => (Array.isArray(value) ? JSON.stringify(value) : value);

/** The body that sets a property; NULL takes it away. */
function propertyBody(id: string, value: Value): JsonObject {
  if (!isMultiple(id) || value === null) return { [isMultiple(id) ? multiple : single]: [{ id, value }] };
  return { [multiple]: [{ id, value: listOf(value) }] };
}

function listOf(value: Value): readonly string[] {
  try {
    const list: unknown = JSON.parse(String(value));
    if (Array.isArray(list) && list.every((one) => typeof one !== "object")) return list.map(String);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ConnectorError("INVALID_QUERY", 'The value of an Array property is a JSON array, such as ["a","b"].', {
    target: "value",
  });
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
    "A property id is `Type 0xTAG`, `Type {guid} Name x` or `Type {guid} Id 0x1`; types of several values end in Array.",
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
  const body = propertyBody(checkedId(text("id")), row.value ?? null);
  return { index, row, owner, part: { method: "PATCH", path, body } };
}
