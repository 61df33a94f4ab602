import { createHash, X509Certificate } from "node:crypto";
import http from "node:http";
import { Readable } from "node:stream";
import otherMd4 from "js-md4";
import { describe, expect, test } from "vitest";
import { Secret } from "#spi";
import { bindingToken, endPointBinding } from "../../../src/net/auth/channel-binding.ts";
import { accountOf, upperCased } from "../../../src/net/auth/ntlm/account.ts";
import { md4 } from "../../../src/net/auth/ntlm/md4.ts";
import { negotiateMessage, readChallenge } from "../../../src/net/auth/ntlm/messages.ts";
import { rc4 } from "../../../src/net/auth/ntlm/rc4.ts";
import { ntlmV2Key, respond } from "../../../src/net/auth/ntlm/responses.ts";
import { readTargetInfo } from "../../../src/net/auth/ntlm/target-info.ts";
import { makeCertificate } from "./certificates.ts";
import { challengeMessage, ntlmServer } from "./ntlm-server.ts";
import { get, listen, post, serveHttp, transport } from "./support.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("vectors of MS-NLMP section 4.2.4", () => {
  const account = { domain: "Domain", user: "User" };
  const key = hex("0c868a403bfd7a93a3001ef22ef02e3f");

  test("the key of user, domain and password", () => {
    expect(ntlmV2Key(account, "Password")).toEqual(key);
  });

  test("LMv2 response, and the session key under RC4", () => {
    const { lm, withMic } = respond({
      account,
      password: "Password",
      serverChallenge: hex("0123456789abcdef"),
      clientChallenge: Buffer.alloc(8, 0xaa),
      targetInfo: [],
      spn: "HTTP/x",
      binding: Buffer.alloc(16),
      nowMs: 0,
    });
    expect(lm).toEqual(hex("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"));
    expect(withMic).toBe(false);
    expect(rc4(hex("8de40ccadbc14a82f15cb0ad0de95ca3"), Buffer.alloc(16, 0x55))).toEqual(
      hex("c5dad2544fc9799094ce1ce90bc9d03e"),
    );
  });
});

describe("MD4", () => {
  test.each([
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    [
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "e33b4ddc9c38f2199c3e7b164fcc0536",
    ],
  ])("RFC 1320: %j", (text, hash) => {
    expect(md4(Buffer.from(text)).toString("hex")).toBe(hash);
  });

  test("agrees with another implementation at every length around a block", () => {
    for (let length = 0; length < 200; length++) {
      const message = Buffer.alloc(length, length);
      expect(md4(message)).toEqual(Buffer.from(otherMd4.create().update(message).arrayBuffer()));
    }
  });
});

describe("names", () => {
  test.each([
    ["DOM\\alice", "DOM", "alice"],
    ["dom\\a\\b", "dom", "a\\b"],
    ["alice@dns.example", "", "alice@dns.example"],
    ["alice", "", "alice"],
  ])("%s", (given, domain, user) => {
    expect(accountOf(given)).toEqual({ domain, user });
  });

  test("upper case unit by unit, as Windows does", () => {
    expect(upperCased("jörg straße ÿ")).toBe("JÖRG STRAßE Ÿ");
  });
});

describe("messages", () => {
  test("NEGOTIATE has 40 bytes and a version", () => {
    const message = negotiateMessage();
    expect(message).toHaveLength(40);
    expect(message.readUInt32LE(12).toString(16)).toBe("e2888205");
    expect(message.subarray(32)).toEqual(hex("0a00614a0000000f"));
  });

  test.each([
    ["nothing", ""],
    ["short", Buffer.from("NTLMSSP\0").toString("base64")],
    ["another type", Buffer.concat([Buffer.from("NTLMSSP\0\x03\0\0\0"), Buffer.alloc(60)]).toString("base64")],
    ["no base64", "%%%%"],
  ])("a challenge that is %s is refused", (_what, token) => {
    expect(readChallenge(token)).toBeUndefined();
  });

  test("lengths that point outside are refused, whatever they are", () => {
    const good = challengeMessage();
    expect(readChallenge(good.toString("base64"))).toBeDefined();
    for (const [at, value] of [
      [40, 0xffff],
      [44, 0xfffffff0],
      [44, good.length - 3],
    ] as const) {
      const bad = Buffer.from(good);
      if (at === 40) bad.writeUInt16LE(value, at);
      else bad.writeUInt32LE(value, at);
      expect(readChallenge(bad.toString("base64"))).toBeUndefined();
    }
    expect(readTargetInfo(hex("0200ffff0000"))).toBeUndefined();
    expect(readTargetInfo(hex("02000000"))).toBeUndefined();
  });
});

describe("channel binding", () => {
  test("the end-point data of an ECDSA/SHA-256 certificate", async () => {
    const { cert } = await makeCertificate();
    const certificate = new X509Certificate(cert);
    const hash = createHash("sha256").update(certificate.raw).digest();
    const data = Buffer.concat([Buffer.from("tls-server-end-point:"), hash]);
    expect(endPointBinding(certificate)).toEqual(data);
    const struct = Buffer.concat([Buffer.alloc(16), Buffer.from([data.length, 0, 0, 0]), data]);
    expect(bindingToken(data)).toEqual(createHash("md5").update(struct).digest());
  });

  test.each([
    ["RSA/SHA-1", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" }, "sha256"],
    ["RSA/SHA-256", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, "sha256"],
    ["RSA/SHA-512", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }, "sha512"],
    ["RSASSA-PSS/SHA-384", { name: "RSA-PSS", hash: "SHA-384", saltLength: 48 }, "sha384"],
    ["RSASSA-PSS/SHA-256", { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 }, "sha256"],
    ["ECDSA/SHA-384", { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" }, "sha384"],
  ])("%s: the hash of the signature, MD5 and SHA-1 replaced", async (_name, algorithm, hash) => {
    const certificate = new X509Certificate((await makeCertificate({ algorithm })).cert);
    const data = endPointBinding(certificate);
    expect(data?.subarray(21)).toEqual(createHash(hash).update(certificate.raw).digest());
  });

  test("a signature without a hash of its own has no binding", async () => {
    const certificate = new X509Certificate((await makeCertificate({ algorithm: { name: "Ed25519" } })).cert);
    expect(endPointBinding(certificate)).toBeUndefined();
  });
});

describe("on the wire", () => {
  test.each([
    ["DOM\\alice", "DOM", "alice"],
    ["alice@dns.example", "", "alice@dns.example"],
    ["ALICE", "", "ALICE"],
    ["dom\\jörg", "dom", "jörg"],
  ])("%s logs in with a MIC and the service's name; the first leg has no body", async (given, domain, user) => {
    const { origin, log, judged, open } = await ntlmServer();
    const { http: client } = open(given);
    expect(await (await client.request(post(`${origin}/ews`, "one"))).text()).toBe("in");
    expect(await (await client.request(post(`${origin}/ews`, "two"))).text()).toBe("in");
    expect(log).toEqual(["asked 0", "login one", "in two"]);
    expect(judged).toEqual([{ user, domain, spn: "HTTP/127.0.0.1", binding: "0".repeat(32), hasMic: true }]);
  });

  test("over TLS the binding is that of the server's certificate; the service's name can be set", async () => {
    const tls = await makeCertificate();
    const { origin, judged, open } = await ntlmServer({ tls });
    await (await open("alice", undefined, { spn: "HTTP/mail.example" }).http.request(get(origin))).text();
    const data = endPointBinding(new X509Certificate(tls.cert)) ?? Buffer.alloc(0);
    expect(judged).toMatchObject([{ binding: bindingToken(data).toString("hex"), spn: "HTTP/mail.example" }]);
  });

  test("a server that sends no time gets no MIC and an LMv2 response", async () => {
    const { origin, judged, open } = await ntlmServer({ time: false });
    expect((await open("alice").http.request(get(origin))).status).toBe(200);
    expect(judged[0]?.hasMic).toBe(false);
  });

  test("a wrong password is tried once, and the socket is not kept", async () => {
    const { origin, log, open } = await ntlmServer();
    const { http: client } = open("alice", "nonsense");
    const error = client.request(get(origin));
    await expect(error).rejects.toMatchObject({
      code: "AUTHENTICATION_FAILED",
      causeCode: "CREDENTIALS_REFUSED",
      effect: "none",
    });
    expect(log).toEqual(["asked 0", "wrong"]);
  });

  test("many at once: each socket is logged in once, and never shared with another user", async () => {
    const { origin, sockets, log, judged, open } = await ntlmServer();
    const [alice, bob] = [open("alice").http, open("bob").http];
    const calls = Array.from({ length: 40 }, (_, at) => (at % 2 ? alice : bob).request(get(origin)));
    await Promise.all(calls.map(async (call) => (await call).text()));
    expect(judged).toHaveLength(sockets.size);
    expect(sockets.size).toBeLessThanOrEqual(16);
    expect(log.filter((line) => line === "in" || line === "login")).toHaveLength(40);
    expect(log).not.toContain("wrong");
  });

  test("a request without credentials does not ride on a logged-in socket", async () => {
    const { origin, open } = await ntlmServer();
    const { http: client } = open("alice");
    await (await client.request(get(origin))).text();
    expect((await client.request(get(origin, { credentials: false }))).status).toBe(401);
  });

  test("a login the server dropped, and a socket it closed, cost one more handshake on a new socket", async () => {
    const { origin, sockets, log, behaviour, open } = await ntlmServer();
    const { http: client } = open("alice");
    await (await client.request(post(origin, "1"))).text();
    behaviour.forget = true;
    await (await client.request(post(origin, "2"))).text();
    behaviour.closeAfterAnswer = true;
    await (await client.request(post(origin, "3"))).text();
    await (await client.request(post(origin, "4"))).text();
    expect(log).toEqual(["asked 0", "login 1", "unknown", "asked 0", "login 2", "in 3", "asked 0", "login 4"]);
    expect(sockets.size).toBe(3);
  });

  test("a streamed body goes with a fresh login, never on an old one that may be refused", async () => {
    const { origin, log, behaviour, open } = await ntlmServer();
    const { http: client } = open("alice");
    await (await client.request(post(origin, "1"))).text();
    behaviour.forget = true;
    expect(await (await client.request(post(origin, Readable.from([Buffer.from("2")])))).text()).toBe("in");
    expect(log).toEqual(["asked 0", "login 1", "asked 0", "login 2"]);
  });

  test("a balancer that closes in the middle of the login is not taken for a wrong password", async () => {
    const { origin, log, behaviour, open } = await ntlmServer();
    behaviour.closeAfterChallenge = true;
    await expect(open("alice").http.request(get(origin))).rejects.toMatchObject({ causeCode: "CHALLENGE_INVALID" });
    expect(log).toEqual(["asked 0"]);
  });

  test("an answer that is left unread costs the socket, not the login of the next request", async () => {
    const { origin, log, open } = await ntlmServer();
    const { http: client } = open("alice");
    (await client.request(get(origin))).body.destroy();
    expect(await (await client.request(get(origin))).text()).toBe("in");
    expect(log.filter((line) => line === "wrong")).toEqual([]);
  });

  test("servers without NTLM, with an unreadable challenge, and without any login", async () => {
    const server = (value: string | undefined) =>
      listen(
        http.createServer((request, response) => {
          request.resume();
          if (value !== undefined) response.writeHead(401, { "www-authenticate": value });
          response.end("open");
        }),
      );
    const ask = async (value: string | undefined) => {
      const { origin } = await server(value);
      const authentication = { scheme: "ntlm", user: "a", password: new Secret("b") } as const;
      return transport({ authentication, credentialOrigins: [origin] }).http.request(post(origin, "body"));
    };
    await expect(ask("Negotiate, Basic")).rejects.toMatchObject({ causeCode: "SCHEME_NOT_OFFERED" });
    await expect(ask("NTLM")).rejects.toMatchObject({ causeCode: "CHALLENGE_INVALID" });
    await expect(ask("NTLM AAAA")).rejects.toMatchObject({ causeCode: "CHALLENGE_INVALID" });
    expect(await (await ask(undefined)).text()).toBe("open");
  });

  test("visits to many other hosts do not cost the login", async () => {
    const { origin, log, judged } = await ntlmServer();
    const other = await serveHttp((_request, response) => response.end());
    const authentication = { scheme: "ntlm", user: "alice", password: new Secret("Pässwörd-€3") } as const;
    const parts = { resolver: async () => ["127.0.0.1"] };
    const { http: client } = transport({ authentication, credentialOrigins: [origin] }, parts);
    await (await client.request(get(origin))).discard();
    for (let at = 0; at < 40; at++)
      await (await client.request(get(`http://host-${at}.test:${other.port}/`))).discard();
    await (await client.request(get(origin))).discard();
    expect(log.at(-1)).toBe("in");
    expect(judged).toHaveLength(1);
  });

  test("closing the transport closes its sockets", async () => {
    const { origin, sockets, open } = await ntlmServer();
    const opened = open("alice");
    await (await opened.http.request(get(origin))).text();
    const [socket] = sockets;
    const closed = new Promise((resolve) => socket?.once("close", resolve));
    await opened.close();
    await closed;
    await expect(opened.http.request(get(origin))).rejects.toMatchObject({ causeCode: "TRANSPORT_CLOSED" });
  });
});
