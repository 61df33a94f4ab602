import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Stand, startStand } from "../service/support/stand.ts";
import { missingForKerberos, missingForTestbed, startTestbed, type Testbed } from "./authentication-testbed.ts";

const missing = missingForTestbed();
const missingKerberos = missing ?? missingForKerberos();
const alice = { User: "alice", Password: "Wonder-land1" };
const bob = { User: "bob", Password: "Build-er2" };
const exch1 = "HTTP/exch.test.example";
const exch2 = "HTTP/exch.other.example";

interface Case {
  readonly title: string;
  /** Where apache takes this login. */
  readonly place: string;
  readonly properties: () => object;
  /** Whose inbox it is. */
  readonly mailbox: "alice" | "bob";
}

describe.skipIf(missing !== undefined)(
  `the service at servers with other schemes${missing ? `: ${missing}` : ""}`,
  () => {
    let stand: Stand;
    let testbed: Testbed;

    beforeAll(async () => {
      stand = await startStand({ sandbox: { empty: true, trustProxyUser: { anonymous: "bob" } } });
      const backend = new URL("/EWS", stand.sandbox.description.ews).href;
      testbed = await startTestbed({ BACKEND_URL: backend, EPA: "0", DIGEST2: "0" });
      const files = path.join(stand.dataDir, "files");
      await mkdir(files, { recursive: true });
      for (const name of ["alice", "bob"])
        await copyFile(path.join(testbed.folder, "keytab", `${name}.keytab`), path.join(files, `${name}.keytab`));
    });
    afterAll(async () => {
      await testbed?.stop();
      await stand?.stop();
    });

    const http = (place: string) => `http://127.0.0.1:${testbed.port("HTTP")}/${place}/EWS/Exchange.asmx`;
    const https = (place: string) => `https://127.0.0.1:${testbed.port("HTTPS")}/${place}/EWS/Exchange.asmx`;
    const at = (Server: string, properties: object) => ({
      Schema: "EWS",
      Platform: "Exchange2013_SP1",
      Server,
      SSLServerCert: "*",
      ...properties,
    });
    const realm1 = () => ({
      AuthScheme: "Negotiate",
      KerberosKDC: `127.0.0.1:${testbed.port("KDC1")}`,
      KerberosRealm: "TEST.EXAMPLE",
      KerberosSPN: exch1,
    });
    const realm2 = () => ({
      AuthScheme: "Negotiate",
      KerberosKDC: `127.0.0.1:${testbed.port("KDC2")}`,
      KerberosRealm: "OTHER.EXAMPLE",
      KerberosSPN: exch2,
    });

    const test = (properties: object) => stand.admin.ok("/v1/connectors/microsoft-exchange/test", { properties });
    const steps = (report: { steps: readonly { id: string; status: string }[] }) =>
      report.steps.filter(({ status }) => status === "failed");

    let count = 0;
    /** Tests the properties, saves them as a connection, tests that, writes over it and reads back, twice at once. */
    async function wholeRound(properties: object, mailbox: Case["mailbox"]): Promise<void> {
      const unsaved = await test(properties);
      expect(steps(unsaved)).toEqual([]);
      expect(unsaved.status).toBe("succeeded");
      count += 1;
      const name = `scheme ${count}`;
      await connect(stand.admin, name, properties);
      const saved = await stand.admin.ok(`/v1/connections/${encodeURIComponent(name)}/test`, undefined, {
        method: "POST",
      });
      expect(saved.status).toBe("succeeded");
      const { outcomes } = await stand.admin.run(name, "create", { table: "Drafts", rows: [{ Subject: name }] });
      expect(outcomes).toMatchObject([{ status: "succeeded" }]);
      const body = { table: "Drafts", columns: ["Subject"], where: { column: "Subject", operator: "=", value: name } };
      const answers = await Promise.all([1, 2, 3].map(() => stand.admin.run(name, "query", body)));
      for (const { records } of answers) expect(records).toEqual([{ Subject: name }]);
      expect(subjectsOf(mailbox)).toContain(name);
    }

    function subjectsOf(mailbox: string): readonly (string | undefined)[] {
      const found = stand.sandbox.organisation.requireMailbox(`${mailbox}@sandbox.example`);
      return found.items(found.folders.requireWellKnown("drafts").id).map(({ subject }) => subject);
    }

    const password: readonly Case[] = [
      { title: "Basic", place: "basic", properties: () => ({ AuthScheme: "Basic", ...alice }), mailbox: "alice" },
      { title: "Digest", place: "digest", properties: () => ({ AuthScheme: "Digest", ...bob }), mailbox: "bob" },
      {
        title: "NTLM",
        place: "ntlm",
        properties: () => ({ AuthScheme: "NTLM", ...alice, User: "TESTDOM\\alice" }),
        mailbox: "alice",
      },
      { title: "NONE", place: "open", properties: () => ({ AuthScheme: "NONE" }), mailbox: "bob" },
    ];

    describe.each(password)("$title", ({ place, properties, mailbox }) => {
      it("over http", () => wholeRound(at(http(place), properties()), mailbox));
      it("over TLS", () => wholeRound(at(https(place), properties()), mailbox));
    });

    describe.each(password.filter(({ place }) => place !== "open"))("$title refused", ({
      place,
      title,
      properties,
    }) => {
      it("a wrong password is found at authentication", async () => {
        const report = await test(at(http(place), { ...properties(), Password: "nonsense" }));
        expect(report.status).toBe("failed");
        expect(steps(report)).toMatchObject([{ id: "authentication", problem: "AUTHENTICATION_FAILED" }]);
      });
      it("another scheme, or none, is told what the server offers", async () => {
        const other = title === "Basic" ? { ...properties(), AuthScheme: "Digest" } : { ...alice, AuthScheme: "Basic" };
        for (const wrong of [{ AuthScheme: "NONE" }, other]) {
          const report = await test(at(http(place), wrong));
          expect(report.status).toBe("failed");
          expect(steps(report)).toMatchObject([
            { evidence: { offered: expect.arrayContaining([title]) }, problem: "AUTHENTICATION_FAILED" },
          ]);
        }
      });
    });

    describe.skipIf(missingKerberos !== undefined)(`Negotiate${missingKerberos ? `: ${missingKerberos}` : ""}`, () => {
      const kerberos: readonly Case[] = [
        {
          title: "a keytab",
          place: "negotiate",
          properties: () => ({ ...realm1(), User: "alice", KerberosKeytabFile: "alice.keytab" }),
          mailbox: "alice",
        },
        {
          title: "a keytab, at a server that binds the connection",
          place: "negotiate-bound",
          properties: () => ({ ...realm1(), User: "alice", KerberosKeytabFile: "alice.keytab" }),
          mailbox: "alice",
        },
        {
          title: "a password",
          place: "negotiate",
          properties: () => ({ ...realm2(), ...bob }),
          mailbox: "bob",
        },
        {
          title: "a user of one realm at a service of another",
          place: "negotiate",
          properties: () => ({
            ...realm1(),
            User: "alice",
            KerberosKeytabFile: "alice.keytab",
            KerberosServiceRealm: "OTHER.EXAMPLE",
            KerberosServiceKDC: `127.0.0.1:${testbed.port("KDC2")}`,
            KerberosSPN: exch2,
          }),
          mailbox: "alice",
        },
      ];
      it.each(kerberos)("$title", ({ place, properties, mailbox }) =>
        wholeRound(at(https(place), properties()), mailbox));

      it("a ticket cache", async () => {
        const cache = path.join(stand.dataDir, "files", "alice.ccache");
        const keytab = path.join(testbed.folder, "keytab", "alice.keytab");
        const made = spawnSync("kinit", ["-k", "-t", keytab, "-c", `FILE:${cache}`, "alice@TEST.EXAMPLE"], {
          env: { PATH: process.env["PATH"] ?? "", KRB5_CONFIG: path.join(testbed.folder, "etc", "krb5-1.conf") },
          encoding: "utf8",
        });
        expect(made.stderr).toBe("");
        await wholeRound(at(http("negotiate"), { ...realm1(), KerberosTicketCache: "alice.ccache" }), "alice");
      });

      it("a wrong password and a dead KDC are told apart", async () => {
        const wrong = await test(at(http("negotiate"), { ...realm1(), User: "alice", Password: "nonsense" }));
        expect(steps(wrong)).toMatchObject([{ problem: "AUTHENTICATION_FAILED" }]);
        const dead = await test(at(http("negotiate"), { ...realm1(), ...alice, KerberosKDC: "127.0.0.1:1" }));
        expect(steps(dead)).toMatchObject([{ problem: "UNREACHABLE", code: "KERBEROS_KDC_UNREACHABLE" }]);
      });
    });

    describe("through a proxy with a login, the certificate pinned", () => {
      const proxied = async (more: object = {}) => {
        const certificate = await readFile(path.join(testbed.folder, "tls", "rsa-sha256.crt"));
        return at(https("ntlm"), {
          AuthScheme: "NTLM",
          User: "TESTDOM\\alice",
          Password: alice.Password,
          SSLServerCert: new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase(),
          ProxyServer: "127.0.0.1",
          ProxyPort: testbed.port("PROXY"),
          ProxyAuthScheme: "BASIC",
          ProxyUser: "proxyuser",
          ProxyPassword: "Proxy-pass1",
          ...more,
        });
      };

      it("NTLM", async () => wholeRound(await proxied(), "alice"));

      it.each([
        ["a wrong proxy password", { ProxyPassword: "no" }, "proxy", "PROXY_LOGIN_WRONG"],
        ["another certificate", { SSLServerCert: "0".repeat(64) }, "tls", "CERTIFICATE_PIN_MISMATCH"],
        ["a wrong password of the mailbox", { Password: "nonsense" }, "authentication", undefined],
      ] as const)("%s is found at its step", async (_, more, id, code) => {
        const report = await test(await proxied(more));
        expect(report.status).toBe("failed");
        expect(steps(report)).toMatchObject([{ id, ...(code === undefined ? {} : { code }) }]);
      });
    });
  },
);
