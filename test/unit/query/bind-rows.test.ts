import { expect, test } from "vitest";
import type { Column, Mistake, TableDefinition } from "#spi";
import { bodyPlaces, rowBinder } from "../../../src/query/bind-rows.ts";

const column = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  type: "datetime",
  nullable: true,
  key: false,
  mutability: "writable",
  operators: {},
  sortable: false,
  sortsExactly: false,
  read: "list",
  description: "A time.",
  binding: undefined,
  ...more,
});

const table: TableDefinition = {
  name: "Meetings",
  kind: "TABLE",
  description: "Meetings.",
  activities: ["query", "create"],
  columns: [column("Begin", { clock: true }), column("Told")],
  pseudoColumns: [],
  requiredOnCreate: [],
  rowsPerWrite: 1,
};

test.each([
  ["2026-04-01T09:00:00", "2026-04-01T09:00:00", "2026-04-01T09:00:00Z"],
  ["2026-04-01 09:00", "2026-04-01T09:00:00", "2026-04-01T09:00:00Z"],
  ["2026-04-01", "2026-04-01T00:00:00", "2026-04-01T00:00:00Z"],
  ["2026-04-01T09:00:00Z", "2026-04-01T09:00:00Z", "2026-04-01T09:00:00Z"],
  ["2026-04-01T09:00:00+02:00", "2026-04-01T07:00:00Z", "2026-04-01T07:00:00Z"],
  ["2026-04-01T09:00-0530", "2026-04-01T14:30:00Z", "2026-04-01T14:30:00Z"],
])("%s is %s on a clock and %s elsewhere", (given, clock, instant) => {
  const mistakes: Mistake[] = [];
  const row = rowBinder(table, "create")({ Begin: given, Told: given }, bodyPlaces(0), mistakes);
  expect(mistakes).toEqual([]);
  expect(row).toEqual({ Begin: clock, Told: instant });
});
