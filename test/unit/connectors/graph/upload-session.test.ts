import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { beforeEach, describe, expect, test } from "vitest";
import { ConnectorError, type HttpClient, invalidRequest } from "#spi";
import { GraphCalls } from "../../../../connectors/microsoft-exchange/graph/call.ts";
import type { SizedUpload } from "../../../../connectors/microsoft-exchange/graph/contents/sized-upload.ts";
import { attachUpload } from "../../../../connectors/microsoft-exchange/graph/upload.ts";
import { config, fakeGraph, neverAborted } from "./fake-graph.ts";

const piece = 10 * 320 * 1024;
const address = "https://upload.example/u?t=1";
const owner = { path: "/me", mailbox: "me" };

/** A server of one upload session that keeps what it takes, and is told what goes wrong. */
class UploadServer {
  readonly log: string[] = [];
  content = Buffer.alloc(0);
  isOpen = true;
  /** Called before each PUT is taken; answers how many of its bytes are taken before the connection breaks. */
  trouble: (put: number) => number | "lost" | undefined = () => undefined;
  attachments: { id: string; name: string }[] = [];
  readonly size: number;
  #puts = 0;

  constructor(size: number) {
    this.size = size;
  }

  answer(method: string, range: string, body: Buffer): { status: number; body?: object; location?: string } {
    this.log.push(`${method} ${range}`.trim());
    if (!this.isOpen) return { status: 404, body: { error: { code: "ErrorItemNotFound", message: "gone" } } };
    if (method === "DELETE") {
      this.isOpen = false;
      return { status: 204 };
    }
    if (method === "GET") return { status: 200, body: { nextExpectedRanges: [`${this.content.length}-`] } };
    this.#puts += 1;
    const trouble = this.trouble(this.#puts);
    const from = Number(/bytes (\d+)-/.exec(range)?.[1]);
    if (from !== this.content.length) return { status: 416, body: { error: { code: "ErrorInvalidRange" } } };
    this.content = Buffer.concat([this.content, typeof trouble === "number" ? body.subarray(0, trouble) : body]);
    const isWhole = this.content.length === this.size;
    if (isWhole) {
      this.isOpen = false;
      this.attachments.push({ id: "A1", name: "big.bin" });
    }
    if (trouble !== undefined) throw new ConnectorError("UNREACHABLE", "cut", { effect: "unknown" });
    return isWhole
      ? { status: 201, location: "https://o.example/api/Messages('M')/Attachments('A1')" }
      : { status: 200, body: { nextExpectedRanges: [`${this.content.length}-`] } };
  }
}

let server: UploadServer;
let calls: GraphCalls;
const content = randomBytes(2 * piece + 1000);

beforeEach(() => {
  server = new UploadServer(content.length);
  const fake = fakeGraph(({ method, url }) => {
    if (url.pathname.endsWith("createUploadSession")) return { status: 201, body: { uploadUrl: address } };
    if (method === "GET" && url.pathname.endsWith("/attachments")) return { body: { value: server.attachments } };
    return { status: 500 };
  });
  const http: HttpClient = {
    async request(request) {
      if (!request.url.startsWith(address)) return fake.context.http.request(request);
      expect(request.credentials).toBe(false);
      const body = request.body === undefined ? [] : await Array.fromAsync(request.body as AsyncIterable<Buffer>);
      const answer = server.answer(request.method, request.headers?.["content-range"] ?? "", Buffer.concat(body));
      const headers: Record<string, string> = answer.location === undefined ? {} : { location: answer.location };
      const text = answer.body === undefined ? "" : JSON.stringify(answer.body);
      return {
        status: answer.status,
        headers,
        header: (name) => [headers[name] ?? []].flat(),
        text: async () => text,
        json: async () => JSON.parse(text),
        body: Readable.from([text]),
        discard: async () => undefined,
      };
    },
  };
  calls = new GraphCalls(config, { ...fake.context, http });
});

const uploadOf = (bytes: () => AsyncIterable<Uint8Array>, sizeBytes = content.length): SizedUpload => ({
  name: "big.bin",
  isRepeatable: false,
  sizeBytes,
  bytes,
});
const whole = async function* () {
  for (let at = 0; at < content.length; at += 70_000) yield content.subarray(at, at + 70_000);
};
const attach = (upload = uploadOf(whole), signal = neverAborted) =>
  attachUpload(calls, owner, "/me/messages/M", upload, signal);
const range = (from: number, to: number) => `PUT bytes ${from}-${to - 1}/${content.length}`;

describe("an upload in pieces", () => {
  test("goes in multiples of 320 KiB, one after the other", async () => {
    expect(await attach()).toBe("A1");
    expect(server.log).toEqual([range(0, piece), range(piece, 2 * piece), range(2 * piece, content.length)]);
    expect(server.content.equals(content)).toBe(true);
  });

  test("goes on where Graph stands after a cut in the middle of a piece", async () => {
    server.trouble = (put) => (put === 2 ? 655_360 : undefined);
    expect(await attach()).toBe("A1");
    expect(server.log.slice(1, 4)).toEqual([range(piece, 2 * piece), "GET", range(piece + 655_360, 2 * piece)]);
    expect(server.content.equals(content)).toBe(true);
  });

  test("does not send a piece again whose answer was lost", async () => {
    server.trouble = (put) => (put === 1 ? "lost" : undefined);
    expect(await attach()).toBe("A1");
    expect(server.log).toEqual([range(0, piece), "GET", range(piece, 2 * piece), range(2 * piece, content.length)]);
  });

  test("is found by its name when the answer to the last piece was lost", async () => {
    server.attachments.push({ id: "A0", name: "other.bin" });
    server.trouble = (put) => (put === 3 ? "lost" : undefined);
    expect(await attach()).toBe("A1");
    expect(server.attachments).toHaveLength(2);
  });

  test("that is cut for good is taken back", async () => {
    server.trouble = (put) => (put > 1 ? 0 : undefined);
    await expect(attach()).rejects.toMatchObject({ code: "UNREACHABLE", effect: "none" });
    expect(server.log.at(-1)).toBe("DELETE");
    expect(server.isOpen).toBe(false);
    expect(server.attachments).toEqual([]);
  });

  test("whose sender breaks off is taken back, before the last piece", async () => {
    const broken = async function* () {
      yield content.subarray(0, content.length - 1);
      throw invalidRequest("The upload broke off.");
    };
    await expect(attach(uploadOf(broken))).rejects.toMatchObject({ code: "INVALID_REQUEST", effect: "none" });
    expect(server.log).toEqual([range(0, piece), range(piece, 2 * piece), "DELETE"]);
  });

  test("that turns out damaged after its last byte is taken back too", async () => {
    const damaged = async function* () {
      yield content;
      throw invalidRequest("The body arrived damaged.");
    };
    await expect(attach(uploadOf(damaged))).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(server.attachments).toEqual([]);
    expect(server.log.at(-1)).toBe("DELETE");
  });

  test.each([1, -1])("that is %i byte longer than announced is taken back", async (more) => {
    await expect(attach(uploadOf(whole, content.length - more))).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(server.log.at(-1)).toBe("DELETE");
  });

  test("whose caller leaves is taken back all the same", async () => {
    const leaving = new AbortController();
    const left = async function* () {
      yield content.subarray(0, piece + 1);
      leaving.abort();
      throw invalidRequest("The upload broke off.");
    };
    await expect(attach(uploadOf(left), leaving.signal)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(server.log.at(-1)).toBe("DELETE");
  });

  test("above 150 MB is refused before anything is sent", async () => {
    const upload = uploadOf(whole, 150 * 1024 * 1024 + 1);
    await expect(attach(upload)).rejects.toMatchObject({ code: "TOO_LARGE", causeCode: "GRAPH_TOO_LARGE" });
    expect(server.log).toEqual([]);
  });
});
