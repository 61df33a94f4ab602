import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ColumnType } from "#spi";
import { graphTables } from "../../../../connectors/microsoft-exchange/tables/graph/index.ts";

interface ReferenceColumn {
  readonly name: string;
  readonly type: string;
  readonly key: boolean;
  readonly readOnly: boolean;
  readonly graph: string;
  readonly aggregate?: boolean;
}
interface ReferenceTable {
  readonly name: string;
  readonly kind: string;
  readonly columns: readonly ReferenceColumn[];
  readonly supports: Readonly<Record<"select" | "insert" | "update" | "delete", boolean>>;
  readonly pseudoColumns?: readonly { readonly name: string }[];
  readonly insertRequires?: readonly string[];
}

const path = fileURLToPath(
  new URL("../../../../../shared/reference/exchange-connector/tables-msgraph.json", import.meta.url),
);
const isThere = existsSync(path);

describe.skipIf(!isThere)("tables and the reference data (needs ../shared/reference/exchange-connector)", () => {
  const reference: { tables: ReferenceTable[]; extensionsNotInDriver: ReferenceTable[] } = isThere
    ? JSON.parse(readFileSync(path, "utf8"))
    : { tables: [], extensionsNotInDriver: [] };
  const known = [...reference.tables, ...reference.extensionsNotInDriver];

  test("every table of the reference is there, and no other", () => {
    const names = graphTables().map(({ name }) => name);
    expect(names.toSorted()).toEqual(known.map(({ name }) => name).toSorted());
  });

  test.each(graphTables().map((table) => [table.name, table] as const))("%s", (name, table) => {
    const expected = known.find((candidate) => candidate.name === name);
    expect(expected, `${name} is in the reference`).toBeDefined();
    if (expected === undefined) return;
    expect(table.kind.toLowerCase()).toBe(expected.kind);
    const more = table.columns.map((column) => column.name).filter((column) => beyond[name]?.test(column) === true);
    expect(new Set(table.columns.map((column) => column.name))).toEqual(
      new Set([...expected.columns.map((c) => c.name), ...more]),
    );
    for (const wanted of expected.columns) {
      const column = table.columns.find((candidate) => candidate.name === wanted.name);
      const told = { type: column?.type, key: column?.key, readOnly: column?.mutability === "read-only" };
      const isMade = made[name]?.includes(wanted.name) === true;
      const isLock = wanted.name === "changeKey" && column?.mutability === "update-only";
      expect({ name: wanted.name, ...told }).toEqual({
        name: wanted.name,
        type: typesOf(wanted).includes(column?.type ?? "json") ? column?.type : typesOf(wanted).join(" or "),
        // Tasks have no address without their list.
        key: wanted.key || (name === "TodoTasks" && wanted.name === "listId"),
        readOnly: isMade ? true : isLock ? false : wanted.readOnly,
      });
    }
    const { select, insert, update, delete: remove } = expected.supports;
    const offered = { query: select, create: insert, update, delete: remove };
    const activities = Object.entries(offered).flatMap(([activity, isOffered]) => (isOffered ? [activity] : []));
    expect(table.activities).toEqual(activities);
    const pseudo = new Set((expected.pseudoColumns ?? []).map((each) => each.name));
    // A pseudo-column that differs from a column by case only is that column (ExtendedProperties.userId).
    const own = [...table.pseudoColumns, ...table.columns].map((each) => each.name.toLowerCase());
    for (const each of pseudo) expect(own).toContain(each.toLowerCase());
    if (expected.insertRequires !== undefined) expect(table.requiredOnCreate).toEqual(expected.insertRequires);
  });
});

/** Columns beyond the reference: of a recurrence it has the kinds of pattern and range alone, too little to write one. */
const beyond: Readonly<Record<string, RegExp>> = { TodoTasks: /^recurrence_/ };

/** Columns the reference has as writable, though Graph makes them and passes over what is written. */
const made: Readonly<Record<string, readonly string[]>> = {
  Messages: ["conversationId"],
  Calendars: ["hexColor"],
  Events: ["organizer_emailAddress_name", "organizer_emailAddress_address"],
};

/** Our types for a reference type: ids and byte strings are told apart, collections are JSON, times are times. */
function typesOf({ name, type, graph, aggregate }: ReferenceColumn): readonly ColumnType[] {
  if (aggregate) return ["json"];
  if (graph.endsWith(".dateTime")) return ["datetime"];
  if (name === "contentBytes") return ["binary"];
  const map: Readonly<Record<string, readonly ColumnType[]>> = {
    String: ["string", "id"],
    Datetime: ["datetime"],
    Date: ["date"],
    Bool: ["boolean"],
    Integer: ["integer"],
    Long: ["integer"],
    Double: ["double"],
  };
  return map[type] ?? [];
}

test("names of columns and pseudo-columns are unique within a table, and every description says something", () => {
  for (const table of graphTables()) {
    const names = [...table.columns, ...table.pseudoColumns].map(({ name }) => name.toLowerCase());
    expect(new Set(names).size, table.name).toBe(names.length);
    for (const { name, description } of table.columns) expect(description, `${table.name}.${name}`).toMatch(/\w.*\.$/);
  }
});

test("no filter is promised to be exact: Graph may refuse any, and the service then filters alone", () => {
  for (const table of graphTables()) {
    for (const { name, operators, binding } of table.columns) {
      const isAddress = binding.kind === "property" && binding.addresses === true;
      const promised = Object.values(operators).includes("exact");
      expect(promised && !isAddress, `${table.name}.${name}`).toBe(false);
    }
  }
});

test("no member that columns are read from is one that every object has", () => {
  for (const table of graphTables()) {
    for (const { binding } of table.columns) {
      const path = binding.kind === "property" ? binding.path : [];
      for (const name of path) expect(name in {}, `${table.name} ${name}`).toBe(false);
    }
  }
});
