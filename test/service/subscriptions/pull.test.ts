import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFields, graphId, type Mailbox } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { alice, connectBoth, type Stand, startStand } from "../support/stand.ts";
import { hastyClock, reader } from "./support.ts";

let stand: Stand;
let mailbox: Mailbox;
beforeAll(async () => {
  stand = await startStand({ clock: hastyClock, environment: { SUBSCRIPTION_POLL_SECONDS: "0" } });
  await connectBoth(stand);
  mailbox = stand.sandbox.organisation.requireMailbox(alice);
});
afterAll(() => stand.stop());

const inbox = () => mailbox.folders.requireWellKnown("inbox").id;
const add = (subject: string) => mailbox.createItem("message", inbox(), { ...emptyFields("message"), subject });

describe.each([
  { connection: "ews", table: "Inbox", source: "notification", keyOf: (id: string) => ({ ItemId: id }) },
  { connection: "graph", table: "Messages", source: "reconciliation", keyOf: (id: string) => ({ id: graphId(id) }) },
])("pull over $connection", ({ connection, table, source, keyOf }) => {
  const base = `/v1/connections/${connection}/subscriptions`;

  test("changes after the subscription are told in their order, those before are not", async () => {
    add("before");
    const made = await stand.admin.call(base, { table, kind: "pull" });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ state: "active", kind: "pull", table, warnings: [] });
    const events = reader(stand.admin, `${base}/${made.body.id}`);
    expect(await events.read()).toEqual([]);
    const one = add("one");
    const two = add("two");
    const told = await events.until((all) => all.length >= 2);
    expect(told[0]).toMatchObject({ changeType: "created", source, key: keyOf(one.id) });
    expect(told[1]).toMatchObject({ changeType: "created", source, key: keyOf(two.id) });
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });
});
