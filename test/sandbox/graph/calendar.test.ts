import { beforeEach, describe, expect, it } from "vitest";
import { type Asker, type GraphSandbox, graphSandbox } from "./graph-sandbox.ts";

let sandbox: GraphSandbox;
let alice: Asker;
let bob: Asker;

beforeEach(async () => {
  sandbox = graphSandbox();
  [alice, bob] = await Promise.all([sandbox.as("alice"), sandbox.as("bob")]);
});

const at = (dateTime: string, timeZone = "UTC") => ({ dateTime, timeZone });
const people = (...names: string[]) =>
  names.map((name) => ({ type: "required", emailAddress: { address: `${name}@sandbox.example`, name } }));
const meeting = (...names: string[]) => ({
  subject: "Talk",
  start: at("2026-05-04T09:00:00"),
  end: at("2026-05-04T10:00:00"),
  attendees: people(...names),
});
const window = "startDateTime=2026-05-01T00:00:00Z&endDateTime=2026-06-01T00:00:00Z";

describe("events", () => {
  it("keeps every writable member", async () => {
    const body = {
      subject: "Plännung <1>",
      body: { contentType: "html", content: "<p>x</p>" },
      importance: "high",
      sensitivity: "private",
      showAs: "oof",
      categories: ["a", "b"],
      isReminderOn: false,
      reminderMinutesBeforeStart: 99,
      responseRequested: false,
      allowNewTimeProposals: false,
      hideAttendees: true,
      transactionId: "t-1",
      location: {
        displayName: "Haus",
        locationType: "conferenceRoom",
        locationUri: "https://x.example",
        locationEmailAddress: "room1@sandbox.example",
        uniqueId: "u1",
        uniqueIdType: "private",
        address: { street: "1 Weg", city: "Ulm", state: "BW", countryOrRegion: "DE", postalCode: "89073" },
        coordinates: { latitude: 48.4, longitude: 10 },
      },
    };
    const made = await alice("POST", "/me/events", {
      body: {
        ...body,
        start: at("2026-05-04T09:00:00", "Pacific Standard Time"),
        end: at("2026-05-04T10:30:00", "America/Los_Angeles"),
      },
    });
    expect(made.status).toBe(201);
    const read = await alice("GET", `/me/events/${made.json["id"]}`);
    expect(read.json).toMatchObject({
      ...body,
      start: at("2026-05-04T16:00:00.0000000"),
      end: at("2026-05-04T17:30:00.0000000"),
      originalStartTimeZone: "Pacific Standard Time",
      originalEndTimeZone: "Pacific Standard Time",
      type: "singleInstance",
      isOrganizer: true,
      responseStatus: { response: "organizer" },
    });
    const zoned = await alice("GET", `/me/events/${made.json["id"]}?$select=start`, {
      headers: { prefer: 'outlook.timezone="W. Europe Standard Time"' },
    });
    expect(zoned.json["start"]).toEqual(at("2026-05-04T18:00:00.0000000", "W. Europe Standard Time"));
    const again = await alice("POST", "/me/events", {
      body: { ...body, start: at("2026-05-04T09:00:00"), end: at("2026-05-04T10:00:00") },
    });
    expect(again.json["id"]).toBe(made.json["id"]);
  });

  it("changes parts of an event and keeps the rest", async () => {
    const made = await alice("POST", "/me/events", { body: meeting() });
    const changed = await alice("PATCH", `/me/events/${made.json["id"]}`, {
      body: { start: at("2026-05-04T12:00:00") },
    });
    expect(changed.json).toMatchObject({ subject: "Talk", end: at("2026-05-04T13:00:00.0000000") });
    expect((await alice("DELETE", `/me/events/${made.json["id"]}`)).status).toBe(204);
    expect((await alice("GET", "/me/events")).values).toHaveLength(0);
  });

  it("keeps days of all-day events in every zone", async () => {
    const made = await alice("POST", "/me/events", {
      body: {
        subject: "Fair",
        isAllDay: true,
        start: at("2026-05-04T00:00:00", "Tokyo Standard Time"),
        end: at("2026-05-06T00:00:00", "Tokyo Standard Time"),
      },
    });
    expect(made.json).toMatchObject({
      start: at("2026-05-04T00:00:00.0000000"),
      end: at("2026-05-06T00:00:00.0000000"),
    });
    const refused = await alice("POST", "/me/events", {
      body: { isAllDay: true, start: at("2026-05-04T01:00:00"), end: at("2026-05-06T00:00:00") },
    });
    expect(refused.errorCode).toBe("ErrorPropertyValidationFailure");
  });

  it("refuses what makes no sense", async () => {
    const code = async (body: unknown) => (await alice("POST", "/me/events", { body, unchecked: true })).errorCode;
    expect(await code({ subject: "x" })).toBe("ErrorPropertyValidationFailure");
    expect(await code({ ...meeting(), end: at("2026-05-04T08:00:00") })).toBe(
      "ErrorCalendarEndDateIsEarlierThanStartDate",
    );
    expect(await code({ ...meeting(), start: at("2026-05-04T09:00:00", "Nowhere Time") })).toBe(
      "TimeZoneNotSupportedException",
    );
    expect(await code({ ...meeting(), start: at("yesterday") })).toBe("ErrorPropertyValidationFailure");
    expect(await code({ ...meeting(), start: "2026-05-04T09:00:00" })).toBe("RequestBodyRead");
    expect(
      await code({ ...meeting(), recurrence: { pattern: { type: "weekly", interval: 1 }, range: { type: "noEnd" } } }),
    ).toBe("ErrorPropertyValidationFailure");
    expect((await alice("GET", "/me/calendarView", { unchecked: true })).errorCode).toBe("ErrorInvalidParameter");
  });

  it("expands series, changes and removes single occurrences", async () => {
    const made = await alice("POST", "/me/events", {
      body: {
        ...meeting(),
        recurrence: {
          pattern: { type: "weekly", interval: 1, daysOfWeek: ["monday", "thursday"], firstDayOfWeek: "monday" },
          range: { type: "numbered", startDate: "2026-05-04", numberOfOccurrences: 4 },
        },
      },
    });
    expect(made.json).toMatchObject({
      type: "seriesMaster",
      recurrence: { pattern: { daysOfWeek: ["monday", "thursday"] } },
    });
    expect((await alice("GET", "/me/events")).values).toHaveLength(1);
    const view = await alice("GET", `/me/calendarView?${window}`);
    expect(view.values.map((one) => one["start"])).toEqual(
      ["04", "07", "11", "14"].map((day) => at(`2026-05-${day}T09:00:00.0000000`)),
    );
    const second = view.values[1];
    expect(second).toMatchObject({ type: "occurrence", seriesMasterId: made.json["id"], recurrence: null });
    const changed = await alice("PATCH", `/me/events/${second?.["id"]}`, {
      body: { subject: "Moved", start: at("2026-05-08T09:00:00"), end: at("2026-05-08T10:00:00") },
    });
    expect(changed.json).toMatchObject({ type: "exception", subject: "Moved", originalStart: "2026-05-07T09:00:00Z" });
    await alice("DELETE", `/me/events/${view.values[2]?.["id"]}`);
    const instances = await alice("GET", `/me/events/${made.json["id"]}/instances?${window}&$select=subject,start`);
    expect(instances.values.map((one) => one["subject"])).toEqual(["Talk", "Moved", "Talk"]);
    const master = await alice(
      "GET",
      `/me/events/${made.json["id"]}?$select=cancelledOccurrences&$expand=exceptionOccurrences`,
    );
    expect(master.json["cancelledOccurrences"]).toHaveLength(1);
    expect(master.json["exceptionOccurrences"]).toMatchObject([{ subject: "Moved" }]);
  });

  it("filters and sorts events", async () => {
    await alice("POST", "/me/events", { body: { ...meeting(), subject: "B" } });
    await alice("POST", "/me/events", {
      body: { ...meeting(), subject: "A", start: at("2026-05-10T09:00:00"), end: at("2026-05-10T10:00:00") },
    });
    const subjects = async (query: string) =>
      (await alice("GET", `/me/events?${query}`)).values.map((one) => one["subject"]);
    expect(await subjects("$orderby=start/dateTime desc&$filter=subject ne 'x'")).toEqual(["A", "B"]);
    expect(await subjects("$filter=start/dateTime ge '2026-05-05T00:00'")).toEqual(["A"]);
    expect((await alice("GET", "/me/events?$filter=start/dateTime ge 2026-05-05T00:00:00Z")).errorCode).toBe(
      "BadRequest",
    );
    expect((await alice("GET", "/me/events?$orderby=attendees")).errorCode).toBe("BadRequest");
  });

  it("dismisses and snoozes reminders, and lists them", async () => {
    const made = await alice("POST", "/me/events", {
      body: { ...meeting(), isReminderOn: true, reminderMinutesBeforeStart: 15 },
    });
    const address = `/me/events/${made.json["id"]}`;
    const reminders = () =>
      alice("GET", "/me/reminderView(StartDateTime='2026-05-04T00:00:00Z',EndDateTime='2026-05-05T00:00:00Z')");
    expect((await reminders()).values).toMatchObject([
      { eventSubject: "Talk", reminderFireTime: at("2026-05-04T08:45:00.0000000") },
    ]);
    await alice("POST", `${address}/snoozeReminder`, { body: { newReminderTime: at("2026-05-04T08:55:00") } });
    expect((await alice("GET", address)).json["reminderMinutesBeforeStart"]).toBe(5);
    expect((await alice("POST", `${address}/dismissReminder`)).status).toBe(200);
    expect((await reminders()).values).toEqual([]);
  });
});

describe("meetings", () => {
  it("invites, answers, updates and cancels", async () => {
    const made = await alice("POST", "/me/events", { body: { ...meeting("bob"), allowNewTimeProposals: true } });
    const invitation = (await bob("GET", "/me/mailFolders/inbox/messages?$expand=microsoft.graph.eventMessage/event"))
      .values[0];
    expect(invitation).toMatchObject({
      "@odata.type": "#microsoft.graph.eventMessageRequest",
      meetingMessageType: "meetingRequest",
    });
    const theirs = (await bob("GET", "/me/events")).values[0];
    expect(theirs).toMatchObject({
      isOrganizer: false,
      showAs: "tentative",
      responseStatus: { response: "notResponded" },
    });
    expect(
      (
        await bob("POST", `/me/events/${theirs?.["id"]}/tentativelyAccept`, {
          body: { comment: "perhaps", sendResponse: true },
        })
      ).status,
    ).toBe(202);
    const tracked = await alice("GET", `/me/events/${made.json["id"]}`);
    expect(tracked.json["attendees"]).toMatchObject([{ status: { response: "tentativelyAccepted" } }]);
    const answerMail = (await alice("GET", "/me/mailFolders/inbox/messages")).values[0];
    expect(answerMail).toMatchObject({ meetingMessageType: "meetingTenativelyAccepted", subject: "Tentative: Talk" });
    await alice("PATCH", `/me/events/${made.json["id"]}`, { body: { location: { displayName: "Room 9" } } });
    expect((await bob("GET", `/me/events/${theirs?.["id"]}`)).json["location"]).toMatchObject({
      displayName: "Room 9",
    });
    expect((await alice("POST", `/me/events/${made.json["id"]}/accept`)).errorCode).toBe("ErrorInvalidRequest");
    expect((await bob("POST", `/me/events/${theirs?.["id"]}/cancel`)).errorCode).toBe("ErrorInvalidRequest");
    expect((await alice("POST", `/me/events/${made.json["id"]}/cancel`, { body: { comment: "off" } })).status).toBe(
      202,
    );
    expect((await bob("GET", `/me/events/${theirs?.["id"]}`)).json).toMatchObject({ isCancelled: true });
    expect((await alice("GET", "/me/events")).values).toHaveLength(0);
  });

  it("lets rooms answer and shows free and busy times", async () => {
    const body = {
      ...meeting(),
      attendees: [{ type: "resource", emailAddress: { address: "room1@sandbox.example" } }],
    };
    const made = await alice("POST", "/me/events", { body });
    expect((await alice("GET", `/me/events/${made.json["id"]}`)).json["attendees"]).toMatchObject([
      { status: { response: "accepted" } },
    ]);
    const schedule = await bob("POST", "/me/calendar/getSchedule", {
      body: {
        schedules: ["room1@sandbox.example", "nobody@sandbox.example"],
        startTime: at("2026-05-04T08:00:00"),
        endTime: at("2026-05-04T11:00:00"),
        availabilityViewInterval: 60,
      },
    });
    expect(schedule.values[0]).toMatchObject({ availabilityView: "020", scheduleItems: [{ status: "busy" }] });
    expect(schedule.values[1]).toMatchObject({ error: { responseCode: "ErrorMailRecipientNotFound" } });
    const times = await bob("POST", "/me/findMeetingTimes", {
      body: {
        attendees: [{ type: "required", emailAddress: { address: "room1@sandbox.example" } }],
        timeConstraint: { timeSlots: [{ start: at("2026-05-04T09:00:00"), end: at("2026-05-04T11:00:00") }] },
        meetingDuration: "PT1H",
      },
    });
    expect(times.json["meetingTimeSuggestions"]).toMatchObject([
      { meetingTimeSlot: { start: at("2026-05-04T10:00:00.0000000") } },
    ]);
  });

  it("forwards to somebody else and tells those who were taken off", async () => {
    const made = await alice("POST", "/me/events", { body: meeting("bob") });
    const address = `/me/events/${made.json["id"]}`;
    await alice("POST", `${address}/forward`, {
      body: { toRecipients: [{ emailAddress: { address: "svc@sandbox.example" } }], comment: "x" },
    });
    expect((await alice("GET", address)).json["attendees"]).toHaveLength(2);
    await alice("PATCH", address, { body: { attendees: people("svc") } });
    expect((await bob("GET", "/me/events")).values[0]).toMatchObject({ isCancelled: true });
  });
});

describe("calendars", () => {
  it("makes calendars and groups of them", async () => {
    const group = await alice("POST", "/me/calendarGroups", { body: { name: "Projects" } });
    const calendar = await alice("POST", `/me/calendarGroups/${group.json["id"]}/calendars`, {
      body: { name: "Launch", color: "lightRed" },
    });
    expect(calendar.json).toMatchObject({
      name: "Launch",
      color: "lightRed",
      isDefaultCalendar: false,
      owner: { address: "alice@sandbox.example" },
    });
    await alice("POST", `/me/calendars/${calendar.json["id"]}/events`, { body: meeting() });
    expect((await alice("GET", `/me/calendars/${calendar.json["id"]}/events`)).values).toHaveLength(1);
    expect((await alice("GET", `/me/calendars/${calendar.json["id"]}/calendarView?${window}`)).values).toHaveLength(1);
    expect((await alice("GET", "/me/calendar/events")).values).toHaveLength(0);
    expect((await alice("GET", `/me/calendarGroups/${group.json["id"]}/calendars`)).values).toHaveLength(1);
    expect((await alice("GET", "/me/calendars")).values.map((one) => one["name"])).toEqual(["Calendar", "Launch"]);
    expect((await alice("DELETE", `/me/calendarGroups/${group.json["id"]}`)).status).toBe(400);
    await alice("PATCH", `/me/calendars/${calendar.json["id"]}`, { body: { name: "Start" } });
    expect((await alice("DELETE", `/me/calendars/${calendar.json["id"]}`)).status).toBe(204);
    expect((await alice("DELETE", `/me/calendarGroups/${group.json["id"]}`)).status).toBe(204);
    expect((await alice("GET", "/me/calendar")).json).toMatchObject({ isDefaultCalendar: true });
  });

  it("tracks changes within a window", async () => {
    await alice("POST", "/me/events", { body: meeting() });
    const first = await alice("GET", `/me/calendarView/delta?${window}`);
    expect(first.values).toHaveLength(1);
    await alice("DELETE", `/me/events/${first.values[0]?.["id"]}`);
    const second = await alice("GET", String(first.json["@odata.deltaLink"]), { unchecked: true });
    expect(second.values).toEqual([{ id: first.values[0]?.["id"], "@removed": { reason: "deleted" } }]);
  });
});
