import { asConnectorError, type Row } from "#spi";
import type { UploadedRow } from "../../runtime/use-cases.ts";
import { parseJson } from "./json-text.ts";

export interface UploadLimits {
  readonly lineBytes: number;
  readonly jsonDepth: number;
  /** Rows handed on at once. */
  readonly batchRows: number;
}

const newline = 0x0a;
const frameHint = 'Each line is one frame {"type":"record","record":{...}}.';

const fault = (code: "INVALID_REQUEST" | "TOO_LARGE", detail: string): UploadedRow => ({ mistake: { code, detail } });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function rowOf(frame: unknown): UploadedRow {
  if (!isObject(frame) || frame["type"] !== "record") return fault("INVALID_REQUEST", frameHint);
  const record = frame["record"];
  const extra = Object.keys(frame).find((key) => key !== "type" && key !== "record");
  if (!isObject(record) || extra !== undefined) return fault("INVALID_REQUEST", frameHint);
  return { row: record as Row };
}

const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);

/** Cuts bytes into lines; a line beyond the limit is dropped while it arrives and told as too long. */
class LineCutter {
  #pieces: Buffer[] = [];
  #length = 0;
  readonly #limitBytes: number;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  *cut(chunk: Buffer): Generator<Buffer | "too-long"> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  rest(): Buffer | "too-long" {
    return this.#take();
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length <= this.#limitBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #take(): Buffer | "too-long" {
    const line = this.#length > this.#limitBytes ? "too-long" : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}

function readLine(line: Buffer | "too-long", limits: UploadLimits): UploadedRow | undefined {
  if (line === "too-long") return fault("TOO_LARGE", `A line may be ${limits.lineBytes} bytes long at most.`);
  if (isBlank(line)) return undefined;
  try {
    return rowOf(parseJson(line, limits.jsonDepth));
  } catch (error) {
    return fault("INVALID_REQUEST", asConnectorError(error).message);
  }
}

/** Rows of an NDJSON upload, batch by batch as bytes arrive. A bad line fails that row alone; blank lines are no rows. */
export async function* uploadedRows(
  source: AsyncIterable<Buffer>,
  limits: UploadLimits,
): AsyncGenerator<readonly UploadedRow[]> {
  const cutter = new LineCutter(limits.lineBytes);
  let batch: UploadedRow[] = [];
  for await (const chunk of source) {
    for (const line of cutter.cut(chunk)) {
      const row = readLine(line, limits);
      if (row !== undefined) batch.push(row);
      if (batch.length >= limits.batchRows) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
    batch = [];
  }
  const last = readLine(cutter.rest(), limits);
  if (last !== undefined) yield [last];
}
