import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { type MadeCertificate, makeCertificate } from "../../unit/net/certificates.ts";
import { challengeMessage, judge } from "../../unit/net/ntlm-server.ts";
import { serveHttps } from "../../unit/net/support.ts";
import { expectListed, proves, report } from "./support/proves.ts";
import {
  type Answer,
  ewsAt,
  ewsOf,
  ewsPath,
  holdsCredential,
  password,
  serveAlike,
  serveBytes,
} from "./support/servers.ts";
import { useCauseStand } from "./support/stand.ts";

const stand = useCauseStand({ sandbox: false });

const html = { "content-type": "text/html" };
const xml = { "content-type": "text/xml; charset=utf-8" };
const cut = '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:GetFol';

describe("what answers is not Exchange Web Services", () => {
  const cases: readonly (readonly [string, "designer" | "server-admin", Answer, object])[] = [
    ["NOT_EWS_HTML", "designer", { headers: html, body: "<html><form>Sign in</form></html>" }, { status: 200 }],
    ["NOT_EWS_PATH", "designer", { status: 404, headers: html, body: "<h1>Not Found</h1>" }, { status: 404 }],
    ["NOT_EWS_ANSWER", "server-admin", { headers: { "content-type": "text/plain" }, body: "hello" }, { status: 200 }],
    ["EWS_XML_INVALID", "server-admin", { headers: xml, body: cut }, {}],
  ];
  test.each(cases)("%s", async (code, owner, answer, evidence) => {
    const server = await serveAlike(answer);
    const failed = await proves(stand(), { code, step: "protocol", problem: "PROTOCOL", owner }, ewsAt(ewsOf(server)));
    expect(failed.evidence).toMatchObject(evidence);
  });

  test("NOT_EWS_REDIRECT: the other server hears nothing", async () => {
    const decoy = await serveAlike({ status: 401 });
    const location = `${decoy.origin}/EWS/Exchange.asmx`;
    const server = await serveAlike({ status: 302, headers: { location } });
    const expected = { code: "NOT_EWS_REDIRECT", step: "protocol", problem: "PROTOCOL", owner: "designer" } as const;
    const failed = await proves(stand(), expected, ewsAt(ewsOf(server)));
    expect(failed).toMatchObject({ property: "Server", evidence: { location } });
    expect(decoy.heard).toEqual([]);
  });
});

test("EWS_READ_DENIED: the inbox opens, but its items may not be read", async () => {
  expectListed("EWS_READ_DENIED");
  const messages = 'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"';
  const types = 'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';
  const rights =
    "<t:EffectiveRights><t:CreateContents>false</t:CreateContents><t:Read>false</t:Read></t:EffectiveRights>";
  const folder = `<t:Folder><t:FolderId Id="AQ==" ChangeKey="AQ=="/><t:TotalCount>3</t:TotalCount>${rights}</t:Folder>`;
  const message = `<m:GetFolderResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Folders>${folder}</m:Folders></m:GetFolderResponseMessage>`;
  const body = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ${messages} ${types}><s:Body><m:GetFolderResponse><m:ResponseMessages>${message}</m:ResponseMessages></m:GetFolderResponse></s:Body></s:Envelope>`;
  const server = await serveAlike({ headers: xml, body });
  const { status, steps } = await report(stand(), ewsAt(ewsOf(server)));
  expect(status).toBe("failed");
  expect(steps.at(-1)).toMatchObject({
    id: "permission",
    status: "failed",
    code: "EWS_READ_DENIED",
    problem: "ACCESS_DENIED",
    owner: "mailbox-owner",
    evidence: { Read: false, CreateContents: false },
  });
});

describe("a login", () => {
  const refused = (...challenges: string[]): Answer => ({ status: 401, headers: { "www-authenticate": challenges } });
  const failure = { problem: "AUTHENTICATION_FAILED", owner: "designer" } as const;

  test("CREDENTIALS_REFUSED: a wrong password", async () => {
    const server = await serveAlike(refused('Basic realm="mail"'));
    const expected = { code: "CREDENTIALS_REFUSED", step: "authentication", property: "Password", ...failure } as const;
    const { evidence } = await proves(stand(), expected, ewsAt(ewsOf(server)));
    expect(evidence).toMatchObject({ offered: ["Basic"], remote: { status: 401 } });
    expect(server.heard.some(({ headers }) => holdsCredential(String(headers.authorization)))).toBe(true);
  });

  test("SCHEME_NOT_OFFERED lists what is; NTLM gives nothing of the password away", async () => {
    const server = await serveAlike(refused("Negotiate", 'Digest realm="x", nonce="n", qop="auth"'));
    const expected = { code: "SCHEME_NOT_OFFERED", step: "challenge", property: "AuthScheme", ...failure } as const;
    const { evidence, detail } = await proves(stand(), expected, ewsAt(ewsOf(server), { AuthScheme: "NTLM" }));
    expect(evidence).toMatchObject({ offered: ["Negotiate", "Digest"] });
    expect(detail).toContain("Negotiate, Digest");
    expect(JSON.stringify(server.heard)).not.toContain(password);
  });

  test("CHALLENGE_INVALID", async () => {
    const server = await serveAlike(refused(`NTLM ${Buffer.from("nonsense").toString("base64")}`));
    const expected = { code: "CHALLENGE_INVALID", step: "challenge", ...failure, owner: "server-admin" } as const;
    await proves(stand(), expected, ewsAt(ewsOf(server), { AuthScheme: "NTLM" }));
  });

  test("SERVER_NOT_PROVEN: what answers a Digest login does not know the password", async () => {
    const server = await serveAlike(({ headers: { authorization = "" } }) =>
      authorization === ""
        ? refused('Digest realm="x", nonce="n", qop="auth"')
        : { headers: { ...xml, "authentication-info": `rspauth="${"0".repeat(32)}"` }, body: "<a/>" },
    );
    const expected = { code: "SERVER_NOT_PROVEN", step: "authentication", ...failure, owner: "network" } as const;
    await proves(stand(), expected, ewsAt(ewsOf(server), { AuthScheme: "Digest" }));
  });

  test("EWS_UNAUTHORIZED: none is sent, and one is wanted", async () => {
    const server = await serveAlike(refused("NTLM"));
    const { User: _user, Password: _password, ...properties } = ewsAt(ewsOf(server), { AuthScheme: "NONE" });
    await proves(stand(), { code: "EWS_UNAUTHORIZED", step: "authentication", ...failure }, properties);
  });

  test("EWS_FORBIDDEN: a page says 403", async () => {
    const server = await serveAlike({ status: 403, headers: html, body: "<h1>403.4 - SSL is required</h1>" });
    const expected = {
      code: "EWS_FORBIDDEN",
      step: "authentication",
      problem: "ACCESS_DENIED",
      owner: "server-admin",
    } as const;
    await proves(stand(), expected, ewsAt(ewsOf(server)));
  });
});

describe("NTLM over TLS under Extended Protection", () => {
  const challenge = challengeMessage();

  /** MsvAvChannelBindings for a certificate (RFC 5929 tls-server-end-point, hashed as MS-NLMP says). */
  function tokenFor({ certificate }: MadeCertificate): string {
    const digest = createHash("sha256").update(Buffer.from(certificate.rawData)).digest();
    const data = Buffer.concat([Buffer.from("tls-server-end-point:"), digest]);
    const head = Buffer.alloc(20);
    head.writeUInt32LE(data.length, 16);
    return createHash("md5")
      .update(Buffer.concat([head, data]))
      .digest("hex");
  }

  /** IIS that takes a login bound to `own` only; clients are shown `shown`, and its answers carry `headers`. */
  async function iis(own: MadeCertificate, shown: MadeCertificate, headers: Readonly<Record<string, string>> = {}) {
    const negotiates = new WeakMap<Socket, Buffer>();
    const valid: boolean[] = [];
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      const refuse = (value: string) => response.writeHead(401, { "www-authenticate": value }).end();
      const message = Buffer.from(request.headers.authorization?.replace("NTLM ", "") ?? "", "base64");
      request.resume();
      if (message.length > 0 && message.readUInt32LE(8) === 1) {
        negotiates.set(request.socket, message);
        return refuse(`NTLM ${challenge.toString("base64")}`);
      }
      const negotiate = negotiates.get(request.socket) ?? Buffer.alloc(0);
      const login = message.length === 0 ? undefined : judge(negotiate, challenge, message, password);
      if (message.length > 0) valid.push(login !== undefined);
      return login?.binding === tokenFor(own) ? response.writeHead(404).end() : refuse("NTLM");
    };
    const { cert, key } = shown;
    return { ...(await serveHttps({ cert, key }, handle)), valid };
  }

  const at = ({ origin }: { readonly origin: string }) =>
    ewsAt(`${origin}${ewsPath}`, { AuthScheme: "NTLM", SSLServerCert: "*" });

  test("without a device in between the login is taken", async () => {
    const own = await makeCertificate();
    const server = await iis(own, own);
    const expected = { code: "NOT_EWS_PATH", step: "protocol", problem: "PROTOCOL", owner: "designer" } as const;
    await proves(stand(), expected, at(server));
    expect(server.valid).toContain(true);
    expect(server.valid).not.toContain(false);
  });

  test("EXTENDED_PROTECTION_SUSPECTED: valid credentials are refused, and the answer shows a balancer", async () => {
    const [own, shown] = await Promise.all([makeCertificate(), makeCertificate()]);
    const server = await iis(own, shown, { "set-cookie": "BIGipServer~mail=1677787402.47873.0000; path=/" });
    const { evidence, fix } = await proves(
      stand(),
      {
        code: "EXTENDED_PROTECTION_SUSPECTED",
        step: "authentication",
        problem: "AUTHENTICATION_FAILED",
        owner: "server-admin",
      },
      at(server),
    );
    expect(evidence).toMatchObject({
      channelBinding: "sent",
      signs: ["set-cookie: BIGipServer~mail"],
      offered: ["NTLM"],
    });
    expect(fix).toMatch(/^Check user and password first\..*Extended Protection/);
    // One login for the test and one for the query: a refused one is not tried again, with or without binding.
    expect(server.valid).toEqual([true, true]);
  });

  test("CREDENTIALS_REFUSED where nothing shows one; what else it may be is said", async () => {
    const [own, shown] = await Promise.all([makeCertificate(), makeCertificate()]);
    const server = await iis(own, shown);
    const { evidence, fix } = await proves(
      stand(),
      { code: "CREDENTIALS_REFUSED", step: "authentication", problem: "AUTHENTICATION_FAILED", owner: "designer" },
      at(server),
    );
    expect(evidence).toMatchObject({ channelBinding: "sent" });
    expect(fix).toContain("Extended Protection");
    expect(server.valid).toEqual([true, true]);
  });
});

describe("holding back", () => {
  async function saved(name: string, properties: object) {
    const { admin } = stand();
    const made = await admin.ok("/v1/connections", { name, connector: "microsoft-exchange", properties });
    return async () => (await admin.call(`/v1/connections/${made.id}/query`, { table: "Inbox", limit: 1 })).body;
  }

  test("CREDENTIALS_HELD_BACK: after five refusals in a row the password is not sent any more", async () => {
    expectListed("CREDENTIALS_HELD_BACK");
    const server = await serveAlike({ status: 401, headers: { "www-authenticate": "Basic" } });
    const query = await saved("wrong password", ewsAt(ewsOf(server)));
    for (let turn = 0; turn < 5; turn++)
      expect(await query()).toMatchObject({ code: "AUTHENTICATION_FAILED", cause: "CREDENTIALS_REFUSED" });
    const { length } = server.heard;
    expect(await query()).toMatchObject({ status: 502, code: "AUTHENTICATION_FAILED", cause: "CREDENTIALS_HELD_BACK" });
    expect(server.heard.length).toBe(length);
  });

  test("CIRCUIT_OPEN: after many cut connections the server is left alone", async () => {
    expectListed("CIRCUIT_OPEN");
    const server = await serveBytes((socket) => socket.destroy());
    const query = await saved("cut", ewsAt(ewsOf(server)));
    const first = await query();
    expect(first).toMatchObject({ code: "UNREACHABLE", cause: "CONNECTION_CUT" });
    await query();
    expect(await query()).toMatchObject({ status: 502, code: "UNREACHABLE", cause: "CIRCUIT_OPEN" });
  });
});
