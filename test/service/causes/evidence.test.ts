import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { type Properties, report } from "./support/proves.ts";
import { ewsAt, ewsPath } from "./support/servers.ts";
import { useCauseStand } from "./support/stand.ts";

const stand = useCauseStand();
const alice = "alice@sandbox.example";

async function evidenceOf(properties: Properties) {
  const tested = await report(stand(), properties);
  expect(tested.status, JSON.stringify(tested.steps)).toBe("succeeded");
  const step = (id: string) => tested.steps.find((one) => one.id === id);
  return { tested, step, evidence: (id: string) => step(id)?.evidence };
}

/** Facts every TLS step tells of the sandbox's certificate. */
function certificateFacts() {
  const [leaf = "", authority = ""] = stand().sandbox.tls.cert.split(/(?=-----BEGIN)/);
  const { fingerprint256: sha256, fingerprint: sha1, subject } = new X509Certificate(leaf);
  const chain = [subject, new X509Certificate(authority).subject];
  return { subject, sha256, sha1, chain, names: expect.arrayContaining(["127.0.0.1", "localhost"]), selfSigned: false };
}

describe("evidence of a test that succeeds", () => {
  test("EWS by password over TLS: address, certificate, version, mailbox, rights", async () => {
    const { httpsPort } = stand().sandbox;
    const { tested, step, evidence } = await evidenceOf(
      ewsAt(`https://127.0.0.1:${httpsPort}${ewsPath}`, { Password: "sandbox" }),
    );
    expect(tested.steps.map(({ id, status }) => [id, status])).toEqual([
      ["configuration", "passed"],
      ["egress", "passed"],
      ["tcp", "passed"],
      ["tls", "passed"],
      ["authentication", "passed"],
      ["protocol", "passed"],
      ["mailbox", "passed"],
      ["permission", "passed"],
    ]);
    expect(evidence("tcp")).toEqual({ address: "127.0.0.1", port: httpsPort, addresses: ["127.0.0.1"] });
    expect(evidence("tls")).toMatchObject({ version: "TLSv1.3", certificate: certificateFacts() });
    expect(evidence("tls").certificate.daysLeft).toBeGreaterThan(0);
    expect(tested.serverVersion).toMatch(/^15\.\d+\.\d+\.\d+$/);
    expect(evidence("protocol")).toMatchObject({ serverVersion: tested.serverVersion, platform: "Exchange2013_SP1" });
    expect(evidence("mailbox")).toMatchObject({ mailbox: alice, folder: "inbox", items: expect.any(Number) });
    expect(evidence("permission")).toEqual({ Read: true, CreateContents: true });
    expect(step("permission")?.detail).toBe("The account may read items.");
    expect(tested.identity).toEqual({ user: alice, mailbox: alice });
  });

  test("a name: what the name server answered", async () => {
    const { httpPort } = stand().sandbox;
    const { evidence } = await evidenceOf(ewsAt(`http://exchange.test:${httpPort}${ewsPath}`, { Password: "sandbox" }));
    expect(evidence("dns")).toEqual({ host: "exchange.test", addresses: ["127.0.0.1"] });
    expect(evidence("tls")).toBeUndefined();
  });

  const application = (schema: "EWS" | "MSGraph") => ({
    Schema: schema,
    AuthScheme: "AzureServicePrincipal",
    AzureTenant: stand().sandbox.description.app.tenant,
    OAuthClientId: CLIENT_IDS.full,
    OAuthClientSecret: CLIENT_SECRET,
  });

  test("EWS by an application's token: audience, tenant, roles, expiry, and whose mailbox", async () => {
    const { tested, evidence } = await evidenceOf({
      ...application("EWS"),
      Platform: "Exchange_Online",
      ImpersonationUser: alice,
      ImpersonationType: "PrimarySmtpAddress",
    });
    expect(evidence("authentication").token).toMatchObject({
      audience: "https://outlook.office365.com",
      tenant: stand().sandbox.description.app.tenant,
      application: CLIENT_IDS.full,
      scopes: [],
      roles: expect.arrayContaining(["full_access_as_app"]),
      expiresAt: expect.stringMatching(/^20\d\d-.*Z$/),
    });
    expect(tested.identity).toEqual({ user: CLIENT_IDS.full, mailbox: alice });
  });

  test("Graph by an application's token", async () => {
    const { tested, evidence } = await evidenceOf({ ...application("MSGraph"), UserId: alice });
    expect(evidence("authentication")).toMatchObject({
      audience: "https://graph.microsoft.com",
      tenant: stand().sandbox.description.app.tenant,
      roles: expect.arrayContaining(["Mail.ReadWrite", "Mail.Send"]),
      expiresAt: expect.stringMatching(/^20\d\d-.*Z$/),
    });
    expect(evidence("tls")).toMatchObject({ certificate: certificateFacts() });
    expect(evidence("mailbox")).toEqual({ mailbox: alice, inboxItems: expect.any(Number) });
    expect(evidence("permission").granted).toContain("Calendars.ReadWrite");
    expect(tested.identity).toMatchObject({ user: CLIENT_IDS.full, mailbox: alice, displayName: "Alice Archer" });
  });

  test("no report holds a secret", async () => {
    const { tested } = await evidenceOf({ ...application("MSGraph"), UserId: alice });
    const text = JSON.stringify(tested);
    expect(text).not.toContain(CLIENT_SECRET);
    expect(text).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
  });
});
