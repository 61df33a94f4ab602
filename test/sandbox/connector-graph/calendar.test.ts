import { beforeEach, describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { BOB, useGraph, wild } from "./support.ts";

const graph = useGraph({ clock: () => new Date("2026-03-10T12:00:00Z") });
beforeEach(() => graph.sandbox().faults.clear());
const where = (column: string, operator: string, value: unknown) => ({ column, operator, value }) as const;
const all = (...and: readonly unknown[]) => ({ and });
const idOf = (outcomes: readonly { key?: Row }[]) => String(outcomes[0]?.key?.id);

const meeting = (subject: string, more: Row = {}): Row => ({
  subject,
  start_dateTime: "2026-04-01T09:00:00",
  start_timeZone: "W. Europe Standard Time",
  end_dateTime: "2026-04-01T10:00:00",
  end_timeZone: "W. Europe Standard Time",
  ...more,
});

describe("events", () => {
  it("keep every letter; their times come in UTC", async () => {
    const made = await graph.write("create", "Events", [
      meeting(wild, {
        body_content: wild,
        location_displayName: wild,
        attendees: [{ type: "required", emailAddress: { address: BOB, name: wild } }],
        reminderMinutesBeforeStart: 30,
        showAs: "TENTATIVE",
        categories: [wild],
      }),
    ]);
    expect(made[0]?.status).toBe("succeeded");
    const { rows } = await graph.query({ table: "Events", where: where("id", "=", idOf(made)) });
    expect(rows[0]).toMatchObject({
      subject: wild,
      // Summer time in western Europe since 29 March.
      start_dateTime: "2026-04-01T07:00:00Z",
      start_timeZone: "UTC",
      end_dateTime: "2026-04-01T08:00:00Z",
      location_displayName: wild,
      reminderMinutesBeforeStart: 30,
      showAs: "tentative",
      categories: [wild],
      type: "singleInstance",
      calendarId: expect.any(String),
      attendees: [expect.objectContaining({ emailAddress: { address: BOB, name: wild } })],
    });
  });

  it("a create whose answer was lost is sent again, and is one event", async () => {
    graph.sandbox().faults.add({ kind: "lostAnswer", face: "graph", operation: "POST /", count: 1 });
    const made = await graph.write("create", "Events", [meeting("once 1"), meeting("once 2")]);
    expect(made.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    const { rows } = await graph.query({
      table: "Events",
      columns: ["subject"],
      where: where("subject", "LIKE", "once %"),
    });
    expect(rows.map(({ subject }) => subject).toSorted()).toEqual(["once 1", "once 2"]);
  });

  it("are changed under their change key, and deleted", async () => {
    const id = idOf(await graph.write("create", "Events", [meeting("to change")]));
    const read = async () =>
      (await graph.query({ table: "Events", columns: ["subject", "changeKey"], where: where("id", "=", id) })).rows;
    const [before] = await read();
    const change = { id, subject: "changed", changeKey: before?.changeKey ?? null };
    expect((await graph.write("update", "Events", [change]))[0]?.status).toBe("succeeded");
    expect((await graph.write("update", "Events", [change]))[0]).toMatchObject({ error: { code: "PRECONDITION" } });
    expect((await read())[0]?.subject).toBe("changed");
    expect((await graph.write("delete", "Events", [{ id }]))[0]?.status).toBe("succeeded");
    expect(await read()).toEqual([]);
    expect((await graph.write("delete", "Events", [{ id }]))[0]).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND" },
    });
  });

  it.each([
    where("start_dateTime", ">=", "2026-04-01T07:00:00Z"),
    where("start_dateTime", "<", "2026-04-01T07:00:01Z"),
    where("isAllDay", "=", false),
    where("type", "=", "seriesMaster"),
    where("subject", "LIKE", "team%"),
  ])("give the same rows whoever filters: %j", async (condition) => {
    await graph.write("create", "Events", [meeting("filtered")]);
    const body = { table: "Events", columns: ["id", "subject"], where: condition };
    const there = await graph.query(body);
    const here = await graph.query(body, undefined, true);
    expect(there.rows.length).toBeGreaterThan(0);
    expect(there.rows).toEqual(here.rows);
  });
});

describe("recurring events", () => {
  it("are expanded by CalendarView and EventInstances, by Events not", async () => {
    const id = idOf(
      await graph.write("create", "Events", [
        meeting("weekly", {
          start_dateTime: "2026-05-04T09:00:00",
          start_timeZone: "UTC",
          end_dateTime: "2026-05-04T10:00:00",
          end_timeZone: "UTC",
          recurrence_pattern_type: "weekly",
          recurrence_pattern_interval: 1,
          recurrence_pattern_daysOfWeek: ["monday"],
          recurrence_range_type: "numbered",
          recurrence_range_numberOfOccurrences: 4,
          recurrence_range_startDate: "2026-05-04",
        }),
      ]),
    );
    const masters = await graph.query({
      table: "Events",
      columns: ["type", "recurrence_range_numberOfOccurrences"],
      where: where("subject", "=", "weekly"),
    });
    expect(masters.rows).toEqual([{ type: "seriesMaster", recurrence_range_numberOfOccurrences: 4 }]);
    const may = [where("start_dateTime", ">=", "2026-05-01"), where("end_dateTime", "<=", "2026-05-20")];
    const view = await graph.query({
      table: "CalendarView",
      columns: ["start_dateTime", "type", "seriesMasterId"],
      where: all(...may, where("subject", "=", "weekly")),
    });
    expect(view.rows.map(({ start_dateTime }) => start_dateTime)).toEqual([
      "2026-05-04T09:00:00Z",
      "2026-05-11T09:00:00Z",
      "2026-05-18T09:00:00Z",
    ]);
    expect(view.rows[0]?.seriesMasterId).toBe(id);
    expect(view.warnings).not.toContain("CALENDAR_WINDOW");
    const local = await graph.query(
      { table: "CalendarView", columns: ["start_dateTime"], where: all(...may, where("subject", "=", "weekly")) },
      undefined,
      true,
    );
    expect(local.rows).toHaveLength(3);
    const instances = await graph.query({
      table: "EventInstances",
      columns: ["start_dateTime", "eventId"],
      where: all(
        where("eventId", "=", id),
        where("start_dateTime", ">=", "2026-05-01"),
        where("end_dateTime", "<", "2026-06-30"),
      ),
    });
    expect(instances.rows).toHaveLength(4);
    expect(instances.rows[0]?.eventId).toBe(id);
  });

  it("without a window the last 30 days are read, and said so", async () => {
    const { warnings } = await graph.query({ table: "CalendarView", columns: ["subject"] });
    expect(warnings).toContain("CALENDAR_WINDOW");
  });
});

describe("calendars", () => {
  it("hold events of their own, and tell their group", async () => {
    const calendarId = idOf(await graph.write("create", "Calendars", [{ name: wild }]));
    const made = await graph.write("create", "Events", [meeting("elsewhere", { calendarId })]);
    expect(made[0]?.status).toBe("succeeded");
    const columns = ["subject", "calendarId"];
    const there = await graph.query({ table: "Events", columns, where: where("calendarId", "=", calendarId) });
    expect(there.rows).toEqual([{ subject: "elsewhere", calendarId }]);
    const byId = await graph.query({ table: "Events", columns, where: where("id", "=", idOf(made)) });
    expect(byId.rows).toEqual([{ subject: "elsewhere", calendarId }]);
    const { rows } = await graph.query({ table: "Calendars", columns: ["id", "name", "calendarGroupId"] });
    expect(rows).toContainEqual({ id: calendarId, name: wild, calendarGroupId: expect.any(String) });
    const [own] = rows.filter(({ id }) => id === calendarId);
    const both = all(where("calendarGroupId", "=", own?.calendarGroupId), where("id", "=", calendarId));
    expect((await graph.query({ table: "Calendars", columns: ["name"], where: both })).rows).toEqual([{ name: wild }]);
    await graph.write("update", "Calendars", [{ id: calendarId, name: "plain" }]);
    expect((await graph.write("delete", "Calendars", [{ id: calendarId }]))[0]?.status).toBe("succeeded");
  });

  it("have groups", async () => {
    const id = idOf(await graph.write("create", "CalendarGroups", [{ name: "mine" }]));
    const { rows } = await graph.query({ table: "CalendarGroups", columns: ["id", "name"] });
    expect(rows).toContainEqual({ id, name: "mine" });
    expect((await graph.write("delete", "CalendarGroups", [{ id }]))[0]?.status).toBe("succeeded");
  });
});

describe("procedures", () => {
  it("answer invitations, cancel, forward, snooze and tell schedules", async () => {
    const id = idOf(
      await graph.write("create", "Events", [
        meeting("party", { attendees: [{ type: "required", emailAddress: { address: BOB } }] }),
      ]),
    );
    const application = graph.session("application");
    const bobs = async () =>
      (
        await graph.query(
          {
            table: "Events",
            columns: ["id", "responseStatus_response"],
            where: all(where("UserId", "=", BOB), where("subject", "=", "party")),
          },
          application,
        )
      ).rows[0];
    const EventId = String((await bobs())?.id);
    await graph.execute(
      "RespondToEvent",
      { EventId, ResponseType: "Accept", UserId: BOB, Comment: "gladly" },
      application,
    );
    expect((await bobs())?.responseStatus_response).toBe("accepted");
    await graph.execute("TentativelyAcceptEvent", { EventId, UserId: BOB }, application);
    expect((await bobs())?.responseStatus_response).toBe("tentativelyAccepted");
    await graph.execute("SnoozeEventReminder", { EventId: id, DateTime: "2026-04-01T06:00:00Z", TimeZone: "UTC" });
    await graph.execute("DismissEventReminder", { EventId: id });
    await graph.execute("ForwardEvent", { EventId: id, ToRecipients: "svc@sandbox.example" });
    const schedules = await graph.execute("GetSchedule", {
      Schedules: `${BOB}; nobody@elsewhere.example`,
      StartTime: "2026-04-01T00:00:00Z",
      EndTime: "2026-04-02T00:00:00Z",
    });
    expect(schedules[0]).toMatchObject({ ScheduleId: BOB, AvailabilityView: expect.stringMatching(/^\d{48}$/) });
    expect(schedules).toHaveLength(2);
    await graph.execute("CancelEvent", { EventId: id, Comment: "rain" });
  });
});
