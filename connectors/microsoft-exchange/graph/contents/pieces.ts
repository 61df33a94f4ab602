import { invalidRequest } from "#spi";
import type { SizedUpload } from "./sized-upload.ts";

/** Pieces are multiples of 320 KiB, below 4 MB. */
const pieceBytes = 10 * 320 * 1024;

/** A part of an upload. `bytes` holds it until the next one is asked for. */
export interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * An upload cut into pieces, in one buffer that is used again and again. A piece is handed out when more bytes follow, or
 * when the upload has ended well and is as long as announced: the last one is never out before that.
 */
export class Pieces {
  readonly #upload: SizedUpload;

  constructor(upload: SizedUpload) {
    this.#upload = upload;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Piece, void> {
    const { sizeBytes } = this.#upload;
    const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, sizeBytes));
    let start = 0;
    let length = 0;
    for await (const chunk of this.#upload.bytes()) {
      for (let at = 0; at < chunk.length; ) {
        if (length === buffer.length) {
          yield { start, bytes: buffer };
          start += length;
          length = 0;
        }
        const taken = Math.min(buffer.length - length, chunk.length - at);
        buffer.set(chunk.subarray(at, at + taken), length);
        at += taken;
        length += taken;
        if (start + length > sizeBytes) throw wrongSize(sizeBytes);
      }
    }
    if (start + length !== sizeBytes) throw wrongSize(sizeBytes);
    yield { start, bytes: buffer.subarray(0, length) };
  }
}

const wrongSize = (sizeBytes: number) =>
  invalidRequest(`The content is not as long as announced (${sizeBytes} bytes).`);
