import { Readable } from "node:stream";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ConnectorError } from "#spi";
import { bodyOf, get, post, serveHttp, serveTcp, transport } from "./support.ts";

const head = (more = "") => `HTTP/1.1 200 OK\r\n${more}\r\n`;

describe("an ordinary exchange", () => {
  test("sends method, path, headers and body, and answers status, headers and text", async () => {
    const seen: string[] = [];
    const { origin } = await serveHttp(async (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers["x-a"]} ${await bodyOf(request)}`);
      response.writeHead(201, { "content-type": "text/plain; charset=iso-8859-1", "set-cookie": ["a=1", "b=2"] });
      response.end(Buffer.from("grün", "latin1"));
    });
    const { http } = transport({ headers: { "X-A": "connection", "X-B": "2" } });
    const answer = await http.request(post(`${origin}/p?q=1`, "héllo", { headers: { "x-a": "request" } }));
    expect(answer.status).toBe(201);
    expect(answer.header("Set-Cookie")).toEqual(["a=1", "b=2"]);
    expect(answer.headers["set-cookie"]).toBe("a=1, b=2");
    expect(await answer.text()).toBe("grün");
    expect(seen).toEqual(["POST /p?q=1 request héllo"]);
  });

  test("keeps the socket for the next request once the answer is read or discarded", async () => {
    const { origin, sockets } = await serveHttp((_request, response) => response.end("x".repeat(1000)));
    const { http } = transport();
    for (let count = 0; count < 10; count++) {
      await (await http.request(get(origin))).text();
      await (await http.request(get(origin))).discard();
    }
    // Two, not one: undici's pool takes a socket back one turn of the event loop after its answer ended.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test("streams a request body and reads JSON", async () => {
    const { origin } = await serveHttp(async (request, response) => {
      response.end(JSON.stringify({ got: await bodyOf(request) }));
    });
    const { http } = transport();
    const answer = await http.request(post(origin, Readable.from([Buffer.from("a"), Buffer.from("b")])));
    expect(await answer.json()).toEqual({ got: "ab" });
  });

  test("follows no redirect", async () => {
    let calls = 0;
    const { origin } = await serveHttp((_request, response) => {
      calls++;
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const answer = await transport().http.request(get(origin));
    expect(answer.status).toBe(302);
    expect(calls).toBe(1);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("decodes %s", async (coding, compress) => {
    const text = "ünï ".repeat(50_000);
    const { origin } = await serveHttp((request, response) => {
      expect(request.headers["accept-encoding"]).toBe("gzip, deflate, br");
      response.writeHead(200, { "content-encoding": coding }).end(compress(text));
    });
    const answer = await transport({}, { limits: { decodedRatio: 10_000 } }).http.request(get(origin));
    expect(await answer.text()).toBe(text);
  });
});

describe("refuses", () => {
  test.each(["ftp://127.0.0.1/", "not a url", "http://user:pass@127.0.0.1/"])("the address %s", async (url) => {
    await expect(transport().http.request(get(url))).rejects.toMatchObject({ causeCode: "HOST_INVALID" });
  });

  test("line breaks in header values, before anything is sent", async () => {
    const { origin, sockets } = await serveHttp((_request, response) => response.end());
    const request = get(origin, { headers: { "x-a": "1\r\nx-b: 2" } });
    await expect(transport().http.request(request)).rejects.toMatchObject({
      causeCode: "HEADER_INVALID",
      effect: "none",
    });
    expect(sockets.size).toBe(0);
  });
});

describe("limits on what a hostile server sends", () => {
  // Without a total limit the silence limit is ten times this; undici looks about once a second.
  const limits = { silenceMs: 10 };

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
  ])("a %s bomb ends at the cap, also behind a small wire size", async (coding, compress) => {
    const bomb = compress(Buffer.alloc(8 * 1024 * 1024));
    const { origin } = await serveHttp((_request, response) => {
      response.writeHead(200, { "content-encoding": coding }).end(bomb);
    });
    const answer = await transport().http.request(get(origin, { limitBytes: 4 * 1024 * 1024 }));
    await expect(answer.text()).rejects.toMatchObject({ code: "TOO_LARGE", causeCode: "ANSWER_TOO_LARGE" });
  });

  test("the ratio cap holds where there is no size cap", async () => {
    const { origin } = await serveHttp((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(8 * 1024 * 1024)));
    });
    const answer = await transport().http.request(get(origin, { limitBytes: Number.POSITIVE_INFINITY }));
    await expect(answer.text()).rejects.toThrow("200:1");
  });

  test("nested and unknown encodings", async () => {
    const { origin } = await serveHttp((request, response) => {
      response.writeHead(200, { "content-encoding": request.url?.slice(1) }).end(gzipSync(gzipSync("x")));
    });
    const { http } = transport();
    for (const coding of ["gzip,gzip", "compress"]) {
      const answer = await http.request(get(`${origin}/${coding}`));
      await expect(answer.text()).rejects.toMatchObject({ code: "PROTOCOL", causeCode: "ENCODING_UNKNOWN" });
    }
  });

  test("broken and cut compressed data are told apart", async () => {
    const whole = gzipSync("x".repeat(10_000));
    const { origin } = await serveHttp((request, response) => {
      const bytes = request.url === "/cut" ? whole.subarray(0, 20) : Buffer.from("no gzip at all");
      response.writeHead(200, { "content-encoding": "gzip" }).end(bytes);
    });
    const { http } = transport();
    const cut = await http.request(get(`${origin}/cut`));
    await expect(cut.text()).rejects.toMatchObject({ causeCode: "CONNECTION_CUT" });
    const broken = await http.request(get(`${origin}/broken`));
    await expect(broken.text()).rejects.toMatchObject({ causeCode: "ENCODING_UNKNOWN" });
  });

  test("an announced length beyond the cap ends before the body", async () => {
    const { origin } = await serveTcp((socket) => socket.write(head("content-length: 999999999\r\n")));
    await expect(transport().http.request(get(origin))).rejects.toMatchObject({ causeCode: "ANSWER_TOO_LARGE" });
  });

  test("an endless body ends at the cap", async () => {
    const { origin } = await serveHttp((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", pour);
      pour();
    });
    const answer = await transport().http.request(get(origin, { limitBytes: 1024 * 1024 }));
    await expect(answer.text()).rejects.toMatchObject({ causeCode: "ANSWER_TOO_LARGE" });
  });

  test("endless headers", async () => {
    const { origin } = await serveTcp((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      for (let line = 0; line < 200; line++) socket.write(`x-${line}: ${"a".repeat(1000)}\r\n`);
    });
    await expect(transport().http.request(get(origin))).rejects.toMatchObject({ causeCode: "HEADERS_TOO_LARGE" });
  });

  test("something that is not HTTP", async () => {
    const { origin } = await serveTcp((socket) => socket.write("220 mail.example ESMTP\r\n"));
    await expect(transport().http.request(get(origin))).rejects.toMatchObject({ causeCode: "HTTP_MALFORMED" });
  });

  test("silence before the headers", async () => {
    const { origin } = await serveTcp(() => undefined);
    const { http } = transport({ timeoutMs: 0 }, { limits });
    await expect(http.request(get(origin))).rejects.toMatchObject({ code: "TIMEOUT", causeCode: "HEADERS_TIMEOUT" });
  });

  test("silence inside the body", async () => {
    const { origin } = await serveTcp((socket) => socket.write(`${head("content-length: 10\r\n")}abc`));
    const answer = await transport({ timeoutMs: 0 }, { limits }).http.request(get(origin));
    await expect(answer.text()).rejects.toMatchObject({ code: "TIMEOUT", causeCode: "BODY_TIMEOUT" });
  });

  test("a dripping body, which never falls silent, ends with the total time limit", async () => {
    const { origin } = await serveTcp((socket) => {
      socket.write(head("content-length: 100000\r\n"));
      const drip = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    const answer = await transport({ timeoutMs: 150 }).http.request(get(origin));
    await expect(answer.text()).rejects.toMatchObject({ code: "TIMEOUT", causeCode: "REQUEST_TIMEOUT" });
  });

  test("dripping headers end with the total time limit", async () => {
    const { origin } = await serveTcp((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      const drip = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    await expect(transport({ timeoutMs: 150 }).http.request(get(origin))).rejects.toMatchObject({
      causeCode: "REQUEST_TIMEOUT",
    });
  });

  test("an answer that nobody reads ends with the total time limit, without harm to the process", async () => {
    const { origin, sockets } = await serveHttp((_request, response) => response.end("x".repeat(1_000_000)));
    const answer = await transport({ timeoutMs: 100 }).http.request(get(origin));
    await new Promise((resolve) => answer.body.once("close", resolve));
    expect(answer.body.errored).toMatchObject({ causeCode: "REQUEST_TIMEOUT" });
    expect(sockets.size).toBe(1);
  });

  test("not JSON where JSON was expected", async () => {
    const { origin } = await serveHttp((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    });
    const answer = await transport().http.request(get(origin));
    await expect(answer.json()).rejects.toMatchObject({ code: "PROTOCOL", causeCode: "NOT_JSON" });
  });
});

describe("what may have happened", () => {
  test("a connection that is refused: nothing", async () => {
    const { port, origin } = await serveTcp(() => undefined);
    const closed = origin.replace(String(port), "1");
    await expect(transport().http.request(post(closed, "x"))).rejects.toMatchObject({
      code: "UNREACHABLE",
      causeCode: "TCP_REFUSED",
      effect: "none",
      retry: "later",
    });
  });

  test("a connection cut after the request: unknown for a write, none for a read", async () => {
    const { origin } = await serveTcp((socket) => socket.once("data", () => socket.destroy()));
    const { http } = transport();
    await expect(http.request(post(origin, "x"))).rejects.toMatchObject({
      causeCode: "CONNECTION_CUT",
      effect: "unknown",
    });
    await expect(http.request(get(origin))).rejects.toMatchObject({ causeCode: "CONNECTION_CUT", effect: "none" });
  });

  test("a half-closed answer", async () => {
    const { origin } = await serveTcp((socket) => socket.end(`${head("content-length: 10\r\n")}abc`));
    const answer = await transport().http.request(post(origin, "x"));
    await expect(answer.text()).rejects.toMatchObject({ causeCode: "CONNECTION_CUT", effect: "unknown" });
  });

  test("a time limit after the request was sent: unknown", async () => {
    const { origin } = await serveTcp(() => undefined);
    await expect(transport({ timeoutMs: 100 }).http.request(post(origin, "x"))).rejects.toMatchObject({
      causeCode: "REQUEST_TIMEOUT",
      effect: "unknown",
    });
  });
});

describe("ends early", () => {
  test("when the signal was aborted before: nothing is sent", async () => {
    const { origin, sockets } = await serveHttp((_request, response) => response.end());
    const request = post(origin, "x", { signal: AbortSignal.abort() });
    await expect(transport().http.request(request)).rejects.toMatchObject({ causeCode: "CANCELLED", effect: "none" });
    expect(sockets.size).toBe(0);
  });

  test("when the signal is aborted in the middle, and the reason is passed on", async () => {
    const { origin } = await serveTcp(() => undefined);
    const leaving = new AbortController();
    const pending = transport().http.request(get(origin, { signal: leaving.signal }));
    leaving.abort(new ConnectorError("BUSY", "leaving"));
    await expect(pending).rejects.toMatchObject({ code: "BUSY", message: "leaving" });
  });

  test("when the transport is closed", async () => {
    const { origin } = await serveTcp(() => undefined);
    const closing = transport();
    const pending = closing.http.request(get(origin));
    const outcome = expect(pending).rejects.toMatchObject({ causeCode: "TRANSPORT_CLOSED" });
    await closing.close();
    await outcome;
    await expect(closing.http.request(get(origin))).rejects.toMatchObject({ causeCode: "TRANSPORT_CLOSED" });
  });

  test("back-pressure: a reader that stops stops the server", async () => {
    let written = 0;
    const { origin } = await serveHttp((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const pour = () => {
        while (!response.destroyed && written < 2000 * chunk.length) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on("drain", pour);
      pour();
    });
    const answer = await transport().http.request(get(origin, { limitBytes: Number.POSITIVE_INFINITY }));
    answer.body.read(0);
    let before = -1;
    while (written !== before) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(written).toBeLessThan(50 * 1024 * 1024);
    answer.body.destroy();
  });
});
