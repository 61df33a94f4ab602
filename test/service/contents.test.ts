import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  asAttachedItem,
  emptyFields,
  graphId,
  type Mailbox,
} from "../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import {
  alice,
  connect,
  connectBoth,
  ewsProperties,
  graphProperties,
  type Stand,
  startStand,
} from "./support/stand.ts";

const corpus = path.join(import.meta.dirname, "../../../shared/mail-corpus");
const hasCorpus = existsSync(corpus);

let stand: Stand;
let mailbox: Mailbox;
beforeAll(async () => {
  stand = await startStand();
  await connectBoth(stand);
  mailbox = stand.sandbox.organisation.requireMailbox(alice);
});
afterAll(() => stand.stop());
afterEach(() => stand.sandbox.faults.clear());

const auth = () => ({ authorization: `Bearer ${stand.admin.key}` });
const at = (location: string) => new URL(location, stand.service.url);
const get = (location: string, headers: Record<string, string> = {}) =>
  fetch(at(location), { headers: { ...auth(), ...headers } });
const post = (location: string, body: Uint8Array, headers: Record<string, string> = {}) =>
  fetch(at(location), {
    method: "POST",
    headers: { ...auth(), "content-type": "application/octet-stream", ...headers },
    body: Buffer.from(body) as unknown as string,
  });
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const storedOf = (itemId: string) => mailbox.requireItem(itemId).attachments;
const callsOf = (prefix: string) =>
  [...stand.sandbox.faults.calls].reduce((sum, [call, count]) => sum + (call.startsWith(prefix) ? count : 0), 0);
const large = randomBytes(7_000_001);
const digestOf = (bytes: Uint8Array) => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;

describe.each([
  { connection: "ews", table: "Drafts", inbox: "Inbox", folder: "", idOf: (id: string) => id },
  { connection: "graph", table: "Messages", inbox: "Messages", folder: "?folder=inbox", idOf: graphId },
])("contents over $connection", ({ connection, table, inbox, folder, idOf }) => {
  let itemId = "";
  let record = "";
  const tables = `/v1/connections/${connection}/tables`;
  const recordOf = (name: string, id: string) => `${tables}/${name}/records/${encodeURIComponent(idOf(id))}`;

  beforeEach(() => {
    const drafts = mailbox.folders.requireWellKnown("drafts").id;
    const item = mailbox.createItem("message", drafts, { ...emptyFields("message"), subject: 'Fü "x"', isDraft: true });
    itemId = item.id;
    record = recordOf(table, itemId);
  });

  const upload = async (bytes: Uint8Array, headers: Record<string, string> = {}) => {
    const answer = await post(`${record}/attachments?name=big.bin&contentType=application%2Fpdf`, bytes, headers);
    const body = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, location: answer.headers.get("location") ?? "", body };
  };

  test("a large file goes up and comes back the same, whole and in parts", async () => {
    const { status, location, body } = await upload(large, { "content-digest": digestOf(large) });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "big.bin", recordId: idOf(itemId) });
    expect(storedOf(itemId)).toMatchObject([{ name: "big.bin", contentType: "application/pdf" }]);
    expect(storedOf(itemId)[0]?.content?.equals(large)).toBe(true);

    const whole = await get(location);
    expect(whole.status).toBe(200);
    expect(whole.headers.get("content-type")).toBe("application/pdf");
    expect(whole.headers.get("content-disposition")).toBe('attachment; filename="big.bin"');
    expect((await bytesOf(whole)).equals(large)).toBe(true);
    const etag = whole.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{27}"$/);

    for (const [range, first, last] of [
      ["bytes=0-0", 0, 0],
      ["bytes=1000-70000", 1000, 70_000],
      ["bytes=6999000-", 6_999_000, large.length - 1],
      ["bytes=-5", large.length - 5, large.length - 1],
    ] as const) {
      const part = await get(location, { range, "if-range": etag });
      expect(part.status, range).toBe(206);
      expect(part.headers.get("content-range")).toBe(`bytes ${first}-${last}/${large.length}`);
      expect((await bytesOf(part)).equals(large.subarray(first, last + 1)), range).toBe(true);
    }
    const beyond = await get(location, { range: `bytes=${large.length}-` });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${large.length}`);
    const changed = await get(location, { range: "bytes=0-9", "if-range": '"other"' });
    expect([changed.status, (await bytesOf(changed)).length]).toEqual([200, large.length]);
    expect((await get(location, { "if-none-match": etag })).status).toBe(304);
  });

  test("small and empty files, and forms, whose size nobody tells", async () => {
    for (const bytes of [Buffer.from("hello"), Buffer.alloc(0)]) {
      const { location } = await upload(bytes);
      expect((await bytesOf(await get(location))).equals(bytes)).toBe(true);
    }
    const form = new FormData();
    form.set("contentId", "logo");
    form.set("isInline", "true");
    form.set("file", new File([large], "größe.bin", { type: "image/png" }));
    const answer = await fetch(at(`${record}/attachments`), { method: "POST", headers: auth(), body: form });
    expect(answer.status).toBe(201);
    const stored = storedOf(itemId).at(-1);
    expect(stored).toMatchObject({ name: "größe.bin", contentType: "image/png", contentId: "logo", isInline: true });
    expect(stored?.content?.equals(large)).toBe(true);
  });

  test("a body that is damaged or shorter than announced leaves nothing behind", async () => {
    for (const size of [2000, large.length]) {
      const bytes = large.subarray(0, size);
      const { status, body } = await upload(bytes, { "content-digest": digestOf(Buffer.from("other")) });
      expect([status, body["code"], body["effect"]]).toEqual([400, "INVALID_REQUEST", "none"]);
    }
    expect(storedOf(itemId)).toEqual([]);
  });

  test("a sender who leaves half-way leaves nothing behind, and the upload is ended at the server", async () => {
    const path = `${record}/attachments?name=big.bin`;
    const sending = request(at(path), {
      method: "POST",
      headers: { ...auth(), "content-type": "application/octet-stream", "content-length": large.length },
    });
    const failures = async () => {
      const { items } = await stand.admin.ok("/v1/audit?action=attachment.create&pageSize=1000");
      return (items as { outcome: string }[]).filter(({ outcome }) => outcome === "failed").length;
    };
    const before = await failures();
    const deleted = callsOf("graph DELETE /api/v2.0/upload/");
    sending.on("error", () => undefined);
    sending.write(large.subarray(0, 6_000_000), () => sending.destroy());
    await expect.poll(failures, { timeout: 15_000 }).toBe(before + 1);
    if (connection === "graph") expect(callsOf("graph DELETE /api/v2.0/upload/")).toBe(deleted + 1);
    expect(storedOf(itemId)).toEqual([]);
  });

  test("an attached message comes as message/rfc822, a link as a clear answer", async () => {
    const fields = {
      ...emptyFields("message"),
      subject: "inner",
      mime: Buffer.from("Subject: inner\r\n\r\nhello\r\n"),
    };
    const attached = mailbox.addAttachment(itemId, {
      kind: "item",
      name: "inner",
      isInline: false,
      item: asAttachedItem(fields, new Date()),
    });
    const link = mailbox.addAttachment(itemId, {
      kind: "reference",
      name: "plan.docx",
      isInline: false,
      sourceUrl: "https://files.example/plan.docx",
    });
    const location = (id: string) => `${record}/attachments/${encodeURIComponent(idOf(id))}/content`;
    const eml = await get(location(attached.id));
    expect(eml.headers.get("content-type")).toBe("message/rfc822");
    expect(eml.headers.get("content-disposition")).toBe('attachment; filename="inner.eml"');
    expect((await bytesOf(eml)).toString()).toBe("Subject: inner\r\n\r\nhello\r\n");
    const refused = await get(location(link.id));
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: "UNSUPPORTED", detail: expect.stringContaining("plan.docx") });
  });

  test("what is not there is NOT_FOUND; tables without items and unknown parameters are told", async () => {
    const other = mailbox.addAttachment(itemId, {
      kind: "file",
      name: "a",
      isInline: false,
      content: Buffer.from("a"),
    });
    const gone = `${record}/attachments/${encodeURIComponent(idOf(other.id))}/content`;
    mailbox.removeAttachment(other.id);
    expect(await (await get(gone)).json()).toMatchObject({ code: "NOT_FOUND", remote: {} });
    const folders = connection === "ews" ? "Folders" : "MailFolders";
    const odd = await get(`${tables}/${folders}/records/x/content`);
    expect([odd.status, (await odd.json()) as object]).toMatchObject([422, { code: "UNSUPPORTED" }]);
    const unknown = await get(`${tables}/Nothing/records/x/content`);
    expect([unknown.status, (await unknown.json()) as object]).toMatchObject([404, { code: "UNKNOWN_TABLE" }]);
    const parameter = await get(`${record}/content?Mailbox=x`);
    expect([parameter.status, (await parameter.json()) as object]).toMatchObject([400, { code: "INVALID_REQUEST" }]);
  });

  test("a message goes in and comes out as .eml", async () => {
    const mime = Buffer.from(
      "From: a@x.example\r\nTo: b@x.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nbody\r\n",
    );
    const made = await post(`${tables}/${inbox}/records${folder}`, mime, { "content-type": "message/rfc822" });
    expect(made.status).toBe(201);
    const { key } = (await made.json()) as { key: Record<string, string> };
    const back = await get(made.headers.get("location") ?? "");
    expect((await bytesOf(back)).equals(mime)).toBe(true);
    expect(back.headers.get("content-disposition")).toBe(
      `attachment; filename="Gr__e.eml"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.eml`,
    );
    const id = Object.values(key)[0] ?? "";
    const item = mailbox.items(mailbox.folders.requireWellKnown("inbox").id).find((one) => idOf(one.id) === id);
    // Graph makes drafts of MIME, wherever they lie; Exchange is told that the message was received.
    expect(item?.isDraft).toBe(connection === "graph");
  });

  test("a reader who leaves gives the connection's only place back", async () => {
    const name = `${connection}-one`;
    const properties = connection === "ews" ? ewsProperties(stand.sandbox) : graphProperties(stand.sandbox);
    if ((await stand.admin.get(`/v1/connections/${name}`)).status === 404)
      await connect(stand.admin, name, { ...properties, PoolMaxSize: 1 });
    const { location } = await upload(large);
    const own = location.replace(`/connections/${connection}/`, `/connections/${name}/`);
    for (let round = 0; round < 3; round += 1) {
      const leaving = new AbortController();
      const answer = await fetch(at(own), { headers: auth(), signal: leaving.signal });
      await answer.body?.getReader().read();
      leaving.abort();
    }
    expect((await bytesOf(await get(own))).length).toBe(large.length);
  });

  test("a connection for reading alone takes no uploads, and the audit knows who did what", async () => {
    const name = `${connection}-readonly`;
    const properties = connection === "ews" ? ewsProperties(stand.sandbox) : graphProperties(stand.sandbox);
    await connect(stand.admin, name, { ...properties, Readonly: true });
    const own = record.replace(`/connections/${connection}/`, `/connections/${name}/`);
    const refused = await post(`${own}/attachments?name=a`, Buffer.from("x"));
    expect([refused.status, (await refused.json()) as object]).toMatchObject([422, { code: "READ_ONLY" }]);
    await upload(Buffer.from("x"));
    const { id } = await stand.admin.ok(`/v1/connections/${connection}`);
    const { items } = await stand.admin.ok(
      `/v1/audit?action=attachment.create&target=connection%2F${id}&pageSize=1000`,
    );
    const outcomes = (items as { outcome: string }[]).map(({ outcome }) => outcome);
    expect(outcomes).toContain("started");
    expect(outcomes).toContain("succeeded");
  });

  test("nothing of an upload with an Idempotency-Key is kept for who may not use the connection", async () => {
    const input = { scopes: ["operator"], connections: ["another"] };
    const { key } = await stand.admin.ok("/v1/keys", input);
    const headers = { authorization: `Bearer ${key}`, "idempotency-key": "foreign", "content-length": "5000000" };
    const sending = request(at(`${record}/attachments?name=a`), { method: "POST", headers });
    // What is left out here is never waited for.
    sending.write(Buffer.alloc(10_000));
    const status = await new Promise((resolve, reject) => {
      sending.once("response", ({ statusCode }) => resolve(statusCode)).once("error", reject);
    });
    sending.destroy();
    expect(status).toBe(403);
  });

  test("an upload with an Idempotency-Key is done once", async () => {
    const key = { "idempotency-key": `${connection}-1` };
    const first = await upload(large, key);
    const second = await upload(large, key);
    expect(second).toEqual(first);
    expect(storedOf(itemId)).toHaveLength(1);
    expect((await upload(large.subarray(1), key)).status).toBe(409);
  });
});

describe("an EWS upload in trouble", () => {
  let itemId = "";
  let record = "";
  beforeEach(() => {
    const drafts = mailbox.folders.requireWellKnown("drafts").id;
    itemId = mailbox.createItem("message", drafts, { ...emptyFields("message"), subject: "x", isDraft: true }).id;
    record = `/v1/connections/ews/tables/Drafts/records/${encodeURIComponent(itemId)}`;
  });
  const send = async () => {
    const answer = await post(`${record}/attachments?name=big.bin`, large);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test("cut in the middle of its body had no effect", async () => {
    stand.sandbox.faults.add({ kind: "cut", face: "ews", operation: "CreateAttachment", bytes: 1_000_000, count: 1 });
    const { status, body } = await send();
    expect([status, body["code"], body["effect"]]).toEqual([502, "UNREACHABLE", "none"]);
    expect(storedOf(itemId)).toEqual([]);
  });

  test("whose answer is lost is found by its name", async () => {
    stand.sandbox.faults.add({ kind: "lostAnswer", face: "ews", operation: "CreateAttachment", count: 1 });
    const { status, body } = await send();
    expect(status).toBe(201);
    expect(storedOf(itemId).map(({ id }) => id)).toEqual([body["id"]]);
  });

  test("that is too large for the server is TOO_LARGE and names the server's code", async () => {
    stand.sandbox.faults.add({
      kind: "refused",
      face: "ews",
      operation: "CreateAttachment",
      code: "ErrorMessageSizeExceeded",
      count: 1,
    });
    const { body } = await send();
    expect(body).toMatchObject({ code: "TOO_LARGE", effect: "none", remote: { code: "ErrorMessageSizeExceeded" } });
  });

  test("is not sent again when the server is busy, since its bytes are gone", async () => {
    stand.sandbox.faults.add({ kind: "busy", face: "ews", operation: "CreateAttachment", backOffMs: 10, count: 1 });
    const { status, body } = await send();
    expect([status, body["code"], body["effect"]]).toEqual([503, "BUSY", "none"]);
  });
});

describe("a Graph upload in trouble", () => {
  let itemId = "";
  let record = "";
  beforeEach(() => {
    const drafts = mailbox.folders.requireWellKnown("drafts").id;
    itemId = mailbox.createItem("message", drafts, { ...emptyFields("message"), subject: "x", isDraft: true }).id;
    record = `/v1/connections/graph/tables/Messages/records/${encodeURIComponent(graphId(itemId))}`;
  });
  const put = "PUT /api/v2.0/upload/";
  const send = async () => {
    const answer = await post(`${record}/attachments?name=big.bin`, large);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test.each([
    { kind: "cut" as const, bytes: 500_000, after: 1 },
    { kind: "lostAnswer" as const, after: 0 },
    { kind: "lostAnswer" as const, after: 2 },
    { kind: "badGateway" as const, after: 1 },
  ])("goes on after $kind of a piece", async (fault) => {
    stand.sandbox.faults.add({ ...fault, face: "graph", operation: put, count: 1 });
    const { status, body } = await send();
    expect(status).toBe(201);
    expect(storedOf(itemId).map(({ id }) => graphId(id))).toEqual([body["id"]]);
    expect(storedOf(itemId)[0]?.content?.equals(large)).toBe(true);
  });

  test("that the server does not want any more is taken back", async () => {
    stand.sandbox.faults.add({
      kind: "refused",
      face: "graph",
      operation: put,
      status: 413,
      code: "RequestEntityTooLarge",
      after: 1,
    });
    const deleted = callsOf("graph DELETE /api/v2.0/upload/");
    const { body } = await send();
    expect(body).toMatchObject({ code: "TOO_LARGE", effect: "none" });
    expect(callsOf("graph DELETE /api/v2.0/upload/")).toBe(deleted + 1);
    expect(storedOf(itemId)).toEqual([]);
  });

  test("of a message that is larger than Graph takes as MIME is told before it is sent", async () => {
    const mime = Buffer.concat([Buffer.from("Subject: x\r\n\r\n"), Buffer.alloc(4_000_000, "x")]);
    const answer = await post("/v1/connections/graph/tables/Messages/records", mime, {
      "content-type": "message/rfc822",
    });
    expect([answer.status, (await answer.json()) as object]).toMatchObject([
      413,
      { code: "TOO_LARGE", effect: "none" },
    ]);
  });
});

describe.skipIf(!hasCorpus)(
  `odd messages${hasCorpus ? "" : " (skipped: no ../shared/mail-corpus beside this checkout)"}`,
  () => {
    test("survive EWS byte for byte, in and out", { timeout: 60_000 }, async () => {
      const files = readdirSync(corpus, { recursive: true }).filter((name) => String(name).endsWith(".eml"));
      expect(files.length).toBeGreaterThan(50);
      for (const file of files) {
        const mime = readFileSync(path.join(corpus, String(file)));
        const made = await post("/v1/connections/ews/tables/Inbox/records", mime, { "content-type": "message/rfc822" });
        expect(made.status, String(file)).toBe(201);
        const back = await bytesOf(await get(made.headers.get("location") ?? ""));
        expect(back.equals(mime), String(file)).toBe(true);
      }
    });
  },
);
