import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  type BoundQuery,
  type Column,
  type ColumnType,
  type Comparison,
  type Condition,
  isComparison,
  type Operator,
  type Pushdown,
  type Row,
  type Session,
  type TableDefinition,
  type Value,
} from "#spi";
import { createPageTokens } from "../../../src/query/page-token.ts";
import { createActivities } from "../../../src/runtime/activities.ts";
import type { QueryBody } from "../../../src/runtime/use-cases.ts";
import { notesConnector } from "../../fixtures-connector/notes/manifest.ts";
import { callBy, ManualClock, silentLog } from "./activities-harness.ts";

// ---- the reference: the contract's comparison rules, written down a second time, as plainly as possible ----

type Truth = true | false | undefined;

const foldedLetters: Readonly<Record<string, string>> = {
  A: "a",
  B: "b",
  É: "é",
  Σ: "σ",
  ς: "σ",
  K: "k",
  "\u212a": "k",
};
const plain = (text: string) => [...text].map((letter) => foldedLetters[letter] ?? letter).join("");

function comparable(type: ColumnType, value: Value): string | number {
  if (type === "string") return plain(value as string);
  if (type === "json") return plain(JSON.stringify(value));
  if (type === "datetime") return new Date(value as string).getTime();
  return typeof value === "boolean" ? Number(value) : (value as string | number);
}

function like(pattern: readonly string[], text: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return text.length === 0;
  if (head === "%") return like(rest, text) || (text.length > 0 && like(pattern, text.slice(1)));
  if (head === "\\") return text[0] === rest[0] && like(rest.slice(1), text.slice(1));
  return text.length > 0 && (head === "_" || head === text[0]) && like(rest, text.slice(1));
}

const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);

function compare({ column: { name, type }, operator, value }: Comparison, row: Row): Truth {
  const field = row[name] ?? null;
  if (operator === "IS NULL") return field === null;
  if (operator === "IS NOT NULL") return field !== null;
  if (field === null) return undefined;
  const left = comparable(type, field);
  const right = (operand: Value) => comparable(type, operand);
  const list = value as readonly Value[];
  switch (operator) {
    case "=":
      return left === right(value!);
    case "<>":
      return left !== right(value!);
    case "<":
      return left < right(value!);
    case "<=":
      return left <= right(value!);
    case ">":
      return left > right(value!);
    case ">=":
      return left >= right(value!);
    case "BETWEEN":
      return left >= right(list[0]!) && left <= right(list[1]!);
    case "IN":
      return list.some((operand) => left === right(operand));
    case "NOT IN":
      return !list.some((operand) => left === right(operand));
    default: {
      const pattern = type === "id" ? (value as string) : plain(value as string);
      return like([...pattern], [...String(left)]) === (operator === "LIKE");
    }
  }
}

function truthOf(condition: Condition, row: Row): Truth {
  if (isComparison(condition)) return compare(condition, row);
  if ("not" in condition) return not(truthOf(condition.not, row));
  const isAnd = "and" in condition;
  const truths = (isAnd ? condition.and : condition.or).map((part) => truthOf(part, row));
  if (truths.includes(!isAnd)) return !isAnd;
  return truths.includes(undefined) ? undefined : isAnd;
}

function sortRows(rows: readonly Row[], orderBy: BoundQuery["orderBy"]): readonly Row[] {
  return [...rows].sort((a, b) => {
    for (const { column, direction } of orderBy) {
      const [x, y] = [a[column.name] ?? null, b[column.name] ?? null].map((value) =>
        value === null ? null : comparable(column.type, value),
      );
      const order = x === y ? 0 : x === null ? -1 : y === null ? 1 : x! < y! ? -1 : 1;
      if (order !== 0) return direction === "asc" ? order : -order;
    }
    return 0;
  });
}

// ---- a server that keeps exactly to what its columns promise, and is as unhelpful as that allows ----

const extra = (row: Row, salt: number): boolean => (Number(String(row["K"]).slice(1)) * 7 + salt) % 3 === 0;

/** `isDistrusted`: the table says of this query that its operators do not keep their promise. */
function serverTakes(condition: Condition, row: Row, salt: number, isDistrusted: boolean): boolean {
  if (isComparison(condition)) {
    const ability = condition.column.operators[condition.operator];
    if (ability === undefined) throw new Error(`${condition.operator} was pushed to a column that cannot take it.`);
    return compare(condition, row) === true || ((ability === "superset" || isDistrusted) && extra(row, salt));
  }
  // Its NOT knows two values only.
  if ("not" in condition) return !serverTakes(condition.not, row, salt, false);
  if ("and" in condition) return condition.and.every((part) => serverTakes(part, row, salt, isDistrusted));
  return condition.or.some((part) => serverTakes(part, row, salt, isDistrusted));
}

async function* serve(rows: readonly Row[], query: BoundQuery, salt: number): AsyncGenerator<Batch> {
  const isDistrusted = query.table.description === "trust";
  let found = rows.filter((row) => query.where === undefined || serverTakes(query.where, row, salt, isDistrusted));
  if (query.orderBy.length > 0) {
    if (!query.orderBy.every(({ column }) => column.sortsExactly)) throw new Error("An inexact sort was pushed.");
    found = [...sortRows(found, query.orderBy)];
  }
  const start = query.from === undefined ? (query.offset ?? 0) : Number(query.from);
  const end = Math.min(found.length, start + (query.limit ?? Number.POSITIVE_INFINITY));
  const size = Math.min(query.batchSize ?? 5, 5);
  for (let at = start; at < end; at += size) {
    const page = found.slice(at, Math.min(at + size, end));
    const asked = page.map((row) => Object.fromEntries(query.columns.map(({ name }) => [name, row[name] ?? null])));
    yield at + size < end ? { rows: asked, position: String(at + size) } : { rows: asked };
  }
}

// ---- random tables, rows and queries ----

const columnTypes: Readonly<Record<string, ColumnType>> = {
  K: "id",
  S: "string",
  I: "integer",
  B: "boolean",
  D: "datetime",
  J: "json",
};
const letters = fc.array(
  fc.constantFrom("a", "A", "b", "B", "é", "É", "ς", "Σ", "σ", "ß", "İ", "i", "K", "\u212a", "%", "_", "\u{1F600}"),
  {
    maxLength: 4,
  },
);
const valuesOf: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  K: fc.nat({ max: 25 }).map((n) => `${n % 2 === 0 ? "k" : "K"}${n}`),
  S: letters.map((parts) => parts.join("")),
  I: fc.integer({ min: -2, max: 3 }),
  B: fc.boolean(),
  D: fc.constantFrom(
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.500Z",
    "2026-01-01T00:00:01Z",
    "2025-12-31T23:59:59Z",
  ),
  J: letters.map((parts) => parts),
};
const patterns = fc
  .array(fc.constantFrom("%", "_", "a", "B", "É", "σ", "\\%", "\\_", "\u{1F600}"), { maxLength: 4 })
  .map((parts) => parts.join(""));
const order: readonly Operator[] = ["<", "<=", ">", ">=", "BETWEEN"];
const any: readonly Operator[] = ["=", "<>", "IN", "NOT IN", "IS NULL", "IS NOT NULL", ...order];
const operatorsOf = (name: string): readonly Operator[] =>
  ["K", "S", "J"].includes(name) ? [...any, "LIKE", "NOT LIKE"] : any;

function operand(name: string, operator: Operator): fc.Arbitrary<object> {
  if (operator.startsWith("IS")) return fc.constant({});
  const value = valuesOf[name]!;
  if (operator.endsWith("LIKE")) return fc.record({ value: patterns });
  if (operator === "BETWEEN") return fc.record({ value: fc.tuple(value, value) });
  if (operator.endsWith("IN")) return fc.record({ value: fc.array(value, { minLength: 1, maxLength: 3 }) });
  return fc.record({ value });
}

const comparison = fc
  .constantFrom(...Object.keys(columnTypes))
  .chain((name) =>
    fc
      .constantFrom(...operatorsOf(name))
      .chain((operator) => operand(name, operator).map((rest) => ({ column: name, operator, ...rest }))),
  );
const { where } = fc.letrec<{ where: object }>((tie) => ({
  where: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    comparison,
    fc.array(tie("where"), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie("where"), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
    tie("where").map((inner) => ({ not: inner })),
  ),
}));

const abilities = (name: string): fc.Arbitrary<Column["operators"]> =>
  fc.record(
    Object.fromEntries(
      operatorsOf(name).map((operator) => [operator, fc.constantFrom("exact" as const, "superset" as const)]),
    ),
    { requiredKeys: [] },
  );
const table = fc
  .record({
    operators: fc.record(Object.fromEntries(Object.keys(columnTypes).map((name) => [name, abilities(name)]))),
    sortsExactly: fc.record(Object.fromEntries(Object.keys(columnTypes).map((name) => [name, fc.boolean()]))),
    narrows: fc.constantFrom("nothing", "half of where", "sort", "trust"),
  })
  .map(({ operators, sortsExactly, narrows }): TableDefinition => {
    const columns = Object.entries(columnTypes).map(
      ([name, type]): Column => ({
        name,
        type,
        nullable: name !== "K",
        key: name === "K",
        mutability: "read-only",
        operators: operators[name]!,
        sortable: true,
        sortsExactly: sortsExactly[name]!,
        read: name === "S" ? "item" : "list",
        description: name,
        binding: name,
      }),
    );
    const facts = {
      name: "T",
      kind: "VIEW",
      description: narrows,
      activities: ["query"],
      pseudoColumns: [],
      requiredOnCreate: [],
      rowsPerWrite: 1,
    } as const;
    return { ...facts, columns, accepts: (_query, proposed) => narrow(narrows, proposed) };
  });

function narrow(how: string, proposed: Pushdown): Pushdown {
  const { where: pushed, ...rest } = proposed;
  if (how === "sort") return { ...proposed, orderBy: [], limit: proposed.limit && proposed.orderBy.length === 0 };
  if (how === "trust" && proposed.exact) return { ...proposed, exact: false, limit: false };
  // Parts handed back as other objects carry no promise.
  if (how === "trust" && pushed !== undefined) {
    return { ...proposed, where: "and" in pushed ? { and: pushed.and.map((part) => ({ ...part })) } : { ...pushed } };
  }
  if (how === "half of where" && pushed !== undefined && "and" in pushed) {
    const [first] = pushed.and;
    return { ...rest, exact: false, limit: false, ...(first === undefined ? {} : { where: first }) };
  }
  return proposed;
}

const rowsOf = fc
  .array(
    fc.record({
      S: fc.option(valuesOf["S"]!),
      I: fc.option(valuesOf["I"]!),
      B: fc.option(valuesOf["B"]!),
      D: fc.option(valuesOf["D"]!),
      J: fc.option(valuesOf["J"]!),
    }),
    {
      maxLength: 25,
    },
  )
  .map((rows) => rows.map((row, index): Row => ({ K: `k${index}`, ...row })));

const query = fc.record(
  {
    columns: fc.uniqueArray(fc.constantFrom(...Object.keys(columnTypes)), { minLength: 1 }),
    where,
    orderBy: fc.array(
      fc.record({
        column: fc.constantFrom(...Object.keys(columnTypes)),
        direction: fc.constantFrom("asc" as const, "desc" as const),
      }),
      { maxLength: 2 },
    ),
    limit: fc.nat({ max: 12 }),
    offset: fc.nat({ max: 6 }),
  },
  { requiredKeys: [] },
);

/** A bound condition for the reference, made without the code under test. */
function bound(node: object, columns: readonly Column[]): Condition {
  const { and, or, not: inner, ...leaf } = node as Record<string, object[] & object>;
  if (and !== undefined) return { and: and.map((part) => bound(part, columns)) };
  if (or !== undefined) return { or: or.map((part) => bound(part, columns)) };
  if (inner !== undefined) return { not: bound(inner, columns) };
  const comparisonOf = leaf as unknown as { column: string; operator: Operator; value?: Value };
  return { ...comparisonOf, column: columns.find(({ name }) => name === comparisonOf.column)! };
}

function expected(
  rows: readonly Row[],
  body: typeof query extends fc.Arbitrary<infer Q> ? Q : never,
  definition: TableDefinition,
) {
  const { columns } = definition;
  const condition = body.where === undefined ? undefined : bound(body.where, columns);
  const filtered = rows.filter((row) => condition === undefined || truthOf(condition, row) === true);
  const keys = (body.orderBy ?? []).map(({ column, direction }) => ({
    column: columns.find(({ name }) => name === column)!,
    direction,
  }));
  const offset = body.offset ?? 0;
  const window = sortRows(filtered, keys).slice(offset, offset + (body.limit ?? rows.length));
  const names = body.columns ?? columns.map(({ name }) => name);
  return window.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null])));
}

function activitiesOn(rows: readonly Row[], definition: TableDefinition, localFiltering: boolean, salt: number) {
  const connector = { ...notesConnector(new Map()), tables: () => [definition] };
  const session = { query: (asked: BoundQuery) => serve(rows, asked, salt) } as unknown as Session;
  const limits = { pageSize: 4, readOnly: true, localFiltering, localWork: true };
  const clock = new ManualClock();
  return createActivities({
    resolve: async () => ({
      connectionId: "c",
      version: "1",
      definition: connector,
      schema: "X",
      config: {},
      limits,
      session: async () => ({ session, release() {} }),
    }),
    pageTokens: createPageTokens({ key: new Uint8Array(32), now: () => 0 }),
    clock,
    log: silentLog,
    activityTimeoutSeconds: 1,
  });
}

describe("push-down, server and local work together", () => {
  it("answer what the reference answers, page by page and streamed", async () => {
    const cases = fc.record({
      rows: rowsOf,
      definition: table,
      body: query,
      localFiltering: fc.boolean(),
      salt: fc.nat({ max: 2 }),
      pageSize: fc.integer({ min: 1, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, definition, body, localFiltering, salt, pageSize }) => {
        const activities = activitiesOn(rows, definition, localFiltering, salt);
        const wanted = expected(rows, body, definition);
        const asked: QueryBody = { table: "T", ...body };
        const streamed: Row[] = [];
        for await (const batch of (await activities.queryStream(callBy(), "c", asked)).batches)
          streamed.push(...batch.rows);
        expect(streamed).toEqual(wanted);
        const paged: Row[] = [];
        let pageToken: string | undefined;
        do {
          const page = await activities.query(callBy(), "c", {
            ...asked,
            pageSize,
            ...(pageToken === undefined ? {} : { pageToken }),
          });
          paged.push(...page.records);
          pageToken = page.nextPageToken;
        } while (pageToken !== undefined);
        expect(paged).toEqual(wanted);
      }),
      { numRuns: 600 },
    );
  });
});
