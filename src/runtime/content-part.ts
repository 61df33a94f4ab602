import { type Readable, Transform, type TransformCallback } from "node:stream";
import type { ByteRange } from "#spi";

/** Bytes of a content, `last` included. */
export interface Part {
  readonly first: number;
  readonly last: number;
}

/** The part a range means in a content of that size (RFC 9110, section 14.1.2); nothing when it lies beyond its end. */
export function partOf(range: ByteRange, sizeBytes: number): Part | undefined {
  const end = sizeBytes - 1;
  if ("suffix" in range) {
    const first = Math.max(0, sizeBytes - range.suffix);
    return range.suffix === 0 || sizeBytes === 0 ? undefined : { first, last: end };
  }
  if (range.first > end) return undefined;
  return { first: range.first, last: Math.min(range.last ?? end, end) };
}

/** Lets one part of the bytes through and takes no more of the source than it needs. */
class Window extends Transform {
  readonly #source: Readable;
  #skip: number;
  #left: number;

  constructor(source: Readable, { first, last }: Part) {
    super();
    this.#source = source;
    this.#skip = first;
    this.#left = last - first + 1;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const from = Math.min(this.#skip, chunk.length);
    this.#skip -= from;
    const piece = chunk.subarray(from, from + this.#left);
    this.#left -= piece.length;
    if (piece.length > 0) this.push(piece);
    if (this.#left === 0) {
      this.#source.unpipe(this);
      this.#source.destroy();
      // Both sides end: a stream whose writing side stays open never closes, and whoever waits for that keeps its session.
      this.end();
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    // Shorter than it was when its size was found out: an answer that announced more must not end as if it were whole.
    done(this.#left === 0 ? null : new Error("the content became shorter while it was read"));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#source.destroy();
    done(error);
  }
}

/** The part of a body; leaving it ends the body. */
export function windowOf(body: Readable, part: Part): Readable {
  const window = new Window(body, part);
  body.once("error", (error) => window.destroy(error));
  body.pipe(window);
  return window;
}

/** How many bytes a body has; it is read to its end. */
export async function lengthOf(body: Readable): Promise<number> {
  let length = 0;
  for await (const chunk of body) length += (chunk as Buffer).length;
  return length;
}
