import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Row } from "#spi";
import { connect, graphProperties } from "../../support/stand.ts";
import { execute, executeOne } from "../support/execute.ts";
import { codeOf } from "../support/sign-in.ts";
import { useWalk } from "../support/walk.ts";
import { delegatedProperties } from "./delegated.ts";

const alice = "alice@sandbox.example";
const bob = "bob@sandbox.example";
const atBobs = { UserId: bob };
const done = { Status: "Success" };

const context = useWalk({ properties: ({ sandbox }) => graphProperties(sandbox) });
const run = (name: string, input: object = {}) => execute(context(), name, input);
const one = (name: string, input: object = {}) => executeOne(context(), name, input);

async function find(table: string, subject: string, more: Row = {}): Promise<string> {
  const [row] = await context().rows(table, ["id"], { subject, ...more });
  return String(row?.["id"]);
}

const send = (Subject: string, more: object = {}) =>
  one("SendMail", { Subject, Content: "Hello", ToRecipients: bob, ...more });

const meeting = (subject: string): Row => ({
  subject,
  start_dateTime: "2031-05-05T09:00:00Z",
  start_timeZone: "UTC",
  end_dateTime: "2031-05-05T10:00:00Z",
  end_timeZone: "UTC",
  attendees: [{ type: "required", emailAddress: { name: "Bob Baker", address: bob } }],
});

test("mail is sent, answered, forwarded, copied and moved", async () => {
  expect(await send("Question")).toEqual(done);
  const MessageId = await find("Messages", "Question", atBobs);
  expect(await one("ReplyToMessage", { MessageId, Comment: "Answer", ToAll: true, ...atBobs })).toEqual(done);
  expect(await one("ForwardMail", { MessageId, ToRecipients: alice, Comment: "See below", ...atBobs })).toEqual(done);
  const copied = { MessageId, DestinationId: "junkemail", ...atBobs };
  const { Id: copy } = await one("CopyMail", copied);
  expect(await one("MoveMail", { ...copied, MessageId: copy, DestinationId: "archive" })).toMatchObject(done);
});

test("a draft is sent by its id", async () => {
  const { id } = await context().create("Messages", {
    subject: "Draft",
    toRecipients: [{ emailAddress: { address: bob } }],
  });
  expect(await one("SendMail", { Id: id })).toEqual(done);
  expect(await find("Messages", "Draft", atBobs)).not.toBe("undefined");
});

test("attachments are added, read and removed; a message is read as MIME", async () => {
  const { id: MessageId } = await context().create("Messages", { subject: "With files" });
  const added = await one("AddAttachments", { MessageId, FileName: "a.bin", ContentBytes: "AAEC" });
  const place = { AttachmentSource: "Message", SourceId: MessageId, AttachmentId: added["Id"] };
  expect(await one("DownloadAttachments", place)).toMatchObject({ Name: "a.bin", ContentBytes: "AAEC" });
  expect(await one("DeleteAttachment", place)).toEqual(done);
  const session = { SourceId: MessageId, FileName: "big.bin", Size: 4_000_000 };
  expect(await one("CreateUploadSession", session)).toMatchObject({ UploadUrl: expect.stringMatching(/^https:/) });
  const { ContentBytes } = await one("DownloadEmail", { MessageId });
  expect(Buffer.from(String(ContentBytes), "base64").toString()).toContain("Subject: With files");
});

test("the names of schema EWS work too", async () => {
  const draft = { subject: "By the other names", toRecipients: [{ emailAddress: { address: bob } }] };
  const { id: ItemId } = await context().create("Messages", draft);
  const file = { ItemId, FileName: "a.bin", Content: "AAEC" };
  const { RootItemId, AttachmentId } = await one("CreateAttachments", file);
  expect(RootItemId).toBe(ItemId);
  const asked = { AttachmentIds: AttachmentId, ItemId, AttachmentSource: "Message", UserId: alice };
  const read = await one("GetAttachment", { ...asked, IncludeMimeContent: true, BodyType: "Best" });
  expect(read).toMatchObject({ AttachmentId, Name: "a.bin", Size: 3, IsInline: false, Content: "AAEC" });
  const folder = path.join(context().stand.dataDir, "files", "attachments");
  await mkdir(folder, { recursive: true });
  const written = await one("GetAttachment", { ...asked, AttachmentFolder: "attachments", Overwrite: false });
  expect(await readFile(path.join(folder, "a.bin"), "base64")).toBe("AAEC");
  expect(written).toMatchObject({ ContentLocation: expect.stringContaining("a.bin"), Content: null });
  const moved = await one("MoveItem", { ItemId, FolderId: "drafts" });
  const { ItemChangeKey } = moved;
  expect(await one("SendItem", { ItemId: moved["ItemId"], ItemChangeKey })).toMatchObject({ ResponseClass: "Success" });
});

test("MessagesDelta tells what is new in a folder", async () => {
  const all = await run("MessagesDelta", { FolderId: "sentitems" });
  await send("New in sent");
  const news = await run("MessagesDelta", { FolderId: "sentitems", DeltaToken: all.at(-1)?.["DeltaToken"] });
  expect(news[0]).toMatchObject({ Subject: "New in sent", Message: expect.anything() });
});

test("GetEvents tells what happened in a folder", async () => {
  const place = { Table: "Messages", FolderId: "drafts", UserId: alice };
  const { Watermark } = await one("GetEvents", place);
  const { id: ItemId } = await context().create("Messages", { subject: "Watched" });
  const [event, last] = await run("GetEvents", { ...place, Watermark });
  expect(event).toMatchObject({
    ChangeType: "created",
    TimeStamp: expect.any(String),
    ItemId,
    ItemChangeKey: expect.any(String),
    ParentFolderId: expect.any(String),
  });
  expect(last).toMatchObject({ ChangeType: "watermark", Watermark: expect.any(String) });
});

test("invitations are answered, forwarded and called off; reminders are postponed and dropped", async () => {
  const { id: EventId } = await context().create("Events", meeting("Planning"));
  const invited = { EventId: await find("Events", "Planning", atBobs), Comment: "Perhaps", ...atBobs };
  expect(await one("TentativelyAcceptEvent", invited)).toEqual(done);
  expect(await one("RespondToEvent", { ...invited, ResponseType: "Accept" })).toEqual(done);
  expect(await one("ForwardEvent", { EventId, ToRecipients: "svc@sandbox.example" })).toEqual(done);
  const later = { EventId, DateTime: "2031-05-05T08:50:00", TimeZone: "UTC" };
  expect(await one("SnoozeEventReminder", later)).toEqual(done);
  expect(await one("DismissEventReminder", { EventId })).toEqual(done);
  expect(await one("CancelEvent", { EventId, Comment: "Called off" })).toEqual(done);
});

test("what is known of people's time and of rooms", async () => {
  await context().create("Events", meeting("Busy"));
  const window = { StartTime: "2031-05-05T00:00:00Z", EndTime: "2031-05-06T00:00:00Z" };
  const busy = await run("GetUserAvailability", { Mailboxes: alice, Timezone: "UTC", ...window });
  expect(busy).toContainEqual(expect.objectContaining({ Subject: "Busy", BusyType: "Busy" }));
  const elsewhere = { Mailboxes: alice, StartTime: "2031-05-05T11:00:00", EndTime: "2031-05-05T12:00:00" };
  const there = await run("GetUserAvailability", { ...elsewhere, Timezone: "Europe/Berlin" });
  expect(there).toContainEqual(expect.objectContaining({ Subject: "Busy", StartTime: "2031-05-05T09:00:00Z" }));
  expect(await one("GetSchedule", { Schedules: alice, Interval: 60, ...window })).toMatchObject({ ScheduleId: alice });
  const wish = { Attendees: bob, DurationMinutes: 60, ActivityDomain: "unrestricted" };
  // Microsoft Graph proposes times to people, not to applications.
  const { admin, sandbox } = context().stand;
  await connect(admin, "alice", delegatedProperties(sandbox));
  const { results } = await admin.run("alice", "execute", {
    procedure: "FindMeetingTimes",
    input: { ...wish, ...window },
  });
  expect(results.length).toBeGreaterThan(0);
  const [list] = await run("GetRoomLists");
  const rooms = await run("GetRooms", { RoomListEmailAddress: list?.["EmailAddress"] });
  expect(rooms[0]).toMatchObject({ Name: expect.any(String), EmailAddress: expect.any(String) });
});

test("settings of a mailbox and fields of a user", async () => {
  expect(await one("SetMailboxSettings", { timeFormat: "HH:mm", ...atBobs })).toEqual(done);
  expect(await one("GetMailboxSettings", atBobs)).toMatchObject({ timeFormat: "HH:mm" });
  expect(await one("GetUserOofSettings", { User: bob })).toMatchObject({ OofState: "Disabled" });
  expect(Object.keys(await one("FetchAdditionalUserFields", { UserId: bob }))).toContain("aboutMe");
});

test("sign-in, consent and tokens", async () => {
  const place = { CallbackUrl: "http://127.0.0.1:3000/v1/oauth/callback", State: "s1" };
  expect((await one("GetAdminConsentURL", place))["URL"]).toContain("s1");
  const signIn = { ...place, Scope: "offline_access https://graph.microsoft.com/Mail.ReadWrite", Prompt: "login" };
  const { URL: address } = await one("GetOAuthAuthorizationURL", signIn);
  const exchange = { AuthMode: "WEB", Verifier: await codeOf(context(), address), ...signIn };
  const { OAuthRefreshToken } = await one("GetOAuthAccessToken", exchange);
  const renewed = await one("RefreshOAuthAccessToken", { OAuthRefreshToken });
  expect(renewed).toMatchObject({ OAuthAccessToken: expect.stringMatching(/^ey/) });
});

test("CreateSchema tells the definition of a table", async () => {
  const { FileData } = await one("CreateSchema", { TableName: "Messages" });
  expect(Buffer.from(String(FileData), "base64").toString()).toContain('name="subject"');
});
