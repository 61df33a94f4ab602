import { createTransport } from "nodemailer";
import type SMTPTransport from "nodemailer/lib/smtp-transport";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type SmtpHost,
  SmtpRefusal,
  type SmtpServer,
  type SmtpSubmission,
  startSmtp,
} from "../../../connectors/microsoft-exchange/sandbox/smtp/smtp.ts";
import { type LocalTls, makeLocalTls } from "../../../connectors/microsoft-exchange/sandbox/tls.ts";

const alice = { address: "alice@sandbox.example" };
let tls: LocalTls;
let server: SmtpServer;
let submitted: SmtpSubmission[] = [];
let fault: SmtpRefusal | undefined;

const host: SmtpHost = {
  signIn: (user, password) => (user === alice.address && password === "sändbox" ? alice : undefined),
  signInWithToken: (user, token) => (user === alice.address && token === "good" ? alice : undefined),
  maySendAs: (sender, from) => sender.address === from,
  submit: (submission) => {
    submitted.push(submission);
  },
  fault: (stage) => (stage === "data" ? fault : undefined),
};

beforeEach(async () => {
  submitted = [];
  fault = undefined;
  tls = await makeLocalTls();
  server = await startSmtp(host, tls);
});
afterEach(() => server.close());

function transport(auth: SMTPTransport.Options["auth"], options: SMTPTransport.Options = {}) {
  return createTransport({
    host: "localhost",
    port: server.port,
    requireTLS: true,
    tls: { ca: tls.ca },
    ...(auth === undefined ? {} : { auth }),
    ...options,
  });
}

const plain = { user: alice.address, pass: "sändbox" };
const letter = {
  from: `Älice <${alice.address}>`,
  to: "bob@sandbox.example, carol@elsewhere.example",
  bcc: "dave@sandbox.example",
  subject: "Grüße",
  text: "first line\n.dot\nend",
};

async function refusalOf(sending: Promise<unknown>): Promise<string> {
  return sending.then(
    () => "no refusal",
    (problem: Error & { response?: string }) => problem.response ?? problem.message,
  );
}

describe("SMTP submission", () => {
  it("takes a message after STARTTLS with PLAIN, LOGIN and XOAUTH2", async () => {
    await transport({ ...plain, method: "PLAIN" } as never).sendMail(letter);
    await transport(plain, { authMethod: "LOGIN" }).sendMail(letter);
    await transport({ type: "OAuth2", user: alice.address, accessToken: "good" }).sendMail(letter);
    expect(submitted).toHaveLength(3);
    expect(submitted[0]).toMatchObject({
      sender: alice,
      from: alice.address,
      recipients: ["bob@sandbox.example", "carol@elsewhere.example", "dave@sandbox.example"],
    });
    expect(submitted[0]?.mime.toString("latin1")).toContain("\r\n.dot\r\nend");
    expect(submitted[0]?.mime.toString("latin1")).not.toMatch(/^bcc:/im);
  });

  it("refuses wrong passwords and tokens", async () => {
    expect(await refusalOf(transport({ ...plain, pass: "x" }).sendMail(letter))).toMatch(/^535 5\.7\.3/);
    const token = { type: "OAuth2" as const, user: alice.address, accessToken: "bad" };
    expect(await refusalOf(transport(token).sendMail(letter))).toMatch(/^535 5\.7\.3/);
    expect(await refusalOf(transport(undefined).sendMail(letter))).toMatch(/^530 /);
    expect(submitted).toHaveLength(0);
  });

  it("offers no sign-in before STARTTLS", async () => {
    const bare = createTransport({ host: "localhost", port: server.port, ignoreTLS: true, auth: plain });
    expect(await refusalOf(bare.sendMail(letter))).toMatch(/538|530|Missing credentials|not support/i);
    expect(submitted).toHaveLength(0);
  });

  it("refuses senders who are not allowed, in envelope and header", async () => {
    const other = { ...letter, from: "bob@sandbox.example" };
    expect(await refusalOf(transport(plain).sendMail(other))).toMatch(/^554 5\.2\.252 SendAsDenied/);
    const disguised = { ...other, envelope: { from: alice.address, to: ["bob@sandbox.example"] } };
    expect(await refusalOf(transport(plain).sendMail(disguised))).toMatch(/^554 5\.2\.252 SendAsDenied/);
  });

  it("answers a fault that is switched on", async () => {
    fault = new SmtpRefusal(432, "4.3.2 Concurrent connections limit exceeded");
    expect(await refusalOf(transport(plain).sendMail(letter))).toMatch(/^432 4\.3\.2/);
  });
});
