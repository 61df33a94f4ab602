import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Row, Value } from "#spi";
import { type EwsColumn, fieldOf } from "../../../../connectors/microsoft-exchange/ews/binding.ts";
import { envelope } from "../../../../connectors/microsoft-exchange/ews/envelope.ts";
import { createItem } from "../../../../connectors/microsoft-exchange/ews/operations/create-item.ts";
import { updateItem } from "../../../../connectors/microsoft-exchange/ews/operations/update-item.ts";
import { recognitionProperty } from "../../../../connectors/microsoft-exchange/ews/recognition.ts";
import {
  columnsByName,
  itemUpdates,
  newItem,
} from "../../../../connectors/microsoft-exchange/ews/write/item-markup.ts";
import { propertyWrites } from "../../../../connectors/microsoft-exchange/ews/write/properties.ts";
import type { ItemElement } from "../../../../connectors/microsoft-exchange/tables/ews/ews-table.ts";
import { ewsTable } from "../../../../connectors/microsoft-exchange/tables/ews/index.ts";
import { ewsContractTitle, hasEwsContract, validateEws } from "../../../sandbox/ews-contract.ts";

const config = {
  endpoint: "https://mail.example/EWS/Exchange.asmx",
  platform: "Exchange_Online",
  includeContent: false,
  bodyType: "Best",
  pageSize: 1000,
  folderDepth: 5,
  itemConcurrency: 4,
} as const;

const awkward = fc.constantFrom("plain", "a & b <c> \"d\" 'e'", "line\r\nend", "😀 и", " edge ");

/** Columns whose elements the schema gives a form that free text does not have. */
const formed: Readonly<Record<string, Value>> = {
  Culture: "en-US",
  ConversationIndex: "AAEC",
  ConferenceType: 1,
  ReminderMinutesBeforeStart: 15,
};

function valueFor(column: EwsColumn): fc.Arbitrary<Value> {
  const known = formed[column.name];
  if (known !== undefined) return fc.constant(known);
  if (column.allowed !== undefined) return fc.constantFrom(...column.allowed);
  switch (column.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: 0, max: 100 });
    case "double":
      return fc.integer({ min: 0, max: 100 });
    case "datetime":
      return fc.constant("2026-02-03T04:05:06Z");
    default:
      return awkward;
  }
}

const recurrences: readonly Row[] = [
  {
    Recurrence_Type: "DailyRecurrence",
    Recurrence_Interval: 2,
    Recurrence_Duration: "NoEndRecurrence",
    Recurrence_StartDate: "2026-01-01",
  },
  {
    Recurrence_Type: "WeeklyRecurrence",
    Recurrence_Interval: 1,
    Recurrence_DaysOfWeek: "Monday Friday",
    Recurrence_FirstDayOfWeek: "Monday",
    Recurrence_Duration: "EndDateRecurrence",
    Recurrence_StartDate: "2026-01-01",
    Recurrence_EndDate: "2026-12-31",
  },
  {
    Recurrence_Type: "RelativeMonthlyRecurrence",
    Recurrence_Interval: 1,
    Recurrence_DaysOfWeek: "Tuesday",
    Recurrence_DayOfWeekIndex: "Last",
    Recurrence_Duration: "NumberedRecurrence",
    Recurrence_StartDate: "2026-01-01",
    Recurrence_NumberOfOccurrences: 3,
  },
  {
    Recurrence_Type: "AbsoluteMonthlyRecurrence",
    Recurrence_Interval: 1,
    Recurrence_DayOfMonth: 31,
    Recurrence_StartDate: "2026-01-01",
  },
  {
    Recurrence_Type: "RelativeYearlyRecurrence",
    Recurrence_DaysOfWeek: "Sunday",
    Recurrence_DayOfWeekIndex: "First",
    Recurrence_Month: "May",
    Recurrence_StartDate: "2026-01-01",
  },
  {
    Recurrence_Type: "AbsoluteYearlyRecurrence",
    Recurrence_DayOfMonth: 24,
    Recurrence_Month: "December",
    Recurrence_StartDate: "2026-01-01",
  },
];

const writable = (columns: readonly EwsColumn[]): readonly EwsColumn[] =>
  columns.filter((column) => {
    const { write } = fieldOf(column);
    return (
      column.mutability !== "read-only" &&
      write !== undefined &&
      !["nowhere", "folder", "recurrence"].includes(write.to)
    );
  });

/** Rows that give some of the writable columns; companions that must come together do. */
function rowOf(columns: readonly EwsColumn[]): fc.Arbitrary<Row> {
  const shape = Object.fromEntries(writable(columns).map((column) => [column.name, valueFor(column)]));
  return fc.record(shape, { requiredKeys: [] }).map((row) => {
    const complete: Record<string, Value> = { ...(row as Row) };
    if (complete["BodyType"] !== undefined) complete["Body"] ??= "x";
    for (const kind of ["To", "Cc", "Bcc"]) {
      delete complete[`${kind}Recipients_ItemId`];
      if (complete[`${kind}Recipients_Name`] === undefined && complete[`${kind}Recipients_EmailAddress`] === undefined)
        continue;
      complete[`${kind}Recipients_Name`] = '"Doe, <J>";B';
      complete[`${kind}Recipients_EmailAddress`] = "a@x.example;b@x.example";
    }
    return complete;
  });
}

const tables: readonly (readonly [string, ItemElement])[] = [
  ["Inbox", "Message"],
  ["Drafts", "Message"],
  ["Calendar", "CalendarItem"],
  ["Contacts", "Contact"],
  ["Tasks", "Task"],
];

describe.skipIf(!hasEwsContract)(`items under the ${ewsContractTitle}`, () => {
  test.each(tables)("%s: any writable columns make a valid CreateItem and UpdateItem", (name, kind) => {
    const { columns } = ewsTable(name);
    const byName = columnsByName(columns);
    fc.assert(
      fc.property(
        rowOf(columns),
        fc.constantFrom({}, ...(kind === "CalendarItem" || kind === "Task" ? recurrences : [])),
        (some, series) => {
          const row = { ...some, ...series };
          const item = newItem(kind, byName, row, [
            { element: "ExtendedProperty", markup: recognitionProperty("a/0") },
          ]);
          const created = createItem({
            items: [item],
            folder: { name: "drafts" },
            ...(kind === "Message" ? { disposition: "SaveOnly" as const } : {}),
          });
          const message = envelope("CreateItem", created.body, config, {});
          expect(validateEws(message), message).toBeUndefined();
          expect(validateEws(message, "onprem"), message).toBeUndefined();
          const updates = itemUpdates(kind, byName, row, new Map());
          if (updates === undefined) return;
          const updated = updateItem({
            changes: [{ id: "A", changeKey: "B", updates }],
            conflicts: "AutoResolve",
            invitations: "SendToNone",
          });
          const change = envelope("UpdateItem", updated.body, config, {});
          expect(validateEws(change), change).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(tables)("%s: every writable column reaches the request", (name, kind) => {
    const { columns } = ewsTable(name);
    for (const column of writable(columns)) {
      const write = fieldOf(column).write;
      if (
        write === undefined ||
        !("element" in write) ||
        column.name === "BodyType" ||
        column.name.endsWith("Recipients_Name")
      )
        continue;
      const [value] = fc.sample(valueFor(column), 1);
      const item = newItem(kind, columnsByName(columns), { [column.name]: value as Value }, []);
      expect(item, column.name).toContain(`<t:${write.element}`);
    }
  });
});

describe("rows", () => {
  const contacts = columnsByName(ewsTable("Contacts").columns);
  const drafts = columnsByName(ewsTable("Drafts").columns);

  test("NULL clears a property, and leaves it out of a new item", () => {
    expect(itemUpdates("Contact", contacts, { Surname: null }, new Map())).toBe(
      '<t:Updates><t:DeleteItemField><t:FieldURI FieldURI="contacts:Surname"/></t:DeleteItemField></t:Updates>',
    );
    expect(newItem("Contact", contacts, { Surname: null, EmailAddress1: null }, [])).toBe("<t:Contact/>");
  });

  test("recurrences take only what belongs to them", () => {
    const calendar = columnsByName(ewsTable("Calendar").columns);
    const refused = (row: Row) => {
      try {
        newItem("CalendarItem", calendar, row, []);
      } catch (error) {
        return (error as { target?: string }).target;
      }
      return undefined;
    };
    const weekly = { Recurrence_Type: "WeeklyRecurrence", Recurrence_Interval: 1, Recurrence_StartDate: "2026-01-01" };
    expect(refused({ ...weekly, Recurrence_DaysOfWeek: "monday, friday" })).toBeUndefined();
    expect(refused({ ...weekly, Recurrence_DaysOfWeek: "Someday" })).toBe("Recurrence_DaysOfWeek");
    expect(refused(weekly)).toBe("Recurrence_DaysOfWeek");
    expect(refused({ ...weekly, Recurrence_DaysOfWeek: "Monday", Recurrence_Month: "May" })).toBe("Recurrence_Month");
    expect(refused({ Recurrence_Type: "Sometimes" })).toBe("Recurrence_Type");
    expect(refused({ Recurrence_Type: null, Recurrence_Interval: null })).toBeUndefined();
  });

  test("one place of a list keeps the others", () => {
    const current = new Map([["Children", ["A", "B", "C", "D"]]]);
    const [write] = propertyWrites(contacts, { Children_2: "X", Children_1: null }, current);
    expect(write?.markup).toBe(
      "<t:Children><t:String>X</t:String><t:String>C</t:String><t:String>D</t:String></t:Children>",
    );
  });

  test.each([
    [{ BodyType: "HTML" }, "INVALID_QUERY", "BodyType"],
    [{ ToRecipients_Name: "A" }, "INVALID_QUERY", "ToRecipients_Name"],
    [
      { ToRecipients_Name: "A;B", ToRecipients_EmailAddress: "a@x.example" },
      "INVALID_QUERY",
      "ToRecipients_EmailAddress",
    ],
    [{ Categories: '"open' }, "INVALID_QUERY", "Categories"],
    [{ Subject: "\u0001" }, "INVALID_QUERY", "Subject"],
    [{ Culture: "no language!" }, "INVALID_QUERY", "Culture"],
    [{ ConversationIndex: "%" }, "INVALID_QUERY", "ConversationIndex"],
    [{ ReminderMinutesBeforeStart: 2 ** 31 }, "INVALID_QUERY", "ReminderMinutesBeforeStart"],
    [{ ReminderMessageData_Text: "x" }, "UNSUPPORTED", "ReminderMessageData_Text"],
  ])("%j is refused with its column", (row, code, target) => {
    expect(() => newItem("Message", drafts, row as Row, [])).toThrowError(expect.objectContaining({ code, target }));
  });
});
