import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { EwsColumn } from "../../../../connectors/microsoft-exchange/ews/binding.ts";
import { ewsTables } from "../../../../connectors/microsoft-exchange/tables/ews/index.ts";

const reference = new URL("../../../../../shared/reference/exchange-connector/tables-ews.json", import.meta.url);

interface ReferenceColumn {
  readonly name: string;
  readonly type: string;
  readonly key: boolean;
  readonly readOnly: boolean;
  readonly inListRead?: boolean;
  readonly aggregate?: boolean;
  readonly sortable: boolean;
  readonly filter: { readonly operators: readonly string[] };
  readonly ews: { readonly fieldURI: string | null; readonly minPlatform?: string };
}
interface ReferenceTable {
  readonly name: string;
  readonly kind: string;
  readonly supports: { readonly insert: boolean };
  readonly pseudoColumns: readonly { readonly name: string; readonly allowed?: readonly string[] }[];
  readonly columns: readonly ReferenceColumn[];
}

const tables = ewsTables({ platform: "Exchange_Online" });

const typesOf: Readonly<Record<string, readonly string[]>> = {
  String: ["string", "id", "binary"],
  Integer: ["integer"],
  Boolean: ["boolean"],
  DateTime: ["datetime", "date"],
  Double: ["double"],
};

/** Where ours is right and the reference is not: FindItem gives no attendee collections. */
const itemReadInsteadOfList = new Set(
  [
    "Resources",
    "ConflictingMeetingCount",
    "AdjacentMeetingCount",
    "StartTimeZone_Id",
    "StartTimeZone_Name",
    "EndTimeZone_Id",
    "EndTimeZone_Name",
    "MeetingTimeZone",
  ].map((name) => `Calendar.${name}`),
);
/** A change key is never set, but it accompanies updates and deletes. */
const accompanies = new Set(["ItemChangeKey", "FolderChangeKey"]);
/** An address alone names no attendee: ItemId is part of both tables' keys. */
const keyBeside = new Set(["Calendar_RequiredAttendees.ItemId"]);
/** The reference leaves out that a property came with Exchange 2010; MeetingTimeZone is written before it and read after. */
const sinceBeside = new Set(["Contacts.ConversationChangeKey", "Calendar.MeetingTimeZone"]);
/** Read-only in the reference, where nothing could invite a room, put a series into a zone, or (Sensitivity) be private. */
const writableBeside = new Set(
  ["StartTimeZone_Id", "EndTimeZone_Id", "RequiredAttendees", "OptionalAttendees", "Resources"].map(
    (name) => `Calendar.${name}`,
  ),
);
/** What the product has beside the reference. */
const tablesBeside = ["Calendar_Resources", "Calendar_DeletedOccurrences", "DistributionLists", "ExtendedProperties"];
const columnsBeside = /^Flag_/;
const pseudoBeside = new Set(["RecurringMasterId", "InstanceIndex", "OccurrenceId", "Recurrence_DaysOfWeekIndex"]);
/** Collections are JSON here (the pinned contract); delimited recipients stay text. */
const isCollection = (column: ReferenceColumn) => column.aggregate === true && !column.name.includes("Recipients_");

describe("tables of schema EWS", () => {
  test("have columns with unique names and a description", () => {
    for (const table of tables) {
      const names = table.columns.map(({ name }) => name);
      expect(new Set(names).size, table.name).toBe(names.length);
      expect(table.columns.filter(({ description }) => description === "")).toEqual([]);
    }
    expect(tables).toHaveLength(15 + tablesBeside.length);
  });

  test("writable columns say how they are written", () => {
    const silent = tables
      .filter(({ kind }) => kind === "TABLE")
      .flatMap((table) => table.columns.map((column) => [table.name, column] as const))
      .filter(
        ([name, column]) => !/Attendees|_Resources|ExtendedProperties/.test(name) && !accompanies.has(column.name),
      )
      .filter(
        ([, column]) =>
          column.mutability !== "read-only" &&
          (column.binding as EwsColumn["binding"] & { kind: "field" }).write === undefined,
      )
      .map(([name, column]) => `${name}.${column.name}`);
    expect(silent).toEqual([]);
  });

  test("an old platform goes without what later versions brought", () => {
    const old = ewsTables({ platform: "Exchange2007" });
    const names = old.find(({ name }) => name === "Inbox")?.columns.map(({ name }) => name);
    expect(names).toContain("Subject");
    expect(names).not.toContain("ConversationId");
    expect(old.some(({ name }) => name === "Rooms")).toBe(false);
  });
});

describe.skipIf(!existsSync(reference))(
  "tables of schema EWS against the reference data in ../shared (skipped when absent)",
  () => {
    const expected = existsSync(reference)
      ? (JSON.parse(readFileSync(reference, "utf8")) as { tables: ReferenceTable[] }).tables
      : [];

    test("have the same names", () => {
      expect(tables.map(({ name }) => name).sort()).toEqual(
        [...expected.map(({ name }) => name), ...tablesBeside].sort(),
      );
    });

    for (const wanted of expected) {
      test(`${wanted.name}: names, types, keys, mutability, operators, read cost and pseudo-columns`, () => {
        const table = tables.find(({ name }) => name === wanted.name);
        const ownNames = table?.columns.map(({ name }) => name).filter((name) => !columnsBeside.test(name));
        expect(ownNames?.sort()).toEqual(wanted.columns.map(({ name }) => name).sort());
        expect(table?.kind).toBe(wanted.kind === "view" ? "VIEW" : "TABLE");
        const ownPseudo = table?.pseudoColumns.map(({ name }) => name).filter((name) => !pseudoBeside.has(name));
        expect(ownPseudo?.sort()).toEqual(wanted.pseudoColumns.map(({ name }) => name).sort());
        for (const column of wanted.columns) {
          const own = table?.columns.find(({ name }) => name === column.name) as EwsColumn;
          const at = `${wanted.name}.${column.name}`;
          expect(isCollection(column) ? ["json"] : typesOf[column.type], at).toContain(own.type);
          expect(own.key, `${at} key`).toBe(column.key || keyBeside.has(at));
          const wantsReadOnly =
            column.readOnly &&
            column.name !== "Sensitivity" &&
            !writableBeside.has(at) &&
            !(accompanies.has(column.name) && wanted.kind === "table");
          expect(own.mutability === "read-only", `${at} readOnly`).toBe(wantsReadOnly);
          if (!sinceBeside.has(at)) expect(own.since, `${at} since`).toBe(column.ews.minPlatform);
          expect(Object.keys(own.operators).sort(), `${at} operators`).toEqual([...column.filter.operators].sort());
          expect(own.sortable, `${at} sortable`).toBe(column.sortable);
          if (column.inListRead !== undefined && !itemReadInsteadOfList.has(at)) {
            expect(own.read, `${at} read`).toBe(column.inListRead ? "list" : "item");
          }
          if (own.binding.kind === "field" && own.binding.path !== undefined) {
            expect(own.binding.path.uri, `${at} field`).toBe(column.ews.fieldURI);
          }
        }
      });
    }
  },
);
