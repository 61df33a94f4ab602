import { Readable } from "node:stream";
import { asConnectorError } from "#spi";
import { base64Length, base64Pieces } from "../contents/base64.ts";
import type { Xml } from "./write-xml.ts";

/** Bytes that are written into a request as base64 while they arrive. */
export interface StreamedContent {
  readonly sizeBytes?: number;
  readonly isRepeatable: boolean;
  bytes(): AsyncIterable<Uint8Array>;
}

/** Stands for the content in an operation's markup. No name or value can look like it, since their `<` is escaped. */
export const contentPlace = "<?content?>" as Xml;

/**
 * The body of a request that is written while its content arrives. The document ends only after the content has ended
 * without an error, so that a server never sees a whole document with half a content.
 */
export class StreamedBody {
  readonly #content: StreamedContent;
  readonly #before: Buffer;
  readonly #after: Buffer;
  #isOpened = false;
  #isWhole = false;
  #broken: unknown;

  constructor(markup: string, content: StreamedContent) {
    const at = markup.lastIndexOf(contentPlace);
    this.#content = content;
    this.#before = Buffer.from(markup.slice(0, at));
    this.#after = Buffer.from(markup.slice(at + contentPlace.length));
  }

  /** With a known size the request names its length: not every device before a server takes chunks. */
  get headers(): Readonly<Record<string, string>> {
    const { sizeBytes } = this.#content;
    if (sizeBytes === undefined) return {};
    return { "content-length": String(this.#before.length + base64Length(sizeBytes) + this.#after.length) };
  }

  open(): Readable {
    // Read again it would be empty, and an empty file would be stored.
    if (this.#isOpened && !this.#content.isRepeatable) throw new Error("a content that is gone cannot be sent again");
    this.#isOpened = true;
    this.#isWhole = false;
    return Readable.from(this.#pieces(), { objectMode: false, highWaterMark: 64 * 1024 });
  }

  /** Runs the call; an error before the document's end has no effect, and a content that is gone is not sent again. */
  async judged<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (thrown) {
      if (this.#broken !== undefined) throw asConnectorError(this.#broken).with({ retry: "never", effect: "none" });
      const error = this.#isWhole ? asConnectorError(thrown) : asConnectorError(thrown).with({ effect: "none" });
      throw this.#content.isRepeatable || !this.#isOpened ? error : error.with({ retry: "never" });
    }
  }

  async *#pieces(): AsyncGenerator<Buffer, void> {
    yield this.#before;
    try {
      yield* base64Pieces(this.#content.bytes());
    } catch (error) {
      this.#broken = error;
      throw error;
    }
    this.#isWhole = true;
    yield this.#after;
  }
}
