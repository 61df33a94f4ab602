import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ExecutionRecord } from "./record.ts";

/** A test that passed. */
export interface PassedTest {
  /** Path from the root of the project. */
  readonly file: string;
  readonly title: string;
}

/** What was done with a thing: `read`, `create:Subject`, `input:ItemId` … */
export type Deed = string;

/** For each thing (`EWS table Inbox`) and deed the test that names it, and the platforms it was done on. */
export interface Evidence {
  readonly [thing: string]: {
    readonly [deed: Deed]: { readonly test: PassedTest; readonly platforms: readonly string[] };
  };
}

export const tableName = (schema: string, table: string): string => `${schema} table ${table}`;
export const procedureName = (schema: string, procedure: string): string => `${schema} procedure ${procedure}`;

/** Where a test stands among those that show the same: those through the whole service first, then by name. */
const preferred = ["test/service/data-model/", "test/service/", ""];
const rank = ({ file }: PassedTest): number => preferred.findIndex((folder) => file.startsWith(folder));
const comesBefore = (one: PassedTest, other: PassedTest): boolean => {
  const difference = rank(one) - rank(other);
  if (difference !== 0) return difference < 0;
  return one.file === other.file ? one.title < other.title : one.file < other.file;
};

function deedsOf(record: ExecutionRecord): { thing: string; deeds: readonly Deed[] } {
  if ("procedure" in record) {
    const { inputs, outputs } = record;
    const deeds = ["execute", ...inputs.map((name) => `input:${name}`), ...outputs.map((name) => `output:${name}`)];
    return { thing: procedureName(record.schema, record.procedure), deeds };
  }
  const { activity, columns } = record;
  return {
    thing: tableName(record.schema, record.table),
    deeds: [activity, ...columns.map((name) => `${activity}:${name}`)],
  };
}

/** Reads what the workers wrote, one record a line. */
export function* readRecords(folder: string): Generator<ExecutionRecord> {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".jsonl")))
    for (const line of readFileSync(path.join(folder, name), "utf8").split("\n"))
      if (line !== "") yield JSON.parse(line) as ExecutionRecord;
}

/** Gathers the evidence for one connector: for each deed one test, always the same; failed tests show nothing. */
export function gather(
  records: Iterable<ExecutionRecord>,
  connector: string,
  passed: ReadonlyMap<string, PassedTest>,
): Evidence {
  const evidence: Record<string, Record<Deed, { test: PassedTest; platforms: readonly string[] }>> = {};
  for (const record of records) {
    const test = passed.get(record.testId);
    if (test === undefined || record.connector !== connector) continue;
    const { thing, deeds } = deedsOf(record);
    evidence[thing] ??= {};
    const done = evidence[thing];
    for (const deed of deeds) {
      const known = done[deed];
      const platforms = new Set([
        ...(known?.platforms ?? []),
        ...(record.platform === undefined ? [] : [record.platform]),
      ]);
      const named = known === undefined || comesBefore(test, known.test) ? test : known.test;
      done[deed] = { test: named, platforms: [...platforms].toSorted() };
    }
  }
  return evidence;
}
