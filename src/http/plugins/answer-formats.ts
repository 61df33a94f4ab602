import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Batch, Row, RowOutcome, Warning } from "#spi";
import type {
  Call,
  ExecuteResult,
  QueryPage,
  ResultColumn,
  StoredAnswer,
  WriteResult,
} from "../../runtime/use-cases.ts";
import { negotiate } from "../formats/accept.ts";
import { csvLine, csvLines, csvType } from "../formats/csv.ts";
import { type Frame, frameLine, recordLine, warningFrame } from "../formats/frames.ts";
import { ndjsonType, outcomeFrames, queryFrames, type StreamReport } from "../formats/ndjson.ts";
import type { HttpParts } from "../parts.ts";
import { problemOf } from "../problem.ts";
import { known, problemContext, problemFor } from "./problem.ts";

export const jsonType = "application/json; charset=utf-8";
const csvContentType = "text/csv; charset=utf-8; header=present";
const warningHeaderBytes = 4096;

export type RowsFormat = "application/json" | typeof ndjsonType | typeof csvType;

/** JSON, NDJSON or CSV. Errors: 406. */
export const rowsFormat = (request: FastifyRequest): RowsFormat =>
  negotiate(request.headers.accept, ["application/json", ndjsonType, csvType]);

/** JSON or NDJSON. Errors: 406. */
export const outcomesFormat = (request: FastifyRequest): "application/json" | typeof ndjsonType =>
  negotiate(request.headers.accept, ["application/json", ndjsonType]);

const ok = (contentType: string, body: string): StoredAnswer => ({
  status: 200,
  headers: { "content-type": contentType },
  body,
});

/** Counts rows, and turns a late error into the problem of the last frame. A caller who left is no defect. */
export function streamReport(parts: HttpParts, request: FastifyRequest, call: Call, activity: string): StreamReport {
  const rows = parts.metrics.counter("activity_rows_total", "Rows answered or written, by activity.");
  return {
    rows: (count) => rows.add({ activity }, count),
    problem: (error) =>
      call.signal.aborted ? problemOf(known(error), problemContext(request)) : problemFor(error, request, parts.log),
  };
}

async function* resume(first: IteratorResult<Batch>, rest: AsyncIterator<Batch>): AsyncGenerator<Batch> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Warnings of a CSV answer, known before its first byte; CSV itself has no place for them. */
function warningHeader(warnings: readonly Warning[]): string {
  const text = JSON.stringify(warnings.slice(0, 20)).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length <= warningHeaderBytes ? text : "[]";
}

/** Rows as a stream in NDJSON or CSV. */
export interface RowStream {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<Batch>;
  readonly connectionRequested?: string;
  readonly connectionUsed?: string;
}

/**
 * Sends rows as they come. The first batch is awaited before the status is decided, so that a refused login is a
 * problem with its own status rather than a 200 with an error frame.
 */
export async function sendRows(
  reply: FastifyReply,
  format: Exclude<RowsFormat, "application/json">,
  { batches, ...head }: RowStream,
  report: StreamReport,
): Promise<FastifyReply> {
  const iterator = batches[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = resume(first, iterator);
  if (format === ndjsonType)
    return reply.header("content-type", ndjsonType).send(Readable.from(queryFrames(head, all, report)));
  const warnings = first.done === true ? [] : (first.value.warnings ?? []);
  if (warnings.length > 0) reply.header("x-warnings", warningHeader(warnings));
  const names = head.columns.map(({ name }) => name);
  return reply.header("content-type", csvContentType).send(Readable.from(csvLines(names, all, report.rows)));
}

export const jsonAnswer = (value: QueryPage | WriteResult | ExecuteResult): StoredAnswer =>
  ok(jsonType, JSON.stringify(value));

const frames = (list: readonly Frame[]): string => list.map(frameLine).join("");

/** A write's result in the format asked for. */
export function writeAnswer(format: "application/json" | typeof ndjsonType, result: WriteResult): StoredAnswer {
  if (format === "application/json") return jsonAnswer(result);
  const { outcomes, summary } = result;
  const lines = outcomes.map((outcome): Frame => ({ type: "outcome", outcome }));
  return ok(ndjsonType, frames([...lines, { type: "end", count: outcomes.length, summary }]));
}

/** Outcomes of an upload as they come. */
export function sendOutcomes(
  reply: FastifyReply,
  chunks: AsyncIterable<readonly RowOutcome[]>,
  report: StreamReport,
): FastifyReply {
  return reply.header("content-type", ndjsonType).send(Readable.from(outcomeFrames(chunks, report)));
}

const columnNames = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];

/** A procedure's result in the format asked for. */
export function executeAnswer(format: RowsFormat, result: ExecuteResult): StoredAnswer {
  if (format === "application/json") return jsonAnswer(result);
  const { results, warnings } = result;
  if (format === ndjsonType) {
    const records = results.map(recordLine).join("");
    const end = frameLine({ type: "end", count: results.length });
    return ok(ndjsonType, frames(warnings.map(warningFrame)) + records + end);
  }
  const names = columnNames(results);
  const lines = results.map((row) => csvLine(names.map((name) => row[name])));
  const answer = ok(csvContentType, csvLine(names) + lines.join(""));
  if (warnings.length === 0) return answer;
  return { ...answer, headers: { ...answer.headers, "x-warnings": warningHeader(warnings) } };
}
