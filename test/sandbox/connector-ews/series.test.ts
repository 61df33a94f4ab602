import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { useConnector } from "./support.ts";

const connector = useConnector();
const { query, write, operationsOf } = connector;

const recurrenceColumns = [
  "Recurrence_Type",
  "Recurrence_DaysOfWeek",
  "Recurrence_DayOfWeekIndex",
  "Recurrence_Month",
  "Recurrence_DayOfMonth",
  "Recurrence_Interval",
  "Recurrence_FirstDayOfWeek",
  "Recurrence_Duration",
  "Recurrence_StartDate",
  "Recurrence_EndDate",
  "Recurrence_NumberOfOccurrences",
];
const nothing: Row = Object.fromEntries(recurrenceColumns.map((name) => [name, null]));

const patterns: readonly (readonly [string, Row])[] = [
  ["DailyRecurrence", { Recurrence_Interval: 2 }],
  [
    "WeeklyRecurrence",
    { Recurrence_Interval: 1, Recurrence_DaysOfWeek: "Monday Thursday", Recurrence_FirstDayOfWeek: "Monday" },
  ],
  ["AbsoluteMonthlyRecurrence", { Recurrence_Interval: 1, Recurrence_DayOfMonth: 1 }],
  [
    "RelativeMonthlyRecurrence",
    { Recurrence_Interval: 1, Recurrence_DaysOfWeek: "Weekday", Recurrence_DayOfWeekIndex: "First" },
  ],
  ["AbsoluteYearlyRecurrence", { Recurrence_DayOfMonth: 1, Recurrence_Month: "February" }],
  [
    "RelativeYearlyRecurrence",
    { Recurrence_DaysOfWeek: "Monday", Recurrence_DayOfWeekIndex: "First", Recurrence_Month: "February" },
  ],
];
const regenerations = ["DailyRegeneration", "WeeklyRegeneration", "MonthlyRegeneration", "YearlyRegeneration"].map(
  (name) => [name, { Recurrence_Interval: 3 }] as const,
);
// 1 February 2027 is a Monday: every pattern begins with it.
const ranges: readonly Row[] = [
  { Recurrence_Duration: "NoEndRecurrence", Recurrence_StartDate: "2027-02-01" },
  {
    Recurrence_Duration: "EndDateRecurrence",
    Recurrence_StartDate: "2027-02-01",
    Recurrence_EndDate: "2030-03-01",
  },
  {
    Recurrence_Duration: "NumberedRecurrence",
    Recurrence_StartDate: "2027-02-01",
    Recurrence_NumberOfOccurrences: 3,
  },
];
const cases = (list: readonly (readonly [string, Row])[]) =>
  list.flatMap(([Recurrence_Type, parts]) =>
    ranges.map(
      (range) =>
        [Recurrence_Type, range["Recurrence_Duration"] as string, { Recurrence_Type, ...parts, ...range }] as const,
    ),
  );

const read = async (table: string, ItemId: unknown, columns: readonly string[]): Promise<Row> => {
  const { rows } = await query({ table, columns, where: { column: "ItemId", operator: "=", value: ItemId } } as never);
  expect(rows).toHaveLength(1);
  return rows[0] as Row;
};

async function create(table: string, row: Row): Promise<string> {
  const [outcome] = await write("create", table, [row]);
  expect(outcome?.status, outcome?.error?.detail).toBe("succeeded");
  return outcome?.key?.["ItemId"] as string;
}

const change = async (table: string, row: Row) => {
  const [outcome] = await write("update", table, [row]);
  expect(outcome?.status, outcome?.error?.detail).toBe("succeeded");
};

const times = { Start: "2027-02-01T09:00:00Z", End: "2027-02-01T10:00:00Z" };

describe("recurrences written over EWS", () => {
  test.each(cases(patterns))("appointments: %s with %s, made and changed", async (_, __, recurrence) => {
    const made = await create("Calendar", { Subject: "series", ...times, ...recurrence });
    expect(await read("Calendar", made, [...recurrenceColumns, "CalendarItemType", "IsRecurring"])).toEqual({
      ...nothing,
      ...recurrence,
      CalendarItemType: "RecurringMaster",
      IsRecurring: expect.any(Boolean),
    });
    const single = await create("Calendar", { Subject: "single", ...times });
    await change("Calendar", { ItemId: single, ...recurrence });
    expect(await read("Calendar", single, recurrenceColumns)).toEqual({ ...nothing, ...recurrence });
    await change("Calendar", { ItemId: single, Recurrence_Type: null });
    expect(await read("Calendar", single, [...recurrenceColumns, "CalendarItemType"])).toEqual({
      ...nothing,
      CalendarItemType: "Single",
    });
  });

  test.each(cases([...patterns, ...regenerations]))("tasks: %s with %s", async (_, __, recurrence) => {
    const made = await create("Tasks", {
      Subject: "again",
      StartDate: "2027-02-01T00:00:00Z",
      DueDate: "2027-02-01T00:00:00Z",
      ...recurrence,
    });
    expect(await read("Tasks", made, [...recurrenceColumns, "IsRecurring"])).toEqual({
      ...nothing,
      ...recurrence,
      IsRecurring: true,
    });
    await change("Tasks", { ItemId: made, Recurrence_Type: null });
    expect(await read("Tasks", made, recurrenceColumns)).toEqual(nothing);
  });

  test("regenerations are of tasks", async () => {
    await expect(
      write("create", "Calendar", [{ ...times, Recurrence_Type: "DailyRegeneration", Recurrence_Interval: 1 }]),
    ).rejects.toMatchObject({ code: "INVALID_QUERY" });
  });

  test("a part of a recurrence is changed, the rest stays", async () => {
    const id = await create("Calendar", {
      Subject: "changing",
      ...times,
      Recurrence_Type: "WeeklyRecurrence",
      Recurrence_Interval: 1,
      Recurrence_DaysOfWeek: "Monday",
      Recurrence_NumberOfOccurrences: 4,
    });
    const before = await read("Calendar", id, recurrenceColumns);
    expect(before).toMatchObject({ Recurrence_StartDate: "2027-02-01", Recurrence_Duration: "NumberedRecurrence" });
    await change("Calendar", { ItemId: id, Recurrence_DaysOfWeek: "Monday Tuesday" });
    expect(await read("Calendar", id, recurrenceColumns)).toEqual({
      ...before,
      Recurrence_DaysOfWeek: "Monday Tuesday",
    });
    await change("Calendar", { ItemId: id, Recurrence_EndDate: "2027-06-01" });
    expect(await read("Calendar", id, recurrenceColumns)).toEqual({
      ...before,
      Recurrence_DaysOfWeek: "Monday Tuesday",
      Recurrence_Duration: "EndDateRecurrence",
      Recurrence_EndDate: "2027-06-01",
      Recurrence_NumberOfOccurrences: null,
    });
    await change("Calendar", { ItemId: id, Recurrence_Type: "DailyRecurrence", Recurrence_Interval: 3 });
    expect(await read("Calendar", id, recurrenceColumns)).toEqual({
      ...nothing,
      Recurrence_Type: "DailyRecurrence",
      Recurrence_Interval: 3,
      Recurrence_Duration: "EndDateRecurrence",
      Recurrence_StartDate: "2027-02-01",
      Recurrence_EndDate: "2027-06-01",
    });
    const [wrong] = await write("update", "Calendar", [{ ItemId: id, Recurrence_EndDate: "2026-06-01" }]);
    expect(wrong).toMatchObject({ status: "failed", error: { code: "INVALID_QUERY", column: "Recurrence_EndDate" } });
  });

  test("the driver's other spelling of a column", async () => {
    const id = await create("Calendar", {
      Subject: "other spelling",
      ...times,
      Recurrence_Type: "RelativeMonthlyRecurrence",
      Recurrence_Interval: 1,
      Recurrence_DaysOfWeek: "Monday",
      Recurrence_DaysOfWeekIndex: "First",
    });
    expect((await read("Calendar", id, recurrenceColumns))["Recurrence_DayOfWeekIndex"]).toBe("First");
  });
});

describe("occurrences of a series", () => {
  const series = (Subject: string) =>
    create("Calendar", {
      Subject,
      ...times,
      StartTimeZone_Id: "Europe/Berlin",
      Recurrence_Type: "DailyRecurrence",
      Recurrence_Interval: 1,
      Recurrence_NumberOfOccurrences: 5,
    });
  const occurrence = (RecurringMasterId: string, InstanceIndex: number, columns: readonly string[]) =>
    query({
      table: "Calendar",
      columns,
      where: {
        and: [
          { column: "RecurringMasterId", operator: "=", value: RecurringMasterId },
          { column: "InstanceIndex", operator: "=", value: InstanceIndex },
        ],
      },
    } as never);

  test("one is read by its place, and its series by it", async () => {
    const id = await series("by place");
    const { result, operations } = await operationsOf(() =>
      occurrence(id, 3, ["ItemId", "Start", "OriginalStart", "CalendarItemType"]),
    );
    expect(operations).toEqual(["GetItem", "GetItem"]);
    expect(result.rows).toMatchObject([{ Start: "2027-02-03T09:00:00Z", CalendarItemType: "Occurrence" }]);
    const { rows } = await query({
      table: "Calendar",
      columns: ["ItemId", "CalendarItemType"],
      where: { column: "OccurrenceId", operator: "=", value: result.rows[0]?.["ItemId"] as string },
    });
    expect(rows).toEqual([{ ItemId: id, CalendarItemType: "RecurringMaster" }]);
  });

  test("one is changed by its place: an exception, listed with the series", async () => {
    const id = await series("to be changed");
    await change("Calendar", {
      ItemId: id,
      InstanceIndex: 2,
      Subject: "moved",
      Start: "2027-02-02T13:00:00Z",
      End: "2027-02-02T14:00:00Z",
    });
    expect((await occurrence(id, 2, ["Subject", "Start", "OriginalStart", "CalendarItemType"])).rows).toEqual([
      {
        Subject: "moved",
        Start: "2027-02-02T13:00:00Z",
        OriginalStart: "2027-02-02T09:00:00Z",
        CalendarItemType: "Exception",
      },
    ]);
    expect((await occurrence(id, 3, ["Subject", "CalendarItemType"])).rows).toEqual([
      { Subject: "to be changed", CalendarItemType: "Occurrence" },
    ]);
    const { rows } = await query({
      table: "Calendar_ModifiedOccurrences",
      where: { column: "CalendarItemId", operator: "=", value: id },
    });
    expect(rows).toMatchObject([
      { CalendarItemId: id, Start: "2027-02-02T13:00:00Z", OriginalStart: "2027-02-02T09:00:00Z" },
    ]);
    const master = await read("Calendar", id, ["ModifiedOccurrences_Aggregate", "Subject"]);
    expect(master).toMatchObject({
      Subject: "to be changed",
      ModifiedOccurrences_Aggregate: [{ Start: "2027-02-02T13:00:00Z" }],
    });
  });

  test("one is cancelled by its place, and cannot be had any more", async () => {
    const id = await series("with a gap");
    const [outcome] = await write("delete", "Calendar", [{ ItemId: id, InstanceIndex: 4 }]);
    expect(outcome?.status).toBe("succeeded");
    const { rows } = await query({
      table: "Calendar_DeletedOccurrences",
      where: { column: "CalendarItemId", operator: "=", value: id },
    });
    expect(rows).toEqual([{ CalendarItemId: id, Start: "2027-02-04T09:00:00Z" }]);
    expect(await read("Calendar", id, ["DeletedOccurrences_Aggregate"])).toEqual({
      DeletedOccurrences_Aggregate: [{ Start: "2027-02-04T09:00:00Z" }],
    });
    expect((await occurrence(id, 5, ["Start"])).rows).toEqual([{ Start: "2027-02-05T09:00:00Z" }]);
    await expect(occurrence(id, 4, ["Start"])).rejects.toMatchObject({
      code: "NOT_FOUND",
      remote: { code: "ErrorCalendarOccurrenceIsDeletedFromRecurrence" },
    });
    const again = await write("delete", "Calendar", [{ ItemId: id, InstanceIndex: 4 }]);
    expect(again).toMatchObject([{ status: "failed", error: { code: "NOT_FOUND", column: "InstanceIndex" } }]);
  });

  test("places that are none", async () => {
    const id = await series("five only");
    await expect(occurrence(id, 6, ["Start"])).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("ends before"),
      remote: { code: "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange" },
    });
    const outcomes = await write("update", "Calendar", [
      { ItemId: id, InstanceIndex: 6, Subject: "x" },
      { ItemId: id, InstanceIndex: 1, Subject: "first" },
      { ItemId: id, InstanceIndex: 0, Subject: "x" },
    ]);
    expect(outcomes.map(({ status, error }) => error?.code ?? status)).toEqual([
      "NOT_FOUND",
      "succeeded",
      "INVALID_QUERY",
    ]);
    await expect(occurrence(id, 0, ["Start"])).rejects.toMatchObject({
      code: "INVALID_QUERY",
      target: "InstanceIndex",
    });
    await expect(
      query({ table: "Calendar", where: { column: "InstanceIndex", operator: "=", value: 1 } } as never),
    ).rejects.toMatchObject({ code: "INVALID_QUERY", target: "InstanceIndex" });
  });
});

describe("old platforms", () => {
  const old = useConnector({}, { platform: "Exchange2007_SP1" });

  test("keep the zone where Exchange 2007 has it, and send no TimeZoneContext", async () => {
    const [made] = await old.write("create", "Calendar", [
      {
        Subject: "2007",
        Start: "2027-03-22T08:00:00Z",
        End: "2027-03-22T09:00:00Z",
        MeetingTimeZone: "Europe/Berlin",
        Recurrence_Type: "WeeklyRecurrence",
        Recurrence_Interval: 1,
        Recurrence_DaysOfWeek: "Monday",
        Recurrence_NumberOfOccurrences: 2,
      },
    ]);
    expect(made?.status, made?.error?.detail).toBe("succeeded");
    const create = old.sent.find(({ operation }) => operation === "CreateItem")?.body;
    expect(create).toContain('<t:MeetingTimeZone TimeZoneName="W. Europe Standard Time"/>');
    expect(create).not.toContain("TimeZoneContext");
    expect(create).not.toContain("StartTimeZone");
    const { rows } = await old.query({
      table: "Calendar",
      columns: ["Start"],
      where: {
        and: [
          { column: "Start", operator: ">=", value: "2027-03-20T00:00:00Z" },
          { column: "End", operator: "<=", value: "2027-04-10T00:00:00Z" },
          { column: "Subject", operator: "=", value: "2007" },
        ],
      },
    });
    expect(rows.map((row) => row["Start"])).toEqual(["2027-03-22T08:00:00Z", "2027-03-29T07:00:00Z"]);
  });

  test("a younger column is refused by name, with the platform it came with", async () => {
    await expect(
      old.write("create", "Calendar", [{ ...times, StartTimeZone_Id: "Europe/Berlin" }]),
    ).rejects.toMatchObject({ code: "UNKNOWN_COLUMN", message: expect.stringContaining("Exchange2010") });
    const [folder] = await old.write("create", "Drafts", [{ Subject: "x", ParentFolderId: "archivemsgfolderroot" }]);
    expect(folder).toMatchObject({ status: "failed", error: { code: "UNSUPPORTED", column: "ParentFolderId" } });
    await expect(old.write("create", "Drafts", [{ Flag_FlagStatus: "Flagged" }])).rejects.toMatchObject({
      message: expect.stringContaining("Exchange2013"),
    });
  });
});
