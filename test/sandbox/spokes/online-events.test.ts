import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { people, useSpokes } from "./stands.ts";

const { ews, graph } = useSpokes();
const { alice, bob, carol, room } = people;
const text = expect.any(String);

describe.each([ews, graph])("events of the Exchange Online spoke over $schema", (stand) => {
  const { one, rows, received } = stand;
  const isEws = stand.schema === "EWS";

  const event = (subject: string, more: Row = {}) =>
    one("Create Calendar Event", {
      user: alice,
      subject,
      start: "2032-03-01T09:00:00",
      end: "2032-03-01T10:00:00",
      startTimeZone: "Europe/Berlin",
      ...more,
    });

  test("Create Calendar Event with all it can say; Look up Event by ID", async () => {
    const { folderId } = await one("Look up Folder ID", { mailbox: alice, folder: "calendar" });
    const made = await event("Review", {
      calendarId: folderId ?? null,
      body: "<i>See</i>",
      bodyType: "html",
      end: "2032-03-01T09:30:00",
      endTimeZone: "Europe/Berlin",
      isAllDay: false,
      location: "Hall",
      attendees: [bob],
      optionalAttendees: [carol],
      resources: [room],
      reminderMinutes: 5,
      showAs: "oof",
      sensitivity: "confidential",
      categories: ["Blue category"],
      ...(isEws ? {} : { isOnlineMeeting: true }),
    });
    expect(made).toMatchObject({ eventId: text, iCalUId: text, webLink: text, created: true });
    if (!isEws) expect(made["joinUrl"]).toEqual(text);
    expect(await one("Look up Event by ID", { user: alice, eventId: made["eventId"] })).toMatchObject({
      subject: "Review",
      iCalUId: made["iCalUId"],
      start: "2032-03-01T08:00:00Z",
      end: "2032-03-01T08:30:00Z",
      showAs: "oof",
      sensitivity: "confidential",
      categories: ["Blue category"],
      reminderMinutes: 5,
    });
    expect(await received(bob, "Review")).toHaveLength(1);
  });

  test("Update Calendar Event and Delete Calendar Event tell the attendees", async () => {
    const made = await event("Retro", { attendees: [bob] });
    const changed = await one("Update Calendar Event", {
      user: alice,
      eventId: made["eventId"],
      subject: "Retro moved",
      body: "x",
      bodyType: "text",
      start: "2032-03-02T09:00:00Z",
      end: "2032-03-02T10:00:00Z",
      startTimeZone: "UTC",
      endTimeZone: "UTC",
      isAllDay: false,
      location: "Cellar",
      attendees: [bob],
      optionalAttendees: [],
      resources: [room],
      reminderMinutes: 1,
      showAs: "free",
      sensitivity: "personal",
      categories: ["Red category"],
    });
    expect(changed).toMatchObject({
      eventId: text,
      subject: "Retro moved",
      start: "2032-03-02T09:00:00Z",
      location: "Cellar",
      showAs: "free",
      sensitivity: "personal",
    });
    if (isEws) {
      const stale = { user: alice, eventId: made["eventId"], changeKey: changed["changeKey"], subject: "Retro again" };
      const again = await one("Update Calendar Event", stale);
      expect(again["subject"]).toBe("Retro again");
      await expect(one("Update Calendar Event", { ...stale, subject: "No" })).rejects.toMatchObject({
        code: "PRECONDITION",
      });
    } else {
      const made2 = await event("Online later");
      const online = { user: alice, eventId: made2["eventId"], isOnlineMeeting: true };
      expect(await one("Update Calendar Event", online)).toMatchObject({ subject: "Online later", joinUrl: text });
    }
    const place = { user: alice, eventId: made["eventId"] };
    expect(await one("Delete Calendar Event", { ...place, comment: "off" })).toEqual({ status: "success" });
    expect((await received(bob, "Retro")).some((subject) => /cancel/i.test(subject))).toBe(true);
    const alone = await event("Alone");
    expect(await one("Delete Calendar Event", { user: alice, eventId: alone["eventId"] })).toEqual({
      status: "success",
    });
  });

  test("Create Recurring Calendar Events, and its occurrences as a stream", async () => {
    const made = await one("Create Recurring Calendar Events", {
      user: alice,
      subject: "Standup",
      body: "daily",
      bodyType: "text",
      start: "2032-04-05T09:00:00",
      end: "2032-04-05T09:15:00",
      startTimeZone: "Europe/Berlin",
      endTimeZone: "Europe/Berlin",
      isAllDay: false,
      location: "Desk",
      attendees: [bob],
      optionalAttendees: [carol],
      resources: [room],
      reminderMinutes: 2,
      showAs: "busy",
      sensitivity: "normal",
      categories: ["Green category"],
      externalId: "standup-1",
      pattern: { type: "weekly", interval: 1, daysOfWeek: ["monday", "wednesday"], firstDayOfWeek: "monday" },
      range: { type: "numbered", startDate: "2032-04-05", numberOfOccurrences: 6 },
      ...(isEws ? {} : { isOnlineMeeting: true }),
      ...(await calendarOf()),
    });
    expect(made).toMatchObject({ seriesMasterId: text, iCalUId: text, webLink: text, created: true });
    const input = {
      user: alice,
      seriesMasterId: made["seriesMasterId"],
      start: "2032-04-01T00:00:00Z",
      end: "2032-05-01T00:00:00Z",
    };
    const occurrences = await rows("Look up Occurrence Stream by SeriesMaster ID", input);
    expect(occurrences.map(({ start }) => start)).toEqual([
      "2032-04-05T07:00:00Z",
      "2032-04-07T07:00:00Z",
      "2032-04-12T07:00:00Z",
      "2032-04-14T07:00:00Z",
      "2032-04-19T07:00:00Z",
      "2032-04-21T07:00:00Z",
    ]);
    expect(occurrences[0]).toMatchObject({ subject: "Standup", type: "occurrence" });
    if (!isEws) expect(occurrences[0]?.["seriesMasterId"]).toBe(made["seriesMasterId"]);
  });

  async function calendarOf(): Promise<Row> {
    const { folderId } = await one("Look up Folder ID", { mailbox: alice, folder: "calendar" });
    return { calendarId: folderId ?? null };
  }

  test.each([
    [
      "daily until a day",
      { type: "daily", interval: 2 },
      { type: "endDate", startDate: "2033-01-03", endDate: "2033-01-07" },
      3,
    ],
    [
      "monthly",
      { type: "absoluteMonthly", interval: 1, dayOfMonth: 3 },
      { type: "numbered", startDate: "2033-01-03", numberOfOccurrences: 2 },
      2,
    ],
    [
      "the first Monday of the month",
      { type: "relativeMonthly", interval: 1, daysOfWeek: ["monday"], index: "first" },
      { type: "numbered", startDate: "2033-01-03", numberOfOccurrences: 2 },
      2,
    ],
    [
      "yearly without end",
      { type: "absoluteYearly", interval: 1, dayOfMonth: 3, month: 1 },
      { type: "noEnd", startDate: "2033-01-03" },
      1,
    ],
    [
      "the first Monday of January",
      { type: "relativeYearly", interval: 1, daysOfWeek: ["monday"], index: "first", month: 1 },
      { type: "noEnd", startDate: "2033-01-03" },
      1,
    ],
  ])("a series: %s", async (subject, pattern, range, count) => {
    const made = await one("Create Recurring Calendar Events", {
      user: alice,
      subject,
      start: "2033-01-03T09:00:00Z",
      end: "2033-01-03T10:00:00Z",
      pattern,
      range,
    });
    const found = await rows("Look up Occurrence Stream by SeriesMaster ID", {
      user: alice,
      seriesMasterId: made["seriesMasterId"],
      start: "2033-01-01T00:00:00Z",
      end: "2033-03-01T00:00:00Z",
    });
    expect(found).toHaveLength(count);
  });

  test("a pattern or range that cannot be is refused", async () => {
    const series = (more: Row) =>
      one("Create Recurring Calendar Events", {
        user: alice,
        start: "2033-01-03T09:00:00Z",
        end: "2033-01-03T10:00:00Z",
        pattern: { type: "daily", interval: 1 },
        range: { type: "noEnd", startDate: "2033-01-03" },
        ...more,
      });
    await expect(series({ pattern: { type: "hourly" } })).rejects.toMatchObject({ code: "INVALID_QUERY" });
    await expect(series({ pattern: { type: "daily", days: 1 } })).rejects.toMatchObject({ target: "pattern" });
    await expect(series({ range: [] })).rejects.toMatchObject({ target: "range" });
  });

  test("streams of events: a window, some outputs, pages", async () => {
    for (const hour of [10, 11, 12])
      await event(`Page ${hour}`, {
        location: "Here",
        start: `2034-03-01T${hour}:00:00Z`,
        end: `2034-03-01T${hour}:30:00Z`,
      });
    // The third begins where the window ends.
    const window = { start: "2034-03-01T00:00:00Z", end: "2034-03-01T12:00:00Z" };
    const view = await rows("Look up Calendar View Stream", { user: alice, ...window, pageSize: 1 });
    expect(view.map(({ subject }) => subject)).toEqual(["Page 10", "Page 11"]);
    const { folderId } = await one("Look up Folder ID", { mailbox: alice, folder: "calendar" });
    const own = { user: alice, ...window, calendarId: folderId, select: "subject,start" };
    expect(await rows("Look up Calendar View Stream", own)).toEqual([
      { subject: "Page 10", start: "2034-03-01T10:00:00Z" },
      { subject: "Page 11", start: "2034-03-01T11:00:00Z" },
    ]);
    const meetings = await rows("Look up Meetings Stream", {
      mailbox: alice,
      ...window,
      pageSize: 2,
      select: "subject",
    });
    expect(meetings).toEqual([{ subject: "Page 10" }, { subject: "Page 11" }]);
    expect((await rows("Look up Meetings Stream", { mailbox: alice, ...window }))[0]).toMatchObject({ eventId: text });
    await expect(
      rows("Look up Meetings Stream", { mailbox: alice, ...window, select: "colour" }),
    ).rejects.toMatchObject({
      target: "select",
    });
    await expect(
      rows("Look up Calendar View Stream", { user: alice, start: window.end, end: window.start }),
    ).rejects.toMatchObject({ target: "end" });
  });

  test("an occurrence of an online series tells its series and its address", async () => {
    if (isEws) return;
    const made = await one("Create Recurring Calendar Events", {
      user: alice,
      subject: "Online series",
      isOnlineMeeting: true,
      start: "2035-01-01T09:00:00Z",
      end: "2035-01-01T10:00:00Z",
      pattern: { type: "daily", interval: 1 },
      range: { type: "numbered", startDate: "2035-01-01", numberOfOccurrences: 2 },
    });
    const window = { start: "2035-01-01T00:00:00Z", end: "2035-01-02T00:00:00Z" };
    const told = { seriesMasterId: made["seriesMasterId"], joinUrl: text, subject: "Online series" };
    const own = (found: readonly Row[]) => found.find(({ subject }) => subject === "Online series") ?? {};
    const occurrence = own(await rows("Look up Calendar View Stream", { user: alice, ...window }));
    expect(occurrence).toMatchObject(told);
    expect(own(await rows("Look up Meetings Stream", { mailbox: alice, ...window }))).toMatchObject(told);
    const eventId = occurrence["eventId"];
    expect(await one("Look up Event by ID", { user: alice, eventId })).toMatchObject(told);
    expect(await one("Look up Calendar by Event ID", { mailbox: alice, eventId: [eventId] })).toMatchObject(told);
    expect(await one("Look up Calendar Item from Item ID", { mailbox: alice, itemId: eventId })).toMatchObject(told);
    const changed = await one("Update Calendar Event", { user: alice, eventId, location: "There" });
    expect(changed).toMatchObject({ ...told, location: "There", type: "exception" });
  });

  test("Look up Calendar Events by User ID: what is stored", async () => {
    await event("Stored one", { attendees: [bob] });
    const all = await rows("Look up Calendar Events by User ID", { user: alice });
    expect(all.find(({ subject }) => subject === "Stored one")).toMatchObject({
      type: "singleInstance",
      eventId: text,
    });
    expect(await rows("Look up Calendar Events by User ID", { user: alice, top: 2, select: "subject" })).toHaveLength(
      2,
    );
    const filtered = {
      user: alice,
      filter: "subject eq 'Stored one' and start/dateTime ge '2032-01-01T00:00:00'",
      top: 5,
    };
    expect(await rows("Look up Calendar Events by User ID", filtered)).toHaveLength(1);
  });

  test("calendars", async () => {
    const { folderId } = await one("Look up Folder ID", { mailbox: alice, folder: "calendar" });
    const calendars = await rows("Look up Calendars Stream", { users: [alice, bob] });
    expect(new Set(calendars.map((row) => row["user"]))).toEqual(new Set([alice, bob]));
    expect(calendars.find((row) => row["calendarId"] === folderId)).toMatchObject({
      user: alice,
      name: "Calendar",
      isDefaultCalendar: true,
      canEdit: true,
      changeKey: text,
    });
    const found = await one("Look up Calendar by ID", { user: alice, calendarId: folderId });
    expect(found).toMatchObject({ name: "Calendar", isDefaultCalendar: true, user: alice });
    if (isEws) expect(found["totalCount"]).toEqual(expect.any(Number));
    else expect(found).toMatchObject({ owner: alice, color: text });
    await expect(one("Look up Folder ID", { mailbox: alice, folder: "No such folder" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await one("Look up Folder ID", { mailbox: alice, folder: "Inbox" })).toMatchObject({ folderId: text });
  });
});
