import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { useConnector } from "./support.ts";

const connector = useConnector({}, {}, "svc@sandbox.example");
const { query, write, execute } = connector;

const as = (name: string) => ({
  ImpersonationUser: `${name}@sandbox.example`,
  ImpersonationType: "PrimarySmtpAddress",
});
const [alice, bob] = [as("alice"), as("bob")];

const where = (conditions: Row) => ({
  and: Object.entries(conditions).map(([column, value]) => ({ column, operator: "=", value })),
});
const rowsOf = async (table: string, columns: readonly string[], conditions: Row) =>
  (await query({ table, columns, where: where(conditions) } as never)).rows;

async function received(subject: string, who: Row = bob): Promise<Row> {
  const [row] = await rowsOf("Inbox", ["ItemId", "Subject", "FromEmailAddress"], { Subject: subject, ...who });
  if (row === undefined) throw new Error(`no message ${subject}`);
  return row;
}

const mail = (subject: string) =>
  execute("SendMail", { Subject: subject, Content: "the question", ToRecipients: "bob@sandbox.example", ...alice });

async function meeting(subject: string, more: Row = {}): Promise<string> {
  const [made] = await write("create", "Calendar", [
    {
      Subject: subject,
      Start: "2027-05-03T09:00:00Z",
      End: "2027-05-03T10:00:00Z",
      RequiredAttendees: [{ EmailAddress: "bob@sandbox.example", Name: "Bob" }],
      Resources: ["room1@sandbox.example"],
      SendMeetingInvitations: "SendToAllAndSaveCopy",
      ...more,
      ...alice,
    },
  ]);
  expect(made?.status, made?.error?.detail).toBe("succeeded");
  return made?.key?.["ItemId"] as string;
}
const invited = async (subject: string): Promise<string> => {
  const [row] = await rowsOf("Calendar", ["ItemId"], { Subject: subject, ...bob });
  return row?.["ItemId"] as string;
};

describe("what schema EWS does with mail", () => {
  test("ReplyToMessage and ForwardMail", async () => {
    await mail("Question");
    const { ItemId } = await received("Question");
    expect(await execute("ReplyToMessage", { MessageId: ItemId, Comment: "the <answer>", ...bob })).toEqual([
      { Status: "Success" },
    ]);
    const reply = await received("RE: Question", alice);
    const [body] = await rowsOf("Inbox", ["Body"], { ItemId: reply["ItemId"] as string, ...alice });
    expect(body?.["Body"]).toContain("&lt;answer&gt;");
    expect(body?.["Body"]).toContain("the question");
    await execute("ReplyToMessage", { MessageId: ItemId, ToAll: true, ...bob });
    await execute("ForwardMail", { MessageId: ItemId, ToRecipients: "Alice <alice@sandbox.example>", ...bob });
    expect((await received("FW: Question", alice))["FromEmailAddress"]).toBe("bob@sandbox.example");
    await expect(execute("ForwardMail", { MessageId: ItemId, ToRecipients: ";", ...bob })).rejects.toMatchObject({
      code: "INVALID_QUERY",
      target: "ToRecipients",
    });
    await expect(
      execute("ReplyToMessage", { MessageId: `${String(ItemId).slice(0, -4)}AAAA`, ...bob }),
    ).rejects.toMatchObject({
      target: "MessageId",
    });
  });

  test("CopyMail, MoveMail, DownloadEmail", async () => {
    await mail("To be filed");
    const { ItemId } = await received("To be filed");
    const [copy] = await execute("CopyMail", { MessageId: ItemId, DestinationId: "junkemail", ...bob });
    expect(copy).toMatchObject({ Status: "Success" });
    expect(copy?.["Id"]).not.toBe(ItemId);
    expect(await rowsOf("JunkEmail", ["Subject"], { ItemId: copy?.["Id"] as string, ...bob })).toHaveLength(1);
    expect(await rowsOf("Inbox", ["Subject"], { ItemId: ItemId as string, ...bob })).toHaveLength(1);
    const [moved] = await execute("MoveMail", { MessageId: ItemId, DestinationId: "Deleted Items", ...bob });
    expect(await rowsOf("DeletedItems", ["Subject"], { ItemId: moved?.["Id"] as string, ...bob })).toHaveLength(1);
    const [source] = await execute("DownloadEmail", { MessageId: moved?.["Id"], DownloadTo: "out", ...bob });
    const text = Buffer.from(String(source?.["ContentBytes"]), "base64").toString();
    expect(text).toContain("Subject: To be filed");
    expect(Buffer.from(connector.files.get("out/message.eml") as Uint8Array).toString()).toBe(text);
  });

  test("MessagesDelta tells what changed since the last time", async () => {
    const all = await execute("MessagesDelta", { FolderId: "inbox", ...bob });
    expect(all.at(-1)).toMatchObject({ Change: "token" });
    expect(all.slice(0, -1).every((row) => row["Change"] === "changed" && row["Id"] !== null)).toBe(true);
    await mail("Something new");
    const { ItemId } = await received("Something new");
    const next = await execute("MessagesDelta", {
      DeltaToken: all.at(-1)?.["DeltaToken"],
      Select: "Importance",
      ...bob,
    });
    expect(next.map((row) => [row["Change"], row["Subject"]])).toEqual([
      ["changed", "Something new"],
      ["token", null],
    ]);
    expect(next[0]).toMatchObject({ IsRead: false, Message: { Importance: "Normal" } });
    await write("delete", "Inbox", [{ ItemId: ItemId as string, ...bob }]);
    const last = await execute("MessagesDelta", { DeltaToken: next.at(-1)?.["DeltaToken"], ...bob });
    expect(last[0]).toMatchObject({ Change: "deleted", Id: ItemId });
    const none = await execute("MessagesDelta", {
      DeltaToken: next.at(-1)?.["DeltaToken"],
      ChangeType: "created",
      ...bob,
    });
    expect(none).toHaveLength(1);
    await expect(execute("MessagesDelta", { Select: "Body", ...bob })).rejects.toMatchObject({ target: "Select" });
    await expect(execute("MessagesDelta", { DeltaToken: "nonsense", ...bob })).rejects.toMatchObject({
      remote: { code: "ErrorInvalidSyncStateData" },
    });
  });

  test("CreateSubscription, GetEvents, DeleteSubscription", async () => {
    const [made] = await execute("CreateSubscription", { Resource: "inbox", ChangeType: "created, deleted", ...bob });
    expect(made).toMatchObject({ Status: "Success" });
    const { Id, Watermark } = made ?? {};
    expect(await execute("GetEvents", { Id, Watermark, ...bob })).toMatchObject([{ ChangeType: "watermark" }]);
    await mail("An event");
    const { ItemId } = await received("An event");
    const events = await execute("GetEvents", { Id, Watermark, ...bob });
    expect(events.map((row) => [row["ChangeType"], row["ItemId"]])).toContainEqual(["created", ItemId]);
    const end = events.at(-1)?.["Watermark"];
    expect(await execute("GetEvents", { Id, Watermark: end, ...bob })).toHaveLength(1);
    await execute("DeleteSubscription", { Id, ...bob });
    await expect(execute("GetEvents", { Id, Watermark: end, ...bob })).rejects.toMatchObject({
      remote: { code: "ErrorSubscriptionNotFound" },
    });
    await expect(execute("CreateSubscription", { ChangeType: "everything", ...bob })).rejects.toMatchObject({
      target: "ChangeType",
    });
  });
});

describe("RenewSubscription", () => {
  const wish = { Resource: "inbox", ChangeType: "created", TimeoutMinutes: 10, ...bob };
  const begun = async () => (await execute("CreateSubscription", wish))[0] ?? {};

  test("goes on where the first one stands, which ends", async () => {
    const { Id, Watermark } = await begun();
    await mail("Between two subscriptions");
    const [renewed] = await execute("RenewSubscription", { ...wish, Id, Watermark });
    const expected = { Status: "Success", Watermark, ExpirationDateTime: expect.stringMatching(/^20.*:\d\dZ$/) };
    expect(renewed).toMatchObject(expected);
    expect(renewed?.["Id"]).not.toBe(Id);
    const events = await execute("GetEvents", { Id: renewed?.["Id"], Watermark: renewed?.["Watermark"], ...bob });
    expect(events.map((row) => row["ChangeType"])).toEqual(["created", "watermark"]);
    await expect(execute("GetEvents", { Id, Watermark, ...bob })).rejects.toMatchObject({
      remote: { code: "ErrorSubscriptionNotFound" },
    });
    const again = await execute("RenewSubscription", { ...wish, Id, Watermark });
    expect(again, "one that has ended").toMatchObject([{ Status: "Success" }]);
  });

  test("ends nothing that is not its own, and leaves nothing behind", async () => {
    const { Id, Watermark } = await begun();
    const { result, operations } = await connector.operationsOf(() =>
      execute("RenewSubscription", { ...wish, ...alice, Id, Watermark }).catch((error: unknown) => error),
    );
    expect(result).toMatchObject({ remote: { code: "ErrorSubscriptionAccessDenied" } });
    expect(operations).toEqual(["Subscribe", "Unsubscribe", "Unsubscribe"]);
    expect(await execute("GetEvents", { Id, Watermark, ...bob })).toHaveLength(1);
    const nonsense = execute("RenewSubscription", { ...wish, Id, Watermark: "nonsense" });
    await expect(nonsense).rejects.toMatchObject({ remote: { code: "ErrorInvalidWatermark" } });
  });
});

describe("what schema EWS does with meetings", () => {
  test("a meeting invites people and rooms when it is created; their answers come back", async () => {
    const id = await meeting("Planning");
    const rooms = await rowsOf("Calendar_Resources", ["EmailAddress"], { ItemId: id, ...alice });
    expect(rooms).toEqual([{ EmailAddress: "room1@sandbox.example" }]);
    expect(
      await execute("RespondToEvent", {
        EventId: await invited("Planning"),
        ResponseType: "accept",
        Comment: "yes",
        ...bob,
      }),
    ).toEqual([{ Status: "Success" }]);
    const [answer] = await rowsOf("Calendar_RequiredAttendees", ["ResponseType", "LastResponseTime"], {
      ItemId: id,
      ...alice,
    });
    expect(answer).toMatchObject({ ResponseType: "Accept" });
    expect(answer?.["LastResponseTime"]).toMatch(/Z$/);
    await execute("TentativelyAcceptEvent", { EventId: await invited("Planning"), ...bob });
    const [perhaps] = await rowsOf("Calendar", ["RequiredAttendees"], { ItemId: id, ...alice });
    expect(perhaps?.["RequiredAttendees"]).toMatchObject([
      { EmailAddress: "bob@sandbox.example", ResponseType: "Tentative" },
    ]);
  });

  test("a declined meeting, without telling the organizer", async () => {
    const id = await meeting("Unwanted");
    await execute("RespondToEvent", {
      EventId: await invited("Unwanted"),
      ResponseType: "Decline",
      SendResponse: false,
      ...bob,
    });
    const [answer] = await rowsOf("Calendar_RequiredAttendees", ["ResponseType"], { ItemId: id, ...alice });
    expect(answer?.["ResponseType"]).not.toBe("Decline");
  });

  test("CancelEvent and ForwardEvent", async () => {
    const id = await meeting("Off", { RequiredAttendees: ["bob@sandbox.example"] });
    await execute("ForwardEvent", { EventId: id, ToRecipients: "svc@sandbox.example", Comment: "come too", ...alice });
    expect(await rowsOf("Calendar", ["Subject"], { Subject: "Off" })).toHaveLength(1);
    await expect(execute("CancelEvent", { EventId: await invited("Off"), ...bob })).rejects.toMatchObject({
      remote: { code: "ErrorCalendarIsNotOrganizer" },
    });
    await execute("CancelEvent", { EventId: id, Comment: "sorry", ...alice });
    expect(await rowsOf("Calendar", ["IsCancelled"], { ItemId: await invited("Canceled: Off"), ...bob })).toEqual([
      { IsCancelled: true },
    ]);
    expect(await rowsOf("Calendar", ["Subject"], { Subject: "Off", ...alice })).toEqual([]);
  });

  test("one occurrence of a meeting is called off, the others stay", async () => {
    const id = await meeting("Every day", {
      Start: "2027-09-06T09:00:00Z",
      End: "2027-09-06T09:30:00Z",
      Recurrence_Type: "DailyRecurrence",
      Recurrence_Interval: 1,
      Recurrence_NumberOfOccurrences: 3,
    });
    const [outcome] = await write("delete", "Calendar", [
      { ItemId: id, InstanceIndex: 2, SendCancellationsMode: "SendToAllAndSaveCopy", ...alice },
    ]);
    expect(outcome?.status, outcome?.error?.detail).toBe("succeeded");
    const left = await rowsOf("Calendar", ["DeletedOccurrences_Aggregate", "IsCancelled"], { ItemId: id, ...alice });
    expect(left).toEqual([{ DeletedOccurrences_Aggregate: [{ Start: "2027-09-07T09:00:00Z" }], IsCancelled: false }]);
    const told = await rowsOf("Inbox", ["Subject"], { Subject: "Canceled: Every day", ...bob });
    expect(told).toHaveLength(1);
    const theirs = (
      await query({
        table: "Calendar",
        columns: ["Start", "Subject"],
        where: {
          and: [
            { column: "Start", operator: ">=", value: "2027-09-06T00:00:00Z" },
            { column: "End", operator: "<=", value: "2027-09-09T00:00:00Z" },
            ...where(bob).and,
          ],
        },
      } as never)
    ).rows.filter((row) => row["Subject"] === "Every day");
    expect(theirs.map((row) => row["Start"])).toContain("2027-09-06T09:00:00Z");
    expect(theirs.map((row) => row["Start"])).toContain("2027-09-08T09:00:00Z");
  });

  test("reminders are dropped and postponed", async () => {
    const id = await meeting("Reminded", { ReminderIsSet: true, ReminderMinutesBeforeStart: 15 });
    await execute("SnoozeEventReminder", {
      EventId: id,
      DateTime: "2027-05-03T10:50:00",
      TimeZone: "Europe/Berlin",
      ...alice,
    });
    const columns = ["ReminderIsSet", "ReminderMinutesBeforeStart"];
    expect(await rowsOf("Calendar", columns, { ItemId: id, ...alice })).toEqual([
      { ReminderIsSet: true, ReminderMinutesBeforeStart: 10 },
    ]);
    await execute("DismissEventReminder", { EventId: id, ...alice });
    expect(await rowsOf("Calendar", ["ReminderIsSet"], { ItemId: id, ...alice })).toEqual([{ ReminderIsSet: false }]);
    await expect(
      execute("SnoozeEventReminder", {
        EventId: id,
        DateTime: "2027-05-03T10:50:00",
        TimeZone: "Europe/Berlim",
        ...alice,
      }),
    ).rejects.toMatchObject({ target: "TimeZone", message: expect.stringContaining("Europe/Berlin") });
  });
});

describe("what schema EWS tells of people's time", () => {
  test("GetSchedule: a row for each address, also for one nobody has", async () => {
    await meeting("Known to all", { Start: "2027-06-10T09:00:00Z", End: "2027-06-10T10:00:00Z" });
    const rows = await execute("GetSchedule", {
      Schedules: "alice@sandbox.example; nobody@sandbox.example",
      StartTime: "2027-06-10T08:00:00Z",
      EndTime: "2027-06-10T12:00:00Z",
      Interval: 60,
      ...alice,
    });
    expect(rows[0]).toMatchObject({
      ScheduleId: "alice@sandbox.example",
      AvailabilityView: "0200",
      ScheduleItems: [{ status: "busy", subject: "Known to all", start: "2027-06-10T09:00:00Z" }],
      Error: null,
    });
    expect(rows[0]?.["WorkingHours"]).toMatchObject({ startTime: expect.stringMatching(/^\d\d:\d\d:00$/) });
    expect(rows[1]).toMatchObject({ ScheduleId: "nobody@sandbox.example", AvailabilityView: null });
    expect(rows[1]?.["Error"]).not.toBeNull();
    await expect(
      execute("GetSchedule", { Schedules: "a@b.example", StartTime: "2027-01-01", EndTime: "2027-06-01", ...alice }),
    ).rejects.toMatchObject({ target: "EndTime", message: expect.stringContaining("62") });
  });

  test("FindMeetingTimes: the best first, none while somebody is busy", async () => {
    await meeting("In the way", { Start: "2027-06-08T07:00:00Z", End: "2027-06-08T11:00:00Z" });
    const found = await execute("FindMeetingTimes", {
      Attendees: "bob@sandbox.example",
      StartTime: "2027-06-08T00:00:00Z",
      EndTime: "2027-06-09T00:00:00Z",
      DurationMinutes: 60,
      MaxCandidates: 3,
      ...alice,
    });
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(3);
    for (const row of found) {
      expect(row).toMatchObject({ Confidence: 100, OrganizerAvailability: "free", SuggestionReason: "Excellent" });
      expect(Date.parse(row["EndTime"] as string) - Date.parse(row["StartTime"] as string)).toBe(3_600_000);
      expect(Date.parse(row["StartTime"] as string)).toBeGreaterThanOrEqual(Date.parse("2027-06-08T11:00:00Z"));
    }
  });

  test("out-of-office settings are changed in part, under the names of both schemas", async () => {
    const User = "bob@sandbox.example";
    await execute("SetUserOofSettings", {
      User,
      OofState: "Scheduled",
      StartTime: "2027-07-01T00:00:00Z",
      EndTime: "2027-07-15T00:00:00Z",
      InternalReply: "away & back",
      ...bob,
    });
    await execute("SetUserOofSettings", { User, ExternalAudience: "Known", ...bob });
    expect(await execute("GetUserOofSettings", { User, ...bob })).toMatchObject([
      {
        OofState: "Scheduled",
        ExternalAudience: "Known",
        InternalReply: "away & back",
        StartTime: "2027-07-01T00:00:00Z",
      },
    ]);
    await execute("SetMailboxSettings", { automaticRepliesSetting_externalReplyMessage: "gone", ...bob });
    const [settings] = await execute("GetMailboxSettings", bob);
    expect(settings).toMatchObject({
      automaticRepliesSetting_status: "scheduled",
      automaticRepliesSetting_externalAudience: "contactsOnly",
      automaticRepliesSetting_externalReplyMessage: "gone",
      automaticRepliesSetting_scheduledEndDateTime_dateTime: "2027-07-15T00:00:00Z",
    });
    expect(settings?.["workingHours_startTime"]).toMatch(/^\d\d:\d\d:/);
    await expect(
      execute("SetUserOofSettings", { User, EndTime: "2027-06-01T00:00:00Z", ...bob }),
    ).rejects.toMatchObject({ code: "INVALID_QUERY", target: "EndTime" });
    await expect(execute("SetUserOofSettings", { User, ...bob })).rejects.toMatchObject({ code: "INVALID_QUERY" });
  });

  test("CreateSchema writes the definition of a table", async () => {
    const [made] = await execute("CreateSchema", { TableName: "calendar", FileName: "schemas/calendar.rsd" });
    const text = Buffer.from(String(made?.["FileData"]), "base64").toString();
    expect(text).toContain('name="Recurrence_Type"');
    expect(connector.files.has("schemas/calendar.rsd")).toBe(true);
    await expect(execute("CreateSchema", { TableName: "Calender" })).rejects.toMatchObject({
      message: expect.stringContaining("Calendar"),
    });
  });

  test("sign-in addresses need an application", async () => {
    await expect(execute("GetOAuthAuthorizationURL", {})).rejects.toMatchObject({ code: "INVALID_PROPERTY" });
    await expect(execute("GetAdminConsentURL", {})).rejects.toMatchObject({ code: "INVALID_PROPERTY" });
    await expect(execute("GetOAuthAccessToken", {})).rejects.toMatchObject({ code: "INVALID_PROPERTY" });
    await expect(execute("RefreshOAuthAccessToken", { OAuthRefreshToken: "x" })).rejects.toMatchObject({
      code: "INVALID_PROPERTY",
    });
  });
});

describe("what the reference leaves out", () => {
  test("private appointments", async () => {
    const id = await meeting("Nobody's business", { Sensitivity: "Private", RequiredAttendees: null, Resources: null });
    expect(await rowsOf("Calendar", ["Sensitivity"], { ItemId: id, ...alice })).toEqual([{ Sensitivity: "Private" }]);
  });

  test("GetUserAvailability asks on the clock of a zone", async () => {
    await meeting("Early in Tokyo", { Start: "2027-06-16T23:00:00Z", End: "2027-06-16T23:30:00Z" });
    const asked = (Timezone: string) =>
      execute("GetUserAvailability", {
        Mailboxes: ["alice@sandbox.example"],
        StartTime: "2027-06-17T08:00:00",
        EndTime: "2027-06-17T09:00:00",
        Timezone,
      });
    const busy = await asked("Tokyo Standard Time");
    expect(busy).toMatchObject([{ StartTime: "2027-06-16T23:00:00Z", EndTime: "2027-06-16T23:30:00Z" }]);
    expect(await asked("Asia/Tokyo")).toEqual(busy);
    expect(await asked("UTC")).toEqual([]);
    await expect(asked("Asia/Tokio")).rejects.toMatchObject({ target: "Timezone" });
  });
});
