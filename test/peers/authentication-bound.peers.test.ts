import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import net from "node:net";
import path from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type HttpAuthentication, type KerberosOptions, Secret } from "#spi";
import { bindingToken, endPointBinding } from "../../src/net/auth/channel-binding.ts";
import { KerberosHelper, type KerberosModules } from "../../src/net/auth/kerberos/helper.ts";
import { kerberosSettings, serviceOf } from "../../src/net/auth/kerberos/settings.ts";
import { authenticateMessage, negotiateMessage, readChallenge } from "../../src/net/auth/ntlm/messages.ts";
import type { TransportParts } from "../../src/net/client.ts";
import { wireLimits } from "../../src/net/limits.ts";
import { nobody } from "../../src/net/observe.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { fileAccess } from "../../src/runtime/files.ts";
import { get, listen, loopbackAllowed, post, transport } from "../unit/net/support.ts";
import { missingForKerberos, missingForTestbed, startTestbed, type Testbed } from "./authentication-testbed.ts";

const missing = missingForTestbed();

/** In the order of the acceptor's ports. */
const certificates = ["rsa-sha256", "rsa-sha1", "ec-sha384", "rsa-sha512", "pss-sha384"].map((name, at) => ({
  name,
  at,
}));
const exch1 = "exch.test.example";
const exch2 = "exch.other.example";
const resolver = async () => ["127.0.0.1"];
const password = new Secret("Wonder-land1");
const ntlm: HttpAuthentication = { scheme: "ntlm", user: "TESTDOM\\alice", password };

const usual: KerberosModules = { ffiPackage: "koffi", library: "libgssapi_krb5.so.2", kerberosPackage: "kerberos" };
const withoutLibrary: KerberosModules = { ...usual, library: "libgssapi_krb5.absent" };
const withoutKoffi: KerberosModules = { ...usual, ffiPackage: "koffi-absent" };
const withoutKerberos: KerberosModules = { ...usual, kerberosPackage: "kerberos-absent" };

describe.skipIf(missing !== undefined)(
  `logins bound to the TLS channel, and many at once${missing ? `: ${missing}` : ""}`,
  () => {
    let testbed: Testbed;
    beforeAll(async () => {
      testbed = await startTestbed({});
    });
    afterAll(() => testbed?.stop());

    const epa = (mode: string, kind: string, at: number, host = exch1) =>
      `https://${host}:${testbed.port("EPA") + at}/epa/${mode}/${kind}`;
    const realm1 = () => ({ kdc: `127.0.0.1:${testbed.port("KDC1")}`, realm: "TEST.EXAMPLE" });
    const realm2 = () => ({ kdc: `127.0.0.1:${testbed.port("KDC2")}`, realm: "OTHER.EXAMPLE" });
    const alice = (): KerberosOptions => ({ ...realm1(), user: "alice", keytabFile: "keytab/alice.keytab" });
    const bob = (): KerberosOptions => ({ ...realm2(), user: "bob", keytabFile: "keytab/bob.keytab" });
    const files = () => fileAccess({ base: testbed.folder, roots: [] });
    const negotiate = (kerberos: KerberosOptions): HttpAuthentication => ({ scheme: "negotiate", kerberos });
    const client = (authentication: HttpAuthentication, url: string) => {
      const parts: Partial<TransportParts> = { egress: loopbackAllowed, resolver, files: files() };
      const credentialOrigins = [new URL(url).origin];
      return transport({ tls: { serverCert: "*" }, authentication, credentialOrigins }, parts).http;
    };
    const certificateFile = (name: string, end: "crt" | "key") =>
      readFileSync(path.join(testbed.folder, "tls", `${name}.${end}`));
    const bindingOf = (name: string): Buffer => endPointBinding(new X509Certificate(certificateFile(name, "crt")))!;
    const helperOf = async (modules: KerberosModules) => {
      const dial = { egress: loopbackAllowed, resolver, limits: wireLimits, observer: nobody };
      const settings = await kerberosSettings(alice(), dial, files());
      const options = { settings, service: serviceOf({}, exch1), password: undefined, clock: systemClock, modules };
      const helper = new KerberosHelper(options);
      onTestFinished(() => helper.close());
      return helper;
    };

    /** TLS ends here and begins anew, with another certificate: what a balancer does, and somebody in between. */
    const bridge = async (to: number, shown: string): Promise<number> => {
      const identity = { cert: certificateFile(shown, "crt"), key: certificateFile(shown, "key") };
      const server = tls.createServer(identity, (socket) => {
        const upstream = tls.connect({ host: "127.0.0.1", port: to, rejectUnauthorized: false });
        upstream.on("error", () => socket.destroy());
        socket.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
        socket.pipe(upstream).pipe(socket);
      });
      return (await listen(server)).port;
    };

    /** One request after the other over one socket, with nothing of the product in between. */
    const byHand = (url: string) => {
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
      onTestFinished(() => agent.destroy());
      const { port, pathname } = new URL(url);
      return async (authorization: string) => {
        const { promise, resolve, reject } = Promise.withResolvers<{ status: number; token: string }>();
        const options = { host: "127.0.0.1", port, path: pathname, agent, headers: { authorization } };
        https
          .get(options, (answer) => {
            const { statusCode: status = 0, headers } = answer;
            const [, token = ""] = (headers["www-authenticate"] ?? "").split(" ");
            answer.resume().once("end", () => resolve({ status, token }));
          })
          .once("error", reject);
        return promise;
      };
    };

    describe.each(certificates)("certificate $name", ({ name, at }) => {
      const wrong = () => bindingOf(name).map((byte, index) => (index === 40 ? byte ^ 1 : byte)) as Buffer;
      const cases = () =>
        [
          ["require", bindingOf(name), 200],
          ["allow", bindingOf(name), 200],
          ["require", wrong(), 401],
          ["allow", wrong(), 401],
          ["require", undefined, 401],
          ["allow", undefined, 200],
        ] as const;

      test.each([
        "kerberos",
        "negotiate",
      ])("%s: right, wrong and missing bindings, judged by MIT krb5", async (kind) => {
        const helper = await helperOf(withoutKerberos);
        for (const [mode, binding, status] of cases()) {
          const begun = await helper.begin(binding);
          const answer = await byHand(epa(mode, kind, at))(`Negotiate ${begun.token}`);
          expect([mode, answer.status], `${mode} ${binding?.toString("latin1")}`).toEqual([mode, status]);
          if (status !== 200) await helper.drop(begun.context);
          else expect(await helper.proceed(begun.context, answer.token)).toMatchObject({ isComplete: true });
        }
      });

      test("ntlm: right, wrong and missing bindings, judged by gss-ntlmssp", async () => {
        for (const [mode, binding, status] of cases()) {
          const send = byHand(epa(mode, "ntlm", at));
          const first = negotiateMessage();
          const challenge = readChallenge((await send(`NTLM ${first.toString("base64")}`)).token)!;
          const message = authenticateMessage({
            negotiate: first,
            challenge,
            user: "TESTDOM\\alice",
            password,
            spn: `HTTP/${exch1}`,
            binding: binding && bindingToken(binding),
            nowMs: Date.now(),
            clientChallenge: Buffer.alloc(8, 1),
            exportedKey: Buffer.alloc(16, 2),
          });
          expect([mode, (await send(`NTLM ${message.toString("base64")}`)).status]).toEqual([mode, status]);
        }
      });

      test.each([
        "kerberos",
        "negotiate",
        "ntlm",
      ])("%s: let in where it is required and where it is allowed", async (kind) => {
        const user = kind === "ntlm" ? "TESTDOM\\alice" : "alice@TEST.EXAMPLE";
        const login = kind === "ntlm" ? ntlm : negotiate(alice());
        for (const mode of ["require", "allow", "off"]) {
          const url = epa(mode, kind, at);
          const http = client(login, url);
          for (const body of ["one", "fourteen bytes"]) {
            const answer = await http.request(post(url, body));
            expect(await answer.json()).toMatchObject({ user, channelBound: mode !== "off", bodyLength: body.length });
          }
        }
      });

      test.each([
        ["kerberos", "KERBEROS_TICKET_REFUSED"],
        ["ntlm", "CREDENTIALS_REFUSED"],
      ])("%s: refused behind somebody who ends TLS with another certificate", async (kind, causeCode) => {
        const port = await bridge(testbed.port("EPA") + at, at === 0 ? "ec-sha384" : "rsa-sha256");
        const ask = (mode: string) => {
          const url = `https://${exch1}:${port}/epa/${mode}/${kind}`;
          return client(kind === "ntlm" ? ntlm : negotiate(alice()), url).request(get(url));
        };
        const evidence = kind === "ntlm" ? { offered: ["NTLM"] } : { offered: ["Negotiate"], channelBinding: "sent" };
        for (const mode of ["require", "allow"]) await expect(ask(mode)).rejects.toMatchObject({ causeCode, evidence });
        expect((await ask("off")).status).toBe(200);
      });
    });

    describe("a socket opened anew that meets another certificate", () => {
      test("the login is repeated, bound to that one", async () => {
        let to = testbed.port("EPA");
        const { port, sockets } = await listen(
          net.createServer((socket) => {
            const upstream = net.connect(to, "127.0.0.1");
            upstream.on("error", () => socket.destroy());
            socket
              .on("close", () => upstream.destroy())
              .pipe(upstream)
              .pipe(socket);
          }),
        );
        const url = `https://${exch1}:${port}/epa/require/kerberos`;
        const http = client(negotiate(alice()), url);
        expect(await (await http.request(post(url, "1"))).json()).toMatchObject({ hash: "sha256", channelBound: true });
        to += 3;
        const closed = [...sockets].map((socket) => new Promise((resolve) => socket.destroy().once("close", resolve)));
        await Promise.all(closed);
        await new Promise((resolve) => setTimeout(resolve, 200)); // the client has to notice, or it asks without a token first
        expect(await (await http.request(post(url, "22"))).json()).toMatchObject({ hash: "sha512", bodyLength: 2 });
      });
    });

    describe("the two ways to the Kerberos library", () => {
      const ways = [
        { way: "called directly", modules: withoutKerberos, isBound: true },
        { way: "npm kerberos, without the library's usual name", modules: withoutLibrary, isBound: false },
        { way: "npm kerberos, without koffi", modules: withoutKoffi, isBound: false },
      ].map((one) => ({ ...one, absent: one.isBound ? undefined : missingForKerberos() }));

      for (const { way, modules, isBound, absent } of ways) {
        describe.skipIf(absent !== undefined)(`${way}${absent ? `: ${absent}` : ""}`, () => {
          const url = () => `https://${exch1}:${testbed.port("HTTPS")}/negotiate`;

          test("the server's proof is checked: right, changed, and not its own", async () => {
            const helper = await helperOf(modules);
            const login = async () => {
              const begun = await helper.begin(bindingOf("rsa-sha256"));
              expect(begun).toMatchObject({ isBound, isComplete: false });
              const { status, token } = await byHand(url())(`Negotiate ${begun.token}`);
              expect(status).toBe(200);
              return { context: begun.context, token };
            };
            const [one, other, third] = [await login(), await login(), await login()];
            expect(await helper.proceed(one.context, one.token)).toMatchObject({ isComplete: true });
            const changed = Buffer.from(other.token, "base64");
            changed[changed.length - 5]! ^= 1;
            for (const [context, token] of [
              [other.context, changed.toString("base64")],
              [third.context, one.token],
            ] as const) {
              await expect(helper.proceed(context, token)).rejects.toMatchObject({ causeCode: "SERVER_NOT_PROVEN" });
            }
          });

          test("the acceptor: allowed lets it in, required lets in what is bound", async () => {
            const helper = await helperOf(modules);
            for (const [mode, status] of [
              ["allow", 200],
              ["require", isBound ? 200 : 401],
            ] as const) {
              const { token, context } = await helper.begin(bindingOf("rsa-sha256"));
              expect((await byHand(epa(mode, "kerberos", 0))(`Negotiate ${token}`)).status).toBe(status);
              await helper.drop(context);
            }
          });
        });
      }
    });

    describe("many at once", () => {
      test("100 Negotiate logins of two realms, bound to two certificates: no identity mixed up", async () => {
        const users = [
          { url: epa("require", "kerberos", 0, exch1), user: "alice@TEST.EXAMPLE", kerberos: alice() },
          { url: epa("require", "kerberos", 2, exch2), user: "bob@OTHER.EXAMPLE", kerberos: bob() },
        ].map((one) => ({ ...one, http: client(negotiate(one.kerberos), one.url) }));
        const calls = Array.from({ length: 100 }, async (_, at) => {
          const { url, user, http } = users[at % 2]!;
          const answer = await http.request(post(url, "x".repeat(at)));
          expect(await answer.json()).toMatchObject({ user, channelBound: true, bodyLength: at });
        });
        await Promise.all(calls);
      });

      test("100 Negotiate logins of two realms where each request has its own token", async () => {
        const users = [
          { host: exch1, user: "alice@TEST.EXAMPLE", kerberos: alice() },
          { host: exch2, user: "bob@OTHER.EXAMPLE", kerberos: bob() },
        ].map(({ host, ...one }) => {
          const url = `https://${host}:${testbed.port("HTTPS")}/negotiate`;
          return { ...one, url, http: client(negotiate(one.kerberos), url) };
        });
        const calls = Array.from({ length: 100 }, async (_, at) => {
          const { url, user, http } = users[at % 2]!;
          expect(await (await http.request(post(url, "x".repeat(at)))).json()).toMatchObject({ user, bodyLength: at });
        });
        await Promise.all(calls);
      });

      test.each<["ntlm" | "digest", string, string]>([
        ["ntlm", "TESTDOM\\alice", "TESTDOM\\alice"],
        ["digest", "alice", "alice"],
      ])("200 calls of one connection with %s", async (scheme, user, seen) => {
        const url = `https://127.0.0.1:${testbed.port("HTTPS")}/${scheme}`;
        const http = client({ scheme, user, password }, url);
        const calls = Array.from({ length: 200 }, async (_, at) => {
          const answer = await http.request(post(url, "x".repeat(at)));
          expect(answer.status).toBe(200);
          expect(await answer.json()).toMatchObject({ user: seen, bodyLength: at });
        });
        await Promise.all(calls);
      });
    });
  },
);
