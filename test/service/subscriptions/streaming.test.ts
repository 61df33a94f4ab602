import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emptyFields, type Mailbox } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { alice, connect, ewsProperties, type Stand, startStand } from "../support/stand.ts";
import { hastyClock, reader, type Told } from "./support.ts";

let stand: Stand;
let mailbox: Mailbox;
beforeAll(async () => {
  stand = await startStand({ clock: hastyClock });
  await connect(stand.admin, "ews", ewsProperties(stand.sandbox));
  mailbox = stand.sandbox.organisation.requireMailbox(alice);
});
afterAll(() => stand.stop());
afterEach(() => stand.sandbox.faults.clear());

const base = "/v1/connections/ews/subscriptions";
const add = (subject: string) =>
  mailbox.createItem("message", mailbox.folders.requireWellKnown("inbox").id, { ...emptyFields("message"), subject });
const streams = () => stand.sandbox.faults.calls.get("ews GetStreamingEvents") ?? 0;

describe("events streamed by Exchange", () => {
  test("are told as they happen, over one answer", async () => {
    const made = await stand.admin.call(base, { table: "Inbox", kind: "streaming" });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ kind: "streaming", state: "active" });
    const events = reader(stand.admin, `${base}/${made.body.id}`);
    const first = add("first");
    const [told] = await events.until((all) => all.length >= 1);
    expect(told).toMatchObject({ changeType: "created", key: { ItemId: first.id } });
    const before = streams();
    const later = [add("second"), add("third")];
    const news = (all: readonly Told[]) => all.filter(({ duplicate }) => duplicate !== true);
    const all = news(await events.until((some) => news(some).length >= 3));
    expect(all.slice(1).map(({ key, source }) => [key["ItemId"], source])).toEqual(
      later.map(({ id }) => [id, "notification"]),
    );
    expect(streams()).toBe(before);
    expect((await stand.admin.call(`${base}/${made.body.id}`, undefined, { method: "DELETE" })).status).toBe(204);
  });

  test("an answer that breaks off is opened again, and what was missed is told", async () => {
    stand.sandbox.faults.add({
      kind: "cutAnswer",
      face: "ews",
      operation: "GetStreamingEvents",
      bytes: 9999,
      count: 2,
    });
    stand.sandbox.faults.add({
      kind: "refused",
      operation: "GetStreamingEvents",
      code: "ErrorSubscriptionNotFound",
      count: 1,
    });
    const { id } = await stand.admin.ok(base, { table: "Inbox", kind: "streaming" });
    const events = reader(stand.admin, `${base}/${id}`);
    const made = Array.from({ length: 20 }, (_, index) => add(`item ${index}`).id);
    const told = await events.until((all) => new Set(all.map(({ key }) => key["ItemId"])).size >= 20);
    expect(new Set(told.map(({ key }) => key["ItemId"]))).toEqual(new Set(made));
    await expect.poll(async () => (await stand.admin.ok(`${base}/${id}`)).state).toBe("active");
    await stand.admin.call(`${base}/${id}`, undefined, { method: "DELETE" });
  });

  test("notices that are lost are found, doubled ones are marked", async () => {
    const { id } = await stand.admin.ok(base, { table: "Inbox", kind: "streaming" });
    const events = reader(stand.admin, `${base}/${id}`);
    const before = streams();
    await expect.poll(streams, { timeout: 5000 }).toBeGreaterThan(before);
    stand.sandbox.faults.add({ kind: "notices", duplicate: 1 });
    const item = add("twice");
    const told = await events.until((all) => all.filter(({ key }) => key["ItemId"] === item.id).length >= 2);
    expect(told.filter(({ duplicate }) => duplicate === true).length).toBeGreaterThan(0);
    await stand.admin.call(`${base}/${id}`, undefined, { method: "DELETE" });
  });
});
