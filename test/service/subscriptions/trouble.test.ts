import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connect, ewsProperties, graphProperties, type Stand, startStand } from "../support/stand.ts";
import { hastyClock } from "./support.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand({ clock: hastyClock, environment: { SUBSCRIPTION_POLL_SECONDS: "0" } });
  await connect(stand.admin, "ews", ewsProperties(stand.sandbox));
  await connect(stand.admin, "graph", graphProperties(stand.sandbox));
});
afterAll(() => stand.stop());
afterEach(() => stand.sandbox.faults.clear());

const base = "/v1/connections/ews/subscriptions";
const warned = async () => (await stand.admin.ok("/v1/connections/ews/status")).warnings as { code: string }[];
const end = (id: string, path = base) => stand.admin.call(`${path}/${id}?force=true`, undefined, { method: "DELETE" });
const patient = { timeout: 15_000, interval: 100 };

describe("a subscription that cannot go on", () => {
  test("warns while it fails, and recovers", async () => {
    const { id } = await stand.admin.ok(base, { table: "Inbox" });
    stand.sandbox.faults.add({ kind: "refused", operation: "GetEvents", code: "ErrorInternalServerError" });
    await expect.poll(async () => (await warned()).map(({ code }) => code), patient).toContain("SUBSCRIPTION_ENDING");
    const failing = await stand.admin.ok(`${base}/${id}`);
    expect(failing).toMatchObject({ state: "renewing", reason: { detail: expect.any(String) } });
    stand.sandbox.faults.clear();
    await expect.poll(async () => (await stand.admin.ok(`${base}/${id}`)).state, patient).toBe("active");
    expect((await warned()).map(({ code }) => code)).not.toContain("SUBSCRIPTION_ENDING");
    await end(id);
  });

  test("ends with its reason when it is refused, shows it, and is made anew by the next create", async () => {
    const { id } = await stand.admin.ok(base, { table: "Inbox" });
    stand.sandbox.faults.add({ kind: "refused", operation: "GetEvents", code: "ErrorAccessDenied" });
    await expect.poll(async () => (await stand.admin.ok(`${base}/${id}`)).state, patient).toBe("ended");
    const ended = await stand.admin.ok(`${base}/${id}`);
    expect(ended.reason).toMatchObject({ code: "SUBSCRIPTION_REFUSED", detail: expect.any(String) });
    expect(await warned()).toContainEqual(expect.objectContaining({ code: "SUBSCRIPTION_REFUSED" }));
    stand.sandbox.faults.clear();
    const anew = await stand.admin.call(base, { table: "Inbox" });
    expect(anew.status).toBe(201);
    expect(anew.body).toMatchObject({ state: "active" });
    expect(anew.body.id).not.toBe(id);
    await end(anew.body.id);
  });

  test("leaves nothing behind when it cannot be made", async () => {
    const missing = await stand.admin.call(base, { table: "Inbox", folder: "AAMkNoSuchFolder" });
    expect(missing.status, missing.text).toBeGreaterThanOrEqual(400);
    const unknown = await stand.admin.call(base, { table: "Inboxx" });
    expect(unknown.body).toMatchObject({ code: "UNKNOWN_TABLE" });
    expect((await stand.admin.call(base, { table: "Rooms" })).body).toMatchObject({ code: "UNSUPPORTED" });
    expect((await stand.admin.call(base, {})).body).toMatchObject({ code: "INVALID_REQUEST" });
    expect((await stand.admin.call(base, { table: "Inbox", kind: "webhook" })).body).toMatchObject({
      code: "UNSUPPORTED",
    });
    expect((await stand.admin.ok(base)).items).toEqual([]);
  });
});

describe("a resource several applications watch", () => {
  test("has one subscription with all of them as owners; the last one ends it", async () => {
    const { key, id: keyId } = await stand.admin.ok("/v1/keys", { scopes: ["operator"] });
    const other = stand.client(key);
    const first = await stand.admin.call(base, { table: "Inbox", changeTypes: ["created"] });
    const second = await other.call(base, { folder: "inbox", changeTypes: ["deleted"] });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.id).toBe(first.body.id);
    expect(second.body.owners.map((owner: { changeTypes: string[] }) => owner.changeTypes)).toEqual([
      ["created"],
      ["deleted"],
    ]);
    expect(second.body.owners[1].keyId).toBe(keyId);
    const path = `${base}/${first.body.id}`;
    expect((await stand.admin.call(base, { table: "Inbox", kind: "streaming" })).body.code).toBe("CONFLICT");
    expect((await other.call(path, undefined, { method: "DELETE" })).status).toBe(204);
    expect((await other.call(path, undefined, { method: "DELETE" })).body.code).toBe("CONFLICT");
    expect((await stand.admin.ok(path)).owners).toHaveLength(1);
    expect((await stand.admin.call(path, undefined, { method: "DELETE" })).status).toBe(204);
    expect((await stand.admin.get(path)).status).toBe(404);
  });

  test("tells each owner the changes it asked for", async () => {
    const { key } = await stand.admin.ok("/v1/keys", { scopes: ["operator"] });
    const other = stand.client(key);
    const { id } = await stand.admin.ok(base, { table: "Drafts", changeTypes: ["created"] });
    await other.ok(base, { table: "Drafts", changeTypes: ["deleted"] });
    const rows = [{ Subject: "x" }];
    const { outcomes } = await stand.admin.run("ews", "create", { table: "Drafts", rows });
    await stand.admin.run("ews", "delete", { table: "Drafts", rows: [outcomes[0].key] });
    const kinds = async (client: typeof other) =>
      (await client.ok(`${base}/${id}/events`)).items.map(({ changeType }: { changeType: string }) => changeType);
    // Exchange deletes by moving to the deleted items, which leaves this folder.
    await expect.poll(() => kinds(other), patient).toEqual(["moved"]);
    expect(await kinds(stand.admin)).toEqual(["created", "moved"]);
    await end(id);
  });
});

describe("a service Graph cannot post to", () => {
  test("asks for changes instead, and says so", async () => {
    const path = "/v1/connections/graph/subscriptions";
    const { id, kind, warnings } = await stand.admin.ok(path, { table: "Messages" });
    expect(kind).toBe("pull");
    expect(warnings).toEqual([expect.stringContaining("PUBLIC_URL")]);
    await end(id, path);
  });
});
