import { X509Certificate } from "node:crypto";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closedPort } from "../service/causes/support/servers.ts";
import { connect, type Stand, startStand } from "../service/support/stand.ts";
import { missingForTestbed, startTestbed, type Testbed } from "./authentication-testbed.ts";
import { digestUser, type LoginProxies, missingForProxies, startLoginProxies } from "./login-proxies.ts";

const missing = missingForTestbed() ?? missingForProxies();
const alice = { User: "alice", Password: "Wonder-land1" };

interface Case {
  readonly title: string;
  readonly ProxyAuthScheme: "NEGOTIATE" | "NTLM" | "DIGEST" | "BASIC";
  readonly port: () => number;
  readonly user: string;
  readonly password: string;
  /** What the proxy offers. */
  readonly offered: readonly string[];
}

describe.skipIf(missing !== undefined)(`real proxies that ask for a login${missing ? `: ${missing}` : ""}`, () => {
  let stand: Stand;
  let testbed: Testbed;
  let proxies: LoginProxies;
  let pin: string;

  beforeAll(async () => {
    stand = await startStand({ sandbox: { empty: true, trustProxyUser: { anonymous: "bob" } } });
    testbed = await startTestbed({
      BACKEND_URL: new URL("/EWS", stand.sandbox.description.ews).href,
      EPA: "0",
      DIGEST2: "0",
    });
    proxies = await startLoginProxies(testbed, closedPort);
    const files = path.join(stand.dataDir, "files");
    await mkdir(files, { recursive: true });
    await copyFile(path.join(testbed.folder, "keytab", "alice.keytab"), path.join(files, "alice.keytab"));
    const certificate = new X509Certificate(await readFile(path.join(testbed.folder, "tls", "rsa-sha256.crt")));
    pin = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  });
  afterAll(async () => {
    await proxies?.stop();
    await testbed?.stop();
    await stand?.stop();
  });

  const realm = () => ({ KerberosKDC: `127.0.0.1:${testbed.port("KDC1")}`, KerberosRealm: "TEST.EXAMPLE" });
  /** The logins at the server behind the proxy. */
  const logins = {
    Negotiate: () => ({
      ...{ AuthScheme: "Negotiate", User: "alice", KerberosKeytabFile: "alice.keytab", place: "negotiate" },
      ...{ ...realm(), KerberosSPN: "HTTP/exch.test.example" },
    }),
    NTLM: () => ({ AuthScheme: "NTLM", ...alice, User: "TESTDOM\\alice", place: "ntlm" }),
  };

  const properties = (
    { ProxyAuthScheme, port, user, password }: Case,
    login: keyof typeof logins,
    more: object = {},
  ) => {
    const { place, ...rest } = logins[login]();
    return {
      Schema: "EWS",
      Platform: "Exchange2013_SP1",
      Server: `https://localhost:${testbed.port("HTTPS")}/${place}/EWS/Exchange.asmx`,
      SSLServerCert: pin,
      ...rest,
      ...(ProxyAuthScheme === "NEGOTIATE" ? realm() : {}),
      ProxyServer: "localhost",
      ProxyPort: port(),
      ProxyAuthScheme,
      ProxyUser: user,
      ProxyPassword: password,
      ...more,
    };
  };
  const test = (given: object) => stand.admin.ok("/v1/connectors/microsoft-exchange/test", { properties: given });
  const failed = ({ steps }: { readonly steps: readonly { readonly status: string }[] }) =>
    steps.filter(({ status }) => status === "failed");

  const squidOffers = ["Negotiate", "Digest"];
  const proxyLogin = { user: digestUser.user, password: digestUser.password };
  const cases: readonly Case[] = [
    {
      ...{ title: "apache, Kerberos", ProxyAuthScheme: "NEGOTIATE", port: () => proxies.apache.negotiate },
      ...{ user: "alice", password: alice.Password, offered: ["Negotiate"] },
    },
    {
      ...{ title: "squid, Kerberos", ProxyAuthScheme: "NEGOTIATE", port: () => proxies.squid },
      ...{ user: "alice", password: alice.Password, offered: squidOffers },
    },
    {
      ...{ title: "apache, NTLM by gss-ntlmssp", ProxyAuthScheme: "NTLM", port: () => proxies.apache.ntlm },
      ...{ user: "TESTDOM\\bob", password: "Build-er2", offered: ["NTLM", "Negotiate"] },
    },
    {
      ...{ title: "apache, Digest", ProxyAuthScheme: "DIGEST", port: () => proxies.apache.digest },
      ...{ ...proxyLogin, offered: ["Digest"] },
    },
    {
      ...{ title: "squid, Digest", ProxyAuthScheme: "DIGEST", port: () => proxies.squid },
      ...{ ...proxyLogin, offered: squidOffers },
    },
    {
      ...{ title: "apache, Basic", ProxyAuthScheme: "BASIC", port: () => proxies.apache.basic },
      ...{ user: "bob", password: "Build-er2", offered: ["Basic"] },
    },
  ];

  describe.each(cases)("$title", (one) => {
    it.each([
      "Negotiate",
      "NTLM",
    ] as const)("a pinned server with %s behind it: tested, written, read", async (login) => {
      const given = properties(one, login);
      const report = await test(given);
      expect(failed(report)).toEqual([]);
      expect(report.status).toBe("succeeded");
      const name = `${one.title} ${login}`;
      await connect(stand.admin, name, given);
      const { outcomes } = await stand.admin.run(name, "create", { table: "Drafts", rows: [{ Subject: name }] });
      expect(outcomes).toMatchObject([{ status: "succeeded" }]);
      const body = { table: "Drafts", columns: ["Subject"], where: { column: "Subject", operator: "=", value: name } };
      const answers = await Promise.all([1, 2, 3, 4].map(() => stand.admin.run(name, "query", body)));
      for (const { records } of answers) expect(records).toEqual([{ Subject: name }]);
    });

    it("a wrong password of the proxy is told from the server's", async () => {
      const [step] = failed(await test(properties(one, "Negotiate", { ProxyPassword: "wrong" })));
      expect(step).toMatchObject({ id: "proxy", code: "PROXY_LOGIN_WRONG", property: "ProxyPassword" });
    });

    it("no login, and a scheme that is not offered", async () => {
      const none = { ProxyAuthScheme: "NONE", ProxyUser: undefined, ProxyPassword: undefined };
      const [needed] = failed(await test(properties(one, "Negotiate", none)));
      expect(needed).toMatchObject({ code: "PROXY_LOGIN_NEEDED", evidence: { status: 407 } });
      const other = one.offered.includes("Basic") ? "NTLM" : "BASIC";
      const [foreign] = failed(await test(properties(one, "Negotiate", { ProxyAuthScheme: other })));
      expect(foreign).toMatchObject({ id: "proxy", code: "PROXY_SCHEME_NOT_OFFERED" });
      for (const step of [needed, foreign]) {
        const { evidence } = step as unknown as { evidence: { offered: readonly string[] } };
        expect([...evidence.offered].sort()).toEqual([...one.offered].sort());
      }
    });
  });

  it("each proxy saw its own user and no other", async () => {
    const seen = async (file: string) => readFile(path.join(testbed.folder, "proxies", file), "utf8");
    const apache = await seen("access.log");
    for (const user of ["alice@TEST.EXAMPLE", "TESTDOM\\\\bob", "proxyuser", "bob"]) {
      expect(apache).toContain(`${user} 200 CONNECT localhost:${testbed.port("HTTPS")}`);
    }
    expect(apache).not.toContain("TESTDOM\\\\alice");
    expect(await seen("squid-access.log")).toMatch(/TCP_TUNNEL\/200 .* alice@TEST\.EXAMPLE/);
  });
});
