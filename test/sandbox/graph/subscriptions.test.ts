import { createDecipheriv, createHmac, privateDecrypt, X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeClientCertificate } from "../../../connectors/microsoft-exchange/sandbox/tls.ts";
import { type GraphSandbox, graphSandbox, type Row } from "./graph-sandbox.ts";

type Notice = Readonly<Record<string, unknown>>;

let sandbox: GraphSandbox;
let server: Server;
let address: string;
let isWilling = true;
const notices: Notice[] = [];
let arrived: () => void = () => undefined;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const token = new URL(request.url ?? "/", "http://localhost").searchParams.get("validationToken");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (token !== null) {
      response.writeHead(200, { "content-type": "text/plain" }).end(isWilling ? token : "something else");
      return;
    }
    notices.push(...(JSON.parse(Buffer.concat(chunks).toString("utf8")) as { value: Notice[] }).value);
    response.writeHead(202).end();
    arrived();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notices`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  sandbox = graphSandbox();
  isWilling = true;
  notices.length = 0;
});

const ask = (more: Row = {}): Row => ({
  resource: "me/mailFolders('inbox')/messages",
  changeType: "created,updated,deleted",
  notificationUrl: address,
  expirationDateTime: "2026-05-02T10:00:00Z",
  clientState: "secret words",
  ...more,
});
const next = (): Promise<void> =>
  new Promise((resolve) => {
    arrived = resolve;
  });

describe("subscriptions", () => {
  it("are made after a handshake, listed, renewed and ended", async () => {
    const alice = await sandbox.as("alice");
    const made = await alice("POST", "/subscriptions", { body: ask() });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ changeType: "created,updated,deleted", clientState: null });
    const id = String(made.json.id);
    expect((await alice("GET", "/subscriptions")).values.map((one) => one.id)).toEqual([id]);
    const renewal = { expirationDateTime: "2026-05-03T10:00:00Z" };
    const renewed = await alice("PATCH", `/subscriptions/${id}`, { body: renewal });
    expect(renewed.json.expirationDateTime).toBe("2026-05-03T10:00:00.000Z");
    expect((await alice("DELETE", `/subscriptions/${id}`)).status).toBe(204);
    expect((await alice("GET", `/subscriptions/${id}`)).status).toBe(404);
  });

  it("end by themselves", async () => {
    const alice = await sandbox.as("alice");
    const { json } = await alice("POST", "/subscriptions", {
      body: ask({ expirationDateTime: "2026-05-01T10:30:00Z" }),
    });
    sandbox.now = new Date("2026-05-01T10:30:01Z");
    expect((await alice("GET", `/subscriptions/${json.id}`)).status).toBe(404);
  });

  it("post what happens", async () => {
    const alice = await sandbox.as("alice");
    const { json } = await alice("POST", "/subscriptions", { body: ask() });
    let told = next();
    const { json: message } = await alice("POST", "/me/mailFolders/inbox/messages", { body: { subject: "new" } });
    await told;
    expect(notices[0]).toMatchObject({
      subscriptionId: json.id,
      changeType: "created",
      clientState: "secret words",
      resourceData: { "@odata.type": "#Microsoft.Graph.Message", id: message.id },
    });
    told = next();
    await alice("PATCH", `/me/messages/${message.id}`, { body: { isRead: true } });
    await told;
    expect(notices.at(-1)).toMatchObject({ changeType: "updated", resourceData: { id: message.id } });
    told = next();
    await alice("DELETE", `/me/messages/${message.id}`);
    await told;
    expect(notices.at(-1)).toMatchObject({ changeType: "deleted", resourceData: { id: message.id } });
  });

  it("post the items themselves, readable for the subscriber alone", async () => {
    const { key, cert } = await makeClientCertificate("subscriber");
    const alice = await sandbox.as("alice");
    const encryption = {
      includeResourceData: true,
      encryptionCertificate: new X509Certificate(cert).raw.toString("base64"),
      encryptionCertificateId: "mine",
    };
    expect((await alice("POST", "/subscriptions", { body: ask(encryption) })).status).toBe(201);
    const told = next();
    await alice("POST", "/me/mailFolders/inbox/messages", { body: { subject: "sealed" } });
    await told;
    const content = notices[0]?.encryptedContent as Record<string, string>;
    expect(content.encryptionCertificateId).toBe("mine");
    const secret = privateDecrypt({ key, oaepHash: "sha1" }, Buffer.from(content.dataKey ?? "", "base64"));
    const data = Buffer.from(content.data ?? "", "base64");
    expect(createHmac("sha256", secret).update(data).digest("base64")).toBe(content.dataSignature);
    const decipher = createDecipheriv("aes-256-cbc", secret, secret.subarray(0, 16));
    const text = Buffer.concat([decipher.update(data), decipher.final()]).toString("utf8");
    expect(JSON.parse(text)).toMatchObject({ subject: "sealed" });
  });

  it.each([
    [
      "a certificate that is none",
      { includeResourceData: true, encryptionCertificate: "AAAA", encryptionCertificateId: "x" },
      "ValidationError",
    ],
    ["an address that repeats something else", {}, "ValidationError"],
    ["an address that is no https", { notificationUrl: "http://listener.example/" }, "ValidationError"],
    ["an end too far away", { expirationDateTime: "2026-05-09T10:00:00Z" }, "ExtensionError"],
    ["an end that is past", { expirationDateTime: "2026-05-01T09:00:00Z" }, "ExtensionError"],
    ["an unknown change", { changeType: "renamed" }, "BadRequest"],
    ["a resource that cannot be watched", { resource: "me/calendarGroups" }, "BadRequest"],
    ["a mailbox that is not shared", { resource: "users/bob@sandbox.example/messages" }, "ErrorAccessDenied"],
  ])("are refused for %s", async (_, change, code) => {
    const alice = await sandbox.as("alice");
    isWilling = "includeResourceData" in change;
    expect((await alice("POST", "/subscriptions", { body: ask(change) })).errorCode).toBe(code);
    expect((await alice("GET", "/subscriptions")).values).toEqual([]);
  });
});
