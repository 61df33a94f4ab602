import { ConnectorError, type Row, type RowOutcome } from "#spi";
import { type Remainder, sendRemainders, splitBody } from "./apart.ts";
import type { GraphCalls } from "./call.ts";
import type { JsonObject } from "./errors.ts";
import { type Owner, segment } from "./mailbox.ts";
import { succeeded, unsuccessful } from "./outcomes.ts";
import { findByKey, newKey, withKey } from "./recognition.ts";
import type { GraphResource, GraphTable } from "./resource.ts";
import { bodyOf, idOf } from "./write-row.ts";
import { inOrder, keyOf, ownerOfRow, type PreparedRow, prepareRows, sendRows, type WrittenRow } from "./write-rows.ts";

interface NewRow extends PreparedRow {
  readonly collection: string;
  readonly key: string;
}

/** Creates rows, a batch for all. Events may be sent twice (transactionId); what else is lost is looked for. */
export async function createRows(
  calls: GraphCalls,
  table: GraphTable,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const { prepared, failed } = prepareRows(rows, (row, index) => prepare(calls, table, row, index));
  const recognition = table.resource.writes?.recognition;
  const operation = `POST ${table.resource.collection}`;
  const sent = await sendRows(calls, prepared, operation, recognition === "transactionId", signal);
  const incomplete = await sendRemainders(
    calls,
    sent.flatMap(remainderOf),
    `PATCH ${table.resource.collection}`,
    signal,
  );
  const outcomes: RowOutcome[] = [...failed];
  for (const row of sent) outcomes.push(incomplete.get(row.index) ?? (await outcomeOf(calls, table, row, signal)));
  return inOrder(outcomes);
}

function prepare(calls: GraphCalls, table: GraphTable, row: Row, index: number): NewRow {
  const { definition, resource } = table;
  const owner = ownerOfRow(calls, table, row);
  const collection = collectionOf(resource, owner, row);
  const key = newKey(calls.context);
  const { first: plain, apart } = splitBody(resource.writes?.apart, bodyOf(definition, row));
  const body = recognisable(resource, resource.writes?.prepare?.(plain, row) ?? plain, key);
  const headers = resource.headers === undefined ? {} : { headers: resource.headers };
  return { index, row, owner, collection, key, part: { method: "POST", path: collection, body, ...headers }, apart };
}

/** What is left to write of a row that was created. */
function remainderOf({ index, collection, owner, apart = [], result }: NewRow & WrittenRow): Remainder[] {
  const id = result.error === undefined ? idOf(result.answer.body) : undefined;
  if (id === undefined || apart.length === 0) return [];
  return [{ index, key: { id }, path: `${collection}/${segment(id)}`, mailbox: owner.mailbox, apart }];
}

/** The collection of the parent a row names, else the plain one. */
function collectionOf({ parent, collection }: GraphResource, owner: Owner, row: Row): string {
  const given = parent === undefined ? undefined : row[parent.column];
  if (parent === undefined || typeof given !== "string" || given === "") return `${owner.path}/${collection}`;
  const known = parent.wellKnown?.find((name) => name === given.toLowerCase());
  return `${owner.path}/${parent.path(segment(known ?? given))}`;
}

/** The key of a new row: the id Graph made, and what else the table's key has. */
const keyOfNew = (table: GraphTable, row: Row, id: string | undefined): Row =>
  id === undefined ? {} : { id, ...keyOf(table, row) };

function recognisable({ writes }: GraphResource, body: JsonObject, key: string): JsonObject {
  if (writes?.recognition === "extended-property") return withKey(body, key);
  if (writes?.recognition === "transactionId" && (body.transactionId ?? null) === null) {
    return { ...body, transactionId: key };
  }
  return body;
}

async function outcomeOf(
  calls: GraphCalls,
  table: GraphTable,
  row: NewRow & WrittenRow,
  signal: AbortSignal,
): Promise<RowOutcome> {
  const { result } = row;
  if (result.error === undefined) return succeeded(row.index, keyOfNew(table, row.row, idOf(result.answer.body)));
  const { error } = result;
  if (error.effect !== "unknown" || table.resource.writes?.recognition !== "extended-property") {
    return unsuccessful(row.index, error);
  }
  return lookUp(calls, table, row, error, signal);
}

/** A lost answer: found is created; not found in two looks may still come, so it stays open. */
async function lookUp(
  calls: GraphCalls,
  table: GraphTable,
  row: NewRow,
  lost: ConnectorError,
  signal: AbortSignal,
): Promise<RowOutcome> {
  try {
    const id = await findByKey(calls, row.collection, row.owner.mailbox, row.key, signal);
    if (id !== undefined) return succeeded(row.index, keyOfNew(table, row.row, id));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    calls.context.log.warn({ code: error.code, cause: error.causeCode }, "look-up after a lost answer failed");
  }
  return unsuccessful(row.index, lost);
}
