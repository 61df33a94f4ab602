import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Batch,
  type BoundQuery,
  type Column,
  type Comparison,
  type ConnectorDefinition,
  ConnectorError,
  keyColumns,
  type Operator,
  type PropertyValues,
  type Row,
  type Session,
  type StepReporter,
  type TableDefinition,
  type Value,
} from "#spi";
import { compileCondition } from "../../src/query/compile-condition.ts";
import { createSorter } from "../../src/query/order.ts";
import { typedValue } from "../../src/query/typed-value.ts";

/** What a connector brings along to be examined. */
export interface ConnectorScenario {
  readonly definition: ConnectorDefinition;
  /** The schema of the configuration. */
  readonly schema: string;
  readonly properties: PropertyValues;
  /** Refused by `parse` with INVALID_PROPERTY that names properties. */
  readonly badProperties: PropertyValues;
  /** A session against a server without rows in the sample table, or with rows that do not change meanwhile. */
  open(config: unknown): Promise<Session>;
  /** Absent for connectors without tables. */
  readonly sample?: {
    readonly table: string;
    /** At least five different rows, good for create. */
    readonly rows: readonly Row[];
    /** A change for update, without the key. */
    readonly change: Row;
    /** A row that passes binding and that the server refuses. */
    readonly refused: Row;
    /** A key that names no row. */
    readonly missingKey: Row;
  };
  /** `firstKey` is the key of a sample row, or empty where there are none. */
  readonly procedure?: { readonly name: string; input(firstKey: Row): Readonly<Record<string, Value>> };
}

/** The suite every connector passes: its declarations hold together, and its session keeps what they promise. */
export function connectorContract(title: string, scenario: ConnectorScenario): void {
  describe(`${title}: the definition`, () => definitionSuite(scenario));
  const { sample } = scenario;
  describe(`${title}: the session`, () =>
    sample === undefined ? tablelessSuite(scenario) : sessionSuite({ ...scenario, sample }));
}

function definitionSuite({ definition, schema, properties, badProperties, sample }: ConnectorScenario): void {
  const config = () => definition.parse(properties);

  it("has properties in known groups, and rules about known properties", () => {
    const keys = definition.properties.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(0);
    for (const property of definition.properties) {
      expect(definition.propertyGroups).toContain(property.group);
      expect(property.description).not.toBe("");
    }
    for (const rule of definition.jointRules) expect(keys).toContain(rule.property);
    for (const cause of definition.causes) if (cause.property !== undefined) expect(keys).toContain(cause.property);
    if (definition.schemaProperty !== undefined) expect(keys).toContain(definition.schemaProperty);
  });

  it("refuses a bad configuration with the properties to blame", () => {
    const error = thrownBy(() => definition.parse(badProperties));
    expect(error).toBeInstanceOf(ConnectorError);
    expect((error as ConnectorError).code).toBe("INVALID_PROPERTY");
    const { mistakes, target } = error as ConnectorError;
    const blamed = mistakes.length > 0 ? mistakes.map(({ pointer }) => pointer.replace("/properties/", "")) : [target];
    for (const key of blamed) expect(definition.properties.map((property) => property.key)).toContain(key);
  });

  it("offers tables and procedures of the catalogue, by unique names", () => {
    expect(definition.schemas.map(({ name }) => name)).toContain(schema);
    const catalogued = definition.tablesOf(schema).map(({ name }) => name);
    const offered = definition.tables(config()).map(({ name }) => name);
    if (sample === undefined) expect(offered).toEqual([]);
    else expect(offered.length).toBeGreaterThan(0);
    expect(catalogued).toEqual(expect.arrayContaining(offered));
    for (const names of [catalogued, definition.proceduresOf(schema).map(({ name }) => name)]) expectDistinct(names);
  });

  it("declares tables that hold together", () => {
    for (const table of definition.schemas.flatMap(({ name }) => definition.tablesOf(name))) checkTable(table);
  });

  it("is data beside its functions: limits, transport and calls are pure", () => {
    const one = config();
    expect(definition.limits(one)).toEqual(definition.limits(one));
    expect(definition.limits(one).pageSize).toBeGreaterThan(0);
    expect(definition.transport(one)).toEqual(definition.transport(one));
    const [table] = definition.tables(one);
    if (table === undefined) return;
    const query = everything(table);
    expect(definition.calls(one, query)).toEqual(definition.calls(one, query));
    expect(definition.calls(one, query).length).toBeGreaterThan(0);
  });
}

function checkTable(table: TableDefinition): void {
  const columns = table.columns.map(({ name }) => name);
  const pseudo = table.pseudoColumns.map(({ name }) => name);
  expectDistinct([...columns, ...pseudo]);
  expect(columns, table.name).toEqual(
    expect.arrayContaining([...table.requiredOnCreate.filter((name) => !pseudo.includes(name))]),
  );
  expect([...columns, ...pseudo], table.name).toEqual(expect.arrayContaining([...(table.requiredInWhere ?? [])]));
  const writes = table.activities.filter((activity) => activity !== "query");
  if (table.kind === "VIEW") expect(writes, table.name).toEqual([]);
  // A table whose one row is neither created nor deleted (settings) needs no key.
  if (writes.includes("create") || writes.includes("delete"))
    expect(keyColumns(table).length, table.name).toBeGreaterThan(0);
  if (writes.length > 0) expect(table.rowsPerWrite, table.name).toBeGreaterThan(0);
  // A row of a view may be told apart by a time; rows that are written are addressed by text.
  const keyTypes = writes.length > 0 ? ["id", "string"] : ["id", "string", "datetime"];
  for (const column of table.columns) {
    if (column.sortsExactly) expect(column.sortable, `${table.name}.${column.name}`).toBe(true);
    if (column.key) expect(keyTypes, `${table.name}.${column.name}`).toContain(column.type);
  }
}

/** A connector that only acts: its test, its procedure, and nothing to read. */
function tablelessSuite({ definition, properties, open, procedure }: ConnectorScenario): void {
  let session: Session;
  const config = definition.parse(properties);
  beforeAll(async () => {
    session = await open(config);
  });
  afterAll(() => session.close());

  it("passes its own test with distinct findings", () => passesItsTest(session));

  it("has a procedure, which runs", async () => {
    expect(procedure).toBeDefined();
    if (procedure !== undefined) await runsProcedure(session, definition, config, procedure, {});
  });
}

type Tabled = ConnectorScenario & { readonly sample: NonNullable<ConnectorScenario["sample"]> };

function sessionSuite({ definition, properties, open, sample, procedure }: Tabled): void {
  let session: Session;
  let config: unknown;
  let table: TableDefinition;
  let keys: readonly Row[] = [];
  let rows: readonly Row[] = [];

  const read = async (query: Partial<BoundQuery>): Promise<readonly Batch[]> => {
    const batches: Batch[] = [];
    for await (const batch of session.query({ ...everything(table), columnsNamed: true, ...query }, never()))
      batches.push(batch);
    return batches;
  };
  const readRows = async (query: Partial<BoundQuery>) => (await read(query)).flatMap((batch) => batch.rows);

  beforeAll(async () => {
    config = definition.parse(properties);
    session = await open(config);
    table = definition.tables(config).find(({ name }) => name === sample.table)!;
    const outcomes = [];
    for (const chunk of chunks(sample.rows, table.rowsPerWrite))
      outcomes.push(...(await session.create(table, chunk, never())));
    keys = outcomes.map(({ key }) => key!);
    rows = await readRows({});
  });
  afterAll(() => session.close());

  it("passes its own test with distinct findings", () => passesItsTest(session));

  it("answers created rows with their keys and exactly the columns asked for, in their types", () => {
    expect(sample.rows.length).toBeGreaterThanOrEqual(5);
    expect(keys.filter((key) => key !== undefined)).toHaveLength(sample.rows.length);
    for (const key of keys) expect(rows.filter((row) => isOf(table, row, key))).toHaveLength(1);
    for (const row of rows) {
      expect(Object.keys(row).sort()).toEqual(table.columns.map(({ name }) => name).sort());
      for (const column of table.columns) checkValue(column, row[column.name]!);
    }
  });

  it("answers fewer columns when fewer are asked for", async () => {
    const columns = table.columns.slice(0, 2);
    for (const row of await readRows({ columns }))
      expect(Object.keys(row).sort()).toEqual(columns.map(({ name }) => name).sort());
  });

  it("pages: every batch but the last has its own position, from which the rest follows", async () => {
    const batches = await read({ batchSize: 2 });
    const positions = batches.map(({ position }) => position);
    expect(batches.length).toBeGreaterThan(1);
    expect(positions.at(-1)).toBeUndefined();
    expect(positions.slice(0, -1)).not.toContain(undefined);
    expectDistinct(positions);
    expect(batches.flatMap((batch) => batch.rows)).toEqual(rows);
    let taken = 0;
    for (const { rows: page, position } of batches) {
      taken += page.length;
      if (position === undefined) continue;
      expect(await readRows({ batchSize: 2, from: position })).toEqual(rows.slice(taken));
      expect(await readRows({ batchSize: 2, from: position, limit: 1 })).toEqual(rows.slice(taken, taken + 1));
    }
  });

  it("keeps limit and offset", async () => {
    expect(await readRows({ limit: 3 })).toEqual(rows.slice(0, 3));
    expect(await readRows({ limit: 3, offset: 1, batchSize: 2 })).toEqual(rows.slice(1, 4));
    expect(await readRows({ offset: rows.length + 5 })).toEqual([]);
  });

  it("selects by each operator what its columns promise", async () => {
    let checked = 0;
    for (const where of comparisonsOver(table, rows)) {
      const query: BoundQuery = { ...everything(table), where };
      const proposed = { where, exact: true, orderBy: [], limit: true, warnings: [] };
      const accepted = table.accepts?.(query, proposed) ?? proposed;
      if (accepted.where === undefined) continue;
      const test = compileCondition(where);
      const wanted = rows.filter(test).map((row) => keyText(table, row));
      const found = (await readRows({ where: accepted.where })).map((row) => keyText(table, row));
      const label = `${where.column.name} ${where.operator} ${JSON.stringify(where.value)}`;
      expect(found, label).toEqual(expect.arrayContaining(wanted));
      const isExact = where.column.operators[where.operator] === "exact" && accepted.exact && accepted.where === where;
      if (isExact) expect([...found].sort(), label).toEqual([...wanted].sort());
      checked++;
    }
    const declared = table.columns.flatMap(({ operators }) => Object.keys(operators)).length;
    expect(checked).toBeGreaterThanOrEqual(Math.min(1, declared));
  });

  it("sorts as we do by the columns that promise it", async () => {
    for (const column of table.columns.filter(({ sortsExactly }) => sortsExactly)) {
      for (const direction of ["asc", "desc"] as const) {
        const orderBy = [{ column, direction }];
        const query: BoundQuery = { ...everything(table), orderBy };
        const proposed = { exact: true, orderBy, limit: true, warnings: [] };
        if ((table.accepts?.(query, proposed) ?? proposed).orderBy.length === 0) continue;
        const sorter = createSorter(orderBy);
        sorter.add(rows);
        const found = await readRows({ orderBy });
        expect(
          found.map((row) => row[column.name]),
          column.name,
        ).toEqual(sorter.sorted().map((row) => row[column.name]));
      }
    }
  });

  it("goes on after a row that fails in the middle, outcomes in order", async () => {
    const [first, second] = sample.rows;
    const size = Math.max(1, Math.min(3, table.rowsPerWrite));
    const given = [first!, sample.refused, second!].slice(0, Math.max(2, size));
    const outcomes = [];
    for (const chunk of chunks(given, table.rowsPerWrite))
      outcomes.push(...(await session.create(table, chunk, never())));
    expect(outcomes.map(({ status }) => status)).toEqual(
      given.map((row) => (row === sample.refused ? "failed" : "succeeded")),
    );
    expect(outcomes[1]?.error?.detail).not.toBe("");
    const made = outcomes.flatMap(({ key }) => (key === undefined ? [] : [key]));
    for (const chunk of chunks(made, table.rowsPerWrite)) await session.delete(table, chunk, never());
  });

  it("changes what is named and nothing else", async () => {
    const key = keys[0]!;
    const before = rows.find((row) => isOf(table, row, key))!;
    const [outcome] = await session.update(table, [{ ...key, ...sample.change }], never());
    expect(outcome).toMatchObject({ index: 0, status: "succeeded" });
    const after = (await readRows({})).find((row) => isOf(table, row, outcome!.key ?? key))!;
    expect(after).toMatchObject(sample.change);
    const kept = table.columns.filter(({ mutability, name }) => mutability === "writable" && !(name in sample.change));
    for (const { name } of kept) expect(after[name], name).toEqual(before[name]);
  });

  it("fails a row that is not there with NOT_FOUND", async () => {
    const [gone] = await session.delete(table, [sample.missingKey], never());
    expect(gone).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
    const [unchanged] = await session.update(table, [{ ...sample.missingKey, ...sample.change }], never());
    expect(unchanged).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
  });

  it.skipIf(procedure === undefined)("runs its procedure", async () => {
    if (procedure === undefined) return;
    await runsProcedure(session, definition, config, procedure, onlyKey(table, keys[1]!));
  });

  it("deletes what it made", async () => {
    const named = keys.map((key) => onlyKey(table, key));
    const outcomes = [];
    for (const chunk of chunks(named, table.rowsPerWrite))
      outcomes.push(...(await session.delete(table, chunk, never())));
    expect(outcomes.map(({ status }) => status)).toEqual(named.map(() => "succeeded"));
    const left = await readRows({});
    for (const key of named) expect(left.filter((row) => isOf(table, row, key))).toEqual([]);
  });
}

async function passesItsTest(session: Session): Promise<void> {
  const found: string[] = [];
  const steps: StepReporter = {
    async step(id, _title, look) {
      expect((await look()).detail).not.toBe("");
      found.push(id);
    },
    identity: ({ user }) => expect(user).not.toBe(""),
    serverVersion: (version) => expect(version).not.toBe(""),
  };
  await session.test(steps, never());
  expect(found.length).toBeGreaterThan(0);
  expectDistinct(found);
}

/** It runs, and answers no output that is not declared. */
async function runsProcedure(
  session: Session,
  definition: ConnectorDefinition,
  config: unknown,
  { name, input }: NonNullable<ConnectorScenario["procedure"]>,
  key: Row,
): Promise<void> {
  const procedure = definition.procedures(config).find((one) => one.name === name)!;
  const outputs = procedure.outputs.map((output) => output.name);
  for await (const batch of session.execute({ procedure, input: input(key) }, never())) {
    for (const row of batch.rows) expect(outputs).toEqual(expect.arrayContaining(Object.keys(row)));
  }
}

// ---- small things --------------------------------------------------------------------------------------------------

const never = () => new AbortController().signal;

const everything = (table: TableDefinition): BoundQuery => ({
  table,
  columns: table.columns,
  columnsNamed: false,
  orderBy: [],
  pseudo: {},
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

function expectDistinct(values: readonly unknown[]): void {
  expect(values).toEqual([...new Set(values)]);
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** The identifying key columns: those that cannot be NULL. */
function identity(table: TableDefinition): readonly Column[] {
  const all = keyColumns(table);
  const strict = all.filter(({ nullable }) => !nullable);
  return strict.length > 0 ? strict : all;
}

const keyText = (table: TableDefinition, row: Row): string =>
  JSON.stringify(identity(table).map(({ name }) => row[name]));
const isOf = (table: TableDefinition, row: Row, key: Row): boolean => keyText(table, row) === keyText(table, key);
const onlyKey = (table: TableDefinition, key: Row): Row =>
  Object.fromEntries(identity(table).map(({ name }) => [name, key[name] ?? null]));

function checkValue(column: Column, value: Value): void {
  if (value === null) {
    expect(column.nullable, `${column.name} is NULL`).toBe(true);
    return;
  }
  expect(typedValue(column.type, value), column.name).toHaveProperty("value");
  const wanted =
    { integer: "number", double: "number", boolean: "boolean", json: "object" }[column.type as string] ?? "string";
  expect(typeof value, column.name).toBe(wanted);
  if (column.type === "datetime") expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
}

/** For each column and operator the server takes: comparisons with values the rows have. */
function* comparisonsOver(table: TableDefinition, rows: readonly Row[]): Generator<Comparison> {
  for (const column of table.columns) {
    const values = [...new Set(rows.map((row) => row[column.name] ?? null))]
      .filter((value) => value !== null)
      .slice(0, 3);
    const [first, second = first] = values;
    for (const operator of Object.keys(column.operators) as Operator[]) {
      if (operator === "IS NULL" || operator === "IS NOT NULL") yield { column, operator };
      else if (first === undefined) continue;
      else if (operator === "IN" || operator === "NOT IN") yield { column, operator, value: [first, second!] };
      else if (operator === "BETWEEN")
        yield { column, operator, value: first! <= second! ? [first, second!] : [second!, first] };
      else if (operator.endsWith("LIKE"))
        for (const value of patternsOf(String(first))) yield { column, operator, value };
      else for (const value of values) yield { column, operator, value };
    }
  }
}

/** Whole, beginning, end, middle, other case, and wildcards inside. */
function patternsOf(text: string): readonly string[] {
  const plain = text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
  const letters = [...text].filter((character) => !/[\\%_]/.test(character));
  const [a = "", b = ""] = letters;
  return [
    plain,
    `${a}${b}%`,
    `%${letters.slice(-2).join("")}`,
    `%${b}%`,
    `%${plain.toUpperCase()}%`,
    `_%${b}%`,
    `${a}%_`,
  ];
}
