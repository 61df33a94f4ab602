import { beforeEach, describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { CLIENT_IDS } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { ALICE, BOB, useGraph, wild } from "./support.ts";

const graph = useGraph();
beforeEach(() => graph.sandbox().faults.clear());
const where = (column: string, operator: string, value: unknown) => ({ column, operator, value }) as const;
const idOf = (outcomes: readonly { key?: Row }[], index = 0) => String(outcomes[index]?.key?.id);

describe("contacts", () => {
  it("keep every letter, and their name when something else changes", async () => {
    const row = {
      givenName: "Ada",
      surname: "Lovelace",
      displayName: wild,
      emailAddresses: [{ name: wild, address: "ada@example.com" }],
      businessPhones: ["+44 1"],
      businessAddress_city: wild,
      personalNotes: wild,
      birthday: "1815-12-10T00:00:00Z",
    };
    const made = await graph.write("create", "Contacts", [row]);
    const id = idOf(made);
    const read = async () =>
      (await graph.query({ table: "Contacts", where: where("id", "=", id) })).rows[0] ?? ({} as Row);
    expect(await read()).toMatchObject(row);
    const before = graph.sent.length;
    await graph.write("update", "Contacts", [{ id, givenName: "Augusta", businessAddress_city: null }]);
    expect(graph.sent.slice(before)).toEqual([`GET /me/contacts/${id}`, `PATCH /me/contacts/${id}`]);
    expect(await read()).toMatchObject({ givenName: "Augusta", displayName: wild, businessAddress_city: null });
    const there = await graph.query({
      table: "Contacts",
      columns: ["id"],
      where: where("givenName", "LIKE", "august%"),
    });
    expect(there.rows).toEqual([{ id }]);
    expect((await graph.write("delete", "Contacts", [{ id }]))[0]?.status).toBe("succeeded");
  });

  it("are made twenty at a time in one call, in order", async () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({ givenName: `n${index}`, surname: "Batch" }));
    const before = graph.sent.length;
    const made = await graph.write("create", "Contacts", rows);
    expect(graph.sent.slice(before)).toEqual(["POST /$batch"]);
    const { rows: found } = await graph.query({
      table: "Contacts",
      columns: ["id", "givenName"],
      where: where("surname", "=", "Batch"),
    });
    const names = new Map(found.map(({ id, givenName }) => [id, givenName]));
    expect(made.map(({ key }) => names.get(key?.id ?? null))).toEqual(rows.map(({ givenName }) => givenName));
  });
});

describe("the directory", () => {
  it("users by filter and id", async () => {
    const application = graph.session("application");
    const { rows } = await graph.query(
      { table: "Users", columns: ["id", "userPrincipalName"], where: where("userPrincipalName", "=", BOB) },
      application,
    );
    expect(rows).toHaveLength(1);
    const byId = await graph.query(
      { table: "Users", columns: ["userPrincipalName"], where: where("id", "=", rows[0]?.id) },
      application,
    );
    expect(byId.rows).toEqual([{ userPrincipalName: BOB }]);
    const missing = where("id", "=", "00000000-0000-4000-8000-00000000dead");
    expect((await graph.query({ table: "Users", columns: ["id"], where: missing }, application)).rows).toEqual([]);
  });

  it("rooms, groups and their members", async () => {
    const application = graph.session("application");
    const rooms = await graph.query({ table: "Rooms", columns: ["displayName", "emailAddress"] }, application);
    expect(rooms.rows.map(({ emailAddress }) => emailAddress)).toContain("room1@sandbox.example");
    const groups = await graph.query({ table: "Groups", columns: ["id", "displayName"] }, application);
    const members = await graph.query({ table: "GroupMembers", columns: ["groupId", "id"] }, application);
    for (const { groupId } of members.rows) expect(groups.rows.map(({ id }) => id)).toContain(groupId);
  });
});

it("mailbox settings and To Do", async () => {
  await graph.write("update", "MailboxSettings", [
    { automaticRepliesSetting_status: "alwaysEnabled", automaticRepliesSetting_internalReplyMessage: wild },
  ]);
  const settings = await graph.query({ table: "MailboxSettings" });
  expect(settings.rows).toHaveLength(1);
  expect(settings.rows[0]?.automaticRepliesSetting_status).toBe("alwaysEnabled");
  expect(String(settings.rows[0]?.automaticRepliesSetting_internalReplyMessage)).toContain(wild);
  const listId = idOf(await graph.write("create", "TodoTaskLists", [{ displayName: "chores" }]));
  const id = idOf(
    await graph.write("create", "TodoTasks", [{ listId, title: wild, dueDateTime_dateTime: "2026-03-01" }]),
  );
  const { rows } = await graph.query({
    table: "TodoTasks",
    columns: ["id", "title", "listId", "dueDateTime_dateTime"],
    where: where("listId", "=", listId),
  });
  expect(rows).toEqual([{ id, title: wild, listId, dueDateTime_dateTime: "2026-03-01T00:00:00Z" }]);
  await graph.write("update", "TodoTasks", [{ id, listId, status: "completed" }]);
  const done = await graph.query({ table: "TodoTasks", columns: ["title"], where: where("status", "=", "completed") });
  expect(done.rows).toEqual([{ title: wild }]);
  expect((await graph.write("delete", "TodoTasks", [{ id, listId }]))[0]?.status).toBe("succeeded");
});

describe("the connection test", () => {
  it("of a user passes and tells who it is", async () => {
    const { steps, identity } = await graph.probe(graph.session());
    expect(steps.map(({ id, error }) => [id, error])).toEqual([
      ["authentication", undefined],
      ["protocol", undefined],
      ["mailbox", undefined],
      ["permission", undefined],
    ]);
    expect(identity).toMatchObject({ user: ALICE, mailbox: ALICE, displayName: expect.any(String) });
    expect(steps[0]?.finding?.evidence).toMatchObject({
      audience: "https://graph.microsoft.com",
      expiresAt: expect.any(String),
    });
  });

  it("of an application with and without a user", async () => {
    const named = await graph.probe(graph.session("application", { userId: BOB }));
    expect(named.steps.map(({ id }) => id)).toEqual(["authentication", "protocol", "mailbox", "permission"]);
    expect(named.identity).toMatchObject({ user: CLIENT_IDS.full, mailbox: BOB });
    const nobody = await graph.probe(graph.session("application"));
    expect(nobody.steps.map(({ id, error }) => [id, error])).toEqual([
      ["authentication", undefined],
      ["protocol", undefined],
      ["permission", undefined],
    ]);
  });

  it("names a token for another service, a missing mailbox and missing permissions", async () => {
    const other = await graph.probe(graph.session("application", {}, { schema: "EWS" }));
    expect(other.steps.at(-1)).toMatchObject({ id: "authentication", error: { causeCode: "GRAPH_TOKEN_AUDIENCE" } });
    const missing = await graph.probe(graph.session("application", { userId: "nobody@sandbox.example" }));
    expect(missing.steps.at(-1)).toMatchObject({
      id: "protocol",
      error: { code: "NOT_FOUND", causeCode: "GRAPH_USER_NOT_FOUND" },
    });
    const reader = await graph.probe(
      graph.session("application", { userId: BOB }, { clientId: CLIENT_IDS.mailReader }),
    );
    expect(reader.steps.at(-1)).toMatchObject({
      id: "permission",
      finding: {
        warning: "GRAPH_PERMISSIONS_PARTIAL",
        evidence: { missing: expect.arrayContaining(["Calendars.ReadWrite"]) },
      },
    });
    const powerless = await graph.probe(
      graph.session("application", { userId: BOB }, { clientId: CLIENT_IDS.noRoles }),
    );
    expect(powerless.steps.at(-1)).toMatchObject({ id: "mailbox", error: { causeCode: "GRAPH_PERMISSION_MISSING" } });
  });
});
