import path from "node:path";
import { expect } from "vitest";
import type { Cause, Code, Owner, StepId } from "#spi";
import { statusOf } from "../../../../src/http/status-of.ts";
import { producedBy } from "../table.ts";
import type { CauseStand } from "./stand.ts";

const root = path.resolve(import.meta.dirname, "../../../..");
const connector = "microsoft-exchange";

/** What the report and the problem of an activity must say. */
export interface Expected {
  readonly code: string;
  readonly step: StepId;
  readonly problem: Code;
  readonly owner: Owner;
  readonly property?: string;
  /** The table that is queried; Inbox or Messages unless given. */
  readonly table?: string;
  /** The properties cannot be saved, so there is nothing to query. */
  readonly saving?: "refused";
  /** The same failure takes too long, or does not repeat, in an activity. */
  readonly query?: "left out";
  /** Run between the test and the query, where the failure was for one call. */
  readonly again?: () => unknown;
}

/** The failed step of a report, checked. */
export interface Failed extends Omit<Cause, "seen"> {
  readonly detail: string;
  // biome-ignore lint/suspicious/noExplicitAny: evidence is looked at member by member in tests
  readonly evidence: any;
}

interface Step extends Failed {
  readonly id: StepId;
  readonly status: "passed" | "failed" | "warning" | "skipped";
}

export type Properties = Readonly<Record<string, unknown>>;

let connections = 0;

/** The table says that this very file produces the cause. */
export function expectListed(code: string): void {
  const here = path.relative(root, expect.getState().testPath ?? "");
  expect(producedBy(code), `${code} in table.ts`).toBe(here);
}

/** Tests the properties and queries a connection of them; both must name the cause. Answers the failed step. */
export async function proves(stand: CauseStand, expected: Expected, properties: Properties): Promise<Failed> {
  expectListed(expected.code);
  const failed = await failedStep(stand, expected, properties);
  await expected.again?.();
  if (expected.saving === "refused") await cannotBeSaved(stand, properties);
  else if (expected.query !== "left out") await queryFails(stand, expected, properties);
  return failed;
}

/** The report of a test, whatever it says. */
export async function report({ admin }: Pick<CauseStand, "admin">, properties: Properties) {
  const answer = await admin.call(`/v1/connectors/${connector}/test`, { properties });
  expect(answer.status, answer.text).toBe(200);
  return answer.body as {
    readonly status: string;
    readonly serverVersion?: string;
    readonly identity?: object;
    readonly steps: readonly Step[];
  };
}

async function failedStep(stand: CauseStand, expected: Expected, properties: Properties): Promise<Failed> {
  const { code, step, problem, owner, property } = expected;
  const { status, steps } = await report(stand, properties);
  const text = JSON.stringify(steps, null, 1);
  expect(status, text).toBe("failed");
  const failed = steps.find((one) => one.status === "failed");
  if (failed === undefined) throw new Error(`no step failed: ${text}`);
  expect(failed, text).toMatchObject({ id: step, code, problem, owner });
  if (property !== undefined) expect(failed.property).toBe(property);
  expect(failed.fix).toMatch(/^[A-Z].{10,}\.$/s);
  const after = steps.slice(steps.indexOf(failed) + 1);
  expect(after.map((one) => one.status)).toEqual(after.map(() => "skipped"));
  if (step !== "permission") expect(after.at(-1)?.id).toBe("permission");
  return failed;
}

async function queryFails({ admin }: CauseStand, expected: Expected, properties: Properties): Promise<void> {
  const name = `cause ${++connections}`;
  const made = await admin.call("/v1/connections", { name, connector, properties });
  expect(made.status, made.text).toBe(201);
  const table = expected.table ?? (properties["Schema"] === "MSGraph" ? "Messages" : "Inbox");
  const answer = await admin.call(`/v1/connections/${made.body.id}/query`, { table, limit: 1 });
  expect(answer.body, answer.text).toMatchObject({
    code: expected.problem,
    cause: expected.code,
    status: statusOf(expected.problem, { nameInPath: false, isRemote: answer.body.remote !== undefined }),
  });
}

async function cannotBeSaved({ admin }: CauseStand, properties: Properties): Promise<void> {
  const answer = await admin.call("/v1/connections", { name: `cause ${++connections}`, connector, properties });
  expect(answer.body, answer.text).toMatchObject({ status: 422, code: "INVALID_PROPERTY" });
}
