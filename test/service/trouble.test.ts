import { describe, expect, type TestContext, test } from "vitest";
import type { FaultSwitch } from "../../connectors/microsoft-exchange/sandbox/faults.ts";
import type { Answer } from "./support/client.ts";
import { expectProblem } from "./support/problem.ts";
import { connect, ewsProperties, graphProperties, type Stand, startStand } from "./support/stand.ts";

const tables = { ews: "Inbox", graph: "Messages" } as const;
type Face = keyof typeof tables;

/** A stand of its own with both connections, warmed up, so that tests can wait side by side. */
async function troubled({ onTestFinished }: TestContext, fault: FaultSwitch): Promise<Stand> {
  const stand = await startStand();
  onTestFinished(() => stand.stop());
  // Short, so that a slow server is noticed soon.
  await connect(stand.admin, "ews", { ...ewsProperties(stand.sandbox), Timeout: 1 });
  await connect(stand.admin, "graph", { ...graphProperties(stand.sandbox), Timeout: 1 });
  for (const face of ["ews", "graph"] as const) expect((await query(stand, face)).status).toBe(200);
  stand.sandbox.faults.add(fault);
  return stand;
}

const query = (stand: Stand, face: Face): Promise<Answer> =>
  stand.admin.call(`/v1/connections/${face}/query`, { table: tables[face], limit: 1 });

async function onBoth(
  context: TestContext,
  fault: FaultSwitch,
  check: (answer: Answer, face: Face) => void,
): Promise<void> {
  const stand = await troubled(context, fault);
  await Promise.all((["ews", "graph"] as const).map(async (face) => check(await query(stand, face), face)));
  stand.sandbox.faults.clear();
  expect((await stand.admin.get("/readyz")).status).toBe(200);
  for (const face of ["ews", "graph"] as const) expect((await query(stand, face)).status, face).toBe(200);
}

describe.concurrent("a server that", () => {
  test("is slow", (context) =>
    onBoth(context, { kind: "slow", waitMs: 60_000 }, (answer) => expectProblem(answer, 504, "TIMEOUT")));

  test("cuts the connection", (context) =>
    onBoth(context, { kind: "cut" }, (answer) => expectProblem(answer, 502, "UNREACHABLE")));

  test("cuts its answer short", (context) =>
    onBoth(context, { kind: "cutAnswer" }, (answer) => expectProblem(answer, 502, "UNREACHABLE")));

  test("cuts the connection once is asked again", (context) =>
    onBoth(context, { kind: "cut", count: 2 }, (answer) => expect(answer.status, answer.text).toBe(200)));

  test("answers a sign-in page", (context) =>
    onBoth(context, { kind: "htmlLogin" }, (answer) => expectProblem(answer, 502, "PROTOCOL")));

  test("hides behind a failing gateway", (context) =>
    onBoth(context, { kind: "badGateway" }, (answer) => {
      expect(answer.status, answer.text).toBeGreaterThanOrEqual(502);
      expect(["UNREACHABLE", "BUSY"]).toContain(answer.body.code);
      if (answer.status === 503) expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    }));

  test("is busy for a moment is waited for", (context) =>
    onBoth(context, { kind: "throttled", retryAfterSeconds: 1, count: 2 }, (answer) =>
      expect(answer.status, answer.text).toBe(200),
    ));

  test("is busy for longer", async (context) => {
    const stand = await troubled(context, { kind: "throttled", retryAfterSeconds: 300 });
    for (const face of ["ews", "graph"] as const) {
      const answer = await query(stand, face);
      expectProblem(answer, 503, "BUSY");
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(200);
      expect(answer.body.retryAfterMs).toBeGreaterThan(200_000);
      const status = await stand.admin.ok(`/v1/connections/${face}/status`);
      expect(Date.parse(status.throttledUntil), JSON.stringify(status)).toBeGreaterThan(Date.now() + 100_000);
    }
  });

  test("carries a write out and never says so", async (context) => {
    const stand = await troubled(context, { kind: "lostAnswer", count: 1 });
    const created = await stand.admin.call("/v1/connections/ews/create", {
      table: "Contacts",
      rows: [{ GivenName: "Lost", Surname: "Answer" }],
    });
    expect(created.status, created.text).toBe(200);
    stand.sandbox.faults.clear();
    const found = await stand.admin.run("ews", "query", {
      table: "Contacts",
      columns: ["ItemId"],
      where: { column: "GivenName", operator: "=", value: "Lost" },
    });
    expect(found.records, "never twice").toHaveLength(1);
    const [outcome] = created.body.outcomes;
    expect(["succeeded", "indeterminate"]).toContain(outcome.status);
    if (outcome.status === "succeeded") expect(outcome.key.ItemId).toBe(found.records[0].ItemId);
  });
});
