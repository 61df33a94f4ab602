import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stand, startStand } from "../service/support/stand.ts";
import { type MailSink, startMailSink } from "../unit/connectors/smtp/mail-sink.ts";
import { makeCertificate } from "../unit/net/certificates.ts";
import { hasPostfix, type PostfixServer, startPostfix } from "./postfix-server.ts";
import { hasPythonModule, python } from "./run-peer.ts";

const certificate = await makeCertificate();
let stand: Stand;
let folder: string;
let count = 0;

beforeAll(async () => {
  stand = await startStand();
  folder = mkdtempSync(path.join(tmpdir(), "smtp-peers-"));
  writeFileSync(path.join(folder, "cert.pem"), certificate.cert);
  writeFileSync(path.join(folder, "key.pem"), certificate.key);
});
afterAll(async () => {
  await stand?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Creates an account and tests it; answers its name and the report. */
async function account(properties: object) {
  const name = `peer-${++count}`;
  const all = { Server: "127.0.0.1", SSLServerCert: certificate.cert, ...properties };
  await stand.admin.ok("/v1/connections", { name, connector: "smtp", properties: all });
  const report = await stand.admin.ok(`/v1/connections/${name}/test`, undefined, { method: "POST" });
  return { name, report };
}
const send = (name: string, input: object) =>
  stand.admin.call(`/v1/connections/${name}/execute`, { procedure: "SendMail", input });

/** Every byte, and lines that dot-stuffing and line limits are about. */
const bytes = Buffer.from(Array.from({ length: 100_003 }, (_, index) => (index * 7 + (index >> 8)) % 256));
const awkward = `.\r\n..\r\n.leading\r\nFrom here\r\n${"very long line ".repeat(400)}\r\nПривет, 東京 🚀\r\n.`;
const letter = {
  ToRecipients: "Bob Ünal <bob@mail.test>",
  Subject: "Grüße: 東京, Привет 🚀 und ein Betreff, der so lang ist, dass er umbrochen werden muss",
  Content: awkward,
  Attachments: [{ Name: "daten äöü 東京.bin", Content: bytes.toString("base64") }],
};

/** The mail as the peer has it is the mail that was sent. */
async function expectLetter(content: Buffer, messageId: string) {
  const parsed = await PostalMime.parse(content);
  expect(parsed.subject).toBe(letter.Subject);
  expect(parsed.messageId).toBe(messageId);
  expect(parsed.to).toMatchObject([{ name: "Bob Ünal", address: "bob@mail.test" }]);
  expect(parsed.text?.replaceAll("\r\n", "\n").trimEnd()).toBe(awkward.replaceAll("\r\n", "\n"));
  const [file] = parsed.attachments;
  expect(file?.filename).toBe("daten äöü 東京.bin");
  expect(Buffer.from(file?.content as ArrayBuffer).equals(bytes)).toBe(true);
  for (const line of content.toString("latin1").split(/\r?\n/)) expect(line.length).toBeLessThanOrEqual(998);
}

const hasAiosmtpd = hasPythonModule("aiosmtpd");
const missing = (name: string) => ` (skipped: ${name} is not there, see test/peers/install-debian.sh)`;

describe.skipIf(!hasAiosmtpd).each(["starttls", "tls"])(
  `aiosmtpd with %s${hasAiosmtpd ? "" : missing("aiosmtpd")}`,
  (mode) => {
    let server: ChildProcess;
    let port = 0;
    const mails: { from: string; to: string[]; options: string[]; utf8: boolean; content: string }[] = [];
    const login = { AuthScheme: "BASIC", User: "alice@mail.test", Password: "pässword" };
    const security = () => ({ Port: port, ConnectionSecurity: mode === "tls" ? "TLS" : "STARTTLS" });

    beforeAll(async () => {
      const script = path.join(import.meta.dirname, "aiosmtpd_server.py");
      const args = [script, mode, path.join(folder, "cert.pem"), path.join(folder, "key.pem")];
      server = spawn(python, args, { stdio: ["ignore", "pipe", "ignore"] });
      const lines = createInterface({ input: server.stdout! });
      port = await new Promise<number>((resolve) => {
        lines.on("line", (line) => {
          const told = JSON.parse(line);
          if (told.port === undefined) mails.push(told);
          else resolve(told.port);
        });
      });
    });
    afterAll(() => void server.kill());

    test("takes a login with letters beyond ASCII, and a mail whole", async () => {
      const { name, report } = await account({ ...security(), ...login });
      expect(report.status, JSON.stringify(report.steps)).toBe("succeeded");
      expect(mails).toEqual([]);
      const { body, text } = await send(name, { ...letter, BccRecipients: "eve@mail.test" });
      expect(body.results, text).toMatchObject([{ Accepted: ["bob@mail.test", "eve@mail.test"], Rejected: [] }]);
      const [mail] = mails;
      expect(mail).toMatchObject({ from: "alice@mail.test", to: ["bob@mail.test", "eve@mail.test"], utf8: false });
      const content = Buffer.from(mail?.content ?? "", "base64");
      expect(mail?.options).toContain(`SIZE=${content.length}`);
      expect(content.toString("latin1")).not.toContain("eve@");
      await expectLetter(content, body.results[0].MessageId);
    });

    test("takes addresses of other scripts by SMTPUTF8", async () => {
      const { name } = await account({ ...security(), ...login });
      const { body, text } = await send(name, {
        ToRecipients: "Почта <почта@mail.test>",
        Subject: "utf8",
        Content: "x",
      });
      expect(body.results, text).toMatchObject([{ Accepted: ["почта@mail.test"] }]);
      const mail = mails.at(-1);
      expect(mail).toMatchObject({ to: ["почта@mail.test"], utf8: true });
      const parsed = await PostalMime.parse(Buffer.from(mail?.content ?? "", "base64"));
      expect(parsed.to).toMatchObject([{ name: "Почта", address: "почта@mail.test" }]);
    });

    test("a recipient it refuses is told beside the one it takes", async () => {
      const { name } = await account({ ...security(), ...login });
      const { body, text } = await send(name, { ...letter, CcRecipients: "nobody@mail.test", Attachments: [] });
      expect(body.results?.[0], text).toMatchObject({
        Accepted: ["bob@mail.test"],
        Rejected: [{ Address: "nobody@mail.test", Code: 550, EnhancedCode: "5.1.1" }],
      });
    });

    test("a wrong password, and a mail beyond its size, have their causes", async () => {
      const wrong = await account({ ...security(), ...login, Password: "wrong" });
      expect(wrong.report.steps.find(({ status }: { status: string }) => status === "failed")).toMatchObject({
        id: "authentication",
        code: "SMTP_CREDENTIALS_REFUSED",
      });
      const { name } = await account({ ...security(), ...login });
      const { body } = await send(name, { ...letter, Content: "x".repeat(2_100_000) });
      expect(body).toMatchObject({ code: "TOO_LARGE", cause: "SMTP_TOO_LARGE" });
    });
  },
);

describe.skipIf(!hasPostfix)(`postfix${hasPostfix ? "" : missing("postfix, or root to start one,")}`, () => {
  let postfix: PostfixServer;
  const plain = () => ({
    Port: postfix.port,
    ConnectionSecurity: "STARTTLS",
    AuthScheme: "NONE",
    From: "bob@mail.test",
  });
  beforeAll(async () => {
    postfix = await startPostfix(certificate);
  });
  afterAll(() => postfix?.stop());

  test("delivers a mail whole", async () => {
    const { name, report } = await account(plain());
    expect(report.status, JSON.stringify(report.steps)).toBe("succeeded");
    expect(report.serverVersion).toContain("Postfix");
    const { body, text } = await send(name, letter);
    expect(body.results, text).toMatchObject([
      { Accepted: ["bob@mail.test"], Response: expect.stringMatching(/queued as/) },
    ]);
    await expect.poll(() => postfix.delivered().length, { timeout: 20_000 }).toBe(1);
    await expectLetter(postfix.delivered()[0]!, body.results[0].MessageId);
  });

  test("its refusals have their causes", async () => {
    const { name } = await account(plain());
    const relay = await send(name, { ToRecipients: "eve@elsewhere.test", Subject: "x", Content: "x" });
    expect(relay.body, relay.text).toMatchObject({ code: "ACCESS_DENIED", cause: "SMTP_RECIPIENT_REFUSED" });
    expect(relay.body.detail).toContain("Relay access denied");
    const unknown = await send(name, { ...letter, CcRecipients: "nobody@mail.test", Attachments: [] });
    expect(unknown.body.results?.[0], unknown.text).toMatchObject({ Rejected: [{ Code: 550, EnhancedCode: "5.1.1" }] });
    const large = await send(name, { ...letter, Content: "x".repeat(1_100_000) });
    expect(large.body).toMatchObject({ cause: "SMTP_TOO_LARGE" });
    const clear = await account({ ...plain(), ConnectionSecurity: "NONE" });
    expect(clear.report.steps.find(({ status }: { status: string }) => status === "failed")).toMatchObject({
      code: "SMTP_AUTH_REQUIRED",
    });
    const noLogin = await account({ ...plain(), AuthScheme: "BASIC", User: "bob@mail.test", Password: "x" });
    expect(noLogin.report.steps.find(({ status }: { status: string }) => status === "failed")).toMatchObject({
      id: "challenge",
      code: "SMTP_AUTH_NOT_OFFERED",
    });
  });
});

describe.each(["STARTTLS", "TLS"])("npm's smtp-server, which demands XOAUTH2, with %s", (ConnectionSecurity) => {
  let sink: MailSink;
  beforeAll(async () => {
    const { cert, key } = certificate;
    sink = await startMailSink({ authMethods: ["XOAUTH2"], secure: ConnectionSecurity === "TLS", cert, key });
  });
  afterAll(() => sink?.close());
  const token = (OAuthAccessToken: string) => ({
    Port: sink.port,
    ConnectionSecurity,
    AuthScheme: "OAUTH",
    InitiateOAuth: "OFF",
    User: "alice@mail.test",
    OAuthAccessToken,
  });

  test("takes a token, and a mail whole", async () => {
    const { name, report } = await account(token("good"));
    expect(report.status, JSON.stringify(report.steps)).toBe("succeeded");
    expect(sink.mails).toEqual([]);
    const { body, text } = await send(name, letter);
    expect(body.results, text).toMatchObject([{ Accepted: ["bob@mail.test"], Rejected: [] }]);
    expect(sink.mails).toMatchObject([{ user: "alice@mail.test", recipients: ["bob@mail.test"] }]);
    await expectLetter(sink.mails[0]?.content ?? Buffer.alloc(0), body.results[0].MessageId);
  });

  test("refuses another token and a password, each with its cause", async () => {
    const failed = ({ report }: Awaited<ReturnType<typeof account>>) =>
      report.steps.find(({ status }: { status: string }) => status === "failed");
    expect(failed(await account(token("stolen")))).toMatchObject({ id: "authentication" });
    const password = { AuthScheme: "BASIC", User: "alice@mail.test", Password: "open sesame" };
    const basic = await account({ Port: sink.port, ConnectionSecurity, ...password });
    expect(failed(basic)).toMatchObject({ id: "challenge", detail: expect.stringContaining("XOAUTH2") });
  });
});
