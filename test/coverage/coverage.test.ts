import { describe, expect, test } from "vitest";
import type { BoundQuery, ConnectorDefinition, Row, Session, TableDefinition } from "#spi";
import { check } from "./check.ts";
import { gather, readRecords } from "./evidence.ts";
import { reasons } from "./impossible.ts";
import { coveragePage } from "./page.ts";
import { type ExecutionRecord, recordsVariable } from "./record.ts";
import { recordedSession } from "./recorder.ts";
import { says } from "./written-values.ts";

const column = (name: string, more: object = {}) => ({
  name,
  type: "string",
  nullable: true,
  key: false,
  mutability: "writable",
  operators: {},
  sortable: false,
  sortsExactly: false,
  read: "list",
  description: name,
  binding: undefined,
  ...more,
});

const table = {
  name: "Things",
  kind: "TABLE",
  description: "Things.",
  activities: ["query", "create", "update", "delete"],
  columns: [column("id", { type: "id", key: true, mutability: "update-only" }), column("a"), column("b"), column("c")],
  pseudoColumns: [],
  requiredOnCreate: [],
  rowsPerWrite: 10,
} as unknown as TableDefinition;

/** A session that keeps one row and forgets column b of it. */
function forgetfulSession(): Session {
  let row: Row = {};
  const succeeded = async (_table: TableDefinition, [given = {}]: readonly Row[]) => {
    row = { ...row, ...given, id: "1", b: null };
    return [{ index: 0, status: "succeeded" as const, key: { id: "1" } }];
  };
  return {
    test: async () => undefined,
    async *query() {
      yield { rows: [row] };
    },
    create: succeeded,
    update: succeeded,
    delete: async () => [{ index: 0, status: "failed" }],
    async *execute({ procedure }) {
      if (procedure.name === "Breaks") throw new Error("broken");
      yield { rows: [{ Status: "done", Empty: null }] };
    },
    close: async () => undefined,
  };
}

const never = new AbortController().signal;
const query = { table } as unknown as BoundQuery;

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

function recordsOf(connector: string): readonly ExecutionRecord[] {
  const folder = process.env[recordsVariable] ?? "";
  return [...readRecords(folder)].filter((record) => record.connector === connector);
}

describe("the recorder", () => {
  test("writes down columns with a value, and written ones that are read back equal", async () => {
    const session = recordedSession({ connector: "sample-tables", schema: "S" }, forgetfulSession());
    await session.create(table, [{ a: "x", b: "y" }], never);
    await drain(session.query(query, never));
    await session.update(table, [{ id: "1", a: "x", c: "z" }], never);
    await drain(session.query(query, never));
    await session.delete(table, [{ id: "1" }], never);
    const done = recordsOf("sample-tables").map((record) =>
      "table" in record ? [record.activity, ...record.columns].join(" ") : "",
    );
    expect(done.toSorted()).toEqual(["create", "create a", "query a c id", "query a id", "update c", "update id"]);
  });

  test("writes down procedures that end, with inputs other than the default and outputs with a value", async () => {
    const session = recordedSession({ connector: "sample-procedures", schema: "S" }, forgetfulSession());
    const parameter = (name: string, more: object = {}) => ({ name, type: "string", required: false, ...more });
    const procedure = {
      name: "Works",
      inputs: [parameter("Given"), parameter("Default", { default: "d" }), parameter("Absent")],
    };
    const input = { Given: "x", Default: "d" };
    await drain(session.execute({ procedure, input } as never, never));
    const breaks = session.execute({ procedure: { ...procedure, name: "Breaks" }, input } as never, never);
    await expect(drain(breaks)).rejects.toThrow("broken");
    expect(recordsOf("sample-procedures")).toMatchObject([
      { procedure: "Works", inputs: ["Given"], outputs: ["Status"] },
    ]);
  });
});

describe("values read back", () => {
  test.each([
    ["the same text", "a", "a", true],
    ["another text", "a", "A", false],
    ["the same instant", "2031-05-04T00:00:00.000Z", "2031-05-04T00:00:00Z", true],
    ["another instant", "2031-05-04T00:00:01Z", "2031-05-04T00:00:00Z", false],
    ["nothing", null, "a", false],
    ["more members", { a: 1, b: 2 }, { a: 1 }, true],
    ["fewer members", { a: 1 }, { a: 1, b: 2 }, false],
    ["the same list", [{ a: 1, b: 2 }], [{ a: 1 }], true],
    ["a longer list", ["a", "b"], ["a"], false],
  ])("%s", (_title, read, written, equal) => {
    expect(says(read, written)).toBe(equal);
  });
});

describe("evidence", () => {
  const record = (testId: string, columns: readonly string[], platform?: string): ExecutionRecord => ({
    testId,
    connector: "c",
    schema: "S",
    table: "Things",
    activity: "query",
    columns,
    ...(platform === undefined ? {} : { platform }),
  });
  const passed = new Map([
    ["1", { file: "test/sandbox/a.test.ts", title: "one" }],
    ["2", { file: "test/service/b.test.ts", title: "two" }],
    ["3", { file: "test/service/b.test.ts", title: "three" }],
  ]);

  test("names one test for each deed, whatever the order; tests that failed show nothing", () => {
    const records = [record("1", ["a"], "P2"), record("2", ["a"], "P1"), record("3", ["a"]), record("failed", ["b"])];
    const evidence = gather(records, "c", passed);
    expect(evidence).toEqual(gather(records.toReversed(), "c", passed));
    expect(evidence["S table Things"]?.["query:a"]).toEqual({ test: passed.get("3"), platforms: ["P1", "P2"] });
    expect(evidence["S table Things"]?.["query:b"]).toBeUndefined();
  });

  test("what is declared and not executed is found, and so are reasons that are not needed", () => {
    const evidence = gather([record("1", ["a"])], "c", passed);
    const demanded = new Map([["S table Things", ["query", "query:a", "query:b", "query:c"]]]);
    const entries = [
      { schema: "S", tables: ["Things"], deeds: ["query:a", "query:b", "query:x"], reason: "The server has none." },
    ];
    expect(check(demanded, evidence, reasons(entries))).toEqual({
      unmarked: ["S table Things: query:c"],
      stale: ["S table Things: query:a was executed", "S table Things: query:x is not declared"],
    });
  });
});

test("the page marks what was executed with its test, what cannot be with its reason, and what is missing", () => {
  const procedure = { name: "Work", inputs: [column("In")], outputs: [column("Out")] };
  const definition = {
    displayName: "Sample",
    schemas: [{ name: "S" }],
    tablesOf: () => [{ ...table, activities: ["query"] }],
    proceduresOf: () => [procedure],
  } as unknown as ConnectorDefinition;
  const proof = { test: { file: "test/a.test.ts", title: "reads" }, platforms: ["P1"] };
  const evidence = { "S table Things": { query: proof, "query:a": proof }, "S procedure Work": { execute: proof } };
  const entries = [{ schema: "S", tables: ["Things"], deeds: ["query:b"], reason: "Nobody can." }];
  const page = coveragePage(definition, evidence, reasons(entries), {
    command: "print",
    group: () => "Actions",
    facts: (_, schema) => [["Platforms", `all of ${schema}`]],
  });
  expect(page).toContain("| query | 1 | P1 |");
  expect(page).toContain("| `a` | string | 1 |");
  expect(page).toContain("| `b` | string | none (2) |");
  expect(page).toContain("| `c` | string | **missing** |");
  expect(page).toContain("1. [test/a.test.ts](../../test/a.test.ts): reads\n2. Nobody can.");
  expect(page).toMatch(/### Actions\n\n### Work \(procedure\)\n\nPlatforms: all of S\n\nExecute: 1, on P1/);
  expect(page).toContain("| `In` | input | string | **missing** |");
});
