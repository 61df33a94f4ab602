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
import { ewsTables } from "../../../../connectors/microsoft-exchange/tables/ews/index.ts";
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

const online = ewsTables({ platform: "Exchange_Online" });
const ewsTable = (name: string) => {
  const table = online.find((each) => each.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
};

const awkward = fc.constantFrom("plain", "a & b <c> \"d\" 'e'", "line\r\nend", "😀 и", " edge ");

/** Columns whose elements the schema gives a form that free text does not have. */
const formed: Readonly<Record<string, Value>> = {
  Culture: "en-US",
  ConversationIndex: "AAEC",
  ConferenceType: 1,
  ReminderMinutesBeforeStart: 15,
  StartTimeZone_Id: "Europe/Berlin",
  EndTimeZone_Id: "Pacific Standard Time",
  MeetingTimeZone: "Asia/Kathmandu",
};

const people: Value = ["bob@sandbox.example", { EmailAddress: "carol@elsewhere.example", Name: "Carol <C>" }];

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
    case "json":
      return fc.constant(people);
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
    // Days of a flag belong to one status each.
    if (complete["Flag_FlagStatus"] !== undefined) complete["Flag_FlagStatus"] = "Flagged";
    if (["Flag_FlagStatus", "Flag_DueDate", "Flag_StartDate"].some((name) => complete[name] !== undefined))
      delete complete["Flag_CompleteDate"];
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

  const calendar = columnsByName(ewsTable("Calendar").columns);
  const tasks = columnsByName(ewsTable("Tasks").columns);
  const refusal = (row: Row, kind: ItemElement = "CalendarItem", columns = calendar) => {
    try {
      newItem(kind, columns, row, []);
    } catch (error) {
      const { code, target, message } = error as { code: string; target: string; message: string };
      return { code, target, message };
    }
    return undefined;
  };

  test.each([
    ["31 February", { Type: "AbsoluteYearlyRecurrence", DayOfMonth: 31, Month: "February" }, "DayOfMonth", "29"],
    ["31 April", { Type: "AbsoluteYearlyRecurrence", DayOfMonth: 31, Month: "April" }, "DayOfMonth", "30"],
    ["no interval", { Type: "DailyRecurrence", Interval: 0 }, "Interval", "between 1 and 999"],
    ["1000 days", { Type: "DailyRecurrence", Interval: 1000 }, "Interval", "between 1 and 999"],
    ["100 weeks", { Type: "WeeklyRecurrence", Interval: 100, DaysOfWeek: "Monday" }, "Interval", "between 1 and 99"],
    ["100 months", { Type: "AbsoluteMonthlyRecurrence", Interval: 100, DayOfMonth: 1 }, "Interval", "between 1 and 99"],
    ["day 32", { Type: "AbsoluteMonthlyRecurrence", Interval: 1, DayOfMonth: 32 }, "DayOfMonth", "between 1 and 31"],
    [
      "end before start",
      { Type: "DailyRecurrence", Interval: 1, EndDate: "2025-12-31" },
      "EndDate",
      "before it starts",
    ],
    ["no occurrences", { Type: "DailyRecurrence", Interval: 1, NumberOfOccurrences: 0 }, "NumberOfOccurrences", "999"],
    ["too many", { Type: "DailyRecurrence", Interval: 1, NumberOfOccurrences: 1000 }, "NumberOfOccurrences", "999"],
    ["too late", { Type: "DailyRecurrence", Interval: 1, EndDate: "4600-01-01" }, "EndDate", "4500"],
    ["a group in a week", { Type: "WeeklyRecurrence", Interval: 1, DaysOfWeek: "Weekday" }, "DaysOfWeek", "monthly"],
    [
      "two days of a month",
      { Type: "RelativeMonthlyRecurrence", Interval: 1, DaysOfWeek: "Monday Tuesday", DayOfWeekIndex: "First" },
      "DaysOfWeek",
      "one day",
    ],
  ] as const)("a recurrence no calendar can hold: %s", (_, parts, column, limit) => {
    const row = Object.fromEntries(
      Object.entries({ StartDate: "2026-01-01", ...parts }).map(([part, value]) => [`Recurrence_${part}`, value]),
    );
    expect(refusal(row)).toMatchObject({
      code: "INVALID_QUERY",
      target: `Recurrence_${column}`,
      message: expect.stringContaining(limit),
    });
  });

  test.each([
    "DailyRegeneration",
    "WeeklyRegeneration",
    "MonthlyRegeneration",
    "YearlyRegeneration",
  ])("tasks come again by %s", (pattern) => {
    const row = { Recurrence_Type: pattern, Recurrence_Interval: 3, Recurrence_StartDate: "2026-01-01" };
    expect(newItem("Task", tasks, row, [])).toBe(
      `<t:Task><t:Recurrence><t:${pattern}><t:Interval>3</t:Interval></t:${pattern}><t:NoEndRecurrence><t:StartDate>2026-01-01</t:StartDate></t:NoEndRecurrence></t:Recurrence></t:Task>`,
    );
  });

  test("the kind of end follows from what is given", () => {
    const series = { Recurrence_Type: "DailyRecurrence", Recurrence_Interval: 1, Recurrence_StartDate: "2026-01-01" };
    const of = (row: Row) => newItem("CalendarItem", calendar, { ...series, ...row }, []);
    expect(of({ Recurrence_EndDate: "2026-02-01" })).toContain("<t:EndDateRecurrence>");
    expect(of({ Recurrence_NumberOfOccurrences: 2 })).toContain("<t:NumberedRecurrence>");
    expect(of({})).toContain("<t:NoEndRecurrence>");
  });

  test("flags: days go with their status", () => {
    const flag = (row: Row) => newItem("Message", drafts, row, []);
    expect(flag({ Flag_DueDate: "2026-01-02T00:00:00Z" })).toBe(
      "<t:Message><t:Flag><t:FlagStatus>Flagged</t:FlagStatus><t:StartDate>2026-01-02T00:00:00Z</t:StartDate><t:DueDate>2026-01-02T00:00:00Z</t:DueDate></t:Flag></t:Message>",
    );
    expect(refusal({ Flag_FlagStatus: "NotFlagged", Flag_DueDate: "2026-01-02" }, "Message", drafts)?.target).toBe(
      "Flag_DueDate",
    );
    expect(refusal({ Flag_StartDate: "2026-01-03", Flag_DueDate: "2026-01-02" }, "Message", drafts)?.message).toContain(
      "before",
    );
  });

  test("people: addresses and objects; anything else is refused with its place", () => {
    expect(newItem("CalendarItem", calendar, { Resources: ["room1@sandbox.example"] }, [])).toBe(
      "<t:CalendarItem><t:Resources><t:Attendee><t:Mailbox><t:EmailAddress>room1@sandbox.example</t:EmailAddress></t:Mailbox></t:Attendee></t:Resources></t:CalendarItem>",
    );
    expect(refusal({ RequiredAttendees: ["a@x.example", { Name: "nobody" }] })?.message).toContain("element 2");
    expect(refusal({ RequiredAttendees: [{ Email: "a@x.example" }] })?.message).toContain('no member "Email"');
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
    [{ ReminderMinutesBeforeStart: 2 ** 31 }, "INVALID_QUERY", "ReminderMinutesBeforeStart"],
    [{ ReminderMessageData_Text: "x" }, "UNSUPPORTED", "ReminderMessageData_Text"],
  ])("%j is refused with its column", (row, code, target) => {
    expect(() => newItem("Message", drafts, row as Row, [])).toThrowError(expect.objectContaining({ code, target }));
  });
});
