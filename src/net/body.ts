import { type Duplex, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, type Zlib } from "node:zlib";
import { failure } from "./failures.ts";
import type { WireLimits } from "./limits.ts";

type Decoder = Duplex & Zlib;

/** The encodings asked for; an answer in any other is refused. */
export const acceptedEncodings = "gzip, deflate, br";

export interface BodyOptions {
  readonly host: string;
  /** Content codings of the answer, `identity` left out. */
  readonly encodings: readonly string[];
  /** Cap on wire bytes and on decoded bytes. */
  readonly limitBytes: number;
  readonly limits: WireLimits;
  /** Stops or resumes the socket. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** The reader gave up, or a limit was passed: the exchange must be torn down. */
  readonly abandon: (error: Error) => void;
  readonly toError: (error: unknown) => Error;
  /** Sees each decoded piece. */
  readonly onDecoded?: ((chunk: Buffer) => void) | undefined;
}

/** An answer's body: decoded while it arrives, counted before and after decoding, at the reader's pace. */
export class AnswerBody extends Readable {
  readonly #options: BodyOptions;
  #decoder: Decoder | undefined;
  #wireBytes = 0;
  #decodedBytes = 0;
  #isWhole = false;

  constructor(options: BodyOptions) {
    super({ highWaterMark: 64 * 1024 });
    this.#options = options;
    // A body may fail while nobody reads it yet; without a listener that would end the process.
    this.on("error", () => undefined);
  }

  /** Bytes from the wire. */
  feed(chunk: Buffer): void {
    if (this.destroyed) return;
    this.#wireBytes += chunk.length;
    if (this.#wireBytes > this.#options.limitBytes) this.#refuse("is larger than allowed");
    else if (this.#options.encodings.length === 0) this.#deliver(chunk);
    else this.#decodeOn(chunk);
  }

  /** The wire's side is complete. */
  finish(): void {
    this.#isWhole = true;
    if (this.#decoder === undefined) this.push(null);
    else this.#decoder.end();
  }

  override _read(): void {
    if (this.#decoder === undefined) this.#options.resume();
    else this.#decoder.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#decoder?.destroy();
    if (!this.#isWhole) this.#options.abandon(error ?? new Error("the answer was not read to its end"));
    done(error);
  }

  #deliver(chunk: Buffer): void {
    const { limitBytes, limits } = this.#options;
    this.#decodedBytes += chunk.length;
    const ratio = this.#decodedBytes / this.#wireBytes;
    const isBomb = ratio > limits.decodedRatio && this.#decodedBytes > limits.ratioFromBytes;
    if (this.#decodedBytes > limitBytes) this.#refuse("is larger than allowed once decompressed");
    else if (isBomb) this.#refuse(`is compressed more than ${limits.decodedRatio}:1`);
    else {
      this.#options.onDecoded?.(chunk);
      if (!this.push(chunk)) this.#pauseSource();
    }
  }

  #pauseSource(): void {
    if (this.#decoder === undefined) this.#options.pause();
    else this.#decoder.pause();
  }

  #decodeOn(chunk: Buffer): void {
    this.#decoder ??= this.#decode(chunk);
    if (this.#decoder?.write(chunk) === false) this.#options.pause();
  }

  #refuse(why: string): void {
    const { host, limitBytes } = this.#options;
    this.destroy(failure("ANSWER_TOO_LARGE", `The answer of ${host} ${why}.`, { evidence: { limitBytes } }));
  }

  /** The decoder for the one coding; deflate comes with and without zlib's frame, which the first byte tells. */
  #decode(chunk: Buffer): Decoder | undefined {
    const { encodings, host, resume, toError } = this.#options;
    const [coding = ""] = encodings;
    const make = encodings.length === 1 ? decoders[coding] : undefined;
    if (make === undefined) {
      const message = `The answer of ${host} is encoded as ${encodings.join(", ").slice(0, 100)}, which was not asked for.`;
      this.destroy(failure("ENCODING_UNKNOWN", message));
      return undefined;
    }
    const decoder = make(chunk);
    decoder.on("data", (decoded: Buffer) => this.#deliver(decoded));
    decoder.on("drain", resume);
    decoder.on("end", () => this.push(null));
    decoder.on("error", (error) => this.destroy(toError(error)));
    return decoder;
  }
}

const chunkSize = 64 * 1024;
const gunzip = (): Decoder => createGunzip({ chunkSize });
const decoders: Readonly<Record<string, (first: Buffer) => Decoder>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  br: () => createBrotliDecompress({ chunkSize }),
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize })),
};

/** The codings of a content-encoding header, in order. */
export function encodingsOf(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  return header
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
}
