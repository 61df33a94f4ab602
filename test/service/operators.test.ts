import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AnswerRow,
  type CatalogColumn,
  compareBy,
  evaluate,
  type Json,
  type Leaf,
  type Sort,
  type Where,
} from "./support/reference-evaluation.ts";
import { sqlOf } from "./support/sql-text.ts";
import { connect, ewsProperties, graphProperties, type Stand, startStand } from "./support/stand.ts";
import { fillVaried, nastyTexts, variedCount } from "./support/varied-items.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand({ sandbox: { empty: true } });
  fillVaried(stand.sandbox);
  const { admin, sandbox } = stand;
  for (const [name, properties] of [
    ["ews", ewsProperties(sandbox)],
    ["graph", graphProperties(sandbox)],
  ] as const) {
    await connect(admin, name, properties);
    await connect(admin, `${name}-local`, { ...properties, DisableServerSideFiltering: true });
  }
});
afterAll(() => stand.stop());

const tables = [
  { face: "ews", table: "Inbox", key: "ItemId" },
  { face: "ews", table: "Calendar", key: "ItemId" },
  { face: "ews", table: "Contacts", key: "ItemId" },
  { face: "ews", table: "Tasks", key: "ItemId" },
  { face: "graph", table: "Messages", key: "id" },
  { face: "graph", table: "Events", key: "id" },
  { face: "graph", table: "Contacts", key: "id" },
] as const;

interface Query {
  readonly columns?: readonly string[];
  readonly where?: Where;
  readonly orderBy?: readonly Sort[];
  readonly limit?: number;
  readonly offset?: number;
}

const ordered = ["<", "<=", ">", ">=", "BETWEEN"];
const always = ["=", "<>", "IN", "NOT IN", "IS NULL", "IS NOT NULL"];
const like = ["LIKE", "NOT LIKE"];

function operatorsOf({ type }: CatalogColumn): readonly string[] {
  if (type === "binary") return always;
  return ["string", "id", "json"].includes(type) ? [...always, ...ordered, ...like] : [...always, ...ordered];
}

/** Values near those of the column, and far from them, for each type. */
function poolOf({ type, allowed }: CatalogColumn, values: readonly Json[]): readonly Json[] {
  if (allowed !== undefined) return allowed.flatMap((value) => [value, value.toUpperCase()]);
  const own = values.filter((value) => value !== null).slice(0, 12);
  switch (type) {
    case "string":
      return [...own, ...own.map((value) => String(value).toUpperCase()), ...nastyTexts, "", " ", "%", "_", "zzz"];
    case "id":
      return [...own, ...own.slice(0, 2).map((value) => swapCase(String(value))), "unknown"];
    case "integer":
      return [...own, 0, -1, 1, 15, 2_147_483_647, 2_147_483_648, Number.MAX_SAFE_INTEGER, "15"];
    case "double":
      return [...own, 0, -0.5, 33.5, 1e308, "50"];
    case "boolean":
      return [true, false, 1, "false"];
    case "datetime":
      return [...own, ...own.slice(0, 4).flatMap(instantForms), "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"];
    case "date":
      return [...own, "2026-03-01"];
    case "json":
      return [...own, ["Red"], []];
    default:
      return [...own, "QUJD"];
  }
}

const swapCase = (text: string): string =>
  [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join("");

/** The same instant with other offsets, and its neighbours. */
function instantForms(value: Json): readonly string[] {
  const ms = Date.parse(String(value));
  const shifted = (hours: number, offset: string) =>
    new Date(ms + hours * 3_600_000).toISOString().replace("Z", offset);
  return [
    shifted(2, "+02:00"),
    shifted(-5, "-05:00"),
    new Date(ms + 1).toISOString(),
    new Date(ms - 1000).toISOString(),
    new Date(ms).toISOString().slice(0, 10),
  ];
}

function patternsOf(values: readonly Json[]): readonly string[] {
  const escaped = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");
  const texts = values
    .filter((value) => value !== null)
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  const own = texts.slice(0, 10).flatMap((text) => {
    const letters = [...text.slice(0, 400)];
    const middle = escaped(letters.slice(1, 4).join(""));
    return [
      escaped(letters.join("")),
      `${escaped(letters.slice(0, 3).join(""))}%`,
      `%${middle}%`,
      `%${escaped(letters.slice(-3).join(""))}`,
      `_${middle}%`,
    ];
  });
  return [
    ...own,
    "%",
    "",
    "_",
    "__%",
    "%\\%%",
    "%\\_%",
    "a\\_b",
    "%\\\\%",
    "%S%",
    "ÉCLAIR",
    "%σ",
    "😀%",
    "_ smile",
    "%'%",
    '%"%',
    "%&%<%",
    "%(x)%",
  ];
}

function leafOf(
  column: CatalogColumn,
  rows: readonly AnswerRow[],
  operators: readonly string[] = operatorsOf(column),
): fc.Arbitrary<Leaf> {
  const values = [...new Map(rows.map((row) => [JSON.stringify(row[column.name]), row[column.name] ?? null])).values()];
  const pool = fc.constantFrom(...poolOf(column, values));
  const patterns = fc.constantFrom(...patternsOf(values));
  return fc.constantFrom(...operators).chain((operator): fc.Arbitrary<Leaf> => {
    const leaf = { column: column.name, operator };
    if (operator.startsWith("IS")) return fc.constant(leaf);
    if (like.includes(operator)) return patterns.map((value) => ({ ...leaf, value }));
    if (operator === "BETWEEN") return fc.tuple(pool, pool).map((value) => ({ ...leaf, value }));
    if (operator.endsWith("IN"))
      return fc.array(pool, { minLength: 1, maxLength: 4 }).map((value) => ({ ...leaf, value }));
    return pool.map((value) => ({ ...leaf, value }));
  });
}

function whereOf(leaf: fc.Arbitrary<Where>): fc.Arbitrary<Where> {
  const { where } = fc.letrec<{ where: Where }>((tie) => ({
    where: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: fc.array(tie("where"), { minLength: 1, maxLength: 3 }).map((and) => ({ and })) },
      { weight: 1, arbitrary: fc.array(tie("where"), { minLength: 1, maxLength: 3 }).map((or) => ({ or })) },
      { weight: 1, arbitrary: tie("where").map((not) => ({ not })) },
    ),
  }));
  return where;
}

async function answered(connection: string, table: string, query: Query): Promise<readonly AnswerRow[]> {
  const rows: AnswerRow[] = [];
  let pageToken: string | undefined;
  do {
    const body = { table, ...query, pageSize: 7, ...(pageToken !== undefined && { pageToken }) };
    const page = await stand.admin.run(connection, "query", body);
    rows.push(...page.records);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return rows;
}

async function streamed(connection: string, body: object): Promise<readonly AnswerRow[]> {
  const headers = { accept: "application/x-ndjson" };
  const answer = await stand.admin.call(`/v1/connections/${connection}/query`, body, { headers });
  expect(answer.status, `${JSON.stringify(body)} ${answer.body?.detail}`).toBe(200);
  const frames = answer.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const records = frames.filter(({ type }) => type === "record").map(({ record }) => record);
  expect(frames.at(-1)).toEqual({ type: "end", count: records.length });
  return records;
}

/** How a query can be asked; every way must give the same rows. */
const ways = {
  pages: (connection: string, table: string, query: Query) => answered(connection, table, query),
  stream: (connection: string, table: string, query: Query) => streamed(connection, { table, ...query }),
  sql: (connection: string, table: string, query: Query) => streamed(connection, sqlOf(table, query)),
} as const;

/** Names where to read: another value is another folder, or none. */
const places = ["ParentFolderId", "parentFolderId", "calendarId"];

describe.each(tables)("$face $table", { timeout: 60_000 }, ({ face, table, key }) => {
  let columns: readonly CatalogColumn[];
  let byName: ReadonlyMap<string, CatalogColumn>;
  let rows: readonly AnswerRow[];
  beforeAll(async () => {
    const described = await stand.admin.ok(`/v1/connections/${face}/tables/${table}`);
    byName = new Map(described.columns.map((column: CatalogColumn) => [column.name, column]));
    rows = await answered(`${face}-local`, table, { columns: [...byName.keys()] });
    columns = [...byName.values()].filter(({ name }) => !places.includes(name));
  });

  const expectSame = async (connection: string, way: keyof typeof ways, query: Query): Promise<void> => {
    const { where, orderBy = [] } = query;
    const sorts = orderBy.map(({ column }) => column);
    const used = [...new Set([key, ...(query.columns ?? []), ...sorts])];
    const got = await ways[way](connection, table, { ...query, columns: used });
    const wanted = evaluate(rows, byName, query).map((row) => pick(row, used));
    const about = `${connection} by ${way}: ${JSON.stringify(query)}`;
    if (sorts.length > 0) {
      // Rows that are equal under all keys come in the order of whoever sorted: any of them may stand at a place.
      const order = compareBy(orderBy, byName);
      expect(got.length, about).toBe(wanted.length);
      for (const [index, row] of got.entries()) expect(order(row, wanted[index] ?? {}), `${about} at ${index}`).toBe(0);
      const matching = evaluate(rows, byName, where === undefined ? {} : { where }).map((row) => pick(row, used));
      expect(matching, about).toEqual(expect.arrayContaining([...got]));
      expect(new Set(got.map((row) => row[key])).size, about).toBe(got.length);
      return;
    }
    // Rows looked up by their ids come in the order of the ids.
    const isLookUp = JSON.stringify(where ?? null).includes(`"${key}"`);
    const inOrder = (some: readonly AnswerRow[]) => (isLookUp ? some.map((row) => JSON.stringify(row)).sort() : some);
    expect(inOrder(got), about).toEqual(inOrder(wanted));
  };

  const holdsAll = async (checks: readonly (() => Promise<void>)[]): Promise<void> => {
    const failures: string[] = [];
    for (const check of checks) await check().catch((error: Error) => failures.push(error.message.slice(0, 1000)));
    expect(failures.join("\n")).toBe("");
  };

  test("the whole table is the same whoever filters, and each column alone", async () => {
    expect(rows).toHaveLength(variedCount);
    expect(await answered(face, table, { columns: [...byName.keys()] })).toEqual(rows);
    await holdsAll(
      columns.map(
        ({ name }) =>
          () =>
            expectSame(face, "stream", { columns: [name] }),
      ),
    );
  });

  test("every operator on columns of every type", async () => {
    // Two columns of each type with all operators; the others with two that their server can do, and one of all.
    const seen = new Map<string, number>();
    const leaves = columns.flatMap((column, index) => {
      const count = seen.get(column.type) ?? 0;
      seen.set(column.type, count + 1);
      const every = operatorsOf(column);
      const { operators = [] } = column;
      const pushed = [index, index + 1].map((at) => operators[at % operators.length] ?? "=");
      const some = [...pushed, every[index % every.length] ?? "="];
      return [...new Set(count < 2 ? every : some)].flatMap((operator) =>
        fc.sample(leafOf(column, rows, [operator]), { numRuns: 1, seed: index }),
      );
    });
    await holdsAll(leaves.map((where) => () => expectSame(face, "stream", { where })));
  });

  test("nasty texts", async () => {
    const [text = ""] = columns.filter(({ name }) => /^subject$|^displayName$/i.test(name)).map(({ name }) => name);
    const escaped = (value: string) => value.replaceAll(/[\\%_]/g, "\\$&");
    const checks = nastyTexts.flatMap((value, index): (() => Promise<void>)[] => {
      const connection = index % 2 === 0 ? face : `${face}-local`;
      const like = (pattern: string): Where => ({ column: text, operator: "LIKE", value: pattern });
      return [
        () => expectSame(face, "sql", { columns: [text], where: { column: text, operator: "=", value } }),
        () => expectSame(connection, "stream", { where: { not: { column: text, operator: "=", value } } }),
        () => expectSame(face, "stream", { where: like(`%${escaped(value)}%`) }),
        () =>
          expectSame(connection, "sql", {
            where: { or: [like(`_${escaped(value.slice(1))}`), like(value.replaceAll("\\", ""))] },
          }),
      ];
    });
    await holdsAll(checks);
  });

  test("whatever is asked, in whatever way", async () => {
    const combinable = columns.filter(({ name }) => name !== "End" && name !== key);
    const sortable = columns.filter(({ type }) => type !== "binary").map(({ name }) => name);
    const query = fc.record(
      {
        columns: fc.uniqueArray(fc.constantFrom(...sortable), { minLength: 1, maxLength: 2 }),
        where: whereOf(fc.constantFrom(...combinable).chain((column) => leafOf(column, rows))),
        orderBy: fc.uniqueArray(
          fc.record({
            column: fc.constantFrom(...sortable),
            direction: fc.constantFrom("asc" as const, "desc" as const),
          }),
          { minLength: 1, maxLength: 2, selector: ({ column }) => column },
        ),
        limit: fc.nat({ max: variedCount + 3 }),
        offset: fc.nat({ max: 9 }),
      },
      { requiredKeys: [] },
    );
    const cases = fc.record({
      query,
      connection: fc.constantFrom(face, `${face}-local`),
      way: fc.constantFrom("pages" as const, "stream" as const, "sql" as const),
    });
    await fc.assert(
      fc.asyncProperty(cases, ({ query: asked, connection, way }) => expectSame(connection, way, asked)),
      { seed: 20_261_121, numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
  });
});

const pick = (row: AnswerRow, names: readonly string[]): AnswerRow =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
