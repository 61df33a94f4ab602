import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { invalidRequest, type RowOutcome } from "#spi";
import type { Call, StoredAnswer } from "../runtime/use-cases.ts";
import { ndjsonType } from "./formats/ndjson.ts";
import { summarize } from "./formats/summary.ts";
import { uploadedRows } from "./formats/upload.ts";
import type { HttpParts } from "./parts.ts";
import { outcomesFormat, sendOutcomes, streamReport, writeAnswer } from "./plugins/answer-formats.ts";
import { answerOnce, idempotencyKeyOf } from "./plugins/idempotency.ts";
import { problemFor, problemMediaType } from "./plugins/problem.ts";
import { readUpload, uploadBytes } from "./upload-source.ts";
import type { RequestMistake } from "./validation.ts";

export type WriteKind = "create" | "update" | "delete";
type Outcomes = AsyncIterable<readonly RowOutcome[]>;

/** Rows handed to the use case at once; it cuts them to what its table takes. */
const batchRows = 200;

/** The body of an NDJSON upload, or undefined when the body is JSON. */
export function uploadOf(request: FastifyRequest): Readable | undefined {
  return request.body instanceof Readable ? request.body : undefined;
}

interface Target {
  readonly table: string;
  readonly onRowError: "continue" | "stop";
}

function targetOf(request: FastifyRequest): Target {
  const { table, onRowError } = request.query as Partial<Target>;
  if (table !== undefined) return { table, onRowError: onRowError ?? "continue" };
  const detail = "An NDJSON upload names its table in the query string: ?table=Contacts";
  const mistake: RequestMistake = { pointer: "", parameter: "table", code: "INVALID_REQUEST", detail };
  throw invalidRequest(detail, { mistakes: [mistake] });
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** An upload that failed half-way: what is known of its rows must not be lost with the error. */
function brokenAnswer(
  parts: HttpParts,
  request: FastifyRequest,
  error: unknown,
  outcomes: readonly RowOutcome[],
): StoredAnswer {
  const problem = { ...problemFor(error, request, parts.log), effect: "unknown" };
  return {
    status: problem.status,
    headers: { "content-type": problemMediaType },
    body: JSON.stringify({ ...problem, outcomes, summary: summarize(outcomes) }),
  };
}

async function collect(
  chunks: Outcomes,
  answer: (outcomes: readonly RowOutcome[]) => StoredAnswer,
  broken: (error: unknown, outcomes: readonly RowOutcome[]) => StoredAnswer,
): Promise<StoredAnswer> {
  const outcomes: RowOutcome[] = [];
  try {
    for await (const chunk of chunks) outcomes.push(...chunk);
  } catch (error) {
    if (outcomes.length === 0) throw error;
    return broken(error, outcomes);
  }
  return answer(outcomes);
}

export interface Upload {
  readonly call: Call;
  readonly connection: string;
  readonly kind: WriteKind;
  readonly bytes: Readable;
}

/**
 * Writes the rows of an upload as they arrive. NDJSON answers stream their outcomes; JSON answers, and those with an
 * Idempotency-Key (whose fingerprint needs the whole body before the first row is written), are complete.
 */
export async function answerUpload(
  parts: HttpParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { call, connection, kind, bytes }: Upload,
): Promise<FastifyReply> {
  const { limits } = parts.settings;
  const format = outcomesFormat(request);
  const target = targetOf(request);
  const report = streamReport(parts, request, call, kind);
  const lineLimits = { lineBytes: limits.largeBodyBytes, jsonDepth: limits.jsonDepth, batchRows };
  const write = (source: AsyncIterable<Buffer>): Outcomes =>
    parts.cases.activities.writeStream(call, connection, kind, target, uploadedRows(source, lineLimits));
  const arriving = uploadBytes(bytes, parts.clock, limits.uploadIdleMs);
  const isKeyed = idempotencyKeyOf(request) !== undefined;
  if (format === ndjsonType && !isKeyed) return sendOutcomes(reply, write(arriving), report);
  const whole = isKeyed ? await readUpload(arriving, limits.largeBodyBytes) : undefined;
  return answerOnce(parts, request, reply, call, {
    body: () => whole ?? "",
    work: () =>
      collect(
        write(whole === undefined ? arriving : once(whole)),
        (outcomes) => {
          report.rows(outcomes.length);
          return writeAnswer(format, { outcomes, summary: summarize(outcomes) });
        },
        (error, outcomes) => {
          report.rows(outcomes.length);
          return brokenAnswer(parts, request, error, outcomes);
        },
      ),
  });
}
