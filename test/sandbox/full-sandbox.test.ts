import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { Client, FileUpload, LargeFileUploadTask } from "@microsoft/microsoft-graph-client";
import type { Contact, Event, Message } from "@microsoft/microsoft-graph-types";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FullSandbox, startFullSandbox } from "../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { SmtpRefusal } from "../../connectors/microsoft-exchange/sandbox/smtp/smtp.ts";

const ALICE = "alice@sandbox.example";
const wild = "Grüße & <b> \"q\" 'a' 漢字 😀  two  spaces";
let sandbox: FullSandbox;
let graph: Client;

beforeAll(async () => {
  sandbox = await startFullSandbox({ empty: true });
  setDefaultCACertificates([...getCACertificates("default"), sandbox.tls.ca]);
  graph = graphClient(await token("https://graph.microsoft.com/.default"));
});
afterAll(() => sandbox.stop());
beforeEach(() => {
  sandbox.faults.clear();
  sandbox.smtpRefusals.clear();
});

async function token(scope: string): Promise<string> {
  const { authority, app } = sandbox.description;
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      authority: `${authority}/${app.tenant}`,
      knownAuthorities: [new URL(authority).host],
    },
  });
  const result = await application.acquireTokenByClientCredential({ scopes: [scope] });
  return result?.accessToken ?? "";
}

/** Microsoft's client with its stock chain. */
function graphClient(accessToken: string): Client {
  return Client.init({
    baseUrl: `${sandbox.description.graph}/`,
    defaultVersion: "v1.0",
    customHosts: new Set(["127.0.0.1"]),
    authProvider: (done) => done(null, accessToken),
  });
}

/** Posts SOAP as a person would by hand; answers the text of the envelope. */
async function soap(body: string, user = ALICE): Promise<string> {
  const envelope = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2016"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`;
  const answer = await fetch(sandbox.description.ews, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8", authorization: `Basic ${btoa(`${user}:sandbox`)}` },
    body: envelope,
  });
  return answer.text();
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function between(text: string, name: string): string | undefined {
  const content = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}>`).exec(text)?.[1];
  return content
    ?.replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

function idIn(text: string): string {
  return /<(?:\w+:)?ItemId Id="([^"]+)"/.exec(text)?.[1] ?? "";
}

const getItem = (id: string) =>
  `<GetItem><ItemShape><t:BaseShape>AllProperties</t:BaseShape></ItemShape><ItemIds><t:ItemId Id="${id}"/></ItemIds></GetItem>`;
/** The form Graph gives an EWS id. */
const graphForm = (id: string) => id.replaceAll("/", "-").replaceAll("+", "_");
const ewsForm = (id: string) => id.replaceAll("-", "/").replaceAll("_", "+");

describe("one set of mailboxes", () => {
  it("shows by Graph what EWS wrote", async () => {
    const made = await soap(
      `<CreateItem MessageDisposition="SaveOnly"><Items><t:Message><t:Subject>${escapeXml(wild)}</t:Subject><t:Body BodyType="HTML">${escapeXml(`<p>${wild}</p>`)}</t:Body><t:Importance>High</t:Importance><t:ToRecipients><t:Mailbox><t:Name>Bob</t:Name><t:EmailAddress>bob@sandbox.example</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message></Items></CreateItem>`,
    );
    expect(made).toContain("NoError");
    const message: Message = await graph.api(`/users/${ALICE}/messages/${graphForm(idIn(made))}`).get();
    expect(message).toMatchObject({
      subject: wild,
      body: { contentType: "html", content: `<p>${wild}</p>` },
      importance: "high",
      isDraft: true,
      toRecipients: [{ emailAddress: { address: "bob@sandbox.example" } }],
    });
  });

  it("shows by EWS what Graph wrote", async () => {
    const contact: Contact = await graph.api(`/users/${ALICE}/contacts`).post({
      givenName: wild,
      surname: "Bell",
      personalNotes: wild,
      emailAddresses: [{ name: wild, address: "ann@x.example" }],
      businessPhones: ["+49 1"],
    });
    const shown = await soap(getItem(ewsForm(contact.id ?? "")));
    expect(between(shown, "GivenName")).toBe(wild);
    expect(between(shown.replace(/<\/?s:Body>/g, ""), "Body")).toBe(wild);
    expect(shown).toContain("ann@x.example");
    expect(shown).toContain("+49 1");
    const event: Event = await graph.api(`/users/${ALICE}/events`).post({
      subject: wild,
      start: { dateTime: "2026-05-04T09:00:00", timeZone: "Pacific Standard Time" },
      end: { dateTime: "2026-05-04T10:00:00", timeZone: "Pacific Standard Time" },
      location: { displayName: "Haus" },
    });
    const item = await soap(getItem(ewsForm(event.id ?? "")));
    expect(between(item, "Subject")).toBe(wild);
    expect(between(item, "Start")).toBe("2026-05-04T16:00:00Z");
    expect(between(item, "Location")).toBe("Haus");
  });

  it("lets EWS in with an application's token and keeps Graph tokens out", async () => {
    const request = async (accessToken: string) => {
      const answer = await fetch(sandbox.description.ewsTls, {
        method: "POST",
        headers: { "content-type": "text/xml", authorization: `Bearer ${accessToken}` },
        body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2016"/><t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${ALICE}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation></s:Header><s:Body><GetFolder><FolderShape><t:BaseShape>IdOnly</t:BaseShape></FolderShape><FolderIds><t:DistinguishedFolderId Id="inbox"/></FolderIds></GetFolder></s:Body></s:Envelope>`,
      });
      return [answer.status, (await answer.text()).includes("NoError")];
    };
    expect(await request(await token("https://outlook.office365.com/.default"))).toEqual([200, true]);
    expect(await request(await token("https://graph.microsoft.com/.default"))).toEqual([401, false]);
  });

  it("takes mail by SMTP and shows it by Graph in both mailboxes", async () => {
    const { smtp } = sandbox.description;
    const transport = createTransport({
      ...smtp,
      requireTLS: true,
      tls: { ca: sandbox.tls.ca },
      auth: { type: "OAuth2", user: ALICE, accessToken: await token("https://outlook.office365.com/.default") },
    });
    await transport.sendMail({
      from: ALICE,
      to: "bob@sandbox.example",
      bcc: "svc@sandbox.example",
      subject: wild,
      text: "hi",
    });
    for (const address of ["bob@sandbox.example", "svc@sandbox.example"]) {
      const list = await graph.api(`/users/${address}/mailFolders/inbox/messages`).get();
      expect(list.value).toMatchObject([{ subject: wild, bccRecipients: [] }]);
    }
    const sent = await graph.api(`/users/${ALICE}/mailFolders/sentitems/messages`).get();
    expect(sent.value).toMatchObject([
      { subject: wild, bccRecipients: [{ emailAddress: { address: "svc@sandbox.example" } }] },
    ]);
    sandbox.smtpRefusals.set(
      "auth",
      new SmtpRefusal(535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
    );
    const refused = transport.sendMail({ from: ALICE, to: "bob@sandbox.example", text: "x" });
    await expect(refused).rejects.toThrow("5.7.139");
  });
});

describe("microsoft-graph-client", () => {
  it("goes through pages, sends mail and reads it back", async () => {
    const path = `/users/${ALICE}/mailFolders/archive/messages`;
    for (let index = 0; index < 12; index += 1) await graph.api(path).post({ subject: `m${index}` });
    const first = await graph.api(path).select(["id", "subject"]).get();
    const second = await graph.api(first["@odata.nextLink"]).get();
    expect([first.value.length, second.value.length, second["@odata.nextLink"]]).toEqual([10, 2, undefined]);
    const message = {
      subject: "sent",
      body: { contentType: "text", content: "x" },
      toRecipients: [{ emailAddress: { address: "svc@sandbox.example" } }],
    };
    await graph.api(`/users/${ALICE}/sendMail`).post({ message });
    const found = await graph.api("/users/svc@sandbox.example/messages").filter("subject eq 'sent'").get();
    expect(found.value).toHaveLength(1);
    await expect(graph.api(`/users/${ALICE}/messages/junk`).get()).rejects.toMatchObject({
      statusCode: 400,
      code: "ErrorInvalidIdMalformed",
    });
  });

  it("uploads a large attachment", async () => {
    const made: Message = await graph.api(`/users/${ALICE}/messages`).post({ subject: "big" });
    const path = `/users/${ALICE}/messages/${made.id}/attachments`;
    const size = 5 * 1024 * 1024;
    const session = await LargeFileUploadTask.createUploadSession(graph, `${path}/createUploadSession`, {
      AttachmentItem: { attachmentType: "file", name: "big.bin", size },
    });
    const source = new FileUpload(new Blob([Buffer.alloc(size, 1)]) as never, "big.bin", size);
    await new LargeFileUploadTask(graph, source, session, { rangeSize: 1_966_080 }).upload();
    const list = await graph.api(path).select(["name", "size"]).get();
    expect(list.value).toMatchObject([{ name: "big.bin", size }]);
  });

  it("waits out throttling by itself", async () => {
    sandbox.faults.add({
      kind: "throttled",
      face: "graph",
      operation: `GET /users/${ALICE}/contacts`,
      count: 1,
      retryAfterSeconds: 0,
    });
    expect((await graph.api(`/users/${ALICE}/contacts`).get()).value).toBeDefined();
    expect(sandbox.faults.calls.get(`graph GET /users/${ALICE}/contacts`)).toBe(2);
  });

  it("meets throttling inside a batch", async () => {
    sandbox.faults.add({ kind: "throttled", face: "graph", operation: `GET /users/${ALICE}/events`, count: 1 });
    const answer = await graph
      .api("/$batch")
      .post({ requests: [{ id: "1", method: "GET", url: `/users/${ALICE}/events` }] });
    expect(answer.responses).toMatchObject([{ id: "1", status: 429, headers: { "retry-after": "1" } }]);
  });
});

describe("counters", () => {
  it("counts token calls", async () => {
    const before = sandbox.identity.stats().tokenCalls;
    await token("https://graph.microsoft.com/.default");
    const answer = await fetch(`${new URL(sandbox.description.ews).origin}/__stats`);
    expect(await answer.json()).toMatchObject({ tokenCalls: before + 1, reuseSeen: 0 });
  });
});
