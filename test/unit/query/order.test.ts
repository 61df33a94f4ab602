import { describe, expect, it } from "vitest";
import type { Column, Row } from "#spi";
import { createSorter, sortRowLimit } from "../../../src/query/order.ts";

const column = (name: string, type: Column["type"]): Column => ({
  name,
  type,
  nullable: true,
  key: false,
  mutability: "read-only",
  operators: {},
  sortable: true,
  sortsExactly: false,
  read: "list",
  description: name,
  binding: undefined,
});
const byName = [{ column: column("n", "integer"), direction: "asc" }] as const;
const numbers = (count: number): Row[] => Array.from({ length: count }, (_, index) => ({ n: (index * 7919) % count }));

describe("createSorter", () => {
  it("with a capacity keeps the first rows of the whole order", () => {
    const rows = numbers(5000);
    const all = createSorter(byName);
    const some = createSorter(byName, 37);
    for (let at = 0; at < rows.length; at += 100) {
      all.add(rows.slice(at, at + 100));
      some.add(rows.slice(at, at + 100));
    }
    expect(some.sorted()).toEqual(all.sorted().slice(0, 37));
  });

  it("holds more than its limit of rows only when it may let the others go", () => {
    const some = createSorter(byName, 10);
    const rows = numbers(sortRowLimit + 1);
    some.add(rows);
    expect(some.sorted()).toHaveLength(10);
    expect(() => createSorter(byName).add(rows)).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
  });

  it("refuses too much text", () => {
    const body = "x".repeat(8 * 1024 * 1024);
    const sorter = createSorter(byName);
    expect(() => sorter.add(Array.from({ length: 9 }, (_, n) => ({ n, body })))).toThrow(
      expect.objectContaining({ code: "TOO_LARGE" }),
    );
  });

  it("compares times as instants and mixed text folded", () => {
    const sorter = createSorter([
      { column: column("t", "datetime"), direction: "desc" },
      { column: column("s", "string"), direction: "asc" },
    ]);
    sorter.add([
      { t: "2026-01-01T00:00:00Z", s: "b" },
      { t: "2026-01-01T00:00:00.000Z", s: "A" },
      { t: null, s: "z" },
      { t: "2026-01-01T00:00:00.001Z", s: null },
    ]);
    expect(sorter.sorted().map((row) => row["s"])).toEqual([null, "A", "b", "z"]);
  });
});
