import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Row, TableDefinition } from "#spi";
import { deedsOfTable } from "../../../coverage/declared.ts";
import { type Deed, tableName } from "../../../coverage/evidence.ts";
import { reasonsOf, subjectNamed } from "../../../coverage/subjects.ts";
import { says } from "../../../coverage/written-values.ts";
import { hasEwsContract } from "../../../sandbox/ews-contract.ts";
import { type Stand, startStand } from "../../support/stand.ts";
import { contractCheck } from "./contract.ts";
import type { Samples, TableSamples } from "./samples.ts";

const subject = subjectNamed("microsoft-exchange");
const reasons = reasonsOf(subject);

/** What samples and set-ups are made with. */
export interface WalkContext {
  readonly stand: Stand;
  /** An activity of the connection under test. */
  run(activity: string, body: unknown): Promise<Row & { readonly records: readonly Row[] }>;
  /** Creates one row and answers its key. */
  create(table: string, row: Row): Promise<Row>;
  /** Rows of a table. */
  rows(table: string, columns: readonly string[], where?: Row): Promise<readonly Row[]>;
}

export interface WalkOptions {
  readonly schema: string;
  /** Tables to walk. */
  readonly tables: readonly string[];
  readonly samples: Samples;
  readonly properties: (stand: Stand) => object;
  /** Fills the mailboxes, so that each column has a value somewhere. */
  readonly fill?: (context: WalkContext) => Promise<void>;
}

const condition = (where: Row) => ({
  and: Object.entries(where).map(([column, value]) => ({ column, operator: "=", value })),
});

/** Starts the service before a sandbox that Microsoft's schemas watch. Answers the context. */
export function useWalk({ properties, fill }: Pick<WalkOptions, "properties" | "fill">): () => WalkContext {
  const check = contractCheck();
  let context: WalkContext | undefined;
  beforeAll(async () => {
    const stand = await startStand({ between: check.between });
    await stand.admin.ok("/v1/connections", {
      name: "walked",
      connector: "microsoft-exchange",
      properties: properties(stand),
    });
    const run: WalkContext["run"] = (activity, body) => stand.admin.run("walked", activity, body);
    const rows: WalkContext["rows"] = async (table, columns, where) => {
      const filter = where === undefined || Object.keys(where).length === 0 ? {} : { where: condition(where) };
      return (await run("query", { table, columns, pageSize: 1000, ...filter })).records;
    };
    const create: WalkContext["create"] = async (table, row) => {
      const answer = await run("create", { table, rows: [row] });
      const [outcome] = answer["outcomes"] as unknown as readonly Outcome[];
      if (outcome?.key === undefined) throw new Error(`${table}: ${JSON.stringify(answer)}`);
      return outcome.key;
    };
    context = { stand, run, create, rows };
    await fill?.(context);
  });
  afterAll(async () => {
    await context?.stand.stop();
    expect(check.complaints.join("\n\n")).toBe("");
    if (hasEwsContract) expect(check.checked()).toBeGreaterThan(0);
  });
  return () => {
    if (context === undefined) throw new Error("the service did not start");
    return context;
  };
}

/** Each table through the HTTP API: every column read, created, changed, read back, and the rows deleted. */
export function walkTables(options: WalkOptions): void {
  const context = useWalk(options);
  const declared = new Map(subject.definition.tablesOf(options.schema).map((table) => [table.name, table]));
  describe.each(options.tables)(`${options.schema} %s`, (name) => {
    test("every column and activity", async () => {
      const table = declared.get(name);
      if (table === undefined) throw new Error(`${options.schema} has no table ${name}`);
      await walk(table, options, context());
    });
  });
}

/** Columns of a table, as the walk of one row wants them. */
interface Walked {
  readonly table: TableDefinition;
  readonly context: WalkContext;
  readonly samples: TableSamples;
  /** What cannot be done, with the reason. */
  readonly known: ReadonlyMap<Deed, string>;
  readonly done: Set<Deed>;
  readonly wrong: string[];
}

async function walk(table: TableDefinition, { schema, samples }: WalkOptions, context: WalkContext): Promise<void> {
  const given = samples[table.name] ?? {};
  const own = typeof given === "function" ? await given(context) : given;
  const known = reasons.get(tableName(schema, table.name)) ?? new Map<Deed, string>();
  const walked: Walked = { table, context, samples: own, known, done: new Set(), wrong: [] };
  await readAll(walked);
  for (const { key, update } of own.existing ?? []) await change(walked, key, update);
  const keys: Row[] = [];
  for (const { create, update, where, unlike = {} } of own.rows ?? []) {
    const its: Walked = { ...walked, samples: { ...own, where: { ...own.where, ...where } } };
    const key = await add(its, create, unlike);
    if (key === undefined) continue;
    if (update !== undefined) await change(its, key, update);
    keys.push(key);
  }
  if (table.activities.includes("delete")) for (const key of keys) await remove(walked, key);
  const missing = deedsOfTable(table).filter((deed) => !walked.done.has(deed) && !known.has(deed));
  expect(walked.wrong).toEqual([]);
  expect(missing, "no sample value, or no value came back").toEqual([]);
}

const names = (table: TableDefinition): string[] => table.columns.map(({ name }) => name);

/** Notes which columns of the rows have a value. */
function noteRead({ done }: Walked, rows: readonly Row[]): void {
  for (const row of rows) {
    done.add("query");
    for (const [name, value] of Object.entries(row)) if (value !== null) done.add(`query:${name}`);
  }
}

async function readAll(walked: Walked): Promise<void> {
  const { table, context, samples } = walked;
  noteRead(walked, await context.rows(table.name, names(table), samples.where));
  for (const where of samples.also ?? [])
    noteRead(walked, (await context.run("query", { table: table.name, columns: names(table), where })).records);
}

/** The one row of a key, all columns. */
async function readOne(walked: Walked, key: Row): Promise<Row | undefined> {
  const { table, context, samples } = walked;
  const addressed = Object.fromEntries(
    table.columns.filter((column) => column.key && key[column.name] !== undefined).map(({ name }) => [name, key[name]]),
  ) as Row;
  const rows = await context.rows(table.name, names(table), { ...samples.where, ...addressed });
  noteRead(walked, rows);
  expect(rows.length, `${table.name} ${JSON.stringify(addressed)}`).toBeLessThan(2);
  return rows[0];
}

interface Outcome {
  readonly status: string;
  readonly key?: Row;
}

async function write(walked: Walked, activity: string, row: Row): Promise<Outcome | undefined> {
  const { table, context, samples, wrong } = walked;
  const path = `/v1/connections/walked/${activity}`;
  const answer = await context.stand.admin.call(path, { table: table.name, rows: [{ ...row, ...samples.alongside }] });
  const outcome = answer.status === 200 ? (answer.body.outcomes[0] as Outcome) : undefined;
  if (outcome?.status === "succeeded") {
    walked.done.add(activity);
    return outcome;
  }
  wrong.push(`${activity} ${JSON.stringify(row)}: ${answer.text}`);
  return undefined;
}

/** Compares what was written with what came back. */
function compare({ done, wrong, known }: Walked, activity: string, row: Row, read: Row | undefined): void {
  for (const [name, value] of Object.entries(row)) {
    if (says(read?.[name], value)) done.add(`${activity}:${name}`);
    else if (!known.has(`${activity}:${name}`))
      wrong.push(`${activity} ${name}: ${JSON.stringify(value)} came back as ${JSON.stringify(read?.[name])}`);
  }
}

async function add(walked: Walked, row: Row, unlike: Row): Promise<Row | undefined> {
  const outcome = await write(walked, "create", { ...row, ...unlike });
  if (outcome?.key === undefined) return undefined;
  const read = await readOne(walked, outcome.key);
  compare(walked, "create", row, read);
  return { ...read, ...outcome.key };
}

/** Changes the row of a key, naming its version where the table has one. */
async function change(walked: Walked, key: Row, row: Row): Promise<void> {
  const named = walked.table.columns.filter(
    ({ name, key: isKey, mutability, type }) =>
      key[name] !== undefined && (isKey || (mutability === "update-only" && type === "id")),
  );
  const addressed = Object.fromEntries(named.map(({ name }) => [name, key[name]])) as Row;
  const outcome = await write(walked, "update", { ...addressed, ...row });
  if (outcome === undefined) return;
  for (const { name } of named) walked.done.add(`update:${name}`);
  compare(walked, "update", row, await readOne(walked, { ...key, ...outcome.key }));
}

async function remove(walked: Walked, key: Row): Promise<void> {
  const { table } = walked;
  const keyed = table.columns.filter((column) => column.key).map(({ name }) => [name, key[name]]);
  const addressed = Object.fromEntries(keyed) as Row;
  if ((await write(walked, "delete", addressed)) === undefined || walked.samples.isKept === true) return;
  const left = await readOne({ ...walked, done: new Set() }, addressed).catch(() => undefined);
  if (left !== undefined) walked.wrong.push(`delete ${JSON.stringify(addressed)}: the row is still there`);
}
