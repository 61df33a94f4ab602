import type { IncomingHttpHeaders } from "node:http";
import type { HttpResponse } from "#spi";
import type { AnswerBody } from "./body.ts";
import { failure } from "./failures.ts";

/** An HTTP answer as connectors see it. */
export class Answer implements HttpResponse {
  readonly status: number;
  readonly body: AnswerBody;
  readonly #host: string;
  readonly #fields: IncomingHttpHeaders;
  readonly #discardBytes: number;
  #headers: Readonly<Record<string, string>> | undefined;

  constructor(status: number, fields: IncomingHttpHeaders, body: AnswerBody, host: string, discardBytes: number) {
    this.status = status;
    this.body = body;
    this.#fields = fields;
    this.#host = host;
    this.#discardBytes = discardBytes;
  }

  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= joined(this.#fields);
    return this.#headers;
  }

  header(name: string): readonly string[] {
    const value = this.#fields[name.toLowerCase()];
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  async bytes(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.body.on("data", (chunk: Buffer) => chunks.push(chunk));
    const ended = () => {
      if (this.body.readableEnded) resolve();
      else reject(this.body.errored ?? new Error("the body was read or destroyed elsewhere"));
    };
    if (this.body.closed) ended();
    else this.body.once("close", ended);
    await promise;
    const [only] = chunks;
    return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  }

  async text(): Promise<string> {
    const bytes = await this.bytes();
    return decoderFor(this.header("content-type")[0]).decode(bytes);
  }

  async json(): Promise<unknown> {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch (cause) {
      const message = `${this.#host} answered ${this.status} with something that is not JSON.`;
      throw failure("NOT_JSON", message, { cause, evidence: { status: this.status, ...this.#typeEvidence() } });
    }
  }

  /** Never throws: what fails while it is thrown away is of no interest. */
  async discard(): Promise<void> {
    if (this.body.destroyed || this.body.closed) return;
    let bytes = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.body.once("close", resolve);
    this.body.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > this.#discardBytes) this.body.destroy();
    });
    await promise;
  }

  #typeEvidence(): Readonly<Record<string, string>> {
    const [type] = this.header("content-type");
    return type === undefined ? {} : { contentType: type.slice(0, 100) };
  }
}

function joined(fields: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

const utf8 = new TextDecoder();

/** The decoder of the answer's own charset; UTF-8 when it names none, or one nobody knows. */
function decoderFor(contentType: string | undefined): { decode(bytes: Uint8Array): string } {
  const charset = /;\s*charset="?([\w-]+)/i.exec(contentType ?? "")?.[1]?.toLowerCase();
  if (charset === undefined || charset === "utf-8") return utf8;
  try {
    return new TextDecoder(charset);
  } catch {
    return utf8;
  }
}
