import { ConnectorError, type Row, type RowOutcome } from "#spi";
import { type Part, runParts } from "./batch.ts";
import type { GraphCalls } from "./call.ts";
import type { JsonObject } from "./errors.ts";
import { unsuccessful } from "./outcomes.ts";

/** What Graph takes only in requests of its own. */
export interface ApartRule {
  /** Members that go together, without any other (update user, update group, v1.0). */
  readonly together: readonly string[];
  /** Members that are resources below the item, by their path. */
  readonly below?: readonly string[];
}

/** One request more for a row; the path is the item's, or below it. */
export interface ApartBody {
  readonly below: string;
  readonly body: JsonObject;
}

/** Parts the body of a row into what is written first and what afterwards. */
export function splitBody(
  rule: ApartRule | undefined,
  body: JsonObject,
): { readonly first: JsonObject; readonly apart: readonly ApartBody[] } {
  if (rule === undefined) return { first: body, apart: [] };
  const entries = Object.entries(body);
  const below = entries.filter(([name]) => rule.below?.includes(name));
  const together = entries.filter(([name]) => rule.together.includes(name));
  const first = entries.filter((entry) => !below.includes(entry) && !together.includes(entry));
  return {
    first: Object.fromEntries(first),
    apart: [
      ...(together.length === 0 ? [] : [{ below: "", body: Object.fromEntries(together) }]),
      ...below.map(([name, value]) => ({ below: `/${name}`, body: value as JsonObject })),
    ],
  };
}

/** A row whose item was written, with what is left. */
export interface Remainder {
  readonly index: number;
  readonly key: Row;
  readonly path: string;
  readonly mailbox: string;
  readonly apart: readonly ApartBody[];
}

/** Writes what is left of rows; answers the outcomes of those that failed in it. */
export async function sendRemainders(
  calls: GraphCalls,
  remainders: readonly Remainder[],
  operation: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, RowOutcome>> {
  const all = remainders.flatMap((row) => row.apart.map((one) => ({ row, one })));
  const [first] = all;
  if (first === undefined) return new Map();
  const parts = all.map(({ row, one }): Part => ({ method: "PATCH", path: `${row.path}${one.below}`, body: one.body }));
  // The same values twice are the same.
  const options = { operation, mailbox: first.row.mailbox, repeatable: true };
  const results = await runParts(calls, parts, options, signal);
  const failed = new Map<number, RowOutcome>();
  for (const [position, { row, one }] of all.entries()) {
    const error = results[position]?.error;
    if (error !== undefined) failed.set(row.index, unsuccessful(row.index, inPart(error, one), row.key));
  }
  return failed;
}

/** Graph takes these columns apart, so the rest of the row stands. */
function inPart(error: ConnectorError, { body }: ApartBody): ConnectorError {
  const names = Object.keys(body).join(", ");
  const { code, message, causeCode, effect, retry, waitMs, remote, cause } = error;
  return new ConnectorError(code, `${message} All of the row was written but ${names}.`, {
    effect,
    retry,
    cause,
    ...(causeCode === undefined ? {} : { causeCode }),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(remote === undefined ? {} : { remote }),
  });
}
