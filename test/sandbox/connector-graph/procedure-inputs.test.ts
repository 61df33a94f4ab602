import { describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { ALICE, BOB, useGraph } from "./support.ts";

const graph = useGraph({ clock: () => new Date("2026-03-10T12:00:00Z") });
const where = (column: string, operator: string, value: unknown) => ({ column, operator, value }) as const;
const idOf = (outcomes: readonly { key?: Row }[]) => String(outcomes[0]?.key?.id);
const success = [{ Status: "Success" }];
const base64 = (text: string) => Buffer.from(text).toString("base64");

const draft = async (subject: string) =>
  idOf(await graph.write("create", "Messages", [{ subject, toRecipients: [{ emailAddress: { address: BOB } }] }]));

/** The newest message of that subject in a mailbox, read by the application. */
async function newest(user: string, subject: string, folder = "inbox"): Promise<Row> {
  const { rows } = await graph.query(
    {
      table: "Messages",
      where: {
        and: [where("UserId", "=", user), where("parentFolderId", "=", folder), where("subject", "=", subject)],
      },
    } as never,
    graph.session("application"),
  );
  return rows[0] ?? {};
}

describe("mail", () => {
  it("is sent with everything a message has", async () => {
    const sent = await graph.execute("SendMail", {
      Subject: "whole",
      Content: "<p>Hello</p>",
      ContentType: "html",
      ToRecipients: BOB,
      CcRecipients: "svc@sandbox.example",
      BccRecipients: "room1@sandbox.example",
      FileName: "a.txt",
      ContentBytes: base64("abc"),
      SenderEmail: ALICE,
      FromEmail: ALICE,
      SaveToSentItems: false,
      UserId: ALICE,
    });
    expect(sent).toEqual(success);
    expect(await newest(BOB, "whole")).toMatchObject({
      body_contentType: "html",
      ccRecipients: [{ emailAddress: { address: "svc@sandbox.example" } }],
      from_emailAddress_address: ALICE,
      hasAttachments: true,
    });
    expect(await newest(ALICE, "whole", "sentitems")).toEqual({});
    expect(await newest("room1@sandbox.example", "whole")).toMatchObject({ subject: "whole" });
    const stream = { ToRecipients: BOB, Subject: "stream", FileName: "b.txt", ContentStream: base64("def!!!") };
    expect(await graph.execute("SendMail", stream)).toEqual(success);
    expect(await newest(BOB, "stream")).toMatchObject({ hasAttachments: true });
  });

  it("is answered, forwarded, copied and moved in another's mailbox", async () => {
    const application = graph.session("application");
    await graph.execute("SendMail", { ToRecipients: BOB, Subject: "for bob" });
    const MessageId = String((await newest(BOB, "for bob")).id);
    const at = { MessageId, UserId: BOB };
    const run = (name: string, more: Record<string, unknown>) => graph.execute(name, { ...at, ...more }, application);
    expect(await run("ReplyToMessage", { Comment: "thanks", ToAll: true })).toEqual(success);
    expect(await run("ForwardMail", { ToRecipients: ALICE, Comment: "see below" })).toEqual(success);
    expect(await run("CopyMail", { DestinationId: "archive" })).toEqual([{ ...success[0], Id: expect.any(String) }]);
    expect(await run("MoveMail", { DestinationId: "deleteditems" })).toEqual([
      { ...success[0], Id: expect.any(String) },
    ]);
    expect(await newest(ALICE, "RE: for bob")).toMatchObject({ from_emailAddress_address: BOB });
    expect(await newest(BOB, "for bob", "archive")).toMatchObject({ subject: "for bob" });
    expect(await newest(BOB, "for bob")).toEqual({});
  });

  it("is read as MIME, into the answer and into a file", async () => {
    const MessageId = await draft("as a file");
    const [read] = await graph.execute("DownloadEmail", { MessageId, DownloadTo: "mails", UserId: ALICE });
    const text = Buffer.from(String(read?.ContentBytes), "base64").toString("utf8");
    expect(text).toMatch(/^Subject: as a file\r?$/m);
    expect(Buffer.from(graph.files.get(String(read?.FilePath)) ?? []).toString("utf8")).toBe(text);
  });
});

describe("attachments", () => {
  it("are added from bytes and files, read one by one, and removed", async () => {
    const MessageId = await draft("files");
    graph.files.set("local.txt", Buffer.from("local"));
    const typed = {
      MessageId,
      FileName: "a.bin",
      ContentBytes: base64("abc"),
      ContentType: "image/png",
      UserId: ALICE,
    };
    const [first] = await graph.execute("AddAttachments", typed);
    const local = { MessageId, LocalFile: "local.txt", FileName: "renamed.txt" };
    expect(await graph.execute("AddAttachments", local)).toMatchObject([{ Status: "Success" }]);
    const one = { AttachmentSource: "Message", SourceId: MessageId, AttachmentId: String(first?.Id), UserId: ALICE };
    expect(await graph.execute("DownloadAttachments", { ...one, DownloadTo: "files" })).toEqual([
      {
        Id: first?.Id,
        Name: "a.bin",
        ContentBytes: base64("abc"),
        LastmodifiedDatetime: "2026-03-10T12:00:00Z",
        ContentType: "image/png",
      },
    ]);
    expect(graph.files.get("files/a.bin")).toBeDefined();
    expect(await graph.execute("DeleteAttachment", one)).toEqual(success);
    const left = await graph.execute("DownloadAttachments", { AttachmentSource: "Message", SourceId: MessageId });
    expect(left.map(({ Name }) => Name)).toEqual(["renamed.txt"]);
  });

  it("of an event are removed", async () => {
    const SourceId = idOf(await graph.write("create", "Events", [meeting("with file")]));
    const Size = 3 * 1024 * 1024 + 1;
    const ask = { AttachmentSource: "Event", SourceId, FileName: "large.bin", Size };
    const [session] = await graph.execute("CreateUploadSession", ask);
    await fetch(String(session?.UploadUrl), {
      method: "PUT",
      headers: { "content-range": `bytes 0-${Size - 1}/${Size}` },
      body: Buffer.alloc(Size),
    });
    const columns = ["id", "name"];
    const attached = { table: "EventAttachments", columns, where: where("eventId", "=", SourceId) };
    const { rows } = await graph.query(attached);
    expect(rows).toMatchObject([{ name: "large.bin" }]);
    const one = { AttachmentSource: "Event", SourceId, AttachmentId: String(rows[0]?.id) };
    expect(await graph.execute("DeleteAttachment", one)).toEqual(success);
    expect((await graph.query(attached)).rows).toEqual([]);
  });
});

const meeting = (subject: string, more: Row = {}): Row => ({
  subject,
  start_dateTime: "2026-04-02T09:00:00Z",
  start_timeZone: "UTC",
  end_dateTime: "2026-04-02T10:00:00Z",
  end_timeZone: "UTC",
  ...more,
});

describe("meetings", () => {
  it("are answered with and without a word to the organiser, and ended in another's calendar", async () => {
    const application = graph.session("application");
    const attendees = [{ type: "required", emailAddress: { address: BOB } }];
    const own = idOf(await graph.write("create", "Events", [meeting("party", { attendees })]));
    const { rows } = await graph.query(
      {
        table: "Events",
        columns: ["id"],
        where: { and: [where("UserId", "=", BOB), where("subject", "=", "party")] },
      },
      application,
    );
    const at = { EventId: String(rows[0]?.id), UserId: BOB };
    const run = (name: string, more: Record<string, unknown> = {}) =>
      graph.execute(name, { ...at, ...more }, application);
    expect(await run("RespondToEvent", { ResponseType: "Accept", SendResponse: false })).toEqual(success);
    expect(await run("TentativelyAcceptEvent", { SendResponse: false })).toEqual(success);
    expect(await run("TentativelyAcceptEvent", { Comment: "perhaps" })).toEqual(success);
    expect(await newest(ALICE, "Tentative: party")).toMatchObject({ from_emailAddress_address: BOB });
    const later = { DateTime: "2026-04-02T08:30:00Z", TimeZone: "Europe/London" };
    expect(await run("SnoozeEventReminder", later)).toEqual(success);
    expect(graph.bodies.at(-1)).toEqual({
      newReminderTime: { dateTime: "2026-04-02T09:30:00", timeZone: "GMT Standard Time" },
    });
    await run("SnoozeEventReminder", { ...later, DateTime: "2026-04-02T08:30:00" });
    expect(graph.bodies.at(-1)).toMatchObject({ newReminderTime: { dateTime: "2026-04-02T08:30:00" } });
    await expect(run("SnoozeEventReminder", { ...later, TimeZone: "Europe/Londn" })).rejects.toMatchObject({
      code: "INVALID_QUERY",
      target: "TimeZone",
      message: expect.stringContaining("Europe/London"),
    });
    expect(await run("DismissEventReminder")).toEqual(success);
    const onBehalf = { EventId: own, UserId: ALICE };
    const guest = { ToRecipients: "svc@sandbox.example", Comment: "come too" };
    expect(await graph.execute("ForwardEvent", { ...onBehalf, ...guest }, application)).toEqual(success);
    expect(await graph.execute("CancelEvent", { ...onBehalf, Comment: "rain" }, application)).toEqual(success);
    expect(await newest(BOB, "Canceled: party")).toMatchObject({ from_emailAddress_address: ALICE });
  });
});

describe("the directory", () => {
  it("tells the profile of one user, which goes in requests of its own", async () => {
    const application = graph.session("application");
    const found = await graph.query(
      { table: "Users", columns: ["id"], where: where("userPrincipalName", "=", BOB) },
      application,
    );
    const profile: Row = {
      aboutMe: "Buys paper",
      birthday: "1980-01-02T00:00:00Z",
      hireDate: "2010-05-17T00:00:00Z",
      interests: ["chess"],
      mySite: "https://bob.example",
      pastProjects: ["mill"],
      preferredName: "Bobby",
      responsibilities: ["buying"],
      schools: ["Leeds"],
      skills: ["talking"],
    };
    const row = { id: String(found.rows[0]?.id), city: "Leeds", mailboxSettings_timeZone: "GMT Standard Time" };
    const [changed] = await graph.write("update", "Users", [{ ...row, ...profile }], application);
    expect(changed).toEqual({ index: 0, status: "succeeded", key: { id: row.id } });
    expect(await graph.execute("FetchAdditionalUserFields", { UserId: BOB }, application)).toEqual([profile]);
    const columns = ["city", "mailboxSettings_timeZone"];
    const { rows } = await graph.query({ table: "Users", columns, where: where("id", "=", row.id) }, application);
    expect(rows).toEqual([{ city: "Leeds", mailboxSettings_timeZone: "GMT Standard Time" }]);
  });

  it("what is left of a row is told when it fails after the rest was written", async () => {
    const application = graph.session("application");
    const [made] = await graph.write(
      "create",
      "Users",
      [
        {
          accountEnabled: true,
          displayName: "Carla",
          mailNickname: "carla",
          userPrincipalName: "carla@sandbox.example",
          passwordProfile_forceChangePasswordNextSignIn: false,
          passwordProfile_password: "Correct-Horse-1",
          aboutMe: "new",
          mailboxSettings_automaticRepliesSetting_status: "scheduled",
          mailboxSettings_language_locale: "de-DE",
        },
      ],
      application,
    );

    const id = String(made?.key?.id);
    expect(made?.status).toBe("succeeded");
    graph
      .sandbox()
      .faults.add({ kind: "busy", face: "graph", operation: `PATCH /users/${id}/mailboxSettings`, count: 9 });
    const row = { id, city: "Milano", mailboxSettings_timeZone: "UTC" };
    const [changed] = await graph.write("update", "Users", [row], application);
    graph.sandbox().faults.clear();
    expect(changed).toMatchObject({
      status: "failed",
      key: { id },
      error: { code: "BUSY", detail: expect.stringContaining("All of the row was written but timeZone") },
    });
    const { rows } = await graph.query({ table: "Users", columns: ["city"], where: where("id", "=", id) }, application);
    expect(rows).toEqual([{ city: "Milano" }]);
  });

  it("an administrator's consent is asked for at an address", async () => {
    const input = {
      CallbackUrl: "https://app.example/done",
      State: "s1",
      Scope: "https://graph.microsoft.com/.default",
    };
    const [{ URL: address } = {}] = await graph.execute("GetAdminConsentURL", input);
    const url = new URL(String(address));
    expect(url.pathname).toMatch(/\/v2\.0\/adminconsent$/);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ state: "s1", redirect_uri: input.CallbackUrl });
  });
});
