import type { ChildProcess } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type KerberosOptions, type Owner, Secret } from "#spi";
import { KerberosHelper, type KerberosModules } from "../../src/net/auth/kerberos/helper.ts";
import { kerberosSettings, serviceOf } from "../../src/net/auth/kerberos/settings.ts";
import { wireLimits } from "../../src/net/limits.ts";
import { nobody } from "../../src/net/observe.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { fileAccess } from "../../src/runtime/files.ts";
import { type Properties, proves } from "../service/causes/support/proves.ts";
import { closedPort } from "../service/causes/support/servers.ts";
import { useCauseStand } from "../service/causes/support/stand.ts";
import { loopbackAllowed } from "../unit/net/support.ts";
import { missingForKerberos, missingForTestbed, startTestbed, type Testbed } from "./authentication-testbed.ts";
import { kerberosRealm, missingForClocks } from "./kerberos-realm.ts";

const missing = missingForTestbed() ?? missingForClocks();
const realm = "TEST.EXAMPLE";

/** One way in which no token comes about, and what MIT krb5 says of it. */
interface Case {
  readonly code: string;
  readonly title: string;
  readonly owner: Owner;
  readonly property?: string;
  readonly problem?: "UNREACHABLE";
  readonly properties: Properties;
  /** Words of libkrb5 that the evidence must hold. */
  readonly said: string;
}

const ports = { closed: 0, skewed: 0 };
const alice = { User: "alice", KerberosKeytabFile: "alice.keytab" };
const withPassword = (User: string, Password = "Right-pass1") => ({ User, Password });

const cases: readonly Case[] = [
  {
    ...{ code: "KERBEROS_KDC_UNREACHABLE", title: "a KDC whose port is closed, a keytab", owner: "network" },
    ...{ problem: "UNREACHABLE", property: "KerberosKDC", said: "Cannot contact any KDC for realm" },
    properties: {
      ...alice,
      get KerberosKDC() {
        return `127.0.0.1:${ports.closed}`;
      },
    },
  },
  {
    ...{ code: "KERBEROS_KDC_UNREACHABLE", title: "a KDC whose port is closed, a password", owner: "network" },
    ...{ problem: "UNREACHABLE", property: "KerberosKDC", said: "Cannot contact any KDC for realm" },
    properties: {
      ...withPassword("pre"),
      get KerberosKDC() {
        return `127.0.0.1:${ports.closed}`;
      },
    },
  },
  {
    ...{ code: "KERBEROS_SPN_UNKNOWN", title: "a service the realm has not", owner: "server-admin" },
    ...{ property: "KerberosSPN", said: "Server HTTP/nobody.example@TEST.EXAMPLE not found" },
    properties: { ...alice, KerberosSPN: "HTTP/nobody.example" },
  },
  {
    ...{ code: "KERBEROS_CLOCK_SKEW", title: "a KDC two hours ahead", owner: "service-operator" },
    said: "Clock skew too great",
    properties: {
      KerberosTicketCache: "valid.ccache",
      get KerberosKDC() {
        return `127.0.0.1:${ports.skewed}`;
      },
    },
  },
  {
    ...{ code: "KERBEROS_KEYTAB_PRINCIPAL", title: "a keytab of somebody else", owner: "designer" },
    ...{ property: "KerberosKeytabFile", said: "Can't find client principal pre@TEST.EXAMPLE" },
    properties: { User: "pre", KerberosKeytabFile: "alice.keytab" },
  },
  {
    ...{ code: "KERBEROS_KEYTAB_OUTDATED", title: "a keytab older than the password", owner: "server-admin" },
    ...{ property: "KerberosKeytabFile", said: "Preauthentication failed" },
    properties: { User: "pre", KerberosKeytabFile: "outdated.keytab" },
  },
  {
    ...{ code: "KERBEROS_KEYTAB_OUTDATED", title: "the same without pre-authentication", owner: "server-admin" },
    ...{ property: "KerberosKeytabFile", said: "" },
    properties: { User: "nopre", KerberosKeytabFile: "outdated-nopre.keytab" },
  },
  {
    ...{ code: "KERBEROS_TICKET_EXPIRED", title: "a ticket of one second, two seconds later", owner: "designer" },
    ...{ property: "KerberosTicketCache", said: "Ticket expired" },
    properties: { KerberosTicketCache: "expired.ccache" },
  },
  {
    ...{ code: "KERBEROS_PASSWORD_WRONG", title: "a wrong password", owner: "designer" },
    ...{ property: "Password", said: "Password incorrect" },
    properties: withPassword("pre", "Wrong-pass1"),
  },
  {
    ...{ code: "KERBEROS_PASSWORD_WRONG", title: "the same without pre-authentication", owner: "designer" },
    ...{ property: "Password", said: "Password incorrect" },
    properties: withPassword("nopre", "Wrong-pass1"),
  },
  {
    ...{ code: "KERBEROS_PASSWORD_EXPIRED", title: "a password past its day", owner: "mailbox-owner" },
    said: "Password expired",
    properties: withPassword("oldpass"),
  },
  {
    ...{ code: "KERBEROS_PASSWORD_EXPIRED", title: "the same with a keytab", owner: "mailbox-owner" },
    said: "Password has expired",
    properties: { User: "oldpass", KerberosKeytabFile: "oldpass.keytab" },
  },
  {
    ...{ code: "KERBEROS_USER_UNKNOWN", title: "a user nobody knows", owner: "designer", property: "User" },
    said: "Client 'nobody@TEST.EXAMPLE' not found",
    properties: withPassword("nobody"),
  },
  {
    ...{ code: "KERBEROS_ACCOUNT_LOCKED", title: "an account that may have no tickets", owner: "server-admin" },
    said: "credentials have been revoked",
    properties: withPassword("locked"),
  },
  {
    ...{ code: "KERBEROS_ACCOUNT_LOCKED", title: "the same with a keytab", owner: "server-admin" },
    said: "credentials have been revoked",
    properties: { User: "locked", KerberosKeytabFile: "locked.keytab" },
  },
  {
    ...{ code: "KERBEROS_ACCOUNT_EXPIRED", title: "an account past its day", owner: "server-admin" },
    said: "Client's entry in database has expired",
    properties: withPassword("leaver"),
  },
  {
    ...{ code: "KERBEROS_NO_CREDENTIALS", title: "a ticket cache without a ticket", owner: "designer" },
    ...{ property: "KerberosTicketCache", said: "Credential cache is empty" },
    properties: { KerberosTicketCache: "empty.ccache" },
  },
];

describe.skipIf(missing !== undefined)(
  `causes of Kerberos, as MIT krb5 tells them${missing ? `: ${missing}` : ""}`,
  () => {
    const stand = useCauseStand({ sandbox: false });
    let testbed: Testbed;
    let skewedKdc: ChildProcess | undefined;

    beforeAll(async () => {
      testbed = await startTestbed({ EPA: "0", DIGEST2: "0" });
      const file = (name: string) => path.join(stand().files, name);
      const { administer, ticket, keytab, startKdc } = kerberosRealm(testbed);
      ticket(file("expired.ccache"), "1s");
      ticket(file("valid.ccache"), "5h");
      await writeFile(file("empty.ccache"), emptyCache("alice"));
      administer(
        "addprinc -pw Right-pass1 +requires_preauth pre",
        "addprinc -pw Right-pass1 nopre",
        "addprinc -pw Right-pass1 -pwexpire 2001-01-01 oldpass",
        "addprinc -pw Right-pass1 -expire 2001-01-01 leaver",
        "addprinc -pw Right-pass1 -allow_tix locked",
        "addprinc -randkey HTTP/elsewhere.test.example",
      );
      await copyFile(path.join(testbed.folder, "keytab", "alice.keytab"), file("alice.keytab"));
      for (const name of ["locked", "oldpass"]) administer(`ktadd -norandkey -k ${file(`${name}.keytab`)} ${name}`);
      keytab(file("outdated.keytab"), "pre", "Older-pass1");
      keytab(file("outdated-nopre.keytab"), "nopre", "Older-pass1");
      ports.closed = await closedPort();
      ports.skewed = await closedPort();
      skewedKdc = await startKdc(ports.skewed, 2);
      await new Promise((resolve) => setTimeout(resolve, 2000)); // until the ticket of one second is over
    });
    afterAll(async () => {
      skewedKdc?.kill();
      await testbed?.stop();
    });

    const kerberos = () => ({
      KerberosRealm: realm,
      KerberosKDC: `127.0.0.1:${testbed.port("KDC1")}`,
      KerberosSPN: "HTTP/exch.test.example",
    });
    const negotiate = (more: Properties) => ({
      Schema: "EWS",
      Platform: "Exchange2013_SP1",
      AuthScheme: "Negotiate",
      Server: `http://127.0.0.1:${testbed.port("HTTP")}/negotiate/EWS/Exchange.asmx`,
      ...kerberos(),
      ...more,
    });
    const common = { step: "authentication", problem: "AUTHENTICATION_FAILED" } as const;

    test.each(cases)("$code: $title", async ({ code, owner, property, problem, properties, said }) => {
      const expected = { ...common, code, owner, ...(property && { property }), ...(problem && { problem }) };
      const { evidence } = await proves(stand(), expected, negotiate(properties));
      expect(evidence.said).toContain(said);
      expect(evidence.remote).toMatchObject({ service: "Kerberos" });
    });

    test("KERBEROS_CLOCK_SKEW: a server two hours ahead of KDC and service, told in its refusal", async () => {
      const expected = { ...common, code: "KERBEROS_CLOCK_SKEW", owner: "service-operator" } as const;
      const server = { http: await closedPort(), https: await closedPort() };
      const apache = await kerberosRealm(testbed).startServer(server, 2);
      onTestFinished(() => {
        apache.kill();
      });
      const Server = `http://127.0.0.1:${server.http}/negotiate/EWS/Exchange.asmx`;
      const { evidence } = await proves(stand(), expected, negotiate({ ...alice, Server }));
      expect(evidence).toMatchObject({ offered: ["Negotiate"], said: expect.stringContaining("Clock skew") });
    });

    test("KERBEROS_TICKET_REFUSED: a ticket for another service of the realm", async () => {
      const expected = { ...common, code: "KERBEROS_TICKET_REFUSED", owner: "server-admin" } as const;
      const properties = negotiate({ ...alice, KerberosSPN: "HTTP/elsewhere.test.example" });
      const { evidence } = await proves(stand(), { ...expected, property: "KerberosSPN" }, properties);
      expect(evidence).toMatchObject({ offered: ["Negotiate"], said: expect.stringContaining("isn't for us") });
    });

    describe("whichever way the library is called", () => {
      const usual = { ffiPackage: "koffi", library: "libgssapi_krb5.so.2", kerberosPackage: "kerberos" };
      const ways: readonly { readonly way: string; readonly modules: KerberosModules; readonly absent?: string }[] = [
        { way: "directly", modules: { ...usual, kerberosPackage: "kerberos-absent" } },
        { way: "npm kerberos", modules: { ...usual, ffiPackage: "koffi-absent" }, absent: missingForKerberos() ?? "" },
      ];
      const helperOf = async (options: KerberosOptions, modules: KerberosModules) => {
        const dial = {
          egress: loopbackAllowed,
          resolver: async () => ["127.0.0.1"],
          limits: wireLimits,
          observer: nobody,
        };
        const files = fileAccess({ base: stand().files, roots: [] });
        const settings = await kerberosSettings(options, dial, files);
        const service = serviceOf(options, "exch.test.example");
        const helper = new KerberosHelper({
          settings,
          service,
          password: options.password,
          clock: systemClock,
          modules,
        });
        onTestFinished(() => helper.close());
        return helper;
      };

      for (const { way, modules, absent } of ways) {
        describe.skipIf(Boolean(absent))(`${way}${absent ? `: ${absent}` : ""}`, () => {
          test.each(cases)("$code: $title", async ({ code, properties }) => {
            const all = { ...kerberos(), ...properties } as Readonly<Record<string, string>>;
            const helper = await helperOf(optionsOf(all), modules);
            await expect(helper.begin()).rejects.toMatchObject({ causeCode: code });
          });
        });
      }
    });
  },
);

/** A ticket cache, version 4 of the format, that names its owner and holds no ticket. */
function emptyCache(user: string): Buffer {
  const counted = (text: string) => Buffer.from([0, 0, 0, text.length, ...Buffer.from(text)]);
  const head = Buffer.from([5, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  return Buffer.concat([head, counted(realm), counted(user)]);
}

/** The properties as the transport is given them. */
function optionsOf(properties: Readonly<Record<string, string>>): KerberosOptions {
  const { User, Password, KerberosKDC, KerberosRealm, KerberosSPN, KerberosKeytabFile, KerberosTicketCache } =
    properties;
  return {
    ...(User !== undefined && { user: User }),
    ...(Password !== undefined && { password: new Secret(Password) }),
    ...(KerberosKDC !== undefined && { kdc: KerberosKDC }),
    ...(KerberosRealm !== undefined && { realm: KerberosRealm }),
    ...(KerberosSPN !== undefined && { spn: KerberosSPN }),
    ...(KerberosKeytabFile !== undefined && { keytabFile: KerberosKeytabFile }),
    ...(KerberosTicketCache !== undefined && { ticketCache: KerberosTicketCache }),
  };
}
