import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { emptyFields, type Mailbox } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { alice, connect, ewsProperties, type Stand, startStand } from "../support/stand.ts";
import { hastyClock } from "./support.ts";

const secret = "a secret of the receiver";
const base = "/v1/connections/ews/subscriptions";

let stand: Stand;
let mailbox: Mailbox;
let receiver: Server;
let url = "";
const taken: { body: string; signature: string; timestamp: string }[] = [];
let statuses: number[] = [];

beforeAll(async () => {
  stand = await startStand({ clock: hastyClock, environment: { SUBSCRIPTION_POLL_SECONDS: "0" } });
  await connect(stand.admin, "ews", ewsProperties(stand.sandbox));
  mailbox = stand.sandbox.organisation.requireMailbox(alice);
  receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const status = statuses.shift() ?? 204;
    const header = (name: string) => String(request.headers[name]);
    if (status < 300)
      taken.push({
        body: Buffer.concat(parts).toString("utf8"),
        signature: header("x-subscription-signature"),
        timestamp: header("x-subscription-timestamp"),
      });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;
});
afterAll(async () => {
  receiver.close();
  await stand.stop();
});
beforeEach(() => {
  taken.length = 0;
  statuses = [];
});

const inbox = () => mailbox.folders.requireWellKnown("inbox").id;
const add = (subject: string) => mailbox.createItem("message", inbox(), { ...emptyFields("message"), subject });
const eventually = async <T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  for (let tries = 0; tries < 500; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(20);
  }
  throw new Error("it did not come");
};
const items = (): { id: string; key: { ItemId: string }; changeType: string }[] =>
  taken.flatMap(({ body }) => JSON.parse(body).items);
const end = (id: string) => stand.admin.call(`${base}/${id}?force=true`, undefined, { method: "DELETE" });

describe("events posted to the address of an owner", () => {
  test("arrive signed, in order, and again after a failure", async () => {
    const made = await stand.admin.ok(base, { table: "Inbox", changeTypes: ["created"], delivery: { url, secret } });
    expect(JSON.stringify(made)).not.toContain(secret);
    statuses = [500, 503];
    const ids = ["one", "two", "three"].map((subject) => add(subject).id);
    const failing = await eventually(async () => {
      const { delivery } = (await stand.admin.ok(`${base}/${made.id}`)).owners[0];
      return delivery.state === "retrying" ? delivery : undefined;
    });
    expect(failing.reason).toMatchObject({ code: "DELIVERY_REFUSED" });
    await eventually(() => (items().length >= 3 ? true : undefined));
    expect(items().map(({ key }) => key.ItemId)).toEqual(ids);
    for (const { body, signature, timestamp } of taken) {
      expect(signature).toBe(`sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`);
      expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    }
    const [owner] = (await stand.admin.ok(`${base}/${made.id}`)).owners;
    expect(owner).toMatchObject({ changeTypes: ["created"], delivery: { url, state: "active" } });
    expect(stand.log()).not.toContain(secret);
    await end(made.id);
  });

  test("a failing address is shown, one that wants no more ends the delivery, and the events stay to be read", async () => {
    statuses = [500];
    const { id } = await stand.admin.ok(base, { table: "Drafts", delivery: { url, secret } });
    const delivery = async () => (await stand.admin.ok(`${base}/${id}`)).owners[0].delivery;
    const drafts = mailbox.folders.requireWellKnown("drafts").id;
    mailbox.createItem("message", drafts, { ...emptyFields("message"), subject: "x" });
    await eventually(async () => ((await delivery()).deliveredAt === undefined ? undefined : true));
    statuses = [410];
    mailbox.createItem("message", drafts, { ...emptyFields("message"), subject: "y" });
    const ended = await eventually(async () => {
      const now = await delivery();
      return now.state === "ended" ? now : undefined;
    });
    expect(ended.reason).toMatchObject({ code: "DELIVERY_ENDED" });
    expect((await stand.admin.ok(`${base}/${id}/events`)).items).toHaveLength(2);
    await end(id);
  });

  test("an owner whose key was removed, or limited to other connections, is told nothing more", async () => {
    const contacts = mailbox.folders.requireWellKnown("contacts").id;
    const [removed, limited] = [
      await stand.admin.ok("/v1/keys", { scopes: ["operator"] }),
      await stand.admin.ok("/v1/keys", { scopes: ["operator"] }),
    ];
    for (const { key } of [removed, limited])
      await stand.client(key).ok(base, { table: "Contacts", delivery: { url, secret } });
    await stand.admin.call(`/v1/keys/${removed.id}`, undefined, { method: "DELETE" });
    await stand.admin.call(`/v1/keys/${limited.id}`, { connections: ["another"] }, { method: "PATCH" });
    mailbox.createItem("contact", contacts, emptyFields("contact"));
    const [made] = (await stand.admin.ok(base)).items;
    const ended = await eventually(async () => {
      const { owners } = await stand.admin.ok(`${base}/${made.id}`);
      const deliveries = owners.map(({ delivery }: { delivery: { state: string } }) => delivery);
      return deliveries.every(({ state }: { state: string }) => state === "ended") ? deliveries : undefined;
    });
    expect(ended.map(({ reason }: { reason: { detail: string } }) => reason.detail).sort()).toEqual([
      expect.stringContaining("may no longer use the connection"),
      expect.stringContaining("was removed"),
    ]);
    expect(taken).toEqual([]);
    await end(made.id);
  });

  test("an address that may not be reached is refused when it is named", async () => {
    const answers = await Promise.all(
      ["http://example.com/x", "https://user:pw@example.com/", "https://169.254.169.254/latest", "ftp://x"].map((one) =>
        stand.admin.call(base, { table: "Inbox", delivery: { url: one, secret } }),
      ),
    );
    expect(answers.map(({ body }) => body.code)).toEqual([
      "INVALID_REQUEST",
      "INVALID_REQUEST",
      "EGRESS_DENIED",
      "INVALID_REQUEST",
    ]);
    expect((await stand.admin.ok(base)).items).toEqual([]);
  });
});
