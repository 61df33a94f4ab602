import { appendFileSync } from "node:fs";
import path from "node:path";
import { threadId } from "node:worker_threads";
import { TestRunner } from "vitest";
import type {
  BoundProcedure,
  Column,
  ConnectorDefinition,
  Parameter,
  RecordStream,
  Row,
  RowOutcome,
  Session,
  TableDefinition,
  Value,
} from "#spi";
import { type Place, placeOf } from "./place.ts";
import { type ProcedureRecord, recordsVariable, type TableRecord } from "./record.ts";
import { WrittenValues } from "./written-values.ts";

const folder = process.env[recordsVariable];
const file = folder === undefined ? undefined : path.join(folder, `${process.pid}-${threadId}.jsonl`);

/** Rows of one query that are looked at: the rest of a long answer tells nothing new. */
const rowsLookedAt = 500;

const written = new WrittenValues();
const seen = new Set<string>();

/** Writes down what the current test did; what runs outside of tests proves nothing by itself. */
function note(place: Place, done: TableRecord | ProcedureRecord): void {
  const test = TestRunner.getCurrentTest();
  if (file === undefined || test === undefined) return;
  const line = JSON.stringify({ testId: test.id, ...place, ...done });
  if (seen.has(line)) return;
  seen.add(line);
  appendFileSync(file, `${line}\n`);
}

const hasValue = (value: Value | undefined): boolean => value !== null && value !== undefined;

/** Looks at the rows of a query as they pass. */
async function* watchQuery(place: Place, table: TableDefinition, stream: RecordStream): RecordStream {
  const filled = new Set<string>();
  let rowCount = 0;
  for await (const batch of stream) {
    for (const row of batch.rows.slice(0, Math.max(0, rowsLookedAt - rowCount))) look(place, table, row, filled);
    rowCount += batch.rows.length;
    if (rowCount > 0) note(place, { table: table.name, activity: "query", columns: [...filled].toSorted() });
    yield batch;
  }
}

function look(place: Place, table: TableDefinition, row: Row, filled: Set<string>): void {
  for (const name of Object.keys(row)) if (!filled.has(name) && hasValue(row[name])) filled.add(name);
  for (const [activity, columns] of written.confirmed(table, row))
    note(place, { table: table.name, activity, columns });
}

async function watchWrite(
  place: Place,
  activity: "create" | "update" | "delete",
  table: TableDefinition,
  rows: readonly Row[],
  writing: Promise<readonly RowOutcome[]>,
): Promise<readonly RowOutcome[]> {
  const outcomes = await writing;
  for (const { index, status, key } of outcomes) {
    const row = rows[index];
    if (status !== "succeeded" || row === undefined) continue;
    if (activity !== "delete") written.note(activity, table, row, key);
    const addressing = activity === "update" ? table.columns.filter(({ name }) => hasValue(row[name])) : [];
    const columns = addressing.filter((column) => addressesRow(table, column)).map(({ name }) => name);
    note(place, { table: table.name, activity, columns });
  }
  return outcomes;
}

/** Keys and change keys say which row, in which version, is changed: a change that succeeds is all they can show. */
const addressesRow = (table: TableDefinition, { name, key, mutability, type }: Column): boolean =>
  key || (mutability === "update-only" && type === "id") || table.requiredInWhere?.includes(name) === true;

async function* watchExecution(place: Place, { procedure, input }: BoundProcedure, stream: RecordStream): RecordStream {
  const outputs = new Set<string>();
  for await (const batch of stream) {
    for (const row of batch.rows) for (const name of Object.keys(row)) if (hasValue(row[name])) outputs.add(name);
    yield batch;
  }
  const given = procedure.inputs.filter((each) => isGiven(each, input[each.name]));
  note(place, {
    procedure: procedure.name,
    inputs: given.map(({ name }) => name),
    outputs: [...outputs].toSorted(),
  });
}

/** A default is filled in where nothing is given: another value was given, unless there is no other. */
const isGiven = (parameter: Parameter, value: Value | undefined): boolean =>
  hasValue(value) && (value !== parameter.default || parameter.allowed?.length === 1);

/** The same session; what the tests do with it is written down. */
export function recordedSession<B>(place: Place, session: Session<B>): Session<B> {
  if (file === undefined) return session;
  const plain = (table: TableDefinition<B>) => table as unknown as TableDefinition;
  const write =
    (activity: "create" | "update" | "delete"): Session<B>["create"] =>
    (table, rows, signal) =>
      watchWrite(place, activity, plain(table), rows, session[activity](table, rows, signal));
  const watched: Partial<Session<B>> = {
    query: (query, signal) => watchQuery(place, plain(query.table), session.query(query, signal)),
    create: write("create"),
    update: write("update"),
    delete: write("delete"),
    execute: (bound, signal) =>
      watchExecution(place, bound as unknown as BoundProcedure, session.execute(bound, signal)),
  };
  return new Proxy(session, {
    get(target, member) {
      const value: unknown = Reflect.get(member in watched ? watched : target, member);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The same connector; what the tests do with its sessions is written down. */
export function recorded(definition: ConnectorDefinition): ConnectorDefinition {
  return {
    ...definition,
    connect: async (config, context) =>
      recordedSession(placeOf(definition, config), await definition.connect(config, context)),
  };
}
