import { describe, expect, test } from "vitest";
import { type KerberosOptions, Secret } from "#spi";
import { type KerberosSource, kerberosFailure } from "../../../src/net/auth/kerberos/errors.ts";
import { KerberosHelper } from "../../../src/net/auth/kerberos/helper.ts";
import { kerberosSettings, krb5Conf, serviceOf } from "../../../src/net/auth/kerberos/settings.ts";
import { wireLimits } from "../../../src/net/limits.ts";
import { nobody } from "../../../src/net/observe.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { loopbackAllowed, noFiles } from "./support.ts";

const files = { ...noFiles, resolve: async (path: string) => `/allowed/${path}` };
const dial = {
  egress: loopbackAllowed,
  resolver: async (host: string) => (host === "kdc.example" ? ["127.0.0.1", "169.254.1.1"] : ["169.254.1.1"]),
  limits: wireLimits,
  observer: nobody,
};
const settings = (options: KerberosOptions) => kerberosSettings(options, dial, files);
const realm = { realm: "A.EXAMPLE", kdc: "127.0.0.1:8888" };

describe("settings", () => {
  test.each<[KerberosOptions, string | undefined]>([
    [{ user: "alice", ...realm }, "alice@A.EXAMPLE"],
    [{ user: "alice@a.example", ...realm }, "alice@A.EXAMPLE"],
    [{ user: "DOM\\alice", ...realm }, "alice@A.EXAMPLE"],
    [{ user: "jörg", ...realm }, "jörg@A.EXAMPLE"],
    [realm, undefined],
    [{ user: "alice" }, "alice"],
  ])("the principal of %j is %s", async (options, principal) => {
    expect((await settings(options)).principal).toBe(principal);
  });

  test("KDCs become addresses that may be connected to; files become paths inside their folders", async () => {
    const found = await settings({
      realm: "A.EXAMPLE",
      kdc: "kdc.example, [::1]:89",
      keytabFile: "k",
      ticketCache: "t",
    });
    expect(found).toEqual({
      realms: [
        {
          name: "A.EXAMPLE",
          kdcs: [
            { host: "127.0.0.1", port: 88 },
            { host: "::1", port: 89 },
          ],
        },
      ],
      principal: undefined,
      keytab: "/allowed/k",
      ticketCache: "/allowed/t",
    });
  });

  test("a KDC where egress ends is refused", async () => {
    for (const kdc of ["169.254.169.254", "metadata.example", "0xa9.0376.1"]) {
      await expect(settings({ realm: "A", kdc })).rejects.toMatchObject({ code: "EGRESS_DENIED" });
    }
  });

  test.each<[KerberosOptions, string]>([
    [{ kdc: "127.0.0.1" }, "KerberosRealm"],
    [{ realm: "A\n[plugins]", kdc: "127.0.0.1" }, "KerberosRealm"],
    [{ ...realm, serviceRealm: "B }", serviceKdc: "127.0.0.1" }, "KerberosServiceRealm"],
    [{ ...realm, user: "a b" }, "User"],
    [{ ...realm, user: "a@b@c" }, "User"],
  ])("%j blames %s", async (options, target) => {
    await expect(settings(options)).rejects.toMatchObject({ code: "INVALID_PROPERTY", target });
  });

  test.each<[KerberosOptions, object]>([
    [{}, { name: "HTTP@mail.example", host: "mail.example", realm: undefined }],
    [{ serviceRealm: "B" }, { name: "HTTP@mail.example", host: "mail.example", realm: "B" }],
    [{ spn: "HTTP/Other.Example" }, { name: "HTTP@other.example", host: "other.example", realm: undefined }],
    [
      { spn: "HTTP/x@C", serviceRealm: "B" },
      { name: "HTTP@x", host: "x", realm: "C" },
    ],
  ])("the service of %j", (options, service) => {
    expect(serviceOf(options, "mail.example")).toEqual(service);
  });

  test.each(["x", "HTTP/", "HTTP/a b", "HTTP/x@A@B", "HTTP/x@A\n"])("the service name %j is refused", (spn) => {
    expect(() => serviceOf({ spn }, "mail.example")).toThrow(expect.objectContaining({ target: "KerberosSPN" }));
  });

  test("krb5.conf holds these realms and nothing else", async () => {
    const found = await settings({ ...realm, serviceRealm: "B.EXAMPLE", serviceKdc: "[::1]" });
    expect(krb5Conf(found, [serviceOf({ serviceRealm: "B.EXAMPLE" }, "mail.b.example")])).toBe(`[libdefaults]
    default_realm = A.EXAMPLE
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    udp_preference_limit = 1
[realms]
    A.EXAMPLE = {
        kdc = 127.0.0.1:8888
    }
    B.EXAMPLE = {
        kdc = [::1]:88
    }
[domain_realm]
    mail.b.example = B.EXAMPLE
[capaths]
    A.EXAMPLE = {
        B.EXAMPLE = .
    }
`);
  });
});

/** Said by MIT krb5 1.20 and its kinit. */
describe("what Kerberos says", () => {
  test.each<[string, KerberosSource, string, string?]>([
    ["Cannot contact any KDC for realm 'A'", "keytab", "KERBEROS_KDC_UNREACHABLE", "UNREACHABLE"],
    ['Cannot find KDC for realm "A"', "password", "KERBEROS_KDC_UNREACHABLE", "UNREACHABLE"],
    ["Server HTTP/x@A not found in Kerberos database", "ticketCache", "KERBEROS_SPN_UNKNOWN"],
    ["kinit: Client 'x@A' not found in Kerberos database", "password", "KERBEROS_USER_UNKNOWN"],
    ["kinit: Password incorrect while getting initial credentials", "password", "KERBEROS_PASSWORD_WRONG"],
    ["kinit: Preauthentication failed while getting initial credentials", "password", "KERBEROS_PASSWORD_WRONG"],
    ["Preauthentication failed", "keytab", "KERBEROS_KEYTAB_OUTDATED"],
    ["Decrypt integrity check failed", "keytab", "KERBEROS_KEYTAB_OUTDATED"],
    ["Can't find client principal bob@A in cache collection", "keytab", "KERBEROS_KEYTAB_PRINCIPAL"],
    ["Client's credentials have been revoked", "keytab", "KERBEROS_ACCOUNT_LOCKED"],
    ["Client's entry in database has expired", "password", "KERBEROS_ACCOUNT_EXPIRED"],
    ["Password has expired", "keytab", "KERBEROS_PASSWORD_EXPIRED"],
    ["Password expired.  You must change it now.\nEnter new password: ", "password", "KERBEROS_PASSWORD_EXPIRED"],
    ["Ticket expired", "ticketCache", "KERBEROS_TICKET_EXPIRED"],
    ["No credentials cache found", "ticketCache", "KERBEROS_NO_CREDENTIALS"],
    ["SPNEGO cannot find mechanisms to negotiate", "ticketCache", "KERBEROS_NO_CREDENTIALS"],
    ["Clock skew too great", "ticketCache", "KERBEROS_CLOCK_SKEW"],
    ["Clock skew too great", "refusal", "KERBEROS_CLOCK_SKEW"],
    ["Decrypt integrity check failed", "proof", "SERVER_NOT_PROVEN"],
    ["The ticket isn't for us", "refusal", "KERBEROS_TICKET_REFUSED"],
    ["Message stream modified", "refusal", "KERBEROS_TICKET_REFUSED"],
    ["something new\n with lines", "proof", "KERBEROS_FAILED"],
  ])("%j, from %s, is %s", (said, source, causeCode, code = "AUTHENTICATION_FAILED") => {
    expect(kerberosFailure(said, source)).toMatchObject({ causeCode, code, remote: { service: "Kerberos" } });
  });
});

test("a helper that was never used has nothing to clean up, and a password without a user is told", async () => {
  const options = {
    settings: { realms: [], principal: undefined, keytab: undefined, ticketCache: undefined },
    service: serviceOf({}, "mail.example"),
    password: new Secret("x"),
    clock: systemClock,
  };
  const helper = new KerberosHelper(options);
  await expect(helper.begin()).rejects.toMatchObject({ causeCode: "KERBEROS_NO_CREDENTIALS" });
  await expect(helper.close()).resolves.toBeUndefined();
});

test.each([
  ["koffi-absent", /npm package `koffi-absent` cannot be loaded, and the npm package `kerberos-absent` cannot/],
  ["koffi", /system's Kerberos library libgssapi_absent\.so\.2 .*, and the npm package `kerberos-absent` cannot/],
])("with %s and no library, what is missing is told", async (ffiPackage, message) => {
  const helper = new KerberosHelper({
    settings: { realms: [], principal: undefined, keytab: undefined, ticketCache: undefined },
    service: serviceOf({}, "mail.example"),
    password: undefined,
    clock: systemClock,
    modules: { ffiPackage, library: "libgssapi_absent.so.2", kerberosPackage: "kerberos-absent" },
  });
  await expect(helper.begin()).rejects.toMatchObject({
    causeCode: "KERBEROS_NOT_INSTALLED",
    code: "UNSUPPORTED",
    message: expect.stringMatching(message),
  });
  await helper.close();
});
