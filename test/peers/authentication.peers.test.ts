import { createHash, X509Certificate } from "node:crypto";
import { readdir } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpAuthentication, type KerberosOptions, type ProxyOptions, Secret } from "#spi";
import type { Transport, TransportParts } from "../../src/net/client.ts";
import { fileAccess } from "../../src/runtime/files.ts";
import { type GuardedServer, httpAuthContract } from "../contract/http-auth.contract.ts";
import { get, listen, loopbackAllowed, post, transport } from "../unit/net/support.ts";
import { missingForKerberos, missingForTestbed, startTestbed, type Testbed } from "./authentication-testbed.ts";

const missing = missingForTestbed();
const missingKerberos = missing ?? missingForKerberos();

type PasswordScheme = "basic" | "digest" | "ntlm";
const login = (scheme: PasswordScheme, user: string, password: string): HttpAuthentication => ({
  scheme,
  user,
  password: new Secret(password),
});
const alice = { user: "alice", password: "Wonder-land1" };
const joerg = { user: "jörg", password: "Pässwörd-€3" };

/** Names of the testbed lead to loopback, whatever DNS says. */
const parts: Partial<TransportParts> = { egress: loopbackAllowed, resolver: async () => ["127.0.0.1"] };
const anyCertificate = { tls: { serverCert: "*" } };

/** apache says what it saw. */
const wholeBody = (answer: string, body: string): void => {
  const seen = JSON.parse(answer) as { bodyLength: number; bodySha1?: string };
  expect(seen.bodyLength).toBe(Buffer.byteLength(body));
  if (seen.bodySha1 !== undefined) expect(seen.bodySha1).toBe(createHash("sha1").update(body).digest("hex"));
};

describe.skipIf(missing !== undefined)(`real servers for authentication${missing ? `: ${missing}` : ""}`, () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startTestbed({ DIGEST_LIFETIME: "2", KEEPALIVE: "2" });
  });
  afterAll(() => testbed?.stop());

  const http = (path: string, host = "127.0.0.1") => `http://${host}:${testbed.port("HTTP")}${path}`;
  const https = (path: string, host = "127.0.0.1") => `https://${host}:${testbed.port("HTTPS")}${path}`;
  const open = (authentication: HttpAuthentication, url: string, more: object = {}): Transport =>
    transport({ ...anyCertificate, authentication, credentialOrigins: [new URL(url).origin], ...more }, parts);
  const server = (url: string, more: Omit<GuardedServer, "url" | "options" | "parts">): GuardedServer => ({
    url,
    options: anyCertificate,
    parts,
    ...more,
  });

  httpAuthContract("apache, Basic over TLS, not ASCII", async () =>
    server(https("/basic"), {
      right: login("basic", joerg.user, joerg.password),
      wrong: login("basic", joerg.user, "nonsense"),
      foreign: login("ntlm", joerg.user, joerg.password),
      check: wholeBody,
    }),
  );

  httpAuthContract("apache, Digest MD5, not ASCII", async () =>
    server(http("/digest"), {
      right: login("digest", joerg.user, joerg.password),
      wrong: login("digest", joerg.user, "nonsense"),
      foreign: login("basic", joerg.user, joerg.password),
      check: wholeBody,
    }),
  );

  for (const path of ["sha-256", "both", "sess"]) {
    httpAuthContract(`lighttpd, Digest, /${path}/`, async () =>
      server(`http://127.0.0.1:${testbed.port("DIGEST")}/${path}/`, {
        right: login("digest", joerg.user, joerg.password),
        wrong: login("digest", joerg.user, "nonsense"),
        foreign: login("basic", joerg.user, joerg.password),
      }),
    );
  }

  httpAuthContract("apache, NTLM by gss-ntlmssp over TLS", async () =>
    server(https("/ntlm"), {
      right: login("ntlm", "TESTDOM\\alice", alice.password),
      wrong: login("ntlm", "TESTDOM\\alice", "nonsense"),
      foreign: login("digest", alice.user, alice.password),
      check: wholeBody,
    }),
  );

  describe("Digest", () => {
    test("a nonce that went stale is replaced without a failure", async () => {
      const client = open(login("digest", alice.user, alice.password), http("/digest")).http;
      expect((await client.request(post(http("/digest"), "1"))).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect((await client.request(post(http("/digest"), "2"))).status).toBe(200);
    });
  });

  describe("NTLM", () => {
    test.each(["TESTDOM\\ALICE", "alice@test.example"])("the user written %s", async (user) => {
      const client = open(login("ntlm", user, alice.password), http("/ntlm")).http;
      expect((await client.request(get(http("/ntlm")))).status).toBe(200);
    });

    test("one login for many requests on a socket; after the server closed it, another", async () => {
      const client = open(login("ntlm", "TESTDOM\\alice", alice.password), http("/ntlm")).http;
      const ports: (string | undefined)[] = [];
      const ask = async () => {
        const answer = await client.request(post(http("/ntlm"), "body"));
        ports.push(answer.headers["x-client-port"]);
        wholeBody(await answer.text(), "body");
      };
      await ask();
      await ask();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await ask();
      expect(ports[1]).toBe(ports[0]);
      expect(ports[2]).not.toBe(ports[0]);
    });

    test("two users at one origin never share a socket", async () => {
      const users = [
        { name: "alice", client: open(login("ntlm", "TESTDOM\\alice", alice.password), http("/ntlm")).http },
        { name: "bob", client: open(login("ntlm", "TESTDOM\\bob", "Build-er2"), http("/ntlm")).http },
      ];
      const owners = new Map<string, string>();
      const calls = Array.from({ length: 60 }, async (_, at) => {
        const { name, client } = users[at % 2] ?? users[0]!;
        const answer = await client.request(get(http("/ntlm")));
        const { user } = (await answer.json()) as { user: string };
        expect(user).toBe(`TESTDOM\\${name}`);
        const port = answer.headers["x-client-port"] ?? "";
        expect(owners.get(port) ?? name).toBe(name);
        owners.set(port, name);
      });
      await Promise.all(calls);
      expect(owners.size).toBeGreaterThan(1);
    });

    test.each([
      0, 1, 2, 3, 4,
    ])("Extended Protection required, certificate %i, a user that is not ASCII", async (number) => {
      for (const mode of ["require", "allow"]) {
        const url = `https://127.0.0.1:${testbed.port("EPA") + number}/epa/${mode}/ntlm`;
        const client = open(login("ntlm", `TESTDOM\\${joerg.user}`, joerg.password), url).http;
        const answer = await client.request(post(url, "body"));
        expect(await answer.json()).toMatchObject({ user: "TESTDOM\\jörg", channelBound: true, bodyLength: 4 });
      }
    });

    test("through a proxy with a login, and a TLS pin", async () => {
      const observed = await pinOf(testbed.port("HTTPS"));
      const proxy: ProxyOptions = {
        host: "127.0.0.1",
        port: testbed.port("PROXY"),
        tls: "auto",
        authentication: "basic",
        user: "proxyuser",
        password: new Secret("Proxy-pass1"),
        exceptions: [],
      };
      const ntlm = login("ntlm", "TESTDOM\\alice", alice.password);
      const url = https("/ntlm");
      const right = open(ntlm, url, { proxy, tls: { serverCert: observed } }).http;
      expect((await right.request(post(url, "body"))).status).toBe(200);
      const refused = (more: object) =>
        open(ntlm, url, { tls: { serverCert: observed }, ...more }).http.request(get(url));
      await expect(refused({ proxy: { ...proxy, password: new Secret("no") } })).rejects.toMatchObject({
        causeCode: "PROXY_LOGIN_WRONG",
      });
      await expect(refused({ proxy: { ...proxy, authentication: "none" } })).rejects.toMatchObject({
        causeCode: "PROXY_LOGIN_NEEDED",
        evidence: { offered: ["Basic"] },
      });
      await expect(refused({ proxy, tls: { serverCert: "0".repeat(64) } })).rejects.toMatchObject({
        causeCode: "CERTIFICATE_PIN_MISMATCH",
      });
    });
  });

  describe.skipIf(missingKerberos !== undefined)(`Negotiate${missingKerberos ? `: ${missingKerberos}` : ""}`, () => {
    const realm1 = () => ({ kdc: `127.0.0.1:${testbed.port("KDC1")}`, realm: "TEST.EXAMPLE" });
    const realm2 = () => ({ kdc: `127.0.0.1:${testbed.port("KDC2")}`, realm: "OTHER.EXAMPLE" });
    const negotiate = (kerberos: KerberosOptions): HttpAuthentication => ({ scheme: "negotiate", kerberos });
    const withKeytab = (user: string, realm: KerberosOptions) =>
      negotiate({ ...realm, user, keytabFile: `keytab/${user}.keytab` });
    const client = (authentication: HttpAuthentication, url: string) =>
      transport(
        { ...anyCertificate, authentication, credentialOrigins: [new URL(url).origin] },
        { ...parts, files: fileAccess({ base: testbed.folder, roots: [] }) },
      ).http;
    const exch1 = "exch.test.example";
    const exch2 = "exch.other.example";

    for (const path of ["/negotiate", "/negotiate-bound", "/both"]) {
      httpAuthContract(`apache, Kerberos, ${path}`, async () => ({
        ...server(https(path, exch1), {
          right: withKeytab("alice", realm1()),
          wrong: negotiate({ ...realm1(), user: "alice", password: new Secret("nonsense") }),
          foreign: login("digest", "a", "b"),
          check: wholeBody,
        }),
        parts: { ...parts, files: fileAccess({ base: testbed.folder, roots: [] }) },
      }));
    }

    test("a password, a keytab of another realm, and a service of another realm", async () => {
      const cases: readonly (readonly [HttpAuthentication, string, string])[] = [
        [negotiate({ ...realm1(), user: "alice", password: new Secret(alice.password) }), exch1, "alice@TEST.EXAMPLE"],
        [withKeytab("bob", realm2()), exch2, "bob@OTHER.EXAMPLE"],
        [
          withKeytab("alice", { ...realm1(), serviceRealm: "OTHER.EXAMPLE", serviceKdc: realm2().kdc }),
          exch2,
          "alice@TEST.EXAMPLE",
        ],
        [withKeytab("alice", { ...realm1(), spn: `HTTP/${exch1}` }), "127.0.0.1", "alice@TEST.EXAMPLE"],
      ];
      for (const [authentication, host, user] of cases) {
        const answer = await client(authentication, http("/negotiate", host)).request(get(http("/negotiate", host)));
        expect(await answer.json()).toMatchObject({ user });
      }
    });

    test("two realms at once are never mixed up", async () => {
      const users = [
        {
          url: http("/negotiate", exch1),
          user: "alice@TEST.EXAMPLE",
          http: client(withKeytab("alice", realm1()), http("/negotiate", exch1)),
        },
        {
          url: http("/negotiate", exch2),
          user: "bob@OTHER.EXAMPLE",
          http: client(withKeytab("bob", realm2()), http("/negotiate", exch2)),
        },
      ];
      const calls = Array.from({ length: 40 }, async (_, at) => {
        const one = users[at % 2] ?? users[0]!;
        expect(await (await one.http.request(get(one.url))).json()).toMatchObject({ user: one.user });
      });
      await Promise.all(calls);
    });

    test("a dead KDC, an unknown service, a principal that is not in the keytab", async () => {
      const url = http("/negotiate", exch1);
      const dead = withKeytab("alice", { realm: "TEST.EXAMPLE", kdc: "127.0.0.1:1" });
      await expect(client(dead, url).request(get(url))).rejects.toMatchObject({
        code: "UNREACHABLE",
        causeCode: "KERBEROS_KDC_UNREACHABLE",
      });
      const unknown = withKeytab("alice", { ...realm1(), spn: "HTTP/nobody.example" });
      await expect(client(unknown, url).request(get(url))).rejects.toMatchObject({ causeCode: "KERBEROS_SPN_UNKNOWN" });
      const stranger = negotiate({ ...realm1(), user: "carol", keytabFile: "keytab/alice.keytab" });
      await expect(client(stranger, url).request(get(url))).rejects.toMatchObject({
        causeCode: "KERBEROS_KEYTAB_PRINCIPAL",
      });
    });

    test("a proof that was tampered with on the way is refused", async () => {
      const { port } = await listen(
        net.createServer((socket) => {
          const upstream = net.connect(testbed.port("HTTP"), "127.0.0.1");
          upstream.on("error", () => socket.destroy());
          socket.on("close", () => upstream.destroy()).pipe(upstream);
          upstream.on("data", (chunk) => socket.write(tampered(Buffer.from(chunk))));
        }),
      );
      const url = `http://${exch1}:${port}/negotiate`;
      await expect(client(withKeytab("alice", realm1()), url).request(get(url))).rejects.toMatchObject({
        causeCode: "SERVER_NOT_PROVEN",
      });
    });

    test("closing leaves neither folder nor process behind", async () => {
      const folders = async () => (await readdir(os.tmpdir())).filter((name) => name.startsWith("kerberos-"));
      const before = await folders();
      const url = http("/negotiate", exch1);
      const opened = transport(
        { authentication: withKeytab("alice", realm1()), credentialOrigins: [new URL(url).origin] },
        { ...parts, files: fileAccess({ base: testbed.folder, roots: [] }) },
      );
      await (await opened.http.request(get(url))).discard();
      expect((await folders()).length).toBe(before.length + 1);
      await opened.close();
      expect(await folders()).toEqual(before);
    });
  });
});

/** Changes one character in the middle of the server's Negotiate token. */
function tampered(chunk: Buffer): Buffer {
  const text = chunk.toString("latin1");
  const changed = text.replace(/(WWW-Authenticate: Negotiate \S{60})(\S)/i, (_all, start: string, one: string) => {
    return `${start}${one === "A" ? "B" : "A"}`;
  });
  return Buffer.from(changed, "latin1");
}

/** The SHA-256 thumbprint of the certificate a port shows. */
async function pinOf(port: number): Promise<string> {
  const tls = await import("node:tls");
  const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  return certificate instanceof X509Certificate ? certificate.fingerprint256 : "";
}
