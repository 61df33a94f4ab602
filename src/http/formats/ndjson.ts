import type { Batch, RowOutcome } from "#spi";
import type { WriteSummary } from "../../runtime/use-cases.ts";
import type { ProblemDocument } from "../problem.ts";
import { type Frame, frameLine, recordLine, warningFrame } from "./frames.ts";
import { BytePacker } from "./pack.ts";
import { addOutcome, emptySummary } from "./summary.ts";

export const ndjsonType = "application/x-ndjson";

/** What a stream tells about itself when it is over. */
export interface StreamReport {
  rows(count: number): void;
  /** Turns what was thrown into the problem of the last frame, and logs it where it is a defect. */
  problem(error: unknown): ProblemDocument;
}

function writeBatch(packer: BytePacker, batch: Batch): void {
  for (const warning of batch.warnings ?? []) packer.write(frameLine(warningFrame(warning)));
  for (const row of batch.rows) packer.write(recordLine(row));
}

/**
 * Frames of a query, packed. A generator that throws would destroy an answer that already began with 200, so
 * errors become the last frame.
 */
export async function* queryFrames(
  head: Omit<Extract<Frame, { type: "columns" }>, "type">,
  batches: AsyncIterable<Batch>,
  report: StreamReport,
): AsyncGenerator<Buffer> {
  const packer = new BytePacker();
  packer.write(frameLine({ type: "columns", ...head }));
  let count = 0;
  try {
    for await (const batch of batches) {
      writeBatch(packer, batch);
      count += batch.rows.length;
      // Flushed with every upstream page, so that its rows leave before the next page is asked for.
      yield* packer.takeAll();
    }
    packer.write(frameLine({ type: "end", count }));
  } catch (error) {
    packer.write(frameLine({ type: "error", problem: report.problem(error) }));
  } finally {
    report.rows(count);
  }
  yield* packer.takeAll();
}

/** Frames of a write: one outcome a line, the summary in the last one. */
export async function* outcomeFrames(
  chunks: AsyncIterable<readonly RowOutcome[]>,
  report: StreamReport,
): AsyncGenerator<Buffer> {
  const packer = new BytePacker();
  let summary: WriteSummary = emptySummary;
  let count = 0;
  try {
    for await (const outcomes of chunks) {
      for (const outcome of outcomes) {
        packer.write(frameLine({ type: "outcome", outcome }));
        summary = addOutcome(summary, outcome);
      }
      count += outcomes.length;
      yield* packer.takeAll();
    }
    packer.write(frameLine({ type: "end", count, summary }));
  } catch (error) {
    packer.write(frameLine({ type: "error", problem: report.problem(error) }));
  } finally {
    report.rows(count);
  }
  yield* packer.takeAll();
}
