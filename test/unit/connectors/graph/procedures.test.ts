import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { ConnectorError, type Procedure, type Row, Secret } from "#spi";
import type { GraphBinding } from "../../../../connectors/microsoft-exchange/graph/binding.ts";
import { openGraphSession } from "../../../../connectors/microsoft-exchange/graph/session.ts";
import { graphProcedures } from "../../../../connectors/microsoft-exchange/procedures/graph/index.ts";
import { cloudFor } from "../../../../connectors/microsoft-identity/clouds.ts";
import { bindInput, inputsOfBody } from "../../../../src/query/bind-input.ts";
import { expectContract } from "./contract.ts";
import { config, type FakeGraph, fakeGraph, type Handler, neverAborted } from "./fake-graph.ts";

let fake: FakeGraph = fakeGraph(() => ({}));
afterEach(() => expectContract(fake.seen.filter(({ url }) => url.host === "graph.microsoft.com")));

async function run(
  name: string,
  input: Record<string, unknown>,
  handler: Handler = () => ({ status: 202 }),
): Promise<Row[]> {
  fake = fakeGraph(handler);
  const procedure = graphProcedures().find((candidate) => candidate.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  const bound = bindInput(procedure as Procedure, inputsOfBody(input)) as { input: Row };
  const oauth = {
    cloud: cloudFor({}),
    schema: "MSGraph",
    grant: "code",
    renews: true,
    clientId: "11111111-2222-4333-8444-555555555555",
    credential: { kind: "secret", secret: new Secret("s") },
  } as const;
  const rows: Row[] = [];
  const session = openGraphSession({ ...config, oauth }, fake.context);
  for await (const batch of session.execute(
    { procedure: procedure as Procedure<GraphBinding>, input: bound.input },
    neverAborted,
  )) {
    rows.push(...batch.rows);
  }
  return rows;
}

const sent = () => fake.seen.map(({ method, url }) => `${method} ${url.pathname.replace("/v1.0", "")}`);
const ok = [{ Status: "Success" }];

describe("SendMail", () => {
  const mail = {
    ToRecipients: 'bob@example.com; "Doe, Jane" <jane@example.com>, c@example.com',
    Subject: "s",
    Content: "<b>",
  };

  test("sends at once, recipients by semicolon or comma, the copy recognisable", async () => {
    expect(await run("SendMail", { ...mail, ContentType: "html", Attachments: "a.txt,QUJD; b.bin,AAE=" })).toEqual(ok);
    expect(sent()).toEqual(["POST /me/sendMail"]);
    expect(fake.seen[0]?.body).toMatchObject({
      saveToSentItems: true,
      message: {
        subject: "s",
        body: { contentType: "html", content: "<b>" },
        toRecipients: [
          { emailAddress: { address: "bob@example.com" } },
          { emailAddress: { name: "Doe, Jane", address: "jane@example.com" } },
          { emailAddress: { address: "c@example.com" } },
        ],
        attachments: [
          { "@odata.type": "#microsoft.graph.fileAttachment", name: "a.txt", contentBytes: "QUJD" },
          { name: "b.bin", contentBytes: "AAE=" },
        ],
        singleValueExtendedProperties: [{ value: expect.any(String) }],
      },
    });
  });

  test("a lost answer is looked up among the sent items and never sent again", async () => {
    const lost: Handler = ({ method, url }) => {
      if (method === "POST") throw new ConnectorError("TIMEOUT", "no answer", { effect: "unknown" });
      return { body: { value: url.pathname.includes("sentitems") ? [{ id: "S" }] : [] } };
    };
    expect(await run("SendMail", mail, lost)).toEqual(ok);
    expect(sent()).toEqual(["POST /me/sendMail", "GET /me/mailFolders/sentitems/messages"]);
    const gone: Handler = ({ method }) => {
      if (method === "POST") throw new ConnectorError("TIMEOUT", "no answer", { effect: "unknown" });
      return { body: { value: [] } };
    };
    await expect(run("SendMail", mail, gone)).rejects.toMatchObject({ code: "TIMEOUT", effect: "unknown" });
    expect(sent().filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });

  test("a draft is sent as it is; one that is gone was sent", async () => {
    expect(await run("SendMail", { Id: "D", UserId: "bob@example.com" })).toEqual(ok);
    expect(sent()).toEqual(["POST /users/bob%40example.com/messages/D/send"]);
    const lost: Handler = ({ method }) => {
      if (method === "POST") throw new ConnectorError("TIMEOUT", "no answer", { effect: "unknown" });
      return { status: 404, body: { error: { code: "ErrorItemNotFound" } } };
    };
    expect(await run("SendMail", { Id: "D" }, lost)).toEqual(ok);
    await expect(run("SendMail", { Id: "D", Subject: "x" })).rejects.toMatchObject({
      code: "INVALID_QUERY",
      target: "Subject",
    });
  });

  test("large files go into a draft in pieces, without the token, then the draft is sent", async () => {
    const content = Buffer.alloc(4_000_000, 7);
    const uploads: string[] = [];
    const handler: Handler = ({ method, url, headers, credentials }) => {
      if (url.host === "upload.example") {
        uploads.push(`${headers["content-range"]} ${credentials}`);
        return {
          status: uploads.length === 2 ? 201 : 200,
          body: {},
          headers: { location: "https://o.example/x/attachments/A1" },
        };
      }
      if (url.pathname.endsWith("createUploadSession"))
        return { status: 201, body: { uploadUrl: "https://upload.example/u?t=1" } };
      return method === "POST" && url.pathname.endsWith("/messages")
        ? { status: 201, body: { id: "D" } }
        : { status: 202 };
    };
    const input = { ...mail, FileName: "big.bin", ContentStream: content.toString("base64") };
    expect(await run("SendMail", input, handler)).toEqual(ok);
    expect(uploads).toEqual(["bytes 0-3276799/4000000 false", "bytes 3276800-3999999/4000000 false"]);
    expect(sent().at(-1)).toBe("POST /me/messages/D/send");
  });

  test.each([
    [{}, "ToRecipients"],
    [{ ...mail, ToRecipients: "not an address" }, "ToRecipients"],
    [{ ...mail, Attachments: "no comma" }, "Attachments"],
    [{ ...mail, Attachments: "a.txt,***" }, "Attachments"],
    [{ ...mail, ContentBytes: "AAE=" }, "FileName"],
    [{ ...mail, FileName: "x" }, "FileName"],
    [{ ...mail, FileName: "x", ContentBytes: "AAE=", LocalFile: "y" }, "LocalFile"],
  ])("%j is refused before anything is sent", async (input, target) => {
    await expect(run("SendMail", input)).rejects.toMatchObject({ code: "INVALID_QUERY", target });
    expect(fake.seen).toHaveLength(0);
  });
});

test("reply, forward, move, copy", async () => {
  expect(await run("ReplyToMessage", { MessageId: "M/1", Comment: "thanks", ToAll: true })).toEqual(ok);
  expect(sent()).toEqual(["POST /me/messages/M%2F1/replyAll"]);
  await run("ReplyToMessage", { MessageId: "M" });
  expect(sent()).toEqual(["POST /me/messages/M/reply"]);
  await run("ForwardMail", { MessageId: "M", ToRecipients: "b@example.com" });
  expect(fake.seen[0]?.body).toEqual({ comment: "", toRecipients: [{ emailAddress: { address: "b@example.com" } }] });
  const moved = await run("MoveMail", { MessageId: "M", DestinationId: "Archive" }, () => ({
    status: 201,
    body: { id: "N" },
  }));
  expect(moved).toEqual([{ Status: "Success", Id: "N" }]);
  expect(fake.seen[0]?.body).toEqual({ destinationId: "archive" });
  await run("CopyMail", { MessageId: "M", DestinationId: "AAMk=" }, () => ({ status: 201, body: { id: "N" } }));
  expect(fake.seen[0]?.body).toEqual({ destinationId: "AAMk=" });
});

describe("attachments", () => {
  test("are added one by one", async () => {
    let made = 0;
    const rows = await run("AddAttachments", { MessageId: "M", Attachments: "@folder/a.txt; b,AAE=" }, () => ({
      status: 201,
      body: { id: `A${++made}` },
    }));
    expect(rows).toEqual([
      { Status: "Success", Id: "A1" },
      { Status: "Success", Id: "A2" },
    ]);
    expect(fake.seen[0]?.body).toMatchObject({
      name: "a.txt",
      contentBytes: Buffer.from("content of folder/a.txt").toString("base64"),
    });
    await expect(run("AddAttachments", { MessageId: "M" })).rejects.toMatchObject({ code: "INVALID_QUERY" });
  });

  test("are read with their bytes, links without", async () => {
    const rows = await run("DownloadAttachments", { AttachmentSource: "message", SourceId: "M" }, ({ url }) => {
      if (url.pathname.endsWith("$value")) return { body: "bytes" };
      return {
        body: {
          value: [
            {
              "@odata.type": "#microsoft.graph.fileAttachment",
              id: "1",
              name: "a",
              contentType: "text/plain",
              lastModifiedDateTime: "2026-01-01T00:00:00Z",
            },
            { "@odata.type": "#microsoft.graph.referenceAttachment", id: "2", name: "link" },
          ],
        },
      };
    });
    expect(rows).toEqual([
      {
        Id: "1",
        Name: "a",
        ContentBytes: Buffer.from("bytes").toString("base64"),
        LastmodifiedDatetime: "2026-01-01T00:00:00Z",
        ContentType: "text/plain",
      },
      { Id: "2", Name: "link", ContentBytes: null, LastmodifiedDatetime: null, ContentType: null },
    ]);
    expect(sent()).toEqual(["GET /me/messages/M/attachments", "GET /me/messages/M/attachments/1/$value"]);
    const stream = run("DownloadAttachments", { AttachmentSource: "Event", SourceId: "E", FileStream: "x" });
    await expect(stream).rejects.toMatchObject({ code: "UNSUPPORTED", target: "FileStream" });
  });

  test("are read under the names of schema EWS: files, items with their source or without, and links", async () => {
    const kinds: Readonly<Record<string, string>> = { F: "file", I: "item", L: "reference" };
    const answer: Handler = ({ url }) => {
      if (url.pathname.endsWith("$value")) return { body: "MIME" };
      const id = url.pathname.at(-1) ?? "";
      const about = {
        "@odata.type": `#microsoft.graph.${kinds[id]}Attachment`,
        id,
        name: id,
        size: 4,
        isInline: false,
      };
      const whole = { contentId: "c", contentLocation: "l", contentBytes: "QUJD" };
      return { body: url.searchParams.has("$select") || id !== "F" ? about : { ...about, ...whole } };
    };
    const asked = { AttachmentIds: "F;I;L", ItemId: "E", AttachmentSource: "Event" };
    const common = { Size: 4, IsInline: false, LastModifiedTime: null };
    const rows = await run("GetAttachment", asked, answer);
    expect(rows).toMatchObject([
      { AttachmentId: "F", Name: "F", ContentId: "c", ContentLocation: "l", Content: "QUJD", ...common },
      { AttachmentId: "I", Content: Buffer.from("MIME").toString("base64"), ContentId: null, ...common },
      { AttachmentId: "L", Content: null, ...common },
    ]);
    const at = "GET /me/events/E/attachments";
    expect(sent()).toEqual([`${at}/F`, `${at}/F`, `${at}/I`, `${at}/I/$value`, `${at}/L`]);
    const plain = await run("GetAttachment", { ...asked, AttachmentIds: "I", IncludeMimeContent: false }, answer);
    expect(plain).toMatchObject([{ AttachmentId: "I", Content: null }]);
    expect(sent()).toEqual([`${at}/I`]);
    const link = run("GetAttachment", { ...asked, AttachmentIds: "L", AttachmentFolder: "f" }, answer);
    await expect(link).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  test("are removed", async () => {
    await run("DeleteAttachment", { AttachmentSource: "Event", SourceId: "E", AttachmentId: "A" }, () => ({
      status: 204,
    }));
    expect(sent()).toEqual(["DELETE /me/events/E/attachments/A"]);
  });
});

test("events", async () => {
  await run("RespondToEvent", { EventId: "E", ResponseType: "accept" });
  expect([sent()[0], fake.seen[0]?.body]).toEqual(["POST /me/events/E/accept", { sendResponse: true }]);
  await run("RespondToEvent", { EventId: "E", ResponseType: "Decline", SendResponse: false, Comment: "no" });
  expect([sent()[0], fake.seen[0]?.body]).toEqual([
    "POST /me/events/E/decline",
    { sendResponse: false, comment: "no" },
  ]);
  await run("TentativelyAcceptEvent", { EventId: "E" });
  await run("CancelEvent", { EventId: "E", Comment: "ill" });
  await run("ForwardEvent", { EventId: "E", ToRecipients: "b@example.com" });
  await run("DismissEventReminder", { EventId: "E" }, () => ({ status: 200 }));
  await run("SnoozeEventReminder", {
    EventId: "E",
    DateTime: "2026-03-01T10:00:00",
    TimeZone: "W. Europe Standard Time",
  });
  expect(fake.seen[0]?.body).toEqual({
    newReminderTime: { dateTime: "2026-03-01T10:00:00", timeZone: "W. Europe Standard Time" },
  });
  const times = { StartTime: "2026-03-01T00:00:00Z", EndTime: "2026-03-02T00:00:00Z" };
  const rows = await run("GetSchedule", { Schedules: "a@example.com, b@example.com", ...times }, () => ({
    body: {
      value: [
        { scheduleId: "a@example.com", availabilityView: "002", scheduleItems: [] },
        { scheduleId: "b@example.com", error: { message: "unknown", responseCode: "x" } },
      ],
    },
  }));
  expect(rows.map((row) => [row.ScheduleId, row.AvailabilityView, row.Error])).toEqual([
    ["a@example.com", "002", null],
    ["b@example.com", null, "unknown"],
  ]);
});

test("profile fields", async () => {
  const [row] = await run("FetchAdditionalUserFields", { UserId: "a@example.com" }, () => ({
    body: { aboutMe: "me", birthday: "1980-02-03T00:00:00Z", skills: ["x"] },
  }));
  expect(row).toMatchObject({ aboutMe: "me", birthday: "1980-02-03T00:00:00Z", skills: ["x"], schools: null });
});

test("sign-in addresses", async () => {
  const [signIn] = await run("GetOAuthAuthorizationURL", { CallbackUrl: "http://localhost:33333", State: "s" });
  const url = new URL(String(signIn?.URL));
  expect(url.pathname).toBe("/common/oauth2/v2.0/authorize");
  expect(url.searchParams.get("redirect_uri")).toBe("http://localhost:33333");
  expect(url.searchParams.get("prompt")).toBe("select_account");
  const [consent] = await run("GetAdminConsentURL", {});
  expect(String(consent?.URL)).toContain("/organizations/v2.0/adminconsent?client_id=");
  expect(fake.seen).toHaveLength(0);
});

const path = fileURLToPath(
  new URL("../../../../../shared/reference/exchange-connector/procedures.json", import.meta.url),
);
const isThere = existsSync(path);

describe.skipIf(!isThere)("procedures and the reference data (needs ../shared/reference/exchange-connector)", () => {
  interface Parameter {
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    readonly default?: string | null;
    readonly allowed?: readonly string[];
  }
  interface Reference {
    readonly procedures: readonly {
      readonly name: string;
      readonly schema: string;
      readonly writes: boolean;
      readonly inputs: readonly Parameter[];
      readonly outputs: readonly Parameter[];
    }[];
    readonly notOfferedButWanted: readonly { readonly name: string }[];
  }
  const reference: Reference = isThere
    ? JSON.parse(readFileSync(path, "utf8"))
    : { procedures: [], notOfferedButWanted: [] };
  const known = reference.procedures.filter(({ schema }) => schema === "MSGraph" || schema === "any");
  const ofEws = reference.procedures.filter(({ schema }) => schema === "EWS");
  /** Inputs beside those of schema EWS: the mailbox, and the item without which an attachment has no address. */
  const ownInputs = ["UserId", "ItemId of GetAttachment", "AttachmentSource of GetAttachment"];
  /** What goes with those that are wanted. */
  const counterparts = ["SetUserOofSettings", "GetEvents", "RenewSubscription", "DeleteSubscription"];

  test("all are there, those wanted and those of schema EWS as well, each name once", () => {
    const names = graphProcedures().map(({ name }) => name);
    const wanted = reference.notOfferedButWanted.flatMap(({ name }) =>
      name === "Get/SetMailboxSettings" ? ["GetMailboxSettings", "SetMailboxSettings"] : [name],
    );
    const expected = [...known, ...ofEws].map(({ name }) => name);
    for (const name of [...expected, ...wanted, ...counterparts]) expect(names).toContain(name);
    expect(names).toHaveLength(new Set(names).size);
  });

  test.each(
    ofEws.filter(({ name }) => !known.some((each) => each.name === name)),
  )("$name has the inputs and outputs of schema EWS", ({ name, inputs, outputs }) => {
    const own = graphProcedures().find((candidate) => candidate.name === name);
    const shared = own?.inputs
      .map((each) => each.name)
      .filter((each) => !ownInputs.includes(each) && !ownInputs.includes(`${each} of ${name}`));
    expect(shared).toEqual(inputs.map((each) => each.name));
    expect(own?.outputs.map((each) => each.name)).toEqual(outputs.map((each) => each.name));
    for (const { name: input, required } of inputs) {
      expect([input, own?.inputs.find((each) => each.name === input)?.required]).toEqual([input, required]);
    }
  });

  test.each(known.map((each) => [each.name, each] as const))("%s", (name, expected) => {
    const own = graphProcedures().find((candidate) => candidate.name === name);
    expect(own?.writes).toBe(expected.writes);
    expect(own?.inputs.map((each) => each.name)).toEqual(expected.inputs.map((each) => each.name));
    expect(own?.outputs.map((each) => each.name)).toEqual(expected.outputs.map((each) => each.name));
    for (const wanted of expected.inputs) {
      const input = own?.inputs.find((each) => each.name === wanted.name);
      expect([wanted.name, input?.required, input?.allowed]).toEqual([wanted.name, wanted.required, wanted.allowed]);
      if (name.startsWith("GetO") || name.startsWith("GetA")) continue;
      expect([wanted.name, input?.default === undefined ? null : String(input.default)]).toEqual([
        wanted.name,
        wanted.default ?? null,
      ]);
    }
  });
});

describe("GetEvents", () => {
  const item = (id: string) => ({ id, changeKey: `K${id}`, createdDateTime: "2026-01-01T00:00:00Z" });
  const link = (name: string, token: string) => ({
    [`@odata.${name}Link`]: `https://graph.microsoft.com/v1.0/x?$${name === "next" ? "skip" : "delta"}token=${token}`,
  });

  test("goes through all pages in silence first, then tells what follows", async () => {
    const pages: Readonly<Record<string, object>> = {
      none: { value: [item("1")], ...link("next", "n") },
      n: { value: [item("2")], ...link("delta", "d1") },
      d1: { value: [{ id: "2", "@removed": { reason: "deleted" } }], ...link("delta", "d2") },
    };
    const answer: Handler = ({ url }) => ({
      body: pages[url.searchParams.get("$skiptoken") ?? url.searchParams.get("$deltatoken") ?? "none"],
    });
    const first = await run("GetEvents", {}, answer);
    expect(first).toMatchObject([{ ChangeType: "watermark", ItemId: null }]);
    expect(sent()).toEqual(Array(2).fill("GET /me/mailFolders/inbox/messages/delta"));
    const next = await run("GetEvents", { Watermark: String(first[0]?.Watermark) }, answer);
    expect(next).toMatchObject([
      { ChangeType: "deleted", ItemId: "2", FolderId: null, OldItemId: null, OldParentFolderId: null },
      { ChangeType: "watermark" },
    ]);
  });

  test("tells when Graph forgot where it was", async () => {
    const gone = run("GetEvents", {}, () => ({ status: 410, body: { error: { code: "syncStateNotFound" } } }));
    await expect(gone).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Watermark" });
  });
});

test("GetUserAvailability: the window is on the clock of its zone, also where that changes", async () => {
  const days = { StartTime: "2026-03-29T00:00:00", EndTime: "2026-03-30T00:00:00" };
  await run("GetUserAvailability", { Mailboxes: "a@x.example", ...days, Timezone: "Europe/Berlin" }, () => ({
    body: { value: [] },
  }));
  expect(fake.seen[0]?.body).toMatchObject({
    startTime: { dateTime: "2026-03-28T23:00:00.000", timeZone: "UTC" },
    endTime: { dateTime: "2026-03-29T22:00:00.000", timeZone: "UTC" },
  });
});
