import { beforeEach, describe, expect, it } from "vitest";
import { type Asker, type GraphSandbox, graphSandbox, ORIGIN } from "./graph-sandbox.ts";

let sandbox: GraphSandbox;
let alice: Asker;
let bob: Asker;

beforeEach(async () => {
  sandbox = graphSandbox();
  [alice, bob] = await Promise.all([sandbox.as("alice"), sandbox.as("bob")]);
});

const to = (address: string, name?: string) => [{ emailAddress: { address, ...(name ? { name } : {}) } }];
const wild = "Größe \u2028 <b>&amp;</b> 'quotes' \"double\" \\ back 漢字 😀 \t tab";

describe("messages", () => {
  it("keeps every writable member of a draft byte for byte", async () => {
    const body = {
      subject: wild,
      body: { contentType: "html", content: `<p>${wild}</p>\r\n\n` },
      toRecipients: to("bob@sandbox.example", 'Bob, "the" Baker'),
      ccRecipients: to("carol@elsewhere.example", wild),
      bccRecipients: to("dave@elsewhere.example"),
      replyTo: to("alice+reply@sandbox.example"),
      from: { emailAddress: { address: "alice@sandbox.example", name: "Alice" } },
      importance: "high",
      categories: ["Red category", wild],
      isReadReceiptRequested: true,
      isDeliveryReceiptRequested: true,
      inferenceClassification: "other",
      internetMessageId: "<own-id@sandbox.example>",
      internetMessageHeaders: [{ name: "x-own", value: "one two" }],
      flag: {
        flagStatus: "flagged",
        startDateTime: { dateTime: "2026-05-02T00:00:00", timeZone: "UTC" },
        dueDateTime: { dateTime: "2026-05-03T00:00:00", timeZone: "UTC" },
      },
      singleValueExtendedProperties: [
        { id: "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color", value: wild },
        { id: "Integer 0x7001", value: "-17" },
      ],
    };
    const made = await alice("POST", "/me/messages", { body });
    expect(made.status).toBe(201);
    const read = await alice(
      "GET",
      `/me/messages/${made.json["id"]}?$expand=singleValueExtendedProperties($filter=id eq 'String {66F5A359-4659-4830-9070-00047EC6AC6E} Name Color' or id eq 'Integer 0x7001')`,
    );
    const { internetMessageHeaders, flag, singleValueExtendedProperties, ...plain } = body;
    expect(read.json).toMatchObject({ ...plain, isDraft: true, isRead: true });
    expect(read.json["flag"]).toEqual({
      flagStatus: "flagged",
      startDateTime: { dateTime: "2026-05-02T00:00:00.0000000", timeZone: "UTC" },
      dueDateTime: { dateTime: "2026-05-03T00:00:00.0000000", timeZone: "UTC" },
    });
    expect(read.json["singleValueExtendedProperties"]).toEqual(singleValueExtendedProperties);
    const headers = await alice("GET", `/me/messages/${made.json["id"]}?$select=internetMessageHeaders`);
    expect(headers.json["internetMessageHeaders"]).toEqual(internetMessageHeaders);
    expect(Object.keys(headers.json).sort()).toEqual(["@odata.context", "@odata.etag", "id", "internetMessageHeaders"]);
    expect(flag.flagStatus).toBe("flagged");
  });

  it("sends mail with an attachment into the other mailbox and keeps a copy", async () => {
    const content = Buffer.from("a,b\r\n1,2\r\n");
    const sent = await alice("POST", "/me/sendMail", {
      body: {
        message: {
          subject: wild,
          body: { contentType: "text", content: "line one\nline two" },
          toRecipients: to("bob@sandbox.example"),
          attachments: [
            {
              "@odata.type": "#microsoft.graph.fileAttachment",
              name: "täble.csv",
              contentType: "text/csv",
              contentBytes: content.toString("base64"),
            },
          ],
        },
      },
    });
    expect(sent.status).toBe(202);
    expect(sent.headers?.["content-type"]).toBeUndefined();
    const inbox = await bob("GET", "/me/mailFolders/inbox/messages?$expand=attachments");
    const message = inbox.values[0];
    expect(message).toMatchObject({
      subject: wild,
      isRead: false,
      isDraft: false,
      hasAttachments: true,
      body: { contentType: "text", content: "line one\nline two" },
      from: { emailAddress: { address: "alice@sandbox.example" } },
    });
    expect(message?.["attachments"]).toMatchObject([
      {
        name: "täble.csv",
        contentBytes: content.toString("base64"),
        size: content.length,
      },
    ]);
    const copies = await alice("GET", "/me/mailFolders('sentitems')/messages?$count=true", { unchecked: true });
    expect(copies.json["@odata.count"]).toBe(1);
  });

  it("sends a draft, replies, replies to all and forwards", async () => {
    const draft = await alice("POST", "/me/messages", {
      body: {
        subject: "Plan",
        body: { contentType: "html", content: "<html><body>hi</body></html>" },
        toRecipients: to("bob@sandbox.example"),
        ccRecipients: to("svc@sandbox.example"),
      },
    });
    expect((await alice("POST", `/me/messages/${draft.json["id"]}/send`)).status).toBe(202);
    const got = (await bob("GET", "/me/messages")).values[0];
    expect((await bob("POST", `/me/messages/${got?.["id"]}/replyAll`, { body: { comment: "fine <b>" } })).status).toBe(
      202,
    );
    const back = (await alice("GET", "/me/mailFolders/inbox/messages")).values[0];
    expect(back).toMatchObject({
      subject: "RE: Plan",
    });
    expect(back).toMatchObject({ body: { content: expect.stringContaining("fine &lt;b&gt;") } });
    expect(back?.["ccRecipients"]).toHaveLength(1);
    const sentByAlice = (await alice("GET", "/me/mailFolders/sentitems/messages")).values[0];
    expect(back?.["conversationId"]).toBe(sentByAlice?.["conversationId"]);
    const forward = await bob("POST", `/me/messages/${got?.["id"]}/createForward`, {
      body: { toRecipients: to("svc@sandbox.example") },
    });
    expect(forward.json).toMatchObject({ subject: "FW: Plan", isDraft: true });
    expect(
      (
        await bob("POST", `/me/messages/${got?.["id"]}/forward`, {
          body: { toRecipients: to("alice@sandbox.example"), comment: "see" },
        })
      ).status,
    ).toBe(202);
    expect((await alice("GET", "/me/mailFolders/inbox/messages?$top=1")).values[0]).toMatchObject({
      subject: "FW: Plan",
    });
  });

  it("moves, copies and deletes; ids change unless they are immutable", async () => {
    const made = await alice("POST", "/me/messages", { body: { subject: "one" } });
    const immutable = await alice("GET", `/me/messages/${made.json["id"]}`, {
      headers: { prefer: 'IdType="ImmutableId"' },
    });
    const moved = await alice("POST", `/me/messages/${made.json["id"]}/move`, { body: { destinationId: "archive" } });
    expect(moved.status).toBe(201);
    expect(moved.json["id"]).not.toBe(made.json["id"]);
    expect((await alice("GET", `/me/messages/${made.json["id"]}`)).errorCode).toBe("ErrorItemNotFound");
    expect((await alice("GET", `/me/messages/${immutable.json["id"]}`)).json["subject"]).toBe("one");
    const copy = await alice("POST", `/me/messages/${moved.json["id"]}/copy`, { body: { destinationId: "inbox" } });
    expect((await alice("DELETE", `/me/messages/${copy.json["id"]}`)).status).toBe(204);
    const bin = await alice("GET", "/me/mailFolders/deleteditems/messages");
    expect(bin.values).toHaveLength(1);
    expect((await alice("POST", `/me/messages/${bin.values[0]?.["id"]}/permanentDelete`)).status).toBe(204);
    expect((await alice("GET", "/me/mailFolders/deleteditems/messages")).values).toHaveLength(0);
    expect((await alice("GET", "/me/messages/nonsense")).errorCode).toBe("ErrorInvalidIdMalformed");
  });

  it("updates with If-Match and refuses a stale tag", async () => {
    const made = await alice("POST", "/me/messages", { body: { subject: "one" } });
    const address = `/me/messages/${made.json["id"]}`;
    const etag = String(made.json["@odata.etag"]);
    const changed = await alice("PATCH", address, {
      body: { isRead: false, categories: ["a"] },
      headers: { "if-match": etag },
    });
    expect(changed.json).toMatchObject({ isRead: false, categories: ["a"], subject: "one" });
    const stale = await alice("PATCH", address, { body: { isRead: true }, headers: { "if-match": etag } });
    expect([stale.status, stale.errorCode]).toEqual([412, "ErrorIrresolvableConflict"]);
    expect((await alice("DELETE", address, { headers: { "if-match": etag } })).status).toBe(412);
  });

  it("pages on the address the client used", async () => {
    for (let index = 0; index < 25; index += 1) {
      sandbox.now = new Date(sandbox.now.getTime() + 1000);
      await alice("POST", "/me/mailFolders/inbox/messages", { body: { subject: `m${index}` } });
    }
    const first = await alice("GET", "/me/mailFolders/inbox/messages?$select=subject&$orderby=subject");
    expect(first.values).toHaveLength(10);
    const link = String(first.json["@odata.nextLink"]);
    expect(link.startsWith(`${ORIGIN}/v1.0/me/mailFolders/inbox/messages?`)).toBe(true);
    const seen = [...first.values];
    let next: string | undefined = link;
    while (next !== undefined) {
      const page: Awaited<ReturnType<Asker>> = await alice("GET", next);
      seen.push(...page.values);
      next = page.json["@odata.nextLink"] as string | undefined;
    }
    expect(new Set(seen.map((one) => one["id"])).size).toBe(25);
    expect(seen.map((one) => one["subject"])).toEqual([...seen.map((one) => one["subject"])].sort());
    expect((await alice("GET", "/me/messages?$top=1001", { unchecked: true })).status).toBe(400);
    expect((await alice("GET", "/me/mailFolders/inbox/messages/$count")).text).toBe("25");
  });

  it("filters, sorts and searches, and refuses what the service refuses", async () => {
    const make = (subject: string, importance: string) =>
      alice("POST", "/me/messages", {
        body: {
          subject,
          importance,
          categories: [subject],
          body: { contentType: "text", content: `about ${subject}` },
        },
      });
    await make("Apple", "high");
    await make("banana", "low");
    await make("cherry", "high");
    const subjects = async (query: string) =>
      (await alice("GET", `/me/messages?${query}`)).values.map((one) => one["subject"]);
    expect(
      await subjects(
        "$filter=importance eq 'high'&$orderby=importance,subject desc".replace("importance,subject", "importance"),
      ),
    ).toHaveLength(2);
    expect(
      await subjects("$filter=startswith(subject,'B') or categories/any(c:c eq 'CHERRY')&$orderby=subject"),
    ).toEqual(["banana", "cherry"]);
    expect(await subjects('$search="subject:app"')).toEqual(["Apple"]);
    expect(await subjects('$search="about AND NOT banana"')).toHaveLength(2);
    const refused = async (query: string) => (await alice("GET", `/me/messages?${query}`)).errorCode;
    expect(await refused("$filter=importance eq 'high'&$orderby=receivedDateTime desc")).toBe("InefficientFilter");
    expect(await refused("$filter=toRecipients/any(r:r/emailAddress/address eq 'x')")).toBe(
      "ErrorInvalidUrlQueryFilter",
    );
    expect(await refused("$filter=nothing eq 1")).toBe("BadRequest");
    expect(await refused('$search="x"&$orderby=subject')).toBe("SearchWithOrderBy");
    expect((await alice("GET", "/me/messages?$select=nothing", { unchecked: true })).errorCode).toBe("BadRequest");
  });

  it("filters by extended property", async () => {
    const id = "Integer {66f5a359-4659-4830-9070-00047ec6ac6e} Name Size";
    for (const value of ["5", "15"]) {
      await alice("POST", "/me/messages", { body: { subject: value, singleValueExtendedProperties: [{ id, value }] } });
    }
    const filter = `singleValueExtendedProperties/any(ep:ep/id eq '${id}' and cast(ep/value, Edm.Int32) gt 9)`;
    const found = await alice("GET", `/me/messages?$filter=${encodeURIComponent(filter)}`);
    expect(found.values.map((one) => one["subject"])).toEqual(["15"]);
  });

  it("validates bodies", async () => {
    const refused = async (body: unknown) => {
      const answer = await alice("POST", "/me/messages", { body, unchecked: true });
      return [answer.status, answer.errorCode];
    };
    expect(await refused({ subjekt: "x" })).toEqual([400, "RequestBodyRead"]);
    expect(await refused({ subject: 5 })).toEqual([400, "RequestBodyRead"]);
    expect(await refused({ importance: "huge" })).toEqual([400, "RequestBodyRead"]);
    expect(await refused({ toRecipients: {} })).toEqual([400, "RequestBodyRead"]);
    expect(await refused({ body: { content: "x", kind: "y" } })).toEqual([400, "RequestBodyRead"]);
    expect(await refused({ categories: null })).toEqual([400, "RequestBodyRead"]);
    expect(await refused("{not json")).toEqual([400, "BadRequest"]);
    expect(await refused("")).toEqual([400, "BadRequest"]);
  });

  it("gives and takes MIME", async () => {
    const mime =
      "From: x@elsewhere.example\r\nTo: alice@sandbox.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nbody\r\n";
    const made = await alice("POST", "/me/messages", {
      body: Buffer.from(mime).toString("base64"),
      headers: { "content-type": "text/plain" },
      unchecked: true,
    });
    expect(made.json).toMatchObject({ subject: "Grüße", isDraft: true });
    expect((await alice("GET", `/me/messages/${made.json["id"]}/$value`)).text).toBe(mime);
  });

  it("changes the form of bodies on request", async () => {
    const made = await alice("POST", "/me/messages", {
      body: { body: { contentType: "html", content: "<p>a &amp; b</p>" } },
    });
    const text = await alice("GET", `/me/messages/${made.json["id"]}`, {
      headers: { prefer: 'outlook.body-content-type="text"' },
    });
    expect(text.json["body"]).toMatchObject({ contentType: "text", content: expect.stringContaining("a & b") });
    expect(text.headers?.["preference-applied"]).toBe('outlook.body-content-type="text"');
  });
});

describe("attachments", () => {
  it("adds, lists, reads and removes files and items", async () => {
    const made = await alice("POST", "/me/messages", { body: { subject: "x" } });
    const address = `/me/messages/${made.json["id"]}/attachments`;
    const file = await alice("POST", address, {
      body: {
        "@odata.type": "#microsoft.graph.fileAttachment",
        name: "a.bin",
        contentBytes: "AAEC/w==",
        isInline: true,
        contentId: "cid1",
      },
    });
    expect([file.status, file.json["size"]]).toEqual([201, 4]);
    const item = await alice("POST", address, {
      body: {
        "@odata.type": "#microsoft.graph.itemAttachment",
        name: "inner",
        item: { "@odata.type": "#microsoft.graph.message", subject: wild },
      },
    });
    expect(item.status).toBe(201);
    const list = await alice("GET", address);
    expect(list.values.map((one) => one["@odata.type"])).toEqual([
      "#microsoft.graph.fileAttachment",
      "#microsoft.graph.itemAttachment",
    ]);
    const expanded = await alice("GET", `${address}/${item.json["id"]}?$expand=microsoft.graph.itemAttachment/item`);
    expect(expanded.json["item"]).toMatchObject({ subject: wild });
    expect((await alice("GET", `${address}/${file.json["id"]}/$value`)).text).toBe(
      Buffer.from("AAEC/w==", "base64").toString(),
    );
    expect((await alice("GET", `${address}/$count`)).text).toBe("2");
    expect((await alice("DELETE", `${address}/${file.json["id"]}`)).status).toBe(204);
    expect((await alice("GET", `${address}/${file.json["id"]}`)).status).toBe(404);
  });

  it("wants upload sessions for large files and takes them in ranges without a token", async () => {
    const made = await alice("POST", "/me/messages", { body: { subject: "x" } });
    const address = `/me/messages/${made.json["id"]}/attachments`;
    const big = Buffer.alloc(3 * 1024 * 1024 + 1, 7);
    const direct = await alice("POST", address, {
      body: { "@odata.type": "#microsoft.graph.fileAttachment", name: "big", contentBytes: big.toString("base64") },
    });
    expect(direct.status).toBe(413);
    const session = await alice("POST", `${address}/createUploadSession`, {
      body: { AttachmentItem: { attachmentType: "file", name: "big.bin", size: big.length } },
    });
    const { uploadUrl } = session.json as { uploadUrl: string };
    const put = (from: number, to: number) =>
      alice("PUT", uploadUrl, {
        unchecked: true,
        body: big.subarray(from, to),
        headers: {
          "content-range": `bytes ${from}-${to - 1}/${big.length}`,
        },
      });
    expect((await put(100, 200)).status).toBe(416);
    expect((await put(0, 2_000_000)).json["nextExpectedRanges"]).toEqual(["2000000-"]);
    const done = await put(2_000_000, big.length);
    expect([done.status, String(done.headers?.["location"]).includes("/Attachments('")]).toEqual([201, true]);
    expect((await alice("GET", address)).values[0]).toMatchObject({ name: "big.bin", size: big.length });
  });
});

describe("mail folders", () => {
  it("creates, renames, moves, counts and deletes folders", async () => {
    const made = await alice("POST", "/me/mailFolders", { body: { displayName: "Prüjekte" } });
    expect(made.status).toBe(201);
    expect((await alice("POST", "/me/mailFolders", { body: { displayName: "prüjekte" } })).errorCode).toBe(
      "ErrorFolderExists",
    );
    const child = await alice("POST", `/me/mailFolders/${made.json["id"]}/childFolders`, {
      body: { displayName: "2026" },
    });
    await alice("POST", `/me/mailFolders/${child.json["id"]}/messages`, { body: { subject: "in it", isRead: false } });
    expect(
      (await alice("GET", `/me/mailFolders/${made.json["id"]}/childFolders/${child.json["id"]}/messages`)).values,
    ).toHaveLength(1);
    expect((await alice("GET", `/me/mailFolders/${child.json["id"]}`)).json).toMatchObject({
      totalItemCount: 1,
      unreadItemCount: 1,
    });
    expect(
      (await alice("PATCH", `/me/mailFolders/${child.json["id"]}`, { body: { displayName: "2027" } })).json[
        "displayName"
      ],
    ).toBe("2027");
    const moved = await alice("POST", `/me/mailFolders/${child.json["id"]}/move`, { body: { destinationId: "inbox" } });
    expect(moved.json["displayName"]).toBe("2027");
    expect((await alice("GET", "/me/mailFolders/inbox")).json["childFolderCount"]).toBe(1);
    expect((await alice("DELETE", `/me/mailFolders/${made.json["id"]}`)).status).toBe(204);
    expect((await alice("DELETE", "/me/mailFolders/inbox")).errorCode).toBe("ErrorDeleteDistinguishedFolder");
    const names = (await alice("GET", "/me/mailFolders?$top=50&$filter=startswith(displayName,'D')")).values.map(
      (one) => one["displayName"],
    );
    expect(names).toEqual(["Deleted Items", "Drafts"]);
  });
});

describe("change tracking", () => {
  it("gives new, changed and removed messages since the last round", async () => {
    const base = "/me/mailFolders/inbox/messages";
    const made = [];
    for (const subject of ["a", "b", "c"]) made.push(await alice("POST", base, { body: { subject } }));
    const first = await alice("GET", `${base}/delta?$select=subject`, { headers: { prefer: "odata.maxpagesize=2" } });
    expect(first.values).toHaveLength(2);
    const second = await alice("GET", String(first.json["@odata.nextLink"]), {
      headers: { prefer: "odata.maxpagesize=2" },
    });
    expect(second.values).toHaveLength(1);
    await alice("PATCH", `/me/messages/${made[0]?.json["id"]}`, { body: { subject: "a2" } });
    await alice("DELETE", `/me/messages/${made[1]?.json["id"]}`);
    const third = await alice("GET", String(second.json["@odata.deltaLink"]));
    expect(third.values).toEqual([
      expect.objectContaining({ subject: "a2" }),
      { id: made[1]?.json["id"], "@removed": { reason: "deleted" } },
    ]);
    expect((await alice("GET", String(third.json["@odata.deltaLink"]))).values).toEqual([]);
    expect((await alice("GET", `${base}/delta?$deltatoken=x`)).errorCode).toBe("SyncStateNotFound");
  });
});
