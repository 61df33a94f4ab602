import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Row } from "#spi";
import { execute, executeOne } from "../support/execute.ts";
import { codeOf } from "../support/sign-in.ts";
import { useWalk, type WalkContext } from "../support/walk.ts";
import { fillMail } from "./fill-mailbox.ts";
import { onlineProperties } from "./online.ts";

const alice = "alice@sandbox.example";
const bob = "bob@sandbox.example";
const asBob = { ImpersonationUser: bob, ImpersonationType: "PrimarySmtpAddress" };
const success = { ResponseClass: "Success", ResponseCode: "NoError" };
const done = [{ Status: "Success" }];

async function fill(walk: WalkContext): Promise<void> {
  fillMail(walk);
  for (const folder of ["attachments", "mails", "schemas"])
    await mkdir(path.join(walk.stand.dataDir, "files", folder), { recursive: true });
}

const context = useWalk({ properties: onlineProperties, fill });
const run = (name: string, input: object = {}) => execute(context(), name, input);
const one = (name: string, input: object = {}) => executeOne(context(), name, input);

async function find(table: string, Subject: string, more: Row = {}): Promise<string> {
  const [row] = await context().rows(table, ["ItemId"], { Subject, ...more });
  return String(row?.["ItemId"]);
}

const send = (Subject: string, more: object = {}) =>
  one("SendMail", { Subject, Content: "<p>Hello</p>", ToRecipients: bob, ...more });

const invitation = (Subject: string): Row => ({
  Subject,
  Start: "2031-05-05T09:00:00Z",
  End: "2031-05-05T10:00:00Z",
  RequiredAttendees: [{ EmailAddress: bob, Name: "Bob Baker" }],
  SendMeetingInvitations: "SendToAllAndSaveCopy",
});

test("SendMail takes every input", async () => {
  const attached = { AttachmentName: "a.txt", AttachmentContent: Buffer.from("a").toString("base64") };
  const people = { CcRecipients: "Carol <carol@elsewhere.example>", BccRecipients: "dora@elsewhere.example" };
  const form = { BodyType: "Text", Importance: "High", SaveToFolder: false };
  expect(await send("All of it", { ...people, ...attached, ...form, ...asBob, ToRecipients: alice })).toMatchObject(
    success,
  );
  const id = await find("Inbox", "All of it");
  const columns = ["CcRecipients_EmailAddresses", "BodyType", "Importance", "AttachmentName"];
  expect(await context().rows("Inbox", columns, { ItemId: id })).toMatchObject([
    {
      CcRecipients_EmailAddresses: "carol@elsewhere.example",
      BodyType: "Text",
      Importance: "High",
      AttachmentName: "a.txt",
    },
  ]);
});

test("SendItem sends a draft and keeps the copy where it is told", async () => {
  const draft = () => context().create("Drafts", { Subject: "Draft", ToRecipients_EmailAddress: bob });
  const { ItemId, ItemChangeKey } = await draft();
  expect(await one("SendItem", { ItemId, ItemChangeKey, SavedItemFolder: "junkemail" })).toMatchObject(success);
  expect(await find("JunkEmail", "Draft")).not.toBe("undefined");
  const other = await draft();
  const named = { ItemId: other["ItemId"], ItemChangeKey: other["ItemChangeKey"] };
  expect(await one("SendItem", { ...named, SaveToFolder: false })).toMatchObject(success);
});

test("MoveItem with the item's version, MoveMail and CopyMail", async () => {
  const { ItemId, ItemChangeKey } = await context().create("Drafts", { Subject: "Wanders" });
  const moved = await one("MoveItem", { ItemId, ItemChangeKey, FolderId: "junkemail" });
  expect(moved).toMatchObject({ ...success, ItemId: expect.any(String), ItemChangeKey: expect.any(String) });
  const [{ Id: copy } = {}] = await run("CopyMail", { MessageId: moved["ItemId"], DestinationId: "inbox" });
  const [{ Id: last } = {}] = await run("MoveMail", { MessageId: copy, DestinationId: "deleteditems" });
  expect(await find("DeletedItems", "Wanders")).toBe(last);
  await send("In Bob's inbox");
  const MessageId = await find("Inbox", "In Bob's inbox", asBob);
  const [{ Id: atBobs } = {}] = await run("CopyMail", { MessageId, DestinationId: "junkemail", ...asBob });
  expect(await run("MoveMail", { MessageId: atBobs, DestinationId: "inbox", ...asBob })).toMatchObject(done);
});

test("ReplyToMessage and ForwardMail with a comment", async () => {
  await send("Question", { ...asBob, ToRecipients: alice });
  const MessageId = await find("Inbox", "Question");
  expect(await run("ReplyToMessage", { MessageId, Comment: "Answer", ToAll: true })).toEqual(done);
  expect(await run("ForwardMail", { MessageId, ToRecipients: bob, Comment: "See below" })).toEqual(done);
  const forwarded = await find("Inbox", "FW: Question", asBob);
  expect(await run("ReplyToMessage", { MessageId: forwarded, ...asBob })).toEqual(done);
  expect(await run("ForwardMail", { MessageId: forwarded, ToRecipients: alice, ...asBob })).toEqual(done);
});

test("attachments are added, read and removed", async () => {
  const { ItemId, ItemChangeKey } = await context().create("Drafts", { Subject: "With files" });
  const file = { FileName: "logo.png", Content: "AAEC", ContentType: "image/png", IsInline: true, ContentId: "logo" };
  const added = await one("CreateAttachments", { ItemId, ItemChangeKey, ...file });
  expect(added).toMatchObject({ ...success, RootItemId: ItemId, RootItemChangeKey: expect.any(String) });
  const { AttachmentId } = added;
  const shape = { IncludeMimeContent: true, BodyType: "Text" };
  expect(await one("GetAttachment", { AttachmentIds: AttachmentId, ...shape })).toMatchObject({
    AttachmentId,
    Name: "logo.png",
    ContentType: "image/png",
    ContentId: "logo",
    IsInline: true,
    Content: "AAEC",
  });
  const folder = { AttachmentIds: AttachmentId, AttachmentFolder: "attachments" };
  const first = await one("GetAttachment", folder);
  const second = await one("GetAttachment", { ...folder, Overwrite: false });
  expect(second["ContentLocation"]).not.toBe(first["ContentLocation"]);
  expect(await one("DeleteAttachment", { AttachmentId })).toMatchObject({ ...success, RootItemId: ItemId });
});

test("attachments under the names of schema MSGraph", async () => {
  const { ItemId: MessageId } = await context().create("Drafts", { Subject: "With more files" });
  const file = { FileName: "a.bin", ContentBytes: "AAEC", ContentType: "application/x-a" };
  const added = await one("AddAttachments", { MessageId, ...file });
  expect(added).toMatchObject({ ...done[0], Id: expect.any(String) });
  expect(await run("AddAttachments", { MessageId, Attachments: "b.txt,Yg==; c.txt,Yw==" })).toHaveLength(2);
  await writeFile(path.join(context().stand.dataDir, "files", "attachments", "local.txt"), "local");
  expect(await run("AddAttachments", { MessageId, LocalFile: "attachments/local.txt" })).toMatchObject(done);
  const place = { AttachmentSource: "Message", SourceId: MessageId };
  const read = { ...place, AttachmentId: added["Id"], DownloadTo: "attachments" };
  expect(await one("DownloadAttachments", read)).toMatchObject({
    Id: added["Id"],
    Name: "a.bin",
    ContentBytes: "AAEC",
    LastmodifiedDatetime: expect.any(String),
    ContentType: "application/x-a",
  });
  const names = (await run("DownloadAttachments", place)).map((row) => row["Name"]);
  expect(names).toEqual(["a.bin", "b.txt", "c.txt", "local.txt"]);
  const { ItemId: SourceId } = await context().create("Drafts", { Subject: "At Bob's", ...asBob });
  expect(await run("AddAttachments", { MessageId: SourceId, ...file, ...asBob })).toMatchObject(done);
  expect(await run("DownloadAttachments", { SourceId, ...asBob })).toMatchObject([{ Name: "a.bin" }]);
});

test("DownloadEmail answers the source and writes it to a file", async () => {
  await send("As a file");
  const MessageId = await find("Inbox", "As a file", asBob);
  const { ContentBytes } = await one("DownloadEmail", { MessageId, DownloadTo: "mails", ...asBob });
  expect(Buffer.from(String(ContentBytes), "base64").toString()).toContain("Subject: As a file");
});

test("MessagesDelta tells what is new in a folder", async () => {
  const all = await run("MessagesDelta", { FolderId: "sentitems", Select: "Importance" });
  const DeltaToken = all.at(-1)?.["DeltaToken"];
  await send("New in sent");
  const changed = await run("MessagesDelta", { FolderId: "sentitems", DeltaToken, Select: "Importance" });
  expect(changed[0]).toMatchObject({
    Subject: "New in sent",
    ReceivedDateTime: expect.any(String),
    ParentFolderId: expect.any(String),
    ChangeKey: expect.any(String),
    Message: { Importance: "Normal" },
  });
  const none = await run("MessagesDelta", { FolderId: "sentitems", DeltaToken, ChangeType: "deleted" });
  expect(none).toHaveLength(1);
  expect((await run("MessagesDelta", asBob)).length).toBeGreaterThan(1);
});

test("subscriptions tell of items and folders", async () => {
  const wish = { ChangeType: "created, updated, deleted, moved", TimeoutMinutes: 5 };
  const { Id, Watermark } = await one("CreateSubscription", wish);
  const { ItemId } = await context().create("Drafts", { Subject: "Watched" });
  await context().create("Folders", { DisplayName: "Watched" });
  await run("MoveItem", { ItemId, FolderId: "junkemail" });
  const events = await run("GetEvents", { Id, Watermark });
  const filled = new Set(events.flatMap((row) => Object.keys(row).filter((name) => row[name] !== null)));
  for (const name of ["TimeStamp", "ItemId", "FolderId", "ParentFolderId", "OldItemId", "OldParentFolderId"])
    expect(filled).toContain(name);
  expect(await run("DeleteSubscription", { Id })).toEqual(done);
  const other = await one("CreateSubscription", { Resource: "inbox", ChangeType: "newMail", ...asBob });
  const named = { Id: other["Id"], ...asBob };
  await send("Watched at Bob's");
  const news = await run("GetEvents", { ...named, Watermark: other["Watermark"] });
  expect(news.map((row) => row["ChangeType"])).toContain("newMail");
  const longer = { Resource: "inbox", ChangeType: "newMail", TimeoutMinutes: 60, Watermark: other["Watermark"] };
  const renewed = await one("RenewSubscription", { ...named, ...longer });
  expect(renewed).toMatchObject({ ...done[0], ExpirationDateTime: expect.any(String) });
  const { Id: next, Watermark: from } = renewed;
  const same = await run("GetEvents", { ...named, Id: next, Watermark: from });
  expect(same.map((row) => row["ChangeType"])).toContain("newMail");
  expect(await run("DeleteSubscription", { ...named, Id: next })).toEqual(done);
});

test("invitations are answered, forwarded and called off", async () => {
  const { ItemId: EventId } = await context().create("Calendar", invitation("Planning"));
  const invited = await find("Calendar", "Planning", asBob);
  const answer = { EventId: invited, SendResponse: false, Comment: "Perhaps", ...asBob };
  expect(await run("TentativelyAcceptEvent", answer)).toEqual(done);
  expect(await run("RespondToEvent", { ...answer, ResponseType: "Accept" })).toEqual(done);
  const forward = { ToRecipients: "svc@sandbox.example", Comment: "Come too" };
  expect(await run("ForwardEvent", { EventId, ...forward })).toEqual(done);
  expect(await run("CancelEvent", { EventId, Comment: "Called off" })).toEqual(done);
  const bobs = await context().create("Calendar", { ...invitation("Bob's"), RequiredAttendees: [alice], ...asBob });
  const his = { EventId: bobs["ItemId"], ...asBob };
  expect(await run("ForwardEvent", { ...his, ToRecipients: "svc@sandbox.example" })).toEqual(done);
  expect(await run("CancelEvent", his)).toEqual(done);
});

test("reminders are postponed and dropped", async () => {
  const reminded = { ...invitation("Reminded"), ReminderIsSet: true, ReminderMinutesBeforeStart: 15 };
  for (const who of [{}, asBob]) {
    const { ItemId: EventId } = await context().create("Calendar", { ...reminded, RequiredAttendees: [], ...who });
    const later = { EventId, DateTime: "2031-05-05T10:55:00", TimeZone: "Europe/Berlin", ...who };
    expect(await run("SnoozeEventReminder", later)).toEqual(done);
    expect(await run("DismissEventReminder", { EventId, ...who })).toEqual(done);
  }
});

test("what is known of people's time", async () => {
  await context().create("Calendar", { ...invitation("Busy"), Location: "Room One" });
  const window = { StartTime: "2031-05-05T00:00:00Z", EndTime: "2031-05-06T00:00:00Z" };
  const busy = await run("GetUserAvailability", { Mailboxes: alice, Timezone: "UTC", ...window });
  const shown = { Subject: "Busy", Location: "Room One", BusyType: "Busy" };
  expect(busy).toContainEqual(expect.objectContaining(shown));
  const Schedules = `${alice}; nobody@sandbox.example`;
  const schedules = await run("GetSchedule", { Schedules, Interval: 60, ...window, ...asBob });
  expect(schedules).toMatchObject([{ ScheduleId: alice }, { Error: expect.any(String) }]);
  const attendees = { Attendees: bob, OptionalAttendees: "svc@sandbox.example" };
  const wish = { DurationMinutes: 60, MaxCandidates: 3, ActivityDomain: "unrestricted" };
  const found = await run("FindMeetingTimes", { ...attendees, ...wish, ...window });
  expect(found[0]).toMatchObject({ AttendeeAvailability: expect.anything(), Confidence: expect.any(Number) });
  expect((await run("FindMeetingTimes", { ...window, ...asBob })).length).toBeGreaterThan(0);
});

test("out-of-office settings under the names of both schemas", async () => {
  const replies = {
    OofState: "Scheduled",
    ExternalAudience: "All",
    StartTime: "2031-05-05T00:00:00Z",
    EndTime: "2031-05-10T00:00:00Z",
    InternalReply: "Back on Monday",
    ExternalReply: "Back soon",
  };
  expect(await run("SetUserOofSettings", { User: bob, ...replies, ...asBob })).toEqual(done);
  expect(await run("GetUserOofSettings", { User: bob, ...asBob })).toEqual([replies]);
  const settings = {
    automaticRepliesSetting_status: "scheduled",
    automaticRepliesSetting_externalAudience: "contactsOnly",
    automaticRepliesSetting_internalReplyMessage: "Away",
    automaticRepliesSetting_externalReplyMessage: "Gone",
    automaticRepliesSetting_scheduledStartDateTime_dateTime: "2031-06-05T00:00:00Z",
    automaticRepliesSetting_scheduledEndDateTime_dateTime: "2031-06-10T00:00:00Z",
  };
  expect(await run("SetMailboxSettings", { ...settings, UserId: bob, ...asBob })).toEqual(done);
  expect(await run("GetMailboxSettings", { UserId: bob, ...asBob })).toMatchObject([settings]);
});

test("rooms and their lists", async () => {
  const [list] = await run("GetRoomLists");
  const rooms = await run("GetRooms", { RoomListEmailAddress: list?.["EmailAddress"] });
  for (const row of [list, ...rooms])
    expect(row).toMatchObject({ Name: expect.any(String), RoutingType: "SMTP", MailboxType: expect.any(String) });
});

test("sign-in, consent and tokens", async () => {
  const place = { CallbackUrl: "http://127.0.0.1:3000/v1/oauth/callback", State: "s1" };
  const Scope = "offline_access https://outlook.office365.com/EWS.AccessAsUser.All";
  expect((await one("GetAdminConsentURL", { ...place, Scope }))["URL"]).toContain("s1");
  const signIn = { ...place, Scope, Prompt: "login" };
  const { URL: address } = await one("GetOAuthAuthorizationURL", signIn);
  const exchange = { AuthMode: "WEB", Verifier: await codeOf(context(), address), ...signIn };
  const tokens = await one("GetOAuthAccessToken", exchange);
  expect(tokens).toMatchObject({ OAuthAccessToken: expect.stringMatching(/^ey/), ExpiresIn: expect.any(String) });
  const renewed = await one("RefreshOAuthAccessToken", { OAuthRefreshToken: tokens["OAuthRefreshToken"] });
  expect(renewed).toMatchObject({
    OAuthAccessToken: expect.stringMatching(/^ey/),
    OAuthRefreshToken: expect.any(String),
  });
});

test("CreateSchema writes the definition of a table", async () => {
  const made = await one("CreateSchema", { SchemaName: "EWS", TableName: "Inbox", FileName: "schemas/inbox.rsd" });
  expect(Buffer.from(String(made["FileData"]), "base64").toString()).toContain('name="Subject"');
  expect(made["Result"]).toBe("Success");
});
