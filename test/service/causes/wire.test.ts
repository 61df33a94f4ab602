import http from "node:http";
import type net from "node:net";
import { describe, expect, test } from "vitest";
import { listen } from "../../unit/net/support.ts";
import { fullQueue } from "./support/full-queue.ts";
import { proves } from "./support/proves.ts";
import { closedPort, ewsAt, ewsOf, ewsPath, holdsCredential, serveBytes } from "./support/servers.ts";
import { useCauseStand } from "./support/stand.ts";

const stand = useCauseStand({ sandbox: false });

const at = (host: string, port: number, more = {}) => ewsAt(`http://${host}:${port}${ewsPath}`, more);
const unreachable = { problem: "UNREACHABLE" } as const;

describe("name and address", () => {
  test("a name nobody knows", async () => {
    const expected = {
      code: "DNS_NOT_FOUND",
      step: "dns",
      owner: "designer",
      property: "Server",
      ...unreachable,
    } as const;
    const { detail } = await proves(stand(), expected, at("nowhere.test", 80));
    expect(detail).toContain("nowhere.test");
  });

  test("a name server that fails", async () => {
    await proves(stand(), { code: "DNS_FAILED", step: "dns", owner: "network", ...unreachable }, at("broken.test", 80));
  });

  test("an address the owner of the service does not allow; it is not told", async () => {
    const expected = {
      code: "EGRESS_DENIED",
      step: "egress",
      problem: "EGRESS_DENIED",
      owner: "service-operator",
    } as const;
    const failed = await proves(stand(), expected, at("denied.test", 80));
    expect(JSON.stringify(failed)).not.toContain("127.0.0.66");
  });
});

describe("TCP", () => {
  test("nothing listens; every address that was tried is told", async () => {
    const port = await closedPort();
    const expected = { code: "TCP_REFUSED", step: "tcp", owner: "server-admin", ...unreachable } as const;
    const { evidence } = await proves(stand(), expected, at("two-addresses.test", port));
    expect(evidence).toMatchObject({
      addresses: ["127.0.0.2", "127.0.0.3"],
      port,
      codes: ["ECONNREFUSED", "ECONNREFUSED"],
    });
  });

  test("no way there: no system connects by TCP to the broadcast address", async () => {
    const expected = { code: "NETWORK_UNREACHABLE", step: "tcp", owner: "network", ...unreachable } as const;
    await proves(stand(), expected, at("no-route.test", 80));
  });

  test("no answer at all", async () => {
    const { port } = await fullQueue();
    // Five seconds for each try: the query, which tries five times, is left out.
    const expected = { code: "TCP_TIMEOUT", step: "tcp", owner: "network", query: "left out", ...unreachable } as const;
    const { evidence } = await proves(stand(), expected, at("127.0.0.1", port));
    expect(evidence).toMatchObject({ addresses: ["127.0.0.1"], port });
  });
});

describe("the exchange", () => {
  test("an answer that takes longer than Timeout", async () => {
    const silent = await serveBytes(() => undefined);
    const expected = { code: "REQUEST_TIMEOUT", step: "protocol", problem: "TIMEOUT", owner: "server-admin" } as const;
    await proves(stand(), expected, ewsAt(ewsOf(silent), { Timeout: 1 }));
  });

  test.each([
    ["CONNECTION_CUT", "UNREACHABLE", "network", ""],
    ["HTTP_MALFORMED", "PROTOCOL", "designer", "SSH-2.0-OpenSSH_9.2p1\r\n"],
    ["HEADERS_TOO_LARGE", "PROTOCOL", "server-admin", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}\r\n\r\n`],
    [
      "ENCODING_UNKNOWN",
      "PROTOCOL",
      "server-admin",
      "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Encoding: rot13\r\nContent-Length: 3\r\n\r\nabc",
    ],
  ] as const)("%s", async (code, problem, owner, said) => {
    const server = await serveBytes((socket) => socket.end(said));
    await proves(stand(), { code, step: "protocol", problem, owner }, ewsAt(ewsOf(server)));
  });

  test("an answer larger than allowed", async () => {
    const headers = { "content-type": "text/xml", "content-encoding": "gzip" };
    const { gzipSync } = await import("node:zlib");
    const bomb = gzipSync(Buffer.alloc(4_000_000, " "));
    const server = await listen(http.createServer((_, response) => response.writeHead(200, headers).end(bomb)));
    const expected = { code: "ANSWER_TOO_LARGE", step: "protocol", problem: "TOO_LARGE", owner: "designer" } as const;
    await proves(stand(), expected, ewsAt(ewsOf(server)));
  });
});

interface Asked {
  readonly target: string;
  readonly login: string | undefined;
}

/** A proxy that answers every CONNECT with this text. */
async function proxyThat(answer: (asked: Asked) => string) {
  const asked: Asked[] = [];
  const server = http.createServer();
  server.on("connect", (request: http.IncomingMessage, client: net.Socket) => {
    const one = { target: request.url ?? "", login: request.headers["proxy-authorization"] };
    asked.push(one);
    client.end(answer(one));
  });
  return { ...(await listen(server)), asked };
}

describe("a proxy", () => {
  const through = (port: number, more = {}) =>
    at("127.0.0.1", 8080, { ProxyServer: "127.0.0.1", ProxyPort: port, ...more });
  const login = { ProxyUser: "petra", ProxyPassword: "Proxy-geheim" };
  const expected = { step: "proxy", ...unreachable } as const;

  test("is not there", async () => {
    const port = await closedPort();
    const failed = await proves(stand(), { ...expected, code: "PROXY_UNREACHABLE", owner: "network" }, through(port));
    expect(failed).toMatchObject({ property: "ProxyServer", evidence: { cause: "TCP_REFUSED", port } });
  });

  const needed = 'HTTP/1.1 407 Needed\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n';
  test.each([
    ["PROXY_LOGIN_NEEDED", "designer", "ProxyUser", needed, {}],
    ["PROXY_LOGIN_WRONG", "designer", "ProxyPassword", needed, login],
    ["PROXY_SCHEME_NOT_OFFERED", "designer", "ProxyAuthScheme", needed, { ...login, ProxyAuthScheme: "NTLM" }],
    ["PROXY_FORBIDS", "network", "ProxyExceptions", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", {}],
    ["PROXY_CANNOT_REACH", "network", "Server", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", {}],
    ["PROXY_PROTOCOL", "network", "ProxyServer", "220 mail.example ESMTP\r\n", {}],
  ] as const)("%s: the server's credentials stay here", async (code, owner, property, answer, more) => {
    const proxy = await proxyThat(() => answer);
    const failed = await proves(stand(), { ...expected, code, owner, property }, through(proxy.port, more));
    if (answer === needed) expect(failed.evidence).toMatchObject({ status: 407, offered: ["Basic"] });
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(proxy.asked.every(({ target }) => target === "127.0.0.1:8080")).toBe(true);
    expect(holdsCredential(JSON.stringify(proxy.asked))).toBe(false);
  });
});

describe("the test as a whole", () => {
  const hurried = useCauseStand({ sandbox: false, hurriedMs: 60_000 });

  test("ends after a minute and says where it was", async () => {
    const silent = await serveBytes(() => undefined);
    const expected = { code: "TEST_TIMEOUT", step: "protocol", problem: "TIMEOUT", owner: "server-admin" } as const;
    const properties = ewsAt(ewsOf(silent), { Timeout: 0 });
    const { detail } = await proves(hurried(), { ...expected, query: "left out" }, properties);
    expect(detail).toContain("it was at the step authentication");
  });
});
