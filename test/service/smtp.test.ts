import PostalMime from "postal-mime";
import { Agent } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SmtpRefusal } from "../../connectors/microsoft-exchange/sandbox/smtp/smtp.ts";
import type { Client } from "./support/client.ts";
import { alice, connect, ewsProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
const bob = "bob@sandbox.example";
beforeAll(async () => {
  stand = await startStand();
  await connect(stand.admin, "bob's mailbox", ewsProperties(stand.sandbox, bob));
});
afterAll(() => stand.stop());
beforeEach(() => stand.sandbox.smtpRefusals.clear());

let count = 0;
/** Creates an email account; answers its name. */
async function account(properties: object, client: Client = stand.admin): Promise<string> {
  count += 1;
  await client.ok("/v1/connections", { name: `account ${count}`, connector: "smtp", properties });
  return `account ${count}`;
}
const at = (name: string, rest: string) => `/v1/connections/${encodeURIComponent(name)}/${rest}`;
const execute = (name: string, input: object) =>
  stand.admin.call(at(name, "execute"), { procedure: "SendMail", input });
const testOf = (name: string) => stand.admin.ok(at(name, "test"), undefined, { method: "POST" });

const basic = (more: object = {}) => {
  const { smtp } = stand.sandbox.description;
  return {
    Server: smtp.host,
    Port: smtp.port,
    AuthScheme: "BASIC",
    User: alice,
    Password: "sandbox",
    SSLServerCert: stand.sandbox.tls.cert,
    ...more,
  };
};
/** Server and port come from the cloud, which the owner of this machine redirected to the sandbox. */
const application = (more: object = {}) => {
  const { tenant, clientId, clientSecret } = stand.sandbox.description.app;
  return {
    AuthScheme: "OAUTH",
    OAuthGrantType: "CLIENT",
    AzureTenant: tenant,
    OAuthClientId: clientId,
    OAuthClientSecret: clientSecret,
    User: alice,
    ...more,
  };
};

const letter = { ToRecipients: bob, Content: "Hello Bob." };
/** The mail of that subject as it lies in Bob's mailbox. */
async function arrived(subject: string) {
  const mailbox = stand.sandbox.organisation.requireMailbox(bob);
  const item = mailbox.allItems().find((one) => one.subject === subject);
  if (item?.mime === undefined) throw new Error(`no mail "${subject}"`);
  return { item, mime: item.mime, parsed: await PostalMime.parse(item.mime) };
}

describe("an account with user and password", () => {
  test("its test passes step by step and sends nothing", async () => {
    const name = await account(basic({ DisplayName: "Alice Ärmel" }));
    const report = await testOf(name);
    expect(report, JSON.stringify(report)).toMatchObject({
      status: "succeeded",
      identity: { user: alice, mailbox: alice, displayName: "Alice Ärmel" },
      serverVersion: expect.stringContaining("Microsoft ESMTP"),
    });
    const passed = ["configuration", "egress", "tcp", "tls", "challenge", "authentication", "protocol", "permission"];
    expect(report.steps.map(({ id }: { id: string }) => id)).toEqual(passed);
    const challenge = report.steps.find(({ id }: { id: string }) => id === "challenge");
    expect(challenge.evidence.authentication).toEqual(["PLAIN", "LOGIN", "XOAUTH2"]);
    expect(await stand.admin.ok(at(name, "status"))).toMatchObject({ lastTest: { status: "succeeded" }, warnings: [] });
  });

  test("SendMail arrives whole: names, body, files, importance; hidden copies stay hidden", async () => {
    const name = await account(basic({ DisplayName: "Älice" }));
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 256));
    const { body, text } = await execute(name, {
      ...letter,
      BccRecipients: "room1@sandbox.example",
      Subject: "Grüße aus 東京 🚀",
      Content: "<p>Café</p>\n.\n..dots",
      BodyType: "HTML",
      ReplyTo: "desk@sandbox.example",
      Importance: "High",
      Headers: { "X-Ticket": "4711" },
      Attachments: [{ Name: "blät.bin", Content: bytes.toString("base64"), ContentType: "application/x-test" }],
      AttachmentName: "two.txt",
      AttachmentContent: Buffer.from("zwei").toString("base64"),
    });
    expect(body.results, text).toEqual([
      {
        MessageId: expect.stringMatching(/^<.+@sandbox\.example>$/),
        Accepted: [bob, "room1@sandbox.example"],
        Rejected: [],
        Response: expect.stringMatching(/^250 /),
      },
    ]);
    const { parsed, mime } = await arrived("Grüße aus 東京 🚀");
    expect(parsed.messageId).toBe(body.results[0].MessageId);
    expect(parsed.from).toMatchObject({ name: "Älice", address: alice });
    expect(parsed.replyTo).toMatchObject([{ address: "desk@sandbox.example" }]);
    expect(parsed.html?.replaceAll("\r\n", "\n").trim()).toBe("<p>Café</p>\n.\n..dots");
    const files = parsed.attachments.map(({ filename, content }) => [filename, Buffer.from(content as ArrayBuffer)]);
    expect(files).toEqual([
      ["blät.bin", bytes],
      ["two.txt", Buffer.from("zwei")],
    ]);
    expect(parsed.attachments[0]?.mimeType).toBe("application/x-test");
    const header = (key: string) => parsed.headers.find((one) => one.key === key)?.value;
    expect(header("importance")?.toLowerCase()).toBe("high");
    expect(header("x-ticket")).toBe("4711");
    expect(mime.toString("latin1")).not.toContain("room1@");
  });

  test("the mail's sender wins over the account's, and both over User", async () => {
    const from = async (subject: string) => {
      const { parsed } = await arrived(subject);
      return { from: parsed.from?.address, replyTo: parsed.replyTo?.map(({ address }) => address) };
    };
    const plain = await account(basic());
    await execute(plain, { ...letter, Subject: "by user" });
    expect(await from("by user")).toEqual({ from: alice, replyTo: [alice] });
    const service = "svc@sandbox.example";
    const own = await account(basic({ User: service, From: alice }));
    await execute(own, { ...letter, Subject: "by account" });
    await execute(own, { ...letter, Subject: "by mail", FromEmail: `Service <${service}>` });
    const told = await Promise.all(["by account", "by mail"].map((subject) => from(subject).catch(String)));
    expect(told[1]).toEqual({ from: service, replyTo: undefined });
  });

  test("a sender it may not use is refused by name", async () => {
    const name = await account(basic({ From: bob }));
    const { body, text } = await execute(name, { ...letter, Subject: "not mine" });
    expect(body, text).toMatchObject({ status: 502, code: "ACCESS_DENIED", cause: "SMTP_SEND_AS_DENIED" });
  });

  test("a login that is switched off is told with who must act", async () => {
    const name = await account(basic());
    stand.sandbox.smtpRefusals.set("auth", new SmtpRefusal(535, "5.7.139 SmtpClientAuthentication is disabled"));
    const report = await testOf(name);
    expect(report.steps.find(({ status }: { status: string }) => status === "failed")).toMatchObject({
      id: "authentication",
      code: "SMTP_AUTH_DISABLED",
      owner: "tenant-admin",
    });
  });
});

describe("an account with OAuth", () => {
  test("an application sends with SMTP.SendAsApp, over the cloud's own host", async () => {
    const name = await account(application());
    const report = await testOf(name);
    expect(report.status, JSON.stringify(report.steps)).toBe("succeeded");
    const { evidence } = report.steps.find(({ id }: { id: string }) => id === "authentication");
    expect(evidence.token).toMatchObject({
      audience: "https://outlook.office365.com",
      roles: expect.arrayContaining(["SMTP.SendAsApp"]),
      expiresAt: expect.any(String),
    });
    const { body, text } = await execute(name, { ...letter, Subject: "by application" });
    expect(body.results?.[0]?.Accepted, text).toEqual([bob]);
    expect((await arrived("by application")).parsed.from?.address).toBe(alice);
    expect(await stand.admin.ok(at(name, "token"))).toMatchObject({ state: "valid" });
  });

  test("a person signs in, and the token is renewed by its refresh token", async () => {
    const { app } = stand.sandbox.description;
    const name = await account({
      AuthScheme: "OAUTH",
      AzureTenant: app.tenant,
      OAuthClientId: app.clientId,
      OAuthClientSecret: app.clientSecret,
      User: alice,
    });
    const before = await execute(name, { ...letter, Subject: "too early" });
    expect(before.body, before.text).toMatchObject({ status: 409, code: "AUTHORIZATION_REQUIRED" });
    const { authorizationUrl } = await stand.admin.ok(at(name, "authorizations"), undefined, { method: "POST" });
    expect(new URL(authorizationUrl).searchParams.get("scope")).toContain("https://outlook.office.com/SMTP.Send");
    await signIn(authorizationUrl);
    const first = await execute(name, { ...letter, Subject: "signed in" });
    expect(first.body.results, first.text).toHaveLength(1);
    await stand.admin.ok(at(name, "token/refresh"), undefined, { method: "POST" });
    const second = await execute(name, { ...letter, Subject: "renewed" });
    expect(second.body.results, second.text).toHaveLength(1);
  });
});

test("Basic at Microsoft 365 is warned of, with its date", async () => {
  const name = await account(basic({ Server: "smtp.office365.com", Port: 587 }));
  const { warnings } = await stand.admin.ok(at(name, "status"));
  expect(warnings).toMatchObject([{ code: "SMTP_BASIC_OFF_BY_DEFAULT", at: "2026-12-31T00:00:00Z" }]);
});

test("an empty catalogue is no error, and every table unknown", async () => {
  const name = await account(basic());
  const { admin } = stand;
  expect(await admin.ok(at(name, "tables"))).toMatchObject({ items: [] });
  expect((await admin.ok(at(name, "procedures"))).items.map((one: { name: string }) => one.name)).toEqual(["SendMail"]);
  expect(await admin.ok("/v1/connectors/smtp/tables")).toMatchObject({ items: [] });
  const unknown = { status: 422, code: "UNKNOWN_TABLE" };
  expect((await admin.call(at(name, "query"), { table: "Inbox" })).body).toMatchObject(unknown);
  expect((await admin.call(at(name, "query"), { sql: "SELECT * FROM Inbox" })).body).toMatchObject(unknown);
  expect((await admin.call(at(name, "query/explain"), { table: "Inbox" })).body).toMatchObject(unknown);
  expect((await admin.call(at(name, "create"), { table: "Inbox", rows: [{ a: 1 }] })).body).toMatchObject(unknown);
  expect((await admin.get(at(name, "tables/Inbox"))).body).toMatchObject({ status: 404, code: "UNKNOWN_TABLE" });
  const sql = await admin.call(at(name, "execute"), {
    sql: "EXECUTE SendMail ToRecipients = :to, Subject = 'by SQL', Content = 'x'",
    parameters: { to: bob },
  });
  expect(sql.body.results, sql.text).toHaveLength(1);
});

describe("debug output", () => {
  test("EnableDebugOutput records the conversation, without secrets and with bodies cut", async () => {
    const name = await account(basic({ EnableDebugOutput: true }));
    const content = "long line of the body ".repeat(500);
    await execute(name, { ...letter, Subject: "recorded", Content: content });
    const kept = await stand.admin.ok(at(name, "debug"));
    const text = kept.lines.map((line: { text: string }) => line.text).join("\n");
    expect(kept).toMatchObject({ enabled: true, dropped: 0 });
    const { updatedAt } = await stand.admin.ok(`/v1/connections/${encodeURIComponent(name)}`);
    expect(Date.parse(kept.until) - Date.parse(updatedAt)).toBe(30 * 60_000);
    for (const part of [
      "EHLO [127.0.0.1]",
      "TLS started",
      "AUTH PLAIN [secret]",
      `RCPT TO:<${bob}>`,
      "Subject: recorded",
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/… \(\d+ more bytes\)/);
    expect(text).not.toContain(Buffer.from(`\0${alice}\0sandbox`).toString("base64"));
    expect(text.length).toBeLessThan(content.length);
  });

  test("a token is not in it, nor anything of an account that does not ask for it", async () => {
    const asking = await account(application({ EnableDebugOutput: true, DebugOutputMinutes: 5 }));
    await testOf(asking);
    const { lines } = await stand.admin.ok(at(asking, "debug"));
    expect(JSON.stringify(lines)).toContain("AUTH XOAUTH2 [secret]");
    expect(JSON.stringify(lines)).not.toMatch(/eyJ|Bearer [^[]/);
    const silent = await account(basic());
    await execute(silent, { ...letter, Subject: "not recorded" });
    expect(await stand.admin.ok(at(silent, "debug"))).toMatchObject({ enabled: false, lines: [] });
  });
});

describe("inputs", () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ["a line break in Subject", { Subject: "a\r\nBcc: eve@evil.example" }, "/input/Subject"],
    ["a line break in a name", { ToRecipients: '"a\nb" <bob@sandbox.example>' }, "/input/ToRecipients"],
    ["a command in an address", { ToRecipients: "bob@sandbox.example>\r\nRCPT TO:<eve" }, "/input/ToRecipients"],
    ["a header that is the service's", { Headers: { Bcc: "eve@evil.example" } }, "/input/Headers"],
    ["a line break in a header", { Headers: { "X-A": "1\r\nX-B: 2" } }, "/input/Headers"],
    ["a line break in a file's name", { Attachments: [{ Name: "a\r\nb", Content: "" }] }, "/input/Attachments"],
    ["what is no base64", { AttachmentName: "a", AttachmentContent: "%%" }, "/input/AttachmentContent"],
    ["a name without a file", { FileName: "a" }, "/input/FileName"],
    ["nobody", { ToRecipients: "" }, "/input/ToRecipients"],
    ["two forms of a body", { ContentType: "text", BodyType: "HTML" }, "/input/BodyType"],
    ["two senders", { FromEmail: "a@b.example, c@d.example" }, "/input/FromEmail"],
  ];
  test.each(cases)("%s is refused before anything is sent", async (_what, input, pointer) => {
    const name = await account(basic());
    const { body, text } = await execute(name, { ...letter, Subject: "never", ...input });
    expect(body, text).toMatchObject({ status: 422, code: "INVALID_QUERY" });
    expect(text).toContain(pointer.replace("/input/", ""));
  });
});

test("loopback is refused unless the owner of the machine allows it", async () => {
  const closed = await startStand({ environment: { EGRESS_ALLOW: "" } });
  try {
    const { smtp } = closed.sandbox.description;
    const properties = { ...basic(), Server: smtp.host, Port: smtp.port };
    const report = await closed.admin.ok("/v1/connectors/smtp/test", { properties });
    const failed = report.steps.find(({ status }: { status: string }) => status === "failed");
    expect(failed).toMatchObject({ id: "egress", code: "EGRESS_DENIED", owner: "service-operator" });
  } finally {
    await closed.stop();
  }
});

/** A browser: the authority signs Alice in and sends it back to the service. */
async function signIn(authorizationUrl: string): Promise<void> {
  const target = new URL(authorizationUrl);
  target.searchParams.set("login_hint", alice);
  const agent = new Agent({ connect: { ca: stand.sandbox.tls.ca } });
  try {
    const answer = await fetch(target, { redirect: "manual", dispatcher: agent } as RequestInit);
    const page = await fetch(answer.headers.get("location") ?? "");
    expect(page.status, await page.text()).toBe(200);
  } finally {
    await agent.close();
  }
}
