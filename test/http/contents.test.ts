import { createHash } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bearer, bench, listen } from "./support/app.ts";
import { uploads } from "./support/fakes.ts";

const limitBytes = 100_000;
const { app, clock } = bench({ limits: { uploadBytes: limitBytes } });
let base = "";
beforeAll(async () => {
  base = await listen(app);
});
afterAll(() => app.close());
beforeEach(() => {
  uploads.length = 0;
});

const record = "/v1/connections/own/tables/Contacts/records/AAMk%2F1%2B2%3D";
const headers = bearer("operator");
const get = (path: string, more: Record<string, string> = {}) =>
  fetch(`${base}${path}`, { headers: { ...headers, ...more } });
const post = (path: string, body: string | FormData, more: Record<string, string> = {}) =>
  fetch(`${base}${path}`, { method: "POST", headers: { ...headers, ...more }, body });
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a download", () => {
  test("names its file and type, and nothing a sender wrote becomes a header of its own", async () => {
    const answer = await get(`${record}/attachments/A%2F1/content`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("content of A/1");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/plain",
      "content-disposition": `attachment; filename="a _b_ X: _.txt"; filename*=UTF-8''a%20%22b%22%20X%3A%20%C3%A9.txt`,
      "content-length": "14",
      "accept-ranges": "bytes",
      etag: '"c1"',
      "x-content-type-options": "nosniff",
    });
    expect(answer.headers.has("x")).toBe(false);
  });

  test("gives a part on request", async () => {
    const answer = await get(`${record}/attachments/A/content`, { range: "bytes=-3" });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe("bytes 9-11/12");
    expect(answer.headers.get("content-length")).toBe("3");
  });

  test("beyond its end is 416 with its size", async () => {
    const answer = await get(`${record}/content`, { range: "bytes=999-" });
    expect(answer.status).toBe(416);
    expect(answer.headers.get("content-range")).toBe("bytes */20");
    expect(await answer.json()).toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("an upload", () => {
  test("whose header names it longer than a query could is refused", async () => {
    const disposition = `attachment; filename="${"n".repeat(256)}"`;
    const answer = await post(`${record}/attachments`, "hello", { "content-disposition": disposition });
    expect(answer.status).toBe(400);
    expect(uploads).toEqual([]);
  });

  test("as raw bytes takes what the query says", async () => {
    const query = "?name=a.pdf&contentId=c1&isInline=true&UserId=bob%40x.example";
    const answer = await post(`${record}/attachments${query}`, "hello", { "content-type": "application/pdf" });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`${record}/attachments/A%2Fa.pdf/content`);
    expect(await answer.json()).toEqual({ id: "A/a.pdf", recordId: "AAMk/1+2=", name: "a.pdf" });
    expect(uploads).toEqual([
      {
        name: "a.pdf",
        contentType: "application/pdf",
        contentId: "c1",
        isInline: true,
        sizeBytes: 5,
        content: base64("hello"),
        pseudo: { UserId: "bob@x.example" },
      },
    ]);
  });

  test("may be named by Content-Disposition, and a JSON file sent as plain bytes", async () => {
    const disposition = { "content-disposition": "attachment; filename*=UTF-8''d%C3%A4ta.json" };
    const type = { "content-type": "application/octet-stream" };
    await post(`${record}/attachments?contentType=application%2Fjson`, "{}", { ...disposition, ...type });
    expect(uploads[0]).toMatchObject({ name: "däta.json", contentType: "application/json", content: base64("{}") });
  });

  test("as a form", async () => {
    const form = new FormData();
    form.set("name", "other.txt");
    form.set("isInline", "false");
    form.set("file", new File(["hello"], "föö.txt", { type: "text/plain" }));
    expect((await post(`${record}/attachments`, form)).status).toBe(201);
    expect(uploads[0]).toMatchObject({ name: "other.txt", contentType: "text/plain", isInline: false });
    const plain = new FormData();
    plain.set("file", new File(["hello"], "föö.txt"));
    await post(`${record}/attachments`, plain);
    expect(uploads[1]).toMatchObject({ name: "föö.txt", content: base64("hello") });
  });

  test("as JSON", async () => {
    const body = JSON.stringify({ name: "a.txt", contentBytes: base64("hello"), isInline: true });
    const type = { "content-type": "application/json" };
    expect((await post(`${record}/attachments`, body, type)).status).toBe(201);
    expect(uploads[0]).toMatchObject({ name: "a.txt", isInline: true, sizeBytes: 5, content: base64("hello") });
    const wrong = await post(`${record}/attachments`, JSON.stringify({ name: "a", contentBytes: "*" }), type);
    expect(await wrong.json()).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer: "/contentBytes" }] });
  });

  const good = `sha-256=:${createHash("sha256").update("hello").digest("base64")}:`;
  test.each([
    ["raw bytes", "application/pdf", "hello!"],
    ["JSON", "application/json", JSON.stringify({ name: "a", contentBytes: base64("hello") })],
  ])("of %s that is not what its digest says is refused", async (_what, type, body) => {
    const answer = await post(`${record}/attachments?name=a`, body, { "content-type": type, "content-digest": good });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "INVALID_REQUEST", effect: "none" });
    expect(uploads).toEqual([]);
  });

  test("that is what its digest says is taken", async () => {
    const answer = await post(`${record}/attachments?name=a`, "hello", { "repr-digest": good });
    expect(answer.status).toBe(201);
  });

  test.each([
    ["no name", `${record}/attachments`, "x", {}, 400],
    ["another coding", `${record}/attachments?name=a`, "x", { "content-encoding": "gzip" }, 415],
    ["more than the limit", `${record}/attachments?name=a`, "x".repeat(limitBytes + 1), {}, 413],
    [
      "another type than a message",
      "/v1/connections/own/tables/Contacts/records",
      "x",
      { "content-type": "text/plain" },
      415,
    ],
    [
      "JSON instead of a message",
      "/v1/connections/own/tables/Contacts/records",
      "{}",
      { "content-type": "application/json" },
      415,
    ],
    ["a content where none is taken", "/v1/connections/own/query", "x", { "content-type": "application/pdf" }, 415],
  ])("with %s is refused", async (_what, path, body, more, status) => {
    const answer = await post(path, body, { "content-type": "application/pdf", ...(more as Record<string, string>) });
    expect(answer.status).toBe(status);
    expect(uploads).toEqual([]);
  });

  /** An upload without announced length, sent by hand. */
  function open(path: string) {
    const sending = request(`${base}${path}`, { method: "POST", headers: { ...headers, "content-type": "a/b" } });
    const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
      sending.on("error", reject);
      sending.on("response", async (response) => {
        const chunks = (await Array.fromAsync(response)) as Buffer[];
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    return { sending, answer };
  }

  test("without announced length is cut off at the limit", async () => {
    const { sending, answer } = open(`${record}/attachments?name=a`);
    sending.end(Buffer.alloc(limitBytes + 1));
    const { status, text } = await answer;
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ code: "TOO_LARGE" });
  });

  test("whose sender falls silent ends with 408", async () => {
    const { sending, answer } = open(`${record}/attachments?name=a`);
    sending.write("half");
    await expect
      .poll(() => clock.advance(1000) ?? Promise.race([answer, undefined]), { timeout: 5000 })
      .toMatchObject({
        status: 408,
      });
    expect(uploads).toEqual([]);
  });

  test("that is cut stores nothing", async () => {
    const { sending, answer } = open(`${record}/attachments?name=a`);
    sending.write("half", () => sending.destroy());
    await expect(answer).rejects.toThrow();
    expect(uploads).toEqual([]);
  });

  test("with an Idempotency-Key is done once", async () => {
    const send = (body: string) => post(`${record}/attachments?name=a`, body, { "idempotency-key": "k1" });
    const first = await send("hello");
    const second = await send("hello");
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(await second.text()).toBe(await first.text());
    expect(uploads).toHaveLength(1);
    expect((await send("other")).status).toBe(409);
  });
});
