import { createHash } from "node:crypto";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import net, { type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { type ProxyOptions, Secret } from "#spi";
import { parseChallenges } from "../../../src/net/auth/challenge.ts";
import { egressRules } from "../../../src/net/egress.ts";
import { proxyRules } from "../../../src/net/proxy-rules.ts";
import { makeCertificate } from "./certificates.ts";
import { challengeMessage, judge } from "./ntlm-server.ts";
import { basic, get, listen, Recorder, serveHttp, serveHttps, serveTcp, transport } from "./support.ts";

interface Seen {
  readonly target: string;
  readonly login: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

/** A forward proxy that answers CONNECT by `decide`: undefined tunnels, a text is written as it is. */
function proxyServer(server: http.Server, decide: (seen: Seen) => string | undefined) {
  const seen: Seen[] = [];
  server.on("connect", (request, client) => {
    const entry = {
      target: request.url ?? "",
      login: request.headers["proxy-authorization"],
      headers: request.headers,
    };
    seen.push(entry);
    const refusal = decide(entry);
    if (refusal !== undefined) {
      client.end(refusal);
      return;
    }
    const [host = "", port] = entry.target.split(":");
    const upstream = net.connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client as Socket).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  return { server, seen };
}

async function startProxy(decide: (seen: Seen) => string | undefined = () => undefined) {
  const { server, seen } = proxyServer(http.createServer(), decide);
  return { ...(await listen(server)), seen };
}

const via = (port: number, more: Partial<ProxyOptions> = {}): ProxyOptions => ({
  host: "127.0.0.1",
  port,
  tls: "auto",
  authentication: "none",
  exceptions: [],
  ...more,
});

const login = { authentication: "basic", user: "pü", password: new Secret("geheim:1") } as const;
const answer = (status: string, headers = "") => `HTTP/1.1 ${status}\r\n${headers}content-length: 0\r\n\r\n`;

describe("a tunnel", () => {
  test("is used for plain http too; the proxy's login goes to the proxy alone", async () => {
    const proxy = await startProxy();
    let reached: IncomingMessage["headers"] = {};
    const target = await serveHttp((request, response) => {
      reached = request.headers;
      response.end("ok");
    });
    const observer = new Recorder();
    const options = { proxy: via(proxy.port, login), authentication: basic(), credentialOrigins: [target.origin] };
    const response = await transport(options, { observer }).http.request(get(target.origin));
    expect(await response.text()).toBe("ok");
    expect(proxy.seen).toHaveLength(1);
    expect(proxy.seen[0]).toMatchObject({ target: `127.0.0.1:${target.port}` });
    expect(proxy.seen[0]?.login).toBe(`Basic ${Buffer.from("pü:geheim:1").toString("base64")}`);
    expect(proxy.seen[0]?.headers.authorization).toBeUndefined();
    expect(reached["proxy-authorization"]).toBeUndefined();
    expect(reached.authorization).toMatch(/^Basic /);
    expect(observer.observations.map(({ step, status }) => `${step} ${status}`)).toEqual([
      "egress passed",
      "proxy passed",
    ]);
  });

  test("carries TLS, checked against the server's name, also when the proxy itself speaks TLS", async () => {
    const authority = await makeCertificate({ isAuthority: true });
    const { cert, key } = await makeCertificate({ issuer: authority });
    const target = await serveHttps({ cert, key }, (_request, response) => response.end("ok"));
    const { server, seen } = proxyServer(https.createServer({ cert, key }) as unknown as http.Server, () => undefined);
    const proxy = await listen(server, "https");
    const options = { tls: { extraCa: authority.cert }, proxy: via(proxy.port, { tls: "always" }) };
    const response = await transport(options).http.request(get(target.origin));
    expect(await response.text()).toBe("ok");
    expect(seen).toHaveLength(1);
  });

  test("the agent's proxy is exempt from egress rules, the target is not", async () => {
    const proxy = await startProxy(() => answer("502 Bad Gateway"));
    const agentProxy = { url: new Secret(`http://us%20er:p%40ss@127.0.0.1:${proxy.port}`), exceptions: ["*.direct"] };
    const egress = egressRules({ allow: [], deny: [] });
    const { http: client } = transport({ proxy: "agent" }, { agentProxy, egress, resolver: async () => [] });
    await expect(client.request(get("http://mail.test/"))).rejects.toMatchObject({ causeCode: "PROXY_CANNOT_REACH" });
    expect(proxy.seen[0]?.login).toBe(`Basic ${Buffer.from("us er:p@ss").toString("base64")}`);
    for (const url of ["http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://[::1]/"]) {
      await expect(client.request(get(url))).rejects.toMatchObject({ code: "EGRESS_DENIED" });
    }
    await expect(client.request(get("http://a.direct/"))).rejects.toMatchObject({ causeCode: "DNS_NOT_FOUND" });
    expect(proxy.seen).toHaveLength(1);
  });

  test("a name that is known here to mean a denied address is not asked for", async () => {
    const proxy = await startProxy();
    const options = { proxy: via(proxy.port) };
    const { http: client } = transport(options, { resolver: async () => ["169.254.169.254"] });
    await expect(client.request(get("http://metadata.test/"))).rejects.toMatchObject({ code: "EGRESS_DENIED" });
    expect(proxy.seen).toEqual([]);
  });
});

describe("logins that take several legs", () => {
  const open = (port: number, authentication: "digest" | "ntlm", password: string) =>
    transport(
      { proxy: via(port, { authentication, user: "DOM\\jörg", password: new Secret(password) }) },
      { resolver: async () => [] },
    ).http;

  /** Answers 407 without closing, so that the next leg comes over the same socket. */
  async function askingProxy(judgeLogin: (login: string | undefined, socket: Socket) => string | undefined) {
    const legs: string[] = [];
    const { port, sockets } = await serveTcp((socket) => {
      socket.on("data", (chunk) => {
        const text = chunk.toString("latin1");
        const login = /^proxy-authorization: (.*?)\r$/im.exec(text)?.[1];
        legs.push(login?.split(" ")[0] ?? "-");
        const challenge = judgeLogin(login, socket);
        if (challenge === undefined) socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
        else
          socket.write(
            `HTTP/1.1 407 No\r\nproxy-authenticate: ${challenge}\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
          );
      });
    });
    return { port, sockets, legs };
  }
  // 502 is what this proxy says once the login is good: it has no way to mail.test.
  const goodLogin = { causeCode: "PROXY_CANNOT_REACH" };

  test("NTLM, over one socket", async () => {
    const challenge = challengeMessage();
    let negotiate = Buffer.alloc(0);
    const { port, sockets, legs } = await askingProxy((login) => {
      const message = Buffer.from(login?.replace("NTLM ", "") ?? "", "base64");
      const isFirst = message.readUInt32LE(8) === 1;
      if (isFirst) negotiate = message;
      if (isFirst) return `NTLM ${challenge.toString("base64")}`;
      return judge(negotiate, challenge, message, "Pässwörd") === undefined ? "NTLM" : undefined;
    });
    await expect(open(port, "ntlm", "Pässwörd").request(get("http://mail.test/"))).rejects.toMatchObject(goodLogin);
    expect(legs).toEqual(["NTLM", "NTLM"]);
    expect(sockets.size).toBe(1);
    await expect(open(port, "ntlm", "wrong").request(get("http://mail.test/"))).rejects.toMatchObject({
      causeCode: "PROXY_LOGIN_WRONG",
    });
    expect(legs).toHaveLength(4);
  });

  test("Digest for the method CONNECT, and once more when the nonce was stale", async () => {
    const md5 = (text: string) => createHash("md5").update(text, "latin1").digest("hex");
    let nonce = 0;
    const challenge = (stale: boolean) =>
      `Digest realm="p", qop="auth", nonce="n${++nonce}"${stale ? ", stale=true" : ""}`;
    const { port, legs } = await askingProxy((login) => {
      if (login === undefined) return challenge(false);
      const { uri, nc, cnonce, response, ...given } = parseChallenges([login])[0]?.parameters ?? {};
      if (given["nonce"] === "n1") return challenge(true);
      const user = Buffer.from("DOM\\jörg:p:Pässwörd").toString("latin1");
      const expected = md5(`${md5(user)}:n${nonce}:${nc}:${cnonce}:auth:${md5(`CONNECT:${uri}`)}`);
      return response === expected && uri === "mail.test:80" ? undefined : challenge(false);
    });
    await expect(open(port, "digest", "Pässwörd").request(get("http://mail.test/"))).rejects.toMatchObject(goodLogin);
    expect(legs).toEqual(["-", "Digest", "Digest"]);
    await expect(open(port, "digest", "wrong").request(get("http://mail.test/"))).rejects.toMatchObject({
      causeCode: "PROXY_LOGIN_WRONG",
    });
    expect(legs).toHaveLength(5);
  });
});

describe("what the proxy says is never taken for the server's answer", () => {
  const offers = "proxy-authenticate: Basic realm=x\r\n";
  test.each([
    ["PROXY_LOGIN_NEEDED", "407 Proxy Authentication Required", offers, {}],
    ["PROXY_LOGIN_WRONG", "407 Proxy Authentication Required", offers, login],
    ["PROXY_LOGIN_WRONG", "401 Unauthorized", "", login],
    ["PROXY_SCHEME_NOT_OFFERED", "407 Proxy Authentication Required", "proxy-authenticate: Negotiate\r\n", login],
    ["PROXY_FORBIDS", "403 Forbidden", "", {}],
    ["PROXY_CANNOT_REACH", "503 Service Unavailable", "", {}],
    ["PROXY_PROTOCOL", "302 Found", "location: http://x/\r\n", {}],
  ])("%s for %s", async (causeCode, status, headers, more) => {
    const proxy = await startProxy(() => answer(status, headers));
    const observer = new Recorder();
    const options = { proxy: via(proxy.port, more), authentication: basic(), credentialOrigins: ["http://mail.test"] };
    const error = await transport(options, { observer, resolver: async () => [] })
      .http.request(get("http://mail.test/"))
      .catch((refused: unknown) => refused);
    expect(error).toMatchObject({ code: "UNREACHABLE", causeCode, effect: "none" });
    expect(observer.step("proxy")).toMatchObject({ status: "failed", error: { causeCode } });
    expect(proxy.seen[0]?.headers.authorization).toBeUndefined();
  });

  test("wrong logins are not repeated, trouble behind the proxy may be", async () => {
    const wrong = await startProxy(() => answer("407 No", offers));
    const down = await startProxy(() => answer("502 No"));
    const retry = (port: number) =>
      transport({ proxy: via(port, login) }, { resolver: async () => [] })
        .http.request(get("http://mail.test/"))
        .catch((error: { retry: string }) => error.retry);
    expect(await retry(wrong.port)).toBe("never");
    expect(await retry(down.port)).toBe("later");
    expect(wrong.seen).toHaveLength(1);
  });

  test("nothing there, no HTTP, silence, and a cut", async () => {
    const smtp = await serveTcp((socket) => socket.write("220 mail ESMTP\r\n\r\n"));
    const cutting = await serveTcp((socket) => socket.once("data", () => socket.destroy()));
    const silent = await serveTcp(() => undefined);
    const through = (port: number) =>
      transport({ proxy: via(port) }, { resolver: async () => [], limits: { proxyMs: 50 } }).http.request(
        get("http://mail.test/"),
      );
    await expect(through(1)).rejects.toMatchObject({
      causeCode: "PROXY_UNREACHABLE",
      evidence: { cause: "TCP_REFUSED" },
    });
    await expect(through(smtp.port)).rejects.toMatchObject({ causeCode: "PROXY_PROTOCOL" });
    await expect(through(cutting.port)).rejects.toMatchObject({ causeCode: "PROXY_PROTOCOL" });
    await expect(through(silent.port)).rejects.toMatchObject({ causeCode: "PROXY_UNREACHABLE" });
  });
});

describe("which proxy", () => {
  const chosen = (exceptions: readonly string[], host: string, port = 443) =>
    proxyRules(via(3128, { exceptions }), undefined)(host, port) !== undefined;

  test.each([
    ["mail.example", "mail.example", false],
    ["*.example", "mail.example", false],
    [".example", "example", false],
    ["mail.example:8443", "mail.example", true],
    ["mail.example:443", "mail.example", false],
    ["10.0.0.0/8", "10.1.2.3", false],
    ["10.0.0.0/8", "11.1.2.3", true],
    ["[::1]", "::1", false],
    ["<local>", "mail", false],
    ["<local>", "mail.example", true],
    ["", "mail.example", true],
  ])("exception %j for %s: proxy %s", (exception, host, isProxied) => {
    expect(chosen([exception], host)).toBe(isProxied);
  });

  test("`auto` speaks TLS to port 443 only", () => {
    const tls = (port: number, kind: ProxyOptions["tls"]) =>
      proxyRules(via(port, { tls: kind }), undefined)("x", 1)?.tls;
    expect([tls(443, "auto"), tls(8080, "auto"), tls(8080, "always"), tls(443, "never")]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test("without an agent's proxy, `agent` means direct", () => {
    expect(proxyRules("agent", undefined)("x", 1)).toBeUndefined();
  });
});
