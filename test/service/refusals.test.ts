import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FaultSwitch } from "../../connectors/microsoft-exchange/sandbox/faults.ts";
import { expectProblem } from "./support/problem.ts";
import { connectBoth, ewsProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  await connectBoth(stand);
});
afterAll(() => stand.stop());

const on = (activity: string) => `/v1/connections/ews/${activity}`;
const where = (condition: object) => ({ table: "Inbox", where: condition });
const contact = { GivenName: "Refused", Surname: "Wholly" };

type Refusal = readonly [what: string, path: string, body: unknown, status: number, code: string, pointer?: string];

/** Requests that are refused before anything is sent, with the place of the mistake. */
const refusals: readonly Refusal[] = [
  [
    "an operator nobody knows",
    on("query"),
    where({ column: "Subject", operator: "~", value: "x" }),
    422,
    "INVALID_QUERY",
    "/where/operator",
  ],
  [
    "a comparison with NULL",
    on("query"),
    where({ column: "Subject", operator: "=", value: null }),
    422,
    "INVALID_QUERY",
    "/where/value",
  ],
  [
    "LIKE on a boolean",
    on("query"),
    where({ column: "IsRead", operator: "LIKE", value: "t%" }),
    422,
    "INVALID_QUERY",
    "/where",
  ],
  [
    "a bad escape in LIKE",
    on("query"),
    where({ column: "Subject", operator: "LIKE", value: "a\\b" }),
    422,
    "INVALID_QUERY",
    "/where/value",
  ],
  [
    "BETWEEN with one end",
    on("query"),
    where({ column: "Size", operator: "BETWEEN", value: [1] }),
    422,
    "INVALID_QUERY",
    "/where/value",
  ],
  [
    "IN with nothing",
    on("query"),
    where({ column: "Size", operator: "IN", value: [] }),
    422,
    "INVALID_QUERY",
    "/where/value",
  ],
  [
    "a number that is no time",
    on("query"),
    where({ column: "DateTimeSent", operator: ">", value: 5 }),
    422,
    "INVALID_QUERY",
    "/where/value",
  ],
  [
    "a day that does not exist",
    on("query"),
    where({ column: "DateTimeSent", operator: ">", value: "2026-02-30" }),
    422,
    "INVALID_QUERY",
    "/where/value",
  ],
  [
    "a value in IN that is no number",
    on("query"),
    where({ column: "Size", operator: "IN", value: [1, "two"] }),
    422,
    "INVALID_QUERY",
    "/where/value/1",
  ],
  [
    "a value of an enumeration that does not exist",
    on("query"),
    where({ column: "Importance", operator: "=", value: "Hihg" }),
    422,
    "INVALID_QUERY",
    "/where/value",
  ],
  ["a negative limit", on("query"), { table: "Inbox", limit: -1 }, 400, "INVALID_REQUEST", "/limit"],
  ["a page of nothing", on("query"), { table: "Inbox", pageSize: 0 }, 400, "INVALID_REQUEST", "/pageSize"],
  ["a page token made up", on("query"), { table: "Inbox", pageToken: "AAAA" }, 400, "INVALID_REQUEST"],
  [
    "a direction nobody knows",
    on("query"),
    { table: "Inbox", orderBy: [{ column: "Subject", direction: "up" }] },
    400,
    "INVALID_REQUEST",
    "/orderBy/0/direction",
  ],
  ["a table twice", on("query"), { table: "Inbox", sql: "SELECT * FROM Inbox" }, 400, "INVALID_REQUEST"],
  [
    "a missing parameter",
    on("query"),
    { sql: "SELECT Subject FROM Inbox WHERE Subject = :a", parameters: {} },
    422,
    "INVALID_QUERY",
  ],
  [
    "a parameter too much",
    on("query"),
    { sql: "SELECT Subject FROM Inbox WHERE Subject = ?", parameters: ["a", "b"] },
    422,
    "INVALID_QUERY",
  ],
  [
    "two statements",
    on("query"),
    { sql: "SELECT Subject FROM Inbox; DELETE FROM Inbox" },
    422,
    "INVALID_QUERY",
    "/sql",
  ],
  [
    "a join",
    on("query"),
    { sql: "SELECT a.Subject FROM Inbox a JOIN Drafts b ON a.Subject = b.Subject" },
    422,
    "UNSUPPORTED",
    "/sql",
  ],
  [
    "INSERT as a query",
    on("query"),
    { sql: "INSERT INTO Contacts (GivenName) VALUES ('x')" },
    422,
    "INVALID_QUERY",
    "/sql",
  ],
  ["rows that are no list", on("create"), { table: "Contacts", rows: contact }, 400, "INVALID_REQUEST", "/rows"],
  [
    "a way to go on nobody knows",
    on("create"),
    { table: "Contacts", rows: [contact], onRowError: "retry" },
    400,
    "INVALID_REQUEST",
    "/onRowError",
  ],
  [
    "more rows than one call takes",
    on("create"),
    { table: "Contacts", rows: Array.from({ length: 2001 }, () => contact) },
    413,
    "TOO_LARGE",
  ],
  ["a table that is only read", on("create"), { table: "Rooms", rows: [{ Name: "x" }] }, 422, "READ_ONLY", "/table"],
  [
    "an enumeration's value that cannot be written",
    on("create"),
    { table: "Contacts", rows: [contact, { ...contact, Importance: "Urgent" }] },
    422,
    "INVALID_QUERY",
    "/rows/1/Importance",
  ],
  [
    "a time that cannot be written",
    on("create"),
    { table: "Contacts", rows: [contact, { ...contact, Birthday: "1984-13-01" }] },
    422,
    "INVALID_QUERY",
    "/rows/1/Birthday",
  ],
  [
    "a read-only column in an update",
    on("update"),
    { table: "Contacts", rows: [{ ItemId: "x", Size: 5 }] },
    422,
    "READ_ONLY",
    "/rows/0/Size",
  ],
  ["a missing input", on("execute"), { procedure: "SendMail", input: { Subject: "x" } }, 422, "INVALID_QUERY"],
  ["an activity that does not exist", on("merge"), {}, 404, "NOT_FOUND"],
  [
    "a connection without a name",
    "/v1/connections",
    { connector: "microsoft-exchange", properties: {} },
    400,
    "INVALID_REQUEST",
    "/name",
  ],
  [
    "a name with a slash",
    "/v1/connections",
    { name: "a/b", connector: "microsoft-exchange", properties: {} },
    422,
    "INVALID_PROPERTY",
    "/name",
  ],
  [
    "a name that is too long",
    "/v1/connections",
    { name: "x".repeat(201), connector: "microsoft-exchange", properties: {} },
    422,
    "INVALID_PROPERTY",
    "/name",
  ],
  [
    "an unknown property",
    "/v1/connections",
    { name: "p", connector: "microsoft-exchange", properties: { Sever: "x" } },
    422,
    "INVALID_PROPERTY",
    "/properties/Sever",
  ],
  [
    "a mask in place of a secret",
    "/v1/connections",
    { name: "p", connector: "microsoft-exchange", properties: { Password: { isSet: true } } },
    422,
    "INVALID_PROPERTY",
    "/properties/Password",
  ],
  ["a key without scopes", "/v1/keys", { scopes: [] }, 400, "INVALID_REQUEST", "/scopes"],
  ["a scope nobody knows", "/v1/keys", { scopes: ["root"] }, 400, "INVALID_REQUEST", "/scopes/0"],
  [
    "a variable of an unknown kind",
    "/v1/variables",
    { name: "v", kind: "local", value: "x" },
    400,
    "INVALID_REQUEST",
    "/kind",
  ],
  [
    "a saved activity of no connection",
    "/v1/activities",
    { name: "a", connection: "nowhere", kind: "query", table: "Inbox" },
    404,
    "NOT_FOUND",
  ],
  [
    "a saved activity of another kind's members",
    "/v1/activities",
    { name: "a", connection: "ews", kind: "query", table: "Inbox", rows: [] },
    400,
    "INVALID_REQUEST",
    "/rows",
  ],
];

describe("a request that cannot be right", () => {
  test.each(refusals.map((refusal) => ({ what: refusal[0], refusal })))("$what", async ({ refusal }) => {
    const [, path, body, status, code, pointer] = refusal;
    const before = stand.upstreamCalls();
    const answer = await stand.admin.call(path, body);
    expectProblem(answer, status, code, pointer);
    expect(answer.body.detail.length, "says what is wrong").toBeGreaterThan(10);
    expect(stand.upstreamCalls(), "sends nothing").toBe(before);
  });

  test("has left nothing behind", async () => {
    const condition = { column: "Surname", operator: "=", value: "Wholly" };
    const found = await stand.admin.run("ews", "query", { table: "Contacts", columns: ["ItemId"], where: condition });
    expect(found.records).toEqual([]);
    expect((await stand.admin.ok("/v1/connections")).items.map(({ name }: { name: string }) => name).sort()).toEqual([
      "ews",
      "graph",
    ]);
    for (const list of ["/v1/activities", "/v1/variables"]) expect((await stand.admin.ok(list)).items).toEqual([]);
    expect((await stand.admin.get("/readyz")).status).toBe(200);
    expect(stand.log()).not.toContain('"level":"error"');
  });
});

describe("an item that was changed meanwhile", () => {
  test("is not overwritten by an update with its old change key", async () => {
    const run = (activity: string, body: object) => stand.admin.run("ews", activity, { table: "Contacts", ...body });
    const created = await run("create", { rows: [{ GivenName: "Stale", Surname: "Key" }] });
    const { ItemId, ItemChangeKey } = created.outcomes[0].key;
    expect(ItemChangeKey).toEqual(expect.any(String));
    const first = await run("update", { rows: [{ ItemId, ItemChangeKey, CompanyName: "first" }] });
    expect(first.outcomes[0].status, JSON.stringify(first)).toBe("succeeded");
    const second = await run("update", { rows: [{ ItemId, ItemChangeKey, CompanyName: "second" }] });
    expect(second.outcomes[0], JSON.stringify(second)).toMatchObject({
      status: "failed",
      error: { code: "PRECONDITION" },
    });
    const condition = { column: "ItemId", operator: "=", value: ItemId };
    const { records } = await run("query", { columns: ["CompanyName"], where: condition });
    expect(records).toEqual([{ CompanyName: "first" }]);
  });

  test("a connection neither", async () => {
    const { admin, sandbox } = stand;
    const stale = '"0-stale"';
    const body = { description: "x" };
    const patched = await admin.call("/v1/connections/ews", body, { method: "PATCH", headers: { "if-match": stale } });
    expectProblem(patched, 412, "PRECONDITION");
    const whole = {
      name: "ews",
      description: "x",
      connector: "microsoft-exchange",
      properties: ewsProperties(sandbox),
    };
    const put = await admin.call("/v1/connections/ews", whole, { method: "PUT", headers: { "if-match": stale } });
    expectProblem(put, 412, "PRECONDITION");
    expect((await admin.ok("/v1/connections/ews")).description ?? "").toBe("");
  });
});

describe.each(["ews", "graph"] as const)("a write over %s to a server that", (connection) => {
  const row = connection === "ews" ? { GivenName: "W", Surname: "Fault" } : { givenName: "W", surname: "Fault" };
  const write = () => stand.admin.call(`/v1/connections/${connection}/create`, { table: "Contacts", rows: [row] });
  const written = () => {
    const mailbox = stand.sandbox.organisation.requireMailbox("alice@sandbox.example");
    const items = mailbox.items(mailbox.folders.requireWellKnown("contacts").id);
    return items.filter(({ contact }) => contact?.surname === "Fault").length;
  };

  test.each<readonly [string, FaultSwitch, string]>([
    ["answers a sign-in page", { kind: "htmlLogin" }, "PROTOCOL"],
    ["refuses the credentials", { kind: "unauthorized" }, "AUTHENTICATION_FAILED"],
    ["is throttled for long", { kind: "throttled", retryAfterSeconds: 600 }, "BUSY"],
  ])("%s says so and writes nothing", async (_what, fault, code) => {
    stand.sandbox.faults.add(fault);
    const answer = await write();
    stand.sandbox.faults.clear();
    const error = answer.status === 200 ? answer.body.outcomes[0].error : answer.body;
    expect(error.code, answer.text).toBe(code);
    expect(error.detail.length).toBeGreaterThan(20);
    expect(written()).toBe(0);
  });
});
