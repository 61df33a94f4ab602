import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emptyFields, graphId, type Mailbox } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { alice, connect, graphProperties, type Stand, startStand } from "../support/stand.ts";
import { hastyClock, reader } from "./support.ts";

/** The service's name outside, which nobody can resolve here. */
const publicUrl = "https://connector.example";

let stand: Stand;
let mailbox: Mailbox;
const posted: { url: string; body: string; status: number }[] = [];
const post: typeof fetch = async (address, init) => {
  const url = String(address);
  const answer = await fetch(url.replace(publicUrl, stand.service.url), init);
  posted.push({ url, body: String(init?.body ?? ""), status: answer.status });
  return answer;
};

beforeAll(async () => {
  stand = await startStand({ clock: hastyClock, sandbox: { post }, environment: { PUBLIC_URL: publicUrl } });
  await connect(stand.admin, "graph", graphProperties(stand.sandbox));
  mailbox = stand.sandbox.organisation.requireMailbox(alice);
});
afterAll(() => stand.stop());
afterEach(() => stand.sandbox.faults.clear());

const base = "/v1/connections/graph/subscriptions";
const folder = (name: "inbox" | "drafts") => mailbox.folders.requireWellKnown(name).id;
const add = (subject: string, to: "inbox" | "drafts" = "inbox") =>
  mailbox.createItem("message", folder(to), { ...emptyFields("message"), subject });
const notify = (id: string, body: unknown, query = "") =>
  fetch(`${stand.service.url}/v1/notifications/${id}${query}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("notices posted by Graph", () => {
  test("the address is tested, changes are told as they happen, and the remote subscription ends with ours", async () => {
    const made = await stand.admin.call(base, { table: "Messages" });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ state: "active", kind: "webhook", warnings: [] });
    expect(Date.parse(made.body.expiresAt) - Date.now()).toBeGreaterThan(6 * 24 * 3_600_000);
    expect(posted[0]).toMatchObject({ status: 200 });
    expect(posted[0]?.url).toContain(`${publicUrl}/v1/notifications/${made.body.id}?validationToken=`);
    const events = reader(stand.admin, `${base}/${made.body.id}`);
    const item = add("posted");
    mailbox.changeItem(item.id, (one) => {
      one.isRead = true;
    });
    const told = await events.until((all) => all.length >= 2);
    expect(told.map(({ changeType, source }) => [changeType, source])).toEqual([
      ["created", "notification"],
      ["updated", "notification"],
    ]);
    expect(told[0]?.key).toEqual({ id: graphId(item.id) });
    expect(stand.sandbox.subscriptions.all()).toHaveLength(1);
    const left = await stand.admin.call(`${base}/${made.body.id}`, undefined, { method: "DELETE" });
    expect(left.status).toBe(204);
    expect(stand.sandbox.subscriptions.all()).toHaveLength(0);
  });

  test("a notice with another secret is refused, counted and does nothing", async () => {
    const { id } = await stand.admin.ok(base, { table: "Messages", folder: "drafts" });
    const [remote] = stand.sandbox.subscriptions.all();
    const notice = (clientState: string) => ({
      value: [{ subscriptionId: remote?.id, clientState, changeType: "created", resourceData: { id: "AAA=" } }],
    });
    const wrong = await notify(id, notice("guessed"));
    expect(wrong.status).toBe(403);
    expect(await wrong.json()).toMatchObject({ code: "FORBIDDEN", cause: "NOTIFICATION_SECRET_WRONG" });
    expect((await notify(id, { hello: 1 })).status).toBe(400);
    expect((await notify("00000000-0000-4000-8000-000000000000", notice("x"))).status).toBe(404);
    expect((await stand.admin.ok(`${base}/${id}/events`)).items).toEqual([]);
    const metrics = await stand.admin.get("/metrics");
    expect(metrics.text).toMatch(/subscription_notices_total\{result="refused"\} [3-9]/);
    expect((await notify(id, notice(remote?.clientState ?? ""))).status).toBe(202);
    expect((await stand.admin.ok(`${base}/${id}/events`)).items).toHaveLength(1);
    await stand.admin.call(`${base}/${id}`, undefined, { method: "DELETE" });
  });

  test("lost notices are found when Graph says that some were missed", async () => {
    const { id } = await stand.admin.ok(base, { table: "Messages" });
    const events = reader(stand.admin, `${base}/${id}`);
    stand.sandbox.faults.add({ kind: "notices", drop: 1 });
    const item = add("lost");
    const [remote] = stand.sandbox.subscriptions.all();
    if (remote === undefined) throw new Error("no remote subscription");
    await stand.sandbox.subscriptions.announce(remote, "missed");
    const [told] = await events.until((all) => all.length >= 1);
    expect(told).toMatchObject({ changeType: "created", source: "reconciliation", key: { id: graphId(item.id) } });
    await stand.admin.call(`${base}/${id}`, undefined, { method: "DELETE" });
  });

  test("a subscription Graph removed is made anew, and what happened in between is told", async () => {
    const { id } = await stand.admin.ok(base, { table: "Messages" });
    const events = reader(stand.admin, `${base}/${id}`);
    const [remote] = stand.sandbox.subscriptions.all();
    if (remote === undefined) throw new Error("no remote subscription");
    stand.sandbox.subscriptions.remove(remote);
    const item = add("in between");
    await stand.sandbox.subscriptions.announce(remote, "subscriptionRemoved");
    const [told] = await events.until((all) => all.length >= 1);
    expect(told).toMatchObject({ source: "reconciliation", key: { id: graphId(item.id) } });
    const [next] = stand.sandbox.subscriptions.all();
    expect(next?.id).not.toBe(remote.id);
    add("told again");
    expect((await events.until((all) => all.length >= 2))[1]).toMatchObject({ source: "notification" });
    await stand.admin.call(`${base}/${id}`, undefined, { method: "DELETE" });
  });

  test("a doubled notice is marked", async () => {
    const { id } = await stand.admin.ok(base, { table: "Messages" });
    const events = reader(stand.admin, `${base}/${id}`);
    stand.sandbox.faults.add({ kind: "notices", duplicate: 1 });
    add("twice");
    const told = await events.until((all) => all.length >= 2);
    expect(told.map(({ duplicate }) => duplicate)).toEqual([undefined, true]);
    await stand.admin.call(`${base}/${id}`, undefined, { method: "DELETE" });
  });
});
