import { describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { BOB, useGraph } from "./support.ts";

const graph = useGraph({ clock: () => new Date("2026-03-10T12:00:00Z"), empty: true });
const where = (column: string, operator: string, value: unknown) => ({ column, operator, value }) as const;
const idOf = (outcomes: readonly { key?: Row }[]) => String(outcomes[0]?.key?.id);

const hour: Row = {
  start_dateTime: "2026-03-16T09:00:00",
  start_timeZone: "W. Europe Standard Time",
  end_dateTime: "2026-03-16T10:00:00",
  end_timeZone: "Europe/Berlin",
};
const weekly: Row = {
  recurrence_pattern_type: "weekly",
  recurrence_pattern_interval: 1,
  recurrence_pattern_daysOfWeek: ["monday"],
  recurrence_range_type: "numbered",
  recurrence_range_numberOfOccurrences: 4,
};
const create = async (more: Row, subject = "series") =>
  idOf(await graph.write("create", "Events", [{ subject, ...hour, ...more }]));
const read = async (id: string, columns?: readonly string[]) =>
  (await graph.query({ table: "Events", where: where("id", "=", id), ...(columns ? { columns } : {}) } as never))
    .rows[0];

async function instances(eventId: string): Promise<readonly Row[]> {
  const window = [where("start_dateTime", ">=", "2026-01-01"), where("end_dateTime", "<=", "2028-12-31")];
  const columns = ["id", "start_dateTime", "type", "subject", "originalStart", "seriesMasterId"];
  const body = { table: "EventInstances", columns, where: { and: [where("eventId", "=", eventId), ...window] } };
  return (await graph.query(body)).rows;
}
const starts = async (id: string) => (await instances(id)).map(({ start_dateTime }) => start_dateTime);

describe("a series", () => {
  it.each<[string, Row, readonly string[]]>([
    [
      "every third day, a few times",
      {
        recurrence_pattern_type: "daily",
        recurrence_pattern_interval: 3,
        recurrence_range_numberOfOccurrences: 3,
      },
      ["2026-03-16T08:00:00Z", "2026-03-19T08:00:00Z", "2026-03-22T08:00:00Z"],
    ],
    [
      "every second week, to a day",
      {
        ...weekly,
        recurrence_pattern_interval: 2,
        recurrence_pattern_daysOfWeek: ["Monday", "Wednesday"],
        recurrence_pattern_firstDayOfWeek: "monday",
        recurrence_range_type: "endDate",
        recurrence_range_numberOfOccurrences: null,
        recurrence_range_endDate: "2026-03-30",
      },
      ["2026-03-16T08:00:00Z", "2026-03-18T08:00:00Z", "2026-03-30T07:00:00Z"],
    ],
    [
      "the 31st of every month, which shorter months have on their last day",
      {
        recurrence_pattern_type: "absoluteMonthly",
        recurrence_pattern_dayOfMonth: 31,
        recurrence_range_numberOfOccurrences: 2,
      },
      ["2026-03-31T07:00:00Z", "2026-04-30T07:00:00Z"],
    ],
    [
      "the last Friday of every second month",
      {
        recurrence_pattern_type: "relativeMonthly",
        recurrence_pattern_interval: 2,
        recurrence_pattern_daysOfWeek: ["friday"],
        recurrence_pattern_index: "last",
        recurrence_range_numberOfOccurrences: 2,
      },
      ["2026-03-27T08:00:00Z", "2026-05-29T07:00:00Z"],
    ],
    [
      "a day of the year",
      {
        recurrence_pattern_type: "absoluteYearly",
        recurrence_pattern_month: 3,
        recurrence_pattern_dayOfMonth: 20,
        recurrence_range_numberOfOccurrences: 2,
      },
      ["2026-03-20T08:00:00Z", "2027-03-20T08:00:00Z"],
    ],
    [
      "the last Sunday of March",
      {
        recurrence_pattern_type: "relativeYearly",
        recurrence_pattern_month: 3,
        recurrence_pattern_daysOfWeek: ["sunday"],
        recurrence_pattern_index: "last",
        recurrence_range_numberOfOccurrences: 2,
        recurrence_range_recurrenceTimeZone: "Europe/Berlin",
      },
      ["2026-03-29T07:00:00Z", "2027-03-28T07:00:00Z"],
    ],
  ])("%s", async (_title, recurrence, expected) => {
    const id = await create(recurrence);
    expect(await starts(id)).toEqual(expected);
    const told = Object.fromEntries(
      Object.entries(recurrence).filter(([name, value]) => value !== null && !/daysOfWeek|TimeZone/.test(name)),
    );
    expect(await read(id)).toMatchObject({ type: "seriesMaster", ...told });
  });

  it("goes on for ever when nothing ends it", async () => {
    const id = await create({ recurrence_pattern_type: "daily" });
    expect(await read(id, ["recurrence_range_type", "recurrence_pattern_interval"])).toEqual({
      recurrence_range_type: "noEnd",
      recurrence_pattern_interval: 1,
    });
    expect((await instances(id)).length).toBeGreaterThan(1000);
  });

  it("is changed in part, and becomes a single event again", async () => {
    const id = await create(weekly);
    await graph.write("update", "Events", [{ id, recurrence_range_numberOfOccurrences: 2 }]);
    expect(await starts(id)).toEqual(["2026-03-16T08:00:00Z", "2026-03-23T08:00:00Z"]);
    const daily = { id, recurrence_pattern_type: "daily", recurrence_range_endDate: "2026-03-17" };
    expect((await graph.write("update", "Events", [daily]))[0]).toMatchObject({ status: "succeeded" });
    expect(await starts(id)).toEqual(["2026-03-16T08:00:00Z", "2026-03-17T08:00:00Z"]);
    await graph.write("update", "Events", [{ id, recurrence_pattern_type: null }]);
    expect(await read(id, ["type", "recurrence_pattern_type"])).toEqual({
      type: "singleInstance",
      recurrence_pattern_type: null,
    });
  });

  it("keeps its zone when its time is changed by an instant, and so its clock over the change of time", async () => {
    const id = await create(weekly);
    const change = { id, start_dateTime: "2026-03-16T10:00:00Z", end_dateTime: "2026-03-16T11:30:00Z" };
    expect((await graph.write("update", "Events", [change]))[0]?.status).toBe("succeeded");
    expect(await starts(id)).toEqual([
      "2026-03-16T10:00:00Z",
      "2026-03-23T10:00:00Z",
      "2026-03-30T09:00:00Z",
      "2026-04-06T09:00:00Z",
    ]);
    expect(await read(id, ["originalStartTimeZone"])).toEqual({ originalStartTimeZone: "W. Europe Standard Time" });
  });

  it("an offset makes an instant of a time, whatever zone stands beside it", async () => {
    const id = await create({ start_dateTime: "2026-03-16T09:00:00+05:00", end_dateTime: "2026-03-16T05:00:00Z" });
    expect(await read(id, ["start_dateTime", "end_dateTime", "originalStartTimeZone"])).toEqual({
      start_dateTime: "2026-03-16T04:00:00Z",
      end_dateTime: "2026-03-16T05:00:00Z",
      originalStartTimeZone: "W. Europe Standard Time",
    });
  });
});

describe("single occurrences", () => {
  it("are changed, and are exceptions then; are cancelled, and are gone", async () => {
    const id = await create(weekly);
    const [, second, third] = await instances(id);
    const change = {
      id: String(second?.id),
      subject: "moved once",
      start_dateTime: "2026-03-24T13:00:00Z",
      end_dateTime: "2026-03-24T14:00:00Z",
    };
    expect((await graph.write("update", "Events", [change]))[0]?.status).toBe("succeeded");
    expect((await graph.write("delete", "Events", [{ id: String(third?.id) }]))[0]?.status).toBe("succeeded");
    const now = await instances(id);
    expect(now.map(({ start_dateTime, type, subject }) => [start_dateTime, type, subject])).toEqual([
      ["2026-03-16T08:00:00Z", "occurrence", "series"],
      ["2026-03-24T13:00:00Z", "exception", "moved once"],
      ["2026-04-06T07:00:00Z", "occurrence", "series"],
    ]);
    expect(now[1]).toMatchObject({ originalStart: "2026-03-23T08:00:00Z", seriesMasterId: id });
    const cancelled = await read(id, ["cancelledOccurrences"]);
    expect(cancelled?.cancelledOccurrences).toEqual([expect.stringContaining("2026-03-30")]);
    expect(await read(String(second?.id), ["subject", "type"])).toEqual({ subject: "moved once", type: "exception" });
  });

  it("of a meeting are answered and cancelled one by one", async () => {
    const attendees = [{ type: "required", emailAddress: { address: BOB } }];
    const id = await create({ ...weekly, attendees }, "weekly talk");
    const application = graph.session("application");
    const bobs = async (): Promise<readonly Row[]> => {
      const window = [where("start_dateTime", ">=", "2026-03-01"), where("end_dateTime", "<=", "2026-04-30")];
      const mine = [where("UserId", "=", BOB), where("subject", "LIKE", "%weekly talk")];
      const columns = ["id", "start_dateTime", "responseStatus_response", "isCancelled"];
      const body = { table: "CalendarView", columns, where: { and: [...mine, ...window] } };
      return (await graph.query(body, application)).rows;
    };
    const invited = await bobs();
    expect(invited).toHaveLength(4);
    const answer = { EventId: String(invited[1]?.id), ResponseType: "Accept", UserId: BOB };
    await graph.execute("RespondToEvent", answer, application);
    expect((await bobs()).map(({ responseStatus_response }) => responseStatus_response)).toEqual([
      "notResponded",
      "accepted",
      "notResponded",
      "notResponded",
    ]);
    const [, , third] = await instances(id);
    await graph.execute("CancelEvent", { EventId: String(third?.id), Comment: "holiday" });
    expect(await starts(id)).toEqual(["2026-03-16T08:00:00Z", "2026-03-23T08:00:00Z", "2026-04-06T07:00:00Z"]);
    expect((await bobs()).find(({ start_dateTime }) => start_dateTime === third?.start_dateTime)).toMatchObject({
      isCancelled: true,
    });
    await graph.execute("CancelEvent", { EventId: id });
    expect(await read(id)).toBeUndefined();
  });

  it("that are not there are missing, and take no recurrence of their own", async () => {
    const id = await create(weekly);
    const [first, second] = await instances(id);
    await graph.write("delete", "Events", [{ id: String(second?.id) }]);
    const again = await graph.write("update", "Events", [{ id: String(second?.id), subject: "gone" }]);
    expect(again[0]).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
    expect((await graph.write("delete", "Events", [{ id: String(second?.id) }]))[0]).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND" },
    });
    const own = { id: String(first?.id), recurrence_pattern_type: "daily" };
    expect((await graph.write("update", "Events", [own]))[0]?.status).toBe("failed");
    expect(await starts(id)).toHaveLength(3);
  });
});

describe("what no calendar can hold is refused before anything is sent", () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ emailAddress: { address: `a${index}@elsewhere.example` } }));

  it.each<[string, string, Row]>([
    ["recurrence_pattern_type", "must be one of", { recurrence_pattern_interval: 1 }],
    ["recurrence_pattern_interval", "between 1 and 99", { ...weekly, recurrence_pattern_interval: 100 }],
    [
      "recurrence_pattern_interval",
      "between 1 and 999",
      { recurrence_pattern_type: "daily", recurrence_pattern_interval: 0 },
    ],
    ["recurrence_pattern_daysOfWeek", "is needed", { recurrence_pattern_type: "weekly" }],
    ["recurrence_pattern_daysOfWeek", "none of", { ...weekly, recurrence_pattern_daysOfWeek: ["mondey"] }],
    ["recurrence_pattern_dayOfMonth", "no meaning", { ...weekly, recurrence_pattern_dayOfMonth: 3 }],
    [
      "recurrence_pattern_dayOfMonth",
      "never has more than 29 days",
      { recurrence_pattern_type: "absoluteYearly", recurrence_pattern_month: 2, recurrence_pattern_dayOfMonth: 30 },
    ],
    [
      "recurrence_pattern_month",
      "between 1 and 12",
      { recurrence_pattern_type: "absoluteYearly", recurrence_pattern_month: 13, recurrence_pattern_dayOfMonth: 3 },
    ],
    [
      "recurrence_range_numberOfOccurrences",
      "between 1 and 999",
      { ...weekly, recurrence_range_numberOfOccurrences: 1000 },
    ],
    ["recurrence_range_numberOfOccurrences", "no meaning", { ...weekly, recurrence_range_type: "noEnd" }],
    ["recurrence_range_endDate", "is needed", { recurrence_pattern_type: "daily", recurrence_range_type: "endDate" }],
    [
      "recurrence_range_endDate",
      "before",
      { recurrence_pattern_type: "daily", recurrence_range_endDate: "2026-03-15" },
    ],
    [
      "recurrence_range_endDate",
      "before the first",
      {
        recurrence_pattern_type: "weekly",
        recurrence_pattern_daysOfWeek: ["friday"],
        recurrence_range_endDate: "2026-03-18",
      },
    ],
    [
      "recurrence_pattern_interval",
      "lasts longer",
      { recurrence_pattern_type: "daily", end_dateTime: "2026-03-18T10:00:00" },
    ],
    [
      "end_dateTime",
      "before start_dateTime",
      { end_dateTime: "2026-03-16T08:00:00", end_timeZone: "W. Europe Standard Time" },
    ],
    ["start_dateTime", "must be midnight", { isAllDay: true }],
    ["attendees", "at most 500", { attendees: people(501) }],
    ["attendees", "entry 1 has no address", { attendees: [...people(1), { emailAddress: { name: "Bob" } }] }],
  ])("%s %s", async (column, detail, more) => {
    const before = graph.sent.length;
    const [made] = await graph.write("create", "Events", [{ subject: "wrong", ...hour, ...more }]);
    expect(made).toMatchObject({
      status: "failed",
      error: { code: "INVALID_QUERY", column, detail: expect.stringContaining(detail) },
    });
    expect(graph.sent.slice(before)).toEqual([]);
  });

  it("a wrong row leaves the others alone; a wrong change leaves the series as it was", async () => {
    const rows = [
      { subject: "right", ...hour },
      { subject: "wrong", ...hour, recurrence_pattern_type: "weekly" },
    ];
    const made = await graph.write("create", "Events", rows);
    expect(made.map(({ status }) => status)).toEqual(["succeeded", "failed"]);
    const id = await create(weekly);
    const [changed] = await graph.write("update", "Events", [
      { id, subject: "never", recurrence_range_numberOfOccurrences: 5000 },
    ]);
    expect(changed).toMatchObject({ status: "failed", error: { column: "recurrence_range_numberOfOccurrences" } });
    expect(await read(id, ["subject", "recurrence_range_numberOfOccurrences"])).toEqual({
      subject: "series",
      recurrence_range_numberOfOccurrences: 4,
    });
  });

  it("messages have at most 1000 recipients, each with an address", async () => {
    const before = graph.sent.length;
    const many = [{ subject: "many", toRecipients: people(600), ccRecipients: people(401) }];
    expect((await graph.write("create", "Messages", many))[0]).toMatchObject({
      status: "failed",
      error: { column: "toRecipients", detail: expect.stringContaining("1001 recipients") },
    });
    const nameless = [{ subject: "nobody", bccRecipients: [{ emailAddress: { name: "Bob" } }] }];
    expect((await graph.write("create", "Messages", nameless))[0]).toMatchObject({
      error: { column: "bccRecipients" },
    });
    const ToRecipients = people(1001).map(({ emailAddress }) => emailAddress.address);
    const send = graph.execute("SendMail", { ToRecipients: ToRecipients.join(";"), Subject: "many" });
    await expect(send).rejects.toThrow("1001 recipients");
    expect(graph.sent.slice(before)).toEqual([]);
  });
});

it("tasks recur as well", async () => {
  const listId = idOf(await graph.write("create", "TodoTaskLists", [{ displayName: "chores" }]));
  const undated = { listId, title: "never", recurrence_pattern_type: "daily" };
  expect((await graph.write("create", "TodoTasks", [undated]))[0]).toMatchObject({
    error: { column: "dueDateTime_dateTime" },
  });
  const due = { dueDateTime_dateTime: "2026-03-20T00:00:00Z", dueDateTime_timeZone: "UTC" };
  const task = { listId, title: "plants", ...due, ...weekly, recurrence_pattern_daysOfWeek: ["friday"] };
  const id = idOf(await graph.write("create", "TodoTasks", [task]));
  await graph.write("update", "TodoTasks", [{ id, listId, recurrence_range_numberOfOccurrences: 7 }]);
  const { rows } = await graph.query({
    table: "TodoTasks",
    columns: ["recurrence_pattern_daysOfWeek", "recurrence_range_numberOfOccurrences", "recurrence_range_startDate"],
    where: { and: [where("listId", "=", listId), where("id", "=", id)] },
  });
  expect(rows).toEqual([
    {
      recurrence_pattern_daysOfWeek: ["friday"],
      recurrence_range_numberOfOccurrences: 7,
      recurrence_range_startDate: "2026-03-20",
    },
  ]);
});

it("an event whose attendees are invited tells them once", async () => {
  const id = await create({ attendees: [{ type: "required", emailAddress: { address: BOB } }] }, "invited");
  expect(await read(id, ["responseStatus_response", "isOrganizer"])).toEqual({
    responseStatus_response: "organizer",
    isOrganizer: true,
  });
});
