import { describe, expect, test } from "vitest";
import type { Code, Owner, StepId } from "#spi";
import { makeCertificate } from "../../unit/net/certificates.ts";
import { expectListed } from "./support/proves.ts";
import { type Script, type ScriptedSmtp, serveScript } from "./support/scripted-smtp.ts";
import { useCauseStand } from "./support/stand.ts";

const stand = useCauseStand({ sandbox: false, hurriedMs: 30_000 });
const password = "kept-secret-4711";
const certificate = await makeCertificate();

type Properties = Readonly<Record<string, unknown>>;

const basicAt = ({ port }: ScriptedSmtp, more: Properties = {}): Properties => ({
  Server: "127.0.0.1",
  Port: port,
  ConnectionSecurity: "NONE",
  AuthScheme: "BASIC",
  User: "alice@mail.test",
  Password: password,
  Timeout: 30,
  ...more,
});
const oauthAt = (server: ScriptedSmtp, token: string, more: Properties = {}): Properties => ({
  ...basicAt(server),
  Password: undefined,
  ConnectionSecurity: "TLS",
  SSLServerCert: certificate.cert,
  AuthScheme: "OAUTH",
  InitiateOAuth: "OFF",
  OAuthAccessToken: token,
  ...more,
});
/** A token whose claims can be read; nobody here checks its signature. */
const tokenOf = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify({ upn: "alice@mail.test", exp: 4_000_000_000, ...claims })).toString("base64url")}.sig`;

const ready = { ehlo: ["SIZE 1000", "AUTH PLAIN LOGIN XOAUTH2"], answers: { AUTH: "235 2.7.0 OK" } } as const;
const withAnswers = (answers: Script["answers"], more: Partial<Script> = {}): Script => ({
  ...ready,
  ...more,
  answers: { ...ready.answers, ...answers },
});

interface Expected {
  readonly code: string;
  readonly step: StepId;
  readonly problem: Code;
  readonly owner: Owner;
  readonly property?: string;
}

let count = 0;

const mail = { ToRecipients: "bob@mail.test", Subject: "Hello", Content: "Hello." };

/** The connection test finds the cause; answers its failed step. */
async function found(expected: Expected, properties: Properties) {
  expectListed(expected.code);
  const { status, body, text } = await stand().admin.call("/v1/connectors/smtp/test", { properties });
  expect(status, text).toBe(200);
  expect(body.status, text).toBe("failed");
  const failed = body.steps.find((step: { status: string }) => step.status === "failed");
  const { step, ...told } = expected;
  expect(failed, text).toMatchObject({ id: step, ...told });
  expect(failed.fix).toMatch(/^[A-Z].{10,}\.$/s);
  const after = body.steps.slice(body.steps.indexOf(failed) + 1);
  expect(after.every((one: { status: string }) => one.status === "skipped")).toBe(true);
  if (step !== "permission") expect(after.at(-1).id).toBe("permission");
  expect(text).not.toContain(password);
  return failed;
}

/** SendMail over a saved connection of these properties. */
async function sent(properties: Properties, input: object = {}) {
  count += 1;
  const name = `smtp ${count}`;
  await stand().admin.ok("/v1/connections", { name, connector: "smtp", properties });
  const path = `/v1/connections/${encodeURIComponent(name)}/execute`;
  return stand().admin.call(path, { procedure: "SendMail", input: { ...mail, ...input } });
}

/** SendMail fails by the same cause. */
async function failsToo({ code, problem }: Expected, properties: Properties, input: object = {}) {
  const { body, text } = await sent(properties, input);
  expect(body, text).toMatchObject({ cause: code, code: problem });
  expect(text).not.toContain(password);
  return body;
}

describe("what answers", () => {
  test("SMTP_NOT_SPOKEN: a web server", async () => {
    const expected = { code: "SMTP_NOT_SPOKEN", step: "challenge", problem: "PROTOCOL", owner: "designer" } as const;
    const server = await serveScript({ greeting: "HTTP/1.1 400 Bad Request" });
    expect((await found(expected, basicAt(server))).detail).toContain("HTTP/1.1 400");
    await failsToo(expected, basicAt(server));
  });

  test("SMTP_GREETING_MISSING: a port of implicit TLS, spoken to in the clear", async () => {
    const expected = {
      code: "SMTP_GREETING_MISSING",
      step: "challenge",
      problem: "TIMEOUT",
      owner: "designer",
      property: "ConnectionSecurity",
    } as const;
    const server = await serveScript({ ...ready, implicit: true, certificate });
    await found(expected, basicAt(server));
  });

  test("SMTP_GREETING_REFUSED: 554 in place of a greeting", async () => {
    const expected = {
      code: "SMTP_GREETING_REFUSED",
      step: "challenge",
      problem: "ACCESS_DENIED",
      owner: "server-admin",
    } as const;
    const server = await serveScript({ greeting: "554 5.7.1 Your address is on a list" });
    expect((await found(expected, basicAt(server))).detail).toContain("Your address is on a list");
    await failsToo(expected, basicAt(server));
  });

  test("SMTP_REPLY_TIMEOUT: a server that falls silent", async () => {
    const expected = {
      code: "SMTP_REPLY_TIMEOUT",
      step: "protocol",
      problem: "TIMEOUT",
      owner: "server-admin",
      property: "Timeout",
    } as const;
    const server = await serveScript(withAnswers({ MAIL: "SILENCE" }));
    await found(expected, basicAt(server));
  });

  test("SMTP_UNEXPECTED_REPLY: 150 to MAIL FROM", async () => {
    const expected = {
      code: "SMTP_UNEXPECTED_REPLY",
      step: "protocol",
      problem: "PROTOCOL",
      owner: "server-admin",
    } as const;
    const server = await serveScript(withAnswers({ MAIL: "150 odd" }));
    await found(expected, basicAt(server));
    await failsToo(expected, basicAt(server));
  });

  test("SMTP_BUSY: 421 in place of a greeting, 432 at the login, 451 at MAIL FROM", async () => {
    const expected = { code: "SMTP_BUSY", step: "protocol", problem: "BUSY", owner: "server-admin" } as const;
    const scripts: readonly Script[] = [
      { greeting: "421 4.3.2 Service not available" },
      withAnswers({ AUTH: "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded" }),
      withAnswers({ MAIL: "451 4.7.500 Server busy" }),
    ];
    for (const script of scripts) await found(expected, basicAt(await serveScript(script)));
  });
});

describe("encryption", () => {
  const starttls = { ConnectionSecurity: "STARTTLS", SSLServerCert: certificate.cert };

  test("SMTP_STARTTLS_NOT_OFFERED: nothing is sent in the clear", async () => {
    const expected = {
      code: "SMTP_STARTTLS_NOT_OFFERED",
      step: "tls",
      problem: "CERTIFICATE",
      owner: "designer",
      property: "ConnectionSecurity",
    } as const;
    const server = await serveScript(ready);
    const failed = await found(expected, basicAt(server, starttls));
    expect(failed.evidence.offered).toEqual(["SIZE", "AUTH"]);
    await failsToo(expected, basicAt(server, starttls));
    expect(server.heard.join("\n")).not.toContain("AUTH");
  });

  test("SMTP_STARTTLS_REFUSED: 454 to STARTTLS", async () => {
    const expected = {
      code: "SMTP_STARTTLS_REFUSED",
      step: "tls",
      problem: "CERTIFICATE",
      owner: "server-admin",
    } as const;
    const server = await serveScript({ ehlo: ["STARTTLS"], answers: { STARTTLS: "454 4.7.0 TLS not available" } });
    await found(expected, basicAt(server, starttls));
    await failsToo(expected, basicAt(server, starttls));
  });

  test.each([
    ["DNS_NOT_FOUND", "dns", { Server: "nowhere.test" }],
    ["EGRESS_DENIED", "egress", { Server: "denied.test" }],
    ["TCP_REFUSED", "tcp", { Port: 1 }],
    ["TLS_HANDSHAKE", "tls", { ConnectionSecurity: "TLS" }],
    ["PROXY_UNREACHABLE", "proxy", { ProxyServer: "127.0.0.1", ProxyPort: 1 }],
  ])("%s is told as over HTTP", async (code, step, more) => {
    const properties = basicAt(await serveScript(ready), more);
    const { body, text } = await stand().admin.call("/v1/connectors/smtp/test", { properties });
    const failed = body.steps.find((one: { status: string }) => one.status === "failed");
    expect(failed, text).toMatchObject({ id: step, code });
    expect((await sent(properties)).body).toMatchObject({ cause: code, effect: "none" });
  });

  test("CERTIFICATE_PIN_MISMATCH: nothing is sent to another certificate than the pinned one", async () => {
    const script = { ...ready, ehlo: ["STARTTLS"], secureEhlo: ready.ehlo, certificate };
    const server = await serveScript(script);
    const { cert } = await makeCertificate();
    const { body } = await sent(basicAt(server, { ...starttls, SSLServerCert: cert }));
    expect(body).toMatchObject({ code: "CERTIFICATE", cause: "CERTIFICATE_PIN_MISMATCH", effect: "none" });
    expect(server.heard.join("\n")).not.toContain("AUTH");
  });

  test("a certificate that does not fit is told as over HTTP", async () => {
    const script = { ...ready, ehlo: ["STARTTLS"], secureEhlo: ready.ehlo, certificate };
    const { body } = await stand().admin.call("/v1/connectors/smtp/test", {
      properties: basicAt(await serveScript(script), { ConnectionSecurity: "STARTTLS" }),
    });
    const failed = body.steps.find((step: { status: string }) => step.status === "failed");
    expect(failed).toMatchObject({ id: "tls", code: "CERTIFICATE_SELF_SIGNED", problem: "CERTIFICATE" });
  });

  test("the login comes over TLS alone, and what was offered before is asked for again", async () => {
    const script = { ...ready, ehlo: ["STARTTLS"], secureEhlo: ready.ehlo, certificate };
    const server = await serveScript(script);
    const { body, text } = await stand().admin.call("/v1/connectors/smtp/test", {
      properties: basicAt(server, starttls),
    });
    expect(body.status, text).toBe("succeeded");
    const steps = body.steps.map(({ id }: { id: string }) => id);
    const wire = ["egress", "tcp", "tls"];
    expect(steps).toEqual(["configuration", ...wire, "challenge", "authentication", "protocol", "permission"]);
    expect(server.heard.filter((line) => line.startsWith("EHLO"))).toHaveLength(2);
    expect(server.messages).toEqual([]);
  });
});

describe("a login", () => {
  const failure = { step: "authentication", problem: "AUTHENTICATION_FAILED" } as const;

  test("SMTP_AUTH_NOT_OFFERED: what is offered is listed", async () => {
    const expected = {
      code: "SMTP_AUTH_NOT_OFFERED",
      step: "challenge",
      problem: "AUTHENTICATION_FAILED",
      owner: "designer",
      property: "AuthScheme",
    } as const;
    const server = await serveScript({ ehlo: ["AUTH CRAM-MD5 GSSAPI"] });
    const failed = await found(expected, basicAt(server));
    expect(failed.detail).toContain("CRAM-MD5, GSSAPI");
    await failsToo(expected, basicAt(server));
  });

  test("SMTP_CREDENTIALS_REFUSED: 535 to PLAIN and to LOGIN", async () => {
    const expected = { code: "SMTP_CREDENTIALS_REFUSED", owner: "designer", property: "Password", ...failure } as const;
    const plain = await serveScript(withAnswers({ AUTH: `535 5.7.8 not ${password}` }));
    expect((await found(expected, basicAt(plain))).detail).toContain("not [secret]");
    await failsToo(expected, basicAt(plain));
    const login = await serveScript(
      withAnswers(
        { AUTH: "334 VXNlcm5hbWU6", "AUTH-LINE": answersInTurn("334 UGFzc3dvcmQ6", "535 5.7.3 No") },
        { ehlo: ["AUTH=LOGIN"] },
      ),
    );
    await found(expected, basicAt(login));
    expect(login.heard).toContain(Buffer.from(password).toString("base64"));
  });

  test("SMTP_AUTH_DISABLED: 535 5.7.139", async () => {
    const expected = { code: "SMTP_AUTH_DISABLED", owner: "tenant-admin", ...failure } as const;
    const text = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant";
    const server = await serveScript(withAnswers({ AUTH: text }));
    await found(expected, basicAt(server));
    await failsToo(expected, basicAt(server));
  });

  test("SMTP_BASIC_NOT_SUPPORTED: 550 5.7.30", async () => {
    const expected = {
      code: "SMTP_BASIC_NOT_SUPPORTED",
      owner: "designer",
      property: "AuthScheme",
      ...failure,
    } as const;
    const text = "550 5.7.30 Basic authentication is not supported for Client Submission.";
    const server = await serveScript(withAnswers({ AUTH: text }));
    await found(expected, basicAt(server));
    await failsToo(expected, basicAt(server));
  });

  test("SMTP_AUTH_REQUIRED: 530 without a login", async () => {
    const expected = {
      code: "SMTP_AUTH_REQUIRED",
      step: "permission",
      problem: "AUTHENTICATION_FAILED",
      owner: "designer",
      property: "AuthScheme",
    } as const;
    const server = await serveScript(withAnswers({ MAIL: "530 5.7.57 Client not authenticated to send mail" }));
    const properties = {
      ...basicAt(server, { AuthScheme: "NONE", From: "alice@mail.test" }),
      User: undefined,
      Password: undefined,
    };
    await found(expected, properties);
    await failsToo(expected, properties);
  });
});

describe("a token that is refused", () => {
  const failure = { step: "authentication", problem: "AUTHENTICATION_FAILED" } as const;
  const challenge = { status: "400", schemes: "Bearer", scope: "https://mail.test/" };
  const refusing = withAnswers(
    {
      AUTH: `334 ${Buffer.from(JSON.stringify(challenge)).toString("base64")}`,
      "AUTH-LINE": (line) => (line === "" ? "535 5.7.3 Authentication unsuccessful" : "501 an empty line was expected"),
    },
    { implicit: true, certificate },
  );
  const audience = "https://outlook.office.com";

  test("SMTP_TOKEN_REFUSED: the challenge is decoded, the final code asked for", async () => {
    const expected = { code: "SMTP_TOKEN_REFUSED", owner: "designer", property: "User", ...failure } as const;
    const server = await serveScript(refusing);
    const token = tokenOf({ aud: audience, scp: "SMTP.Send" });
    const failed = await found(expected, oauthAt(server, token));
    expect(failed.evidence).toMatchObject({ challenge, token: { audience, scopes: ["SMTP.Send"] } });
    expect(failed.detail).toContain("535 5.7.3");
    const sentToken = Buffer.from(
      server.heard.find((line) => line.startsWith("AUTH XOAUTH2"))?.slice(13) ?? "",
      "base64",
    );
    expect(sentToken.toString()).toBe(`user=alice@mail.test\u0001auth=Bearer ${token}\u0001\u0001`);
    await failsToo(expected, oauthAt(server, token));
  });

  test.each([
    ["SMTP_TOKEN_AUDIENCE", "designer", { aud: "https://graph.microsoft.com", scp: "SMTP.Send" }],
    ["SMTP_TOKEN_SCOPE", "tenant-admin", { aud: audience, scp: "Mail.Send" }],
    ["SMTP_APP_WITHOUT_MAILBOX", "tenant-admin", { aud: audience, roles: ["SMTP.SendAsApp"], upn: undefined }],
  ] as const)("%s", async (code, owner, claims) => {
    const server = await serveScript(refusing);
    await found({ code, owner, ...failure }, oauthAt(server, tokenOf(claims)));
  });
});

describe("a mail", () => {
  const denied = { step: "permission", problem: "ACCESS_DENIED" } as const;

  test("SMTP_SENDER_REFUSED: 550 to MAIL FROM", async () => {
    const expected = { code: "SMTP_SENDER_REFUSED", owner: "designer", property: "From", ...denied } as const;
    const server = await serveScript(withAnswers({ MAIL: "550 5.7.1 Not your address" }));
    await found(expected, basicAt(server));
    await failsToo(expected, basicAt(server));
  });

  test("SMTP_SENDER_MISSING: a User that is no address, and no From", async () => {
    const expected = {
      code: "SMTP_SENDER_MISSING",
      step: "permission",
      problem: "INVALID_PROPERTY",
      owner: "designer",
      property: "From",
    } as const;
    const server = await serveScript(ready);
    await found(expected, basicAt(server, { User: "MAIL\\alice" }));
    await failsToo(expected, basicAt(server, { User: "MAIL\\alice" }));
  });

  test("SMTP_SEND_AS_DENIED: 554 5.2.252 after the data", async () => {
    expectListed("SMTP_SEND_AS_DENIED");
    const text = "554 5.2.252 SendAsDenied; alice@mail.test not allowed to send as boss@mail.test";
    const server = await serveScript(withAnswers({ MESSAGE: text }));
    const { body, text: whole } = await sent(basicAt(server), { FromEmail: "boss@mail.test" });
    expect(body, whole).toMatchObject({ code: "ACCESS_DENIED", cause: "SMTP_SEND_AS_DENIED", effect: "none" });
    expect(body.detail).toContain("not allowed to send as boss@mail.test");
  });

  test("SMTP_RECIPIENT_REFUSED: when nobody is taken; else each is told", async () => {
    const expected = { code: "SMTP_RECIPIENT_REFUSED", owner: "designer", ...denied } as const;
    const none = await serveScript(withAnswers({ RCPT: "550 5.1.1 User unknown" }));
    await found(expected, basicAt(none));
    await failsToo(expected, basicAt(none));
    expect(none.heard).not.toContain("DATA");
    const some = await serveScript(
      withAnswers({ RCPT: (line) => (line.includes("carol") ? "550 5.1.1 User unknown" : "250 OK") }),
    );
    const { body, text } = await sent(basicAt(some), { CcRecipients: "carol@mail.test" });
    expect(body.results, text).toEqual([
      {
        MessageId: expect.stringMatching(/^<.+@mail\.test>$/),
        Accepted: ["bob@mail.test"],
        Rejected: [{ Address: "carol@mail.test", Code: 550, EnhancedCode: "5.1.1", Detail: "550 5.1.1 User unknown" }],
        Response: "250 2.0.0 Queued as 4711",
      },
    ]);
    expect(body.warnings).toMatchObject([{ code: "SMTP_RECIPIENTS_REFUSED" }]);
  });

  test("SMTP_UTF8_NOT_OFFERED: an address of another script; where it is offered, it goes through", async () => {
    expectListed("SMTP_UTF8_NOT_OFFERED");
    const input = { ToRecipients: "почта@пример.test" };
    const without = await serveScript(ready);
    const refused = await sent(basicAt(without), input);
    expect(refused.body).toMatchObject({ code: "UNSUPPORTED", cause: "SMTP_UTF8_NOT_OFFERED" });
    const server = await serveScript({ ...ready, ehlo: ["SMTPUTF8", "8BITMIME", "AUTH PLAIN"] });
    const { body, text } = await sent(basicAt(server), input);
    expect(body.results?.[0]?.Accepted, text).toEqual(["почта@xn--e1afmkfd.test"]);
    expect(server.heard.find((line) => line.startsWith("MAIL"))).toContain("BODY=8BITMIME SMTPUTF8");
  });

  test("SMTP_TOO_LARGE: beyond SIZE nothing is sent; 552 is told alike", async () => {
    expectListed("SMTP_TOO_LARGE");
    const small = await serveScript(ready);
    const input = { Content: "x".repeat(2000) };
    const { body } = await sent(basicAt(small), input);
    expect(body).toMatchObject({ code: "TOO_LARGE", cause: "SMTP_TOO_LARGE" });
    expect(small.heard.join("\n")).not.toContain("MAIL FROM");
    const late = await serveScript(withAnswers({ MESSAGE: "552 5.3.4 Too big" }, { ehlo: ["AUTH PLAIN"] }));
    expect((await sent(basicAt(late), input)).body).toMatchObject({ cause: "SMTP_TOO_LARGE", effect: "none" });
  });

  test("SMTP_MESSAGE_REFUSED: 554 after the data", async () => {
    expectListed("SMTP_MESSAGE_REFUSED");
    const server = await serveScript(withAnswers({ MESSAGE: "554 5.6.0 Content not wanted" }));
    expect((await sent(basicAt(server))).body).toMatchObject({
      code: "ACCESS_DENIED",
      cause: "SMTP_MESSAGE_REFUSED",
      effect: "none",
      remote: { service: "SMTP", status: 554, code: "5.6.0" },
    });
  });

  test("SMTP_ANSWER_LOST: a cut after the last line leaves the outcome open, before it does not", async () => {
    expectListed("SMTP_ANSWER_LOST");
    const lost = await serveScript(withAnswers({ MESSAGE: "CLOSE" }));
    const { body, text } = await sent(basicAt(lost));
    expect(body, text).toMatchObject({ code: "UNREACHABLE", cause: "SMTP_ANSWER_LOST", effect: "unknown" });
    expect(lost.messages).toHaveLength(1);
    const [, messageId = "none"] = /^Message-ID: (<.+>)\r$/im.exec(lost.messages[0] ?? "") ?? [];
    expect(body.detail).toContain(messageId);
    const early = await serveScript(withAnswers({ DATA: "CLOSE" }));
    expect((await sent(basicAt(early))).body).toMatchObject({ cause: "CONNECTION_CUT", effect: "none" });
  });
});

describe("what is repeated, and what is not", () => {
  test("a busy server is asked again, and the mail goes out once", async () => {
    const inTurn = answersInTurn("432 4.3.2 Too many connections", "421 4.3.2 Later", "235 2.7.0 OK");
    const server = await serveScript(withAnswers({ AUTH: inTurn }));
    const { body, text } = await sent(basicAt(server));
    expect(body.results, text).toHaveLength(1);
    expect(server.messages).toHaveLength(1);
  });

  test("a lost answer is not", async () => {
    const server = await serveScript(withAnswers({ MESSAGE: "CLOSE" }));
    await sent(basicAt(server));
    expect(server.messages).toHaveLength(1);
  });

  test("CREDENTIALS_HELD_BACK: after five refusals in a row the password is not sent any more", async () => {
    const server = await serveScript(withAnswers({ AUTH: "535 5.7.8 No" }));
    const { admin } = stand();
    await admin.ok("/v1/connections", { name: "refused", connector: "smtp", properties: basicAt(server) });
    const execute = async () =>
      (await admin.call("/v1/connections/refused/execute", { procedure: "SendMail", input: mail })).body;
    for (let turn = 0; turn < 5; turn++) expect(await execute()).toMatchObject({ cause: "SMTP_CREDENTIALS_REFUSED" });
    const { length } = server.heard;
    expect(await execute()).toMatchObject({ code: "AUTHENTICATION_FAILED", cause: "CREDENTIALS_HELD_BACK" });
    expect(server.heard).toHaveLength(length);
  });
});

function answersInTurn(...answers: readonly string[]): () => string {
  let at = 0;
  return () => answers[at++] ?? "500 5.5.1 Too much";
}
