import { Readable } from "node:stream";
import type { Content } from "#spi";

/** What of a content is known before its first byte. */
export type ContentHead = Omit<Content, "body">;

const bufferedBytes = 64 * 1024;

/**
 * Takes a content from an upstream call that goes on while it is read: the call opens it with its head, writes bytes at
 * the reader's pace and ends it; a reader who leaves ends the call.
 */
export class ContentSink extends Readable {
  readonly #opened = Promise.withResolvers<Content>();
  readonly #leave = new AbortController();
  #isOpen = false;
  #isWhole = false;
  #demand: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: bufferedBytes });
    // It may fail while nobody reads it yet; without a listener that would end the process.
    this.on("error", () => undefined);
    this.#opened.promise.catch(() => undefined);
  }

  /** The content, as soon as its head is known. */
  get content(): Promise<Content> {
    return this.#opened.promise;
  }

  /** From here on a repeated call would write the bytes twice. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Aborts when the reader leaves before the end. */
  get left(): AbortSignal {
    return this.#leave.signal;
  }

  open(head: ContentHead): void {
    this.#isOpen = true;
    this.#opened.resolve({ ...head, body: this });
  }

  /** Resolves when the reader wants more. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.destroyed || bytes.length === 0 || this.push(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#demand = resolve;
    });
  }

  finish(): void {
    this.#isWhole = true;
    this.push(null);
  }

  fail(error: Error): void {
    this.#opened.reject(error);
    this.destroy(error);
  }

  override _read(): void {
    this.#demand?.();
    this.#demand = undefined;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isWhole) this.#leave.abort(error ?? new Error("the content was not read to its end"));
    this.#demand?.();
    done(error);
  }
}

/** Runs an upstream call that fills a sink; answers the content as soon as it is open. */
export function opened(
  signal: AbortSignal,
  call: (sink: ContentSink, signal: AbortSignal) => Promise<void>,
): Promise<Content> {
  const sink = new ContentSink();
  call(sink, AbortSignal.any([signal, sink.left])).then(
    () => sink.finish(),
    (error: Error) => sink.fail(error),
  );
  return sink.content;
}
