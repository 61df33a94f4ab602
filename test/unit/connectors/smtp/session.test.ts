import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type AccessTokens, type ConnectorContext, type Dialogue, type DialogueLine, Secret } from "#spi";
import { parseConfig } from "../../../../connectors/smtp/config.ts";
import { sendMail } from "../../../../connectors/smtp/procedures/send-mail.ts";
import { SmtpSession } from "../../../../connectors/smtp/session.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemRandom } from "../../../../src/runtime/random.ts";
import { makeCertificate } from "../../net/certificates.ts";
import { never, noFiles, silentLog, transport } from "../../net/support.ts";
import { type MailSink, startMailSink } from "./mail-sink.ts";

const certificate = await makeCertificate();
let sink: MailSink | undefined;
afterEach(async () => {
  await sink?.close();
  sink = undefined;
});

/** Hands out its tokens one after the other, each refused one making place for the next. */
function tokensOf(...texts: readonly string[]): AccessTokens & { readonly refused: string[] } {
  const refused: string[] = [];
  return {
    refused,
    access: async () => ({ accessToken: new Secret(texts[refused.length] ?? "none") }),
    invalidate: async (token) => {
      refused.push(token.reveal());
      return refused.length < texts.length;
    },
  };
}

interface Wish {
  readonly properties?: Readonly<Record<string, string | number | Secret>>;
  readonly tokens?: AccessTokens;
  readonly dialogue?: Dialogue;
}

/** A session over a transport of its own, to the server of this test. */
function session(port: number, { properties = {}, tokens, dialogue }: Wish): SmtpSession {
  const config = parseConfig(
    {
      Server: "127.0.0.1",
      Port: port,
      ConnectionSecurity: "TLS",
      SSLServerCert: certificate.cert,
      AuthScheme: "OAUTH",
      InitiateOAuth: "OFF",
      OAuthAccessTokenURL: "https://login.mail.test/token",
      OAuthAccessToken: new Secret("x"),
      User: "alice@mail.test",
      Timeout: 10,
      ...properties,
    },
    {},
  );
  const wire = transport(config.transport);
  const context: ConnectorContext = {
    http: wire.http,
    socket: wire.socket,
    attempt: wire.attempt,
    ...(tokens === undefined ? {} : { tokens }),
    ...(dialogue === undefined ? {} : { dialogue }),
    files: noFiles,
    log: silentLog,
    clock: systemClock,
    random: systemRandom,
  };
  return new SmtpSession(config, context);
}

const implicit = { secure: true, key: certificate.key, cert: certificate.cert };
const input = { ToRecipients: "bob@mail.test", Subject: "Hello", Content: "Hello." };

async function execute(opened: SmtpSession, more: object = {}) {
  const batches = [];
  for await (const batch of opened.execute({ procedure: sendMail, input: { ...input, ...more } }, never))
    batches.push(batch);
  return batches;
}

describe("a refused token", () => {
  test("is told to the token service and renewed once, over a new connection", async () => {
    sink = await startMailSink(implicit);
    const tokens = tokensOf("stale", "good");
    const [batch] = await execute(session(sink.port, { tokens }));
    expect(batch?.rows).toMatchObject([{ Accepted: ["bob@mail.test"] }]);
    expect(tokens.refused).toEqual(["stale"]);
    expect(sink.mails).toMatchObject([{ user: "alice@mail.test", from: "alice@mail.test" }]);
  });

  test("that is refused again ends the call", async () => {
    sink = await startMailSink(implicit);
    const tokens = tokensOf("stale", "staler", "good");
    await expect(execute(session(sink.port, { tokens }))).rejects.toMatchObject({ causeCode: "SMTP_TOKEN_REFUSED" });
    expect(tokens.refused).toEqual(["stale", "staler"]);
    expect(sink.mails).toEqual([]);
  });
});

describe("what travels", () => {
  const plain = { AuthScheme: "BASIC", Password: new Secret("open sesame") };

  test("lines are short, end in CRLF, and dots arrive as they were", async () => {
    sink = await startMailSink(implicit);
    const content = `.\n..\n.first\n${"long ".repeat(500)}\nлиния\rdone\n.`;
    await execute(session(sink.port, { properties: plain }), { Content: content, BccRecipients: "eve@mail.test" });
    const [mail] = sink.mails;
    const raw = mail?.content.toString("latin1") ?? "";
    expect(raw.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    for (const line of raw.split("\r\n")) expect(line.length).toBeLessThanOrEqual(998);
    expect(raw).not.toMatch(/^bcc:/im);
    expect(mail?.recipients).toEqual(["bob@mail.test", "eve@mail.test"]);
    const { default: PostalMime } = await import("postal-mime");
    const { text } = await PostalMime.parse(mail?.content ?? Buffer.alloc(0));
    expect(text?.replaceAll("\r\n", "\n").trimEnd()).toBe(content.replaceAll("\r", "\n").trimEnd());
  });

  test("an address that stands in several lists is named once", async () => {
    sink = await startMailSink(implicit);
    const lists = { CcRecipients: "Bob <bob@MAIL.test>; Carol <carol@mail.test>", BccRecipients: "carol@mail.test" };
    await execute(session(sink.port, { properties: plain }), lists);
    expect(sink.mails[0]?.recipients.map((address) => address.toLowerCase())).toEqual([
      "bob@mail.test",
      "carol@mail.test",
    ]);
  });

  test("neither password nor token is recorded, and LOGIN hides both lines", async () => {
    sink = await startMailSink({ ...implicit, authMethods: ["LOGIN"] });
    const lines: DialogueLine[] = [];
    await execute(session(sink.port, { properties: plain, dialogue: { record: (line) => void lines.push(line) } }));
    const text = lines.map((line) => `${line.direction}: ${line.text}`).join("\n");
    expect(text).toContain("sent: AUTH LOGIN\n");
    expect(text).toContain("sent: [user]\n");
    expect(text).toContain("sent: [secret]\n");
    for (const secret of ["open sesame", Buffer.from("open sesame").toString("base64")])
      expect(text).not.toContain(secret);
  });
});

test("a call that is ended while the message's answer is awaited leaves the outcome open", async () => {
  const ending = new AbortController();
  sink = await startMailSink({
    ...implicit,
    onMailFrom: (_address, _session, done) => done(),
    // The message is there; its answer never comes.
    onData: () => undefined,
  });
  const opened = session(sink.port, {
    properties: { AuthScheme: "BASIC", Password: new Secret("open sesame") },
    dialogue: {
      record: ({ text }) => {
        if (text === ".") setImmediate(() => ending.abort());
      },
    },
  });
  const run = opened.execute({ procedure: sendMail, input }, ending.signal)[Symbol.asyncIterator]();
  await expect(run.next()).rejects.toMatchObject({ causeCode: "CANCELLED", effect: "unknown" });
});

test("a message of many megabytes goes through", async () => {
  sink = await startMailSink(implicit);
  const content = Buffer.alloc(12 * 1024 * 1024, "0123456789abcdef");
  const files = { AttachmentName: "large.bin", AttachmentContent: content.toString("base64") };
  const properties = { AuthScheme: "BASIC", Password: new Secret("open sesame") };
  await execute(session(sink.port, { properties }), files);
  const { default: PostalMime } = await import("postal-mime");
  const parsed = await PostalMime.parse(sink.mails[0]?.content ?? Buffer.alloc(0));
  expect(Buffer.from(parsed.attachments[0]?.content as ArrayBuffer).equals(content)).toBe(true);
});

test("a proxy carries the conversation by CONNECT", async () => {
  const heard: string[] = [];
  sink = await startMailSink(implicit);
  const { port } = sink;
  const { listen } = await import("../../net/support.ts");
  const { connect } = await import("node:net");
  const proxy = await listen(
    createServer((client) => {
      client.once("data", (head) => {
        heard.push(head.toString().split("\r\n")[0] ?? "");
        const upstream = connect(port, "127.0.0.1", () => {
          client.write("HTTP/1.1 200 OK\r\n\r\n");
          client.pipe(upstream).pipe(client);
        });
        upstream.on("error", () => client.destroy());
      });
    }),
  );
  const properties = {
    AuthScheme: "BASIC",
    Password: new Secret("open sesame"),
    ProxyServer: "127.0.0.1",
    ProxyPort: proxy.port,
  };
  const [batch] = await execute(session(port, { properties }));
  expect(batch?.rows).toHaveLength(1);
  expect(heard).toEqual([`CONNECT 127.0.0.1:${port} HTTP/1.1`]);
});
