import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { graphTables } from "../../../connectors/microsoft-exchange/graph/index.ts";
import { ALICE, BOB, useGraph, wild } from "./support.ts";

const graph = useGraph({ clock: () => new Date("2026-03-10T12:00:00Z") });
const where = (column: string, operator: string, value: unknown) => ({ column, operator, value }) as const;
const idOf = (outcomes: readonly { key?: Row }[]) => String(outcomes[0]?.key?.id);
const success = [{ Status: "Success" }];
const noError = { ResponseClass: "Success", ResponseCode: "NoError", MessageText: null };
const room = "room1@sandbox.example";

const draft = async (subject: string, more: Row = {}) =>
  idOf(
    await graph.write("create", "Messages", [{ subject, toRecipients: [{ emailAddress: { address: BOB } }], ...more }]),
  );
const messageOf = async (id: string) =>
  (await graph.query({ table: "Messages", where: where("id", "=", id) })).rows[0] ?? {};

describe("scheduling", () => {
  const window = { StartTime: "2026-06-02T08:00:00Z", EndTime: "2026-06-02T12:00:00Z" };

  it("tells busy times, of people and rooms", async () => {
    await graph.write("create", "Events", [
      {
        subject: "talks",
        start_dateTime: "2026-06-02T09:00:00",
        start_timeZone: "UTC",
        end_dateTime: "2026-06-02T10:00:00",
        end_timeZone: "UTC",
        location_displayName: "Room One",
        sensitivity: "private",
        showAs: "oof",
      },
    ]);
    const [schedule] = await graph.execute("GetSchedule", { Schedules: ALICE, ...window, Interval: 60, UserId: ALICE });
    expect(schedule).toMatchObject({
      AvailabilityView: "0300",
      WorkingHours: expect.objectContaining({ daysOfWeek: expect.arrayContaining(["monday"]) }),
      ScheduleItems: [expect.objectContaining({ isPrivate: true })],
      Error: null,
    });
    expect(await graph.execute("GetSchedule", { Schedules: "nobody@elsewhere.example", ...window })).toMatchObject([
      { Error: expect.stringContaining("nobody@elsewhere.example") },
    ]);
    const busy = await graph.execute("GetUserAvailability", {
      Mailboxes: `<Row><Address>${ALICE}</Address></Row><Row><Address>${room}</Address></Row>`,
      ...window,
    });
    expect(busy).toMatchObject([
      { BusyType: "OOF", StartTime: "2026-06-02T09:00:00Z", EndTime: "2026-06-02T10:00:00Z", IsPrivate: true },
    ]);
    const unknown = graph.execute("GetUserAvailability", { Mailboxes: "nobody@elsewhere.example", ...window });
    await expect(unknown).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Mailboxes" });
  });

  it("refuses windows that are no windows, before anything is sent", async () => {
    const before = graph.sent.length;
    const asked = { Schedules: ALICE, StartTime: "2026-06-02T08:00:00Z" };
    const backwards = graph.execute("GetSchedule", { ...asked, EndTime: "2026-06-02T07:00:00Z" });
    await expect(backwards).rejects.toMatchObject({ code: "INVALID_QUERY", target: "EndTime" });
    const endless = graph.execute("GetSchedule", { ...asked, EndTime: "2026-09-01T07:00:00Z" });
    await expect(endless).rejects.toThrow("at most 62");
    expect(graph.sent.slice(before)).toEqual([]);
  });

  it("proposes times for a meeting", async () => {
    const found = await graph.execute("FindMeetingTimes", {
      Attendees: BOB,
      OptionalAttendees: room,
      ...window,
      DurationMinutes: 60,
      MaxCandidates: 2,
      ActivityDomain: "unrestricted",
      IsOrganizerOptional: true,
      MinimumAttendeePercentage: 50,
      UserId: ALICE,
    });
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      StartTime: expect.stringMatching(/Z$/),
      EndTime: expect.stringMatching(/Z$/),
      Confidence: 100,
      OrganizerAvailability: "free",
      AttendeeAvailability: expect.arrayContaining([expect.objectContaining({ availability: "free" })]),
      Locations: [],
      SuggestionReason: expect.any(String),
      EmptySuggestionsReason: null,
    });
    const narrow = { StartTime: "2026-06-02T09:00:00Z", EndTime: "2026-06-02T09:30:00Z" };
    const none = await graph.execute("FindMeetingTimes", { Attendees: ALICE, ...narrow });
    expect(none).toMatchObject([{ StartTime: null, EmptySuggestionsReason: "AttendeesUnavailable" }]);
    const byItself = graph.execute(
      "FindMeetingTimes",
      { Attendees: BOB, ...window, UserId: ALICE },
      graph.session("application"),
    );
    await expect(byItself).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("settings of a mailbox", () => {
  const settings: Row = {
    automaticRepliesSetting_status: "scheduled",
    automaticRepliesSetting_externalAudience: "contactsOnly",
    automaticRepliesSetting_internalReplyMessage: wild,
    automaticRepliesSetting_externalReplyMessage: "away",
    automaticRepliesSetting_scheduledStartDateTime_dateTime: "2026-07-01T08:00:00Z",
    automaticRepliesSetting_scheduledEndDateTime_dateTime: "2026-07-15T08:00:00Z",
    timeZone: "W. Europe Standard Time",
    language_locale: "de-DE",
    workingHours_startTime: "07:30:00.0000000",
    workingHours_endTime: "16:00:00.0000000",
    dateFormat: "dd.MM.yyyy",
    timeFormat: "HH:mm",
  };

  it("are set and read, in the words of both schemas", async () => {
    expect(await graph.execute("SetMailboxSettings", { ...settings, UserId: ALICE })).toEqual(success);
    expect(await graph.execute("GetMailboxSettings", { UserId: ALICE })).toEqual([settings]);
    expect(await graph.execute("GetUserOofSettings", { User: ALICE })).toEqual([
      {
        OofState: "Scheduled",
        ExternalAudience: "Known",
        StartTime: "2026-07-01T08:00:00Z",
        EndTime: "2026-07-15T08:00:00Z",
        InternalReply: wild,
        ExternalReply: "away",
      },
    ]);
    const change = { OofState: "Enabled", ExternalAudience: "All", InternalReply: "soon", ExternalReply: "later" };
    const times = { StartTime: "2026-08-01T08:00:00Z", EndTime: "2026-08-02T08:00:00Z" };
    expect(await graph.execute("SetUserOofSettings", { User: ALICE, ...change, ...times })).toEqual(success);
    expect(await graph.execute("GetUserOofSettings", { User: ALICE })).toEqual([{ ...change, ...times }]);
    await graph.execute("SetMailboxSettings", settings as Record<string, unknown>);
    await graph.execute("SetMailboxSettings", { automaticRepliesSetting_status: "disabled" });
    const [now] = await graph.execute("GetMailboxSettings", {});
    expect(now).toEqual({ ...settings, automaticRepliesSetting_status: "disabled" });
  });

  it("are not set by nothing, and nobody is impersonated", async () => {
    await expect(graph.execute("SetUserOofSettings", { User: ALICE })).rejects.toMatchObject({ code: "INVALID_QUERY" });
    await expect(graph.execute("SetMailboxSettings", {})).rejects.toMatchObject({ code: "INVALID_QUERY" });
    const asAnother = graph.execute("GetUserOofSettings", { User: ALICE, ImpersonationUser: BOB });
    await expect(asAnother).rejects.toMatchObject({ code: "UNSUPPORTED", target: "ImpersonationUser" });
  });
});

it("room lists and their rooms", async () => {
  const application = graph.session("application");
  const lists = await graph.execute("GetRoomLists", {}, application);
  expect(lists[0]).toMatchObject({ Name: expect.any(String), RoutingType: "SMTP", MailboxType: "PublicDL" });
  const RoomListEmailAddress = String(lists[0]?.EmailAddress);
  const rooms = await graph.execute("GetRooms", { RoomListEmailAddress }, application);
  expect(rooms.map(({ EmailAddress }) => EmailAddress)).toContain(room);
  expect(rooms[0]).toMatchObject({ Name: expect.any(String), RoutingType: "SMTP", MailboxType: "Mailbox" });
  const unknown = graph.execute("GetRooms", { RoomListEmailAddress: "no@sandbox.example" }, application);
  await expect(unknown).rejects.toMatchObject({ code: "NOT_FOUND" });
});

describe("messages under the names of schema EWS", () => {
  it("move, in the version that was read", async () => {
    const ItemId = await draft("to move");
    const ItemChangeKey = String((await messageOf(ItemId)).changeKey);
    const input = { ItemId, ItemChangeKey, FolderId: "Archive", UserId: ALICE };
    const [moved] = await graph.execute("MoveItem", input);
    expect(moved).toEqual({ ItemId: expect.any(String), ItemChangeKey: expect.any(String), ...noError });
    const now = await messageOf(String(moved?.ItemId));
    expect(now).toMatchObject({ subject: "to move", changeKey: moved?.ItemChangeKey });
    const stale = graph.execute("MoveItem", { ...input, ItemId: String(moved?.ItemId), FolderId: "inbox" });
    await expect(stale).rejects.toMatchObject({ code: "PRECONDITION", target: "ItemChangeKey" });
    expect((await messageOf(String(moved?.ItemId))).subject).toBe("to move");
  });

  it("take attachments, and are sent", async () => {
    const ItemId = await draft("with a picture");
    const picture = { FileName: "a.png", Content: "QUJD", ContentType: "image/png", IsInline: true, ContentId: "a@b" };
    const ItemChangeKey = String((await messageOf(ItemId)).changeKey);
    const [made] = await graph.execute("CreateAttachments", { ItemId, ItemChangeKey, ...picture, UserId: ALICE });
    expect(made).toMatchObject({ AttachmentId: expect.any(String), RootItemId: ItemId, ...noError });
    const attached = await graph.query({ table: "MessageAttachments", where: where("messageId", "=", ItemId) });
    expect(attached.rows).toMatchObject([
      { id: made?.AttachmentId, name: "a.png", contentType: "image/png", isInline: true, contentBytes: "QUJD" },
    ]);
    const Content = Buffer.alloc(3_200_000, 1).toString("base64");
    const [large] = await graph.execute("CreateAttachments", { ItemId, FileName: "b.bin", Content });
    expect(large).toMatchObject({ AttachmentId: expect.any(String), RootItemChangeKey: expect.any(String) });
    const wrong = graph.execute("CreateAttachments", { ItemId, FileName: "c", Content: "%" });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Content" });
    const send = { ItemId, ItemChangeKey: String(large?.RootItemChangeKey), UserId: ALICE };
    const elsewhere = graph.execute("SendItem", { ...send, SavedItemFolder: "archive" });
    await expect(elsewhere).rejects.toMatchObject({ code: "UNSUPPORTED", target: "SavedItemFolder" });
    const uncopied = graph.execute("SendItem", { ...send, SaveToFolder: false });
    await expect(uncopied).rejects.toMatchObject({ code: "UNSUPPORTED", target: "SaveToFolder" });
    expect(await graph.execute("SendItem", { ...send, SavedItemFolder: "sentitems" })).toEqual([noError]);
    const { rows } = await graph.query({
      table: "Messages",
      columns: ["subject"],
      where: { and: [where("parentFolderId", "=", "sentitems"), where("subject", "=", "with a picture")] },
    });
    expect(rows).toHaveLength(1);
  });
});

describe("an upload session", () => {
  it("takes a file in pieces", async () => {
    const SourceId = await draft("large");
    const Size = 3 * 1024 * 1024 + 1;
    const file = { FileName: "large.bin", ContentType: "image/png", IsInline: true, ContentId: "c@d" };
    const [session] = await graph.execute("CreateUploadSession", { SourceId, ...file, Size, UserId: ALICE });
    expect(session).toMatchObject({ ExpirationDateTime: expect.stringMatching(/Z$/), NextExpectedRanges: ["0-"] });
    const answer = await fetch(String(session?.UploadUrl), {
      method: "PUT",
      headers: { "content-range": `bytes 0-${Size - 1}/${Size}` },
      body: Buffer.alloc(Size, 1),
    });
    expect(answer.status).toBe(201);
    const columns = ["name", "isInline", "contentType"];
    const attached = await graph.query({
      table: "MessageAttachments",
      columns,
      where: where("messageId", "=", SourceId),
    });
    expect(attached.rows).toEqual([{ name: "large.bin", isInline: true, contentType: "image/png" }]);
  });

  it("of an event; for no file too small or too large", async () => {
    const SourceId = idOf(
      await graph.write("create", "Events", [
        {
          start_dateTime: "2026-06-02T09:00:00",
          start_timeZone: "UTC",
          end_dateTime: "2026-06-02T10:00:00",
          end_timeZone: "UTC",
        },
      ]),
    );
    const ask = { AttachmentSource: "Event", SourceId, FileName: "x" };
    expect(await graph.execute("CreateUploadSession", { ...ask, Size: 4_000_000 })).toHaveLength(1);
    await expect(graph.execute("CreateUploadSession", { ...ask, Size: 1000 })).rejects.toMatchObject({
      code: "INVALID_QUERY",
      target: "Size",
    });
    await expect(graph.execute("CreateUploadSession", { ...ask, Size: 200_000_000 })).rejects.toMatchObject({
      code: "TOO_LARGE",
      target: "Size",
    });
  });
});

it("changes of a folder since the last time", async () => {
  const first = await graph.execute("MessagesDelta", { FolderId: "drafts", Select: "importance", UserId: ALICE });
  const DeltaToken = String(first.at(-1)?.DeltaToken);
  expect(first.at(-1)).toMatchObject({ Change: "token", Id: null });
  const [kept, gone] = [await draft("kept"), await draft("gone")];
  await graph.write("delete", "Messages", [{ id: gone }]);
  const since = await graph.execute("MessagesDelta", { FolderId: "drafts", DeltaToken });
  expect(since.slice(0, -1)).toContainEqual(
    expect.objectContaining({ Change: "changed", Id: kept, Subject: "kept", ChangeKey: expect.any(String) }),
  );
  expect(since.slice(0, -1).map(({ Id }) => Id)).not.toContain(first[0]?.Id ?? "");
  await graph.write("delete", "Messages", [{ id: kept }]);
  const last = await graph.execute("MessagesDelta", {
    FolderId: "drafts",
    DeltaToken: String(since.at(-1)?.DeltaToken),
  });
  expect(last.slice(0, -1)).toContainEqual(expect.objectContaining({ Change: "deleted", Id: kept }));
  const inbox = await graph.execute("MessagesDelta", { ChangeType: "created", Select: "importance" });
  expect(inbox[0]).toMatchObject({
    From: expect.stringContaining("@"),
    ReceivedDateTime: expect.stringMatching(/Z$/),
    IsRead: expect.any(Boolean),
    ParentFolderId: expect.any(String),
    Message: expect.objectContaining({ importance: expect.any(String) }),
  });
  const foreign = graph.execute("MessagesDelta", { DeltaToken: Buffer.from("{}").toString("base64url") });
  await expect(foreign).rejects.toMatchObject({ code: "INVALID_QUERY", target: "DeltaToken" });
  const both = graph.execute("MessagesDelta", { DeltaToken, Select: "importance" });
  await expect(both).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Select" });
  await expect(graph.execute("MessagesDelta", { Select: "a b" })).rejects.toMatchObject({ target: "Select" });
});

describe("subscriptions", () => {
  let server: Server;
  let address: string;
  beforeAll(async () => {
    const { key, cert } = graph.sandbox().tls;
    server = createServer({ key, cert }, (request, response) => {
      response.end(new URL(request.url ?? "/", "https://localhost").searchParams.get("validationToken") ?? "");
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    address = `https://localhost:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const ask = () => ({
    Resource: "/me/mailFolders('inbox')/messages",
    ChangeType: "created, updated",
    NotificationUrl: address,
    ExpirationDateTime: "2026-03-11T12:00:00Z",
  });

  it("are asked for", async () => {
    const more = { ClientState: "s", LifecycleNotificationUrl: address };
    expect(await graph.execute("CreateSubscription", { ...ask(), ...more })).toEqual([
      {
        Status: "Success",
        Id: expect.any(String),
        Resource: "me/mailFolders('inbox')/messages",
        ChangeType: "created,updated",
        ExpirationDateTime: "2026-03-11T12:00:00Z",
      },
    ]);
  });

  it("of an application name their mailbox", async () => {
    const application = graph.session("application");
    const asked = graph.execute("CreateSubscription", ask(), application);
    await expect(asked).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Resource" });
    const named = { ...ask(), Resource: `users/${ALICE}/events` };
    expect(await graph.execute("CreateSubscription", named, application)).toMatchObject([{ Status: "Success" }]);
  });

  it("are renewed and ended", async () => {
    const [{ Id } = {}] = await graph.execute("CreateSubscription", ask());
    const ExpirationDateTime = "2026-03-12T12:00:00Z";
    expect(await graph.execute("RenewSubscription", { Id, ExpirationDateTime })).toEqual([
      { Status: "Success", ExpirationDateTime },
    ]);
    expect(await graph.execute("DeleteSubscription", { Id })).toEqual(success);
    await expect(graph.execute("DeleteSubscription", { Id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("with the changed items, which are sent encrypted", async () => {
    const EncryptionCertificate = new X509Certificate(graph.sandbox().tls.cert).raw.toString("base64");
    const data = { IncludeResourceData: true, EncryptionCertificate, EncryptionCertificateId: "mine" };
    expect(await graph.execute("CreateSubscription", { ...ask(), ...data })).toMatchObject([{ Status: "Success" }]);
  });

  it.each([
    ["NotificationUrl", { NotificationUrl: "http://listener.example/" }],
    ["ChangeType", { ChangeType: "renamed" }],
    ["EncryptionCertificate", { IncludeResourceData: true }],
    ["EncryptionCertificateId", { EncryptionCertificateId: "mine" }],
  ])("are refused before they are asked for: %s", async (target, change) => {
    const before = graph.sent.length;
    const asked = graph.execute("CreateSubscription", { ...ask(), ...change });
    await expect(asked).rejects.toMatchObject({ code: "INVALID_QUERY", target });
    expect(graph.sent.slice(before)).toEqual([]);
  });
});

describe("tokens", () => {
  it("of a code and of a refresh token are answered; the connection's own stay", async () => {
    const CallbackUrl = "http://127.0.0.1:3000/v1/oauth/callback";
    const Scope = "offline_access https://graph.microsoft.com/Mail.ReadWrite";
    const signIn = { CallbackUrl, Scope, State: "s1", Prompt: "login" };
    const [{ URL: address } = {}] = await graph.execute("GetOAuthAuthorizationURL", signIn);
    const page = new URL(String(address));
    page.searchParams.set("login_hint", ALICE);
    page.searchParams.delete("prompt");
    const answer = await fetch(page, { redirect: "manual" });
    const Verifier = new URL(answer.headers.get("location") ?? "about:blank").searchParams.get("code");
    const exchange = { AuthMode: "WEB", Verifier, ...signIn };
    const [tokens] = await graph.execute("GetOAuthAccessToken", exchange);
    expect(tokens).toEqual({
      OAuthAccessToken: expect.stringMatching(/^ey/),
      OAuthRefreshToken: expect.any(String),
      ExpiresIn: expect.stringMatching(/^\d{4}$/),
    });
    const OAuthRefreshToken = String(tokens?.OAuthRefreshToken);
    const [renewed] = await graph.execute("RefreshOAuthAccessToken", { OAuthRefreshToken });
    expect(renewed).toMatchObject({ OAuthAccessToken: expect.stringMatching(/^ey/), ExpiresIn: expect.any(String) });
    const own = await graph.execute("GetOAuthAccessToken", {});
    expect(own).toEqual([
      { OAuthAccessToken: null, OAuthRefreshToken: null, ExpiresIn: expect.stringMatching(/^\d{4}$/) },
    ]);
  });

  it("are not got by half of what they need", async () => {
    const incomplete = graph.execute("GetOAuthAccessToken", { AuthMode: "WEB" });
    await expect(incomplete).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Verifier" });
    const mixed = graph.execute("GetOAuthAccessToken", { Verifier: "x" });
    await expect(mixed).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Verifier" });
    const dead = graph.execute("RefreshOAuthAccessToken", { OAuthRefreshToken: "dead" });
    await expect(dead).rejects.toMatchObject({ code: "AUTHORIZATION_REQUIRED" });
  });
});

it("the definition of a table is written as a file", async () => {
  const input = { SchemaName: "MSGraph", TableName: "messages", FileName: "schemas/messages.rsd" };
  const [made] = await graph.execute("CreateSchema", input);
  const text = Buffer.from(String(made?.FileData), "base64").toString("utf8");
  expect(made?.Result).toBe("Success");
  for (const { name } of graphTables()[0]?.columns ?? []) expect(text).toContain(`<attr name="${name}" `);
  expect(Buffer.from(graph.files.get("schemas/messages.rsd") ?? []).toString("utf8")).toBe(text);
  const foreign = graph.execute("CreateSchema", { TableName: "messages", FileName: "keys/service.keytab" });
  await expect(foreign).rejects.toMatchObject({ code: "INVALID_QUERY", target: "FileName" });
  expect(graph.files.has("keys/service.keytab")).toBe(false);
  const unknown = graph.execute("CreateSchema", { TableName: "Mesages" });
  await expect(unknown).rejects.toThrow('The nearest name is "Messages"');
});
