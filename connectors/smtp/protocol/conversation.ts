import type { Duplex } from "node:stream";
import { type Clock, ConnectorError, type Dialogue } from "#spi";
import { failure } from "./failure.ts";
import { goesOn, isReplyLine, type Reply, replyOf } from "./reply.ts";

/** RFC 5321 allows 512 octets; real servers send more. A reply that does not end is cut off here. */
const replyLimitBytes = 64 * 1024;
/** Bytes of a message shown where the conversation is recorded. */
const shownBodyBytes = 1024;
const chunkBytes = 64 * 1024;

export interface ConversationParts {
  readonly host: string;
  /** For each reply; 0 = no limit. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dialogue?: Dialogue;
}

/** Lines to and replies from one server over one stream, each within its time. */
export class Conversation {
  readonly #parts: ConversationParts;
  #stream: Duplex;
  #buffer = Buffer.alloc(0);
  #hidden: readonly string[] = [];
  #broken: Error | undefined;

  constructor(stream: Duplex, parts: ConversationParts) {
    this.#parts = parts;
    this.#stream = this.#attached(stream);
  }

  /** Goes on over another stream (TLS); what was read of the old one is forgotten: it was not protected. */
  moveTo(stream: Duplex): void {
    this.#buffer = Buffer.alloc(0);
    this.#broken = undefined;
    this.#stream = this.#attached(stream);
  }

  /** From now on these texts are masked wherever the server repeats them. */
  hide(texts: readonly string[]): void {
    this.#hidden = [...this.#hidden, ...texts.filter((text) => text.length >= 3)];
  }

  /** Sends one command line and reads its reply; `shown` stands for it where the conversation is recorded. */
  async command(line: string, operation: string, shown = line): Promise<Reply> {
    if (/[\r\n]/.test(line)) throw new Error("a command is one line");
    this.#record("sent", shown);
    await this.#write(Buffer.from(`${line}\r\n`), operation);
    return this.reply(operation);
  }

  /** Sends the bytes of a message, dots doubled, without the line that ends it. */
  async body(content: Uint8Array, operation: string): Promise<void> {
    const stuffed = dotStuffed(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    const shown = stuffed.subarray(0, shownBodyBytes).toString("utf8");
    const rest = stuffed.length - Math.min(stuffed.length, shownBodyBytes);
    this.#record("sent", rest === 0 ? shown : `${shown}… (${rest} more bytes)`);
    for (let at = 0; at < stuffed.length; at += chunkBytes)
      await this.#write(stuffed.subarray(at, at + chunkBytes), operation);
  }

  /** Errors: PROTOCOL for what is no SMTP, TIMEOUT, UNREACHABLE when the server closed. */
  async reply(operation: string): Promise<Reply> {
    const lines: string[] = [];
    let length = 0;
    for (;;) {
      const line = this.#masked(await this.#line(operation));
      this.#record("received", line);
      if (!isReplyLine(line)) throw this.#notSmtp(line);
      lines.push(line);
      length += line.length;
      if (!goesOn(line)) return replyOf(lines);
      if (lines.length > 1000 || length > replyLimitBytes) throw this.#notSmtp(line);
    }
  }

  /** The stream has ended or failed: nothing more can be sent. */
  get isOver(): boolean {
    return this.#broken !== undefined || this.#stream.destroyed || this.#stream.readableEnded;
  }

  note(text: string): void {
    this.#record("note", text);
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #attached(stream: Duplex): Duplex {
    // Stays, so that a cut between two reads is an error of the next one and not of the process.
    stream.on("error", (error) => {
      this.#broken ??= error;
    });
    return stream;
  }

  async #line(operation: string): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf(0x0a);
      if (end >= 0) {
        const line = this.#buffer.subarray(0, end).toString("utf8").replace(/\r$/, "");
        this.#buffer = this.#buffer.subarray(end + 1);
        return line;
      }
      if (this.#buffer.length > replyLimitBytes) throw this.#notSmtp(this.#buffer.toString("latin1"));
      this.#buffer = Buffer.concat([this.#buffer, await this.#chunk(operation)]);
    }
  }

  async #chunk(operation: string): Promise<Buffer> {
    for (;;) {
      const chunk: Buffer | null = this.#stream.read();
      if (chunk !== null) return chunk;
      if (this.#broken !== undefined || this.#stream.readableEnded || this.#stream.destroyed)
        throw this.#cut(operation);
      await this.#event("readable", operation);
    }
  }

  async #write(bytes: Buffer, operation: string): Promise<void> {
    if (this.#broken !== undefined || this.#stream.destroyed) throw this.#cut(operation);
    if (!this.#stream.write(bytes)) await this.#event("drain", operation);
  }

  /** Waits for the event or the end of the stream, not longer than a reply may take. */
  async #event(name: "readable" | "drain", operation: string): Promise<void> {
    const { clock, signal, timeoutMs, host } = this.#parts;
    const stream = this.#stream;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = () => reject(cancelled(signal.reason));
    const ends = [name, "end", "close", "error"] as const;
    for (const event of ends) stream.once(event, resolve);
    signal.addEventListener("abort", cancel, { once: true });
    const ending = new AbortController();
    if (timeoutMs > 0)
      clock.sleep(timeoutMs, ending.signal).then(
        () =>
          reject(failure("SMTP_REPLY_TIMEOUT", `${host} did not answer ${operation} within ${timeoutMs / 1000} s.`)),
        // The wait was ended by the answer.
        () => undefined,
      );
    try {
      if (signal.aborted) throw cancelled(signal.reason);
      await promise;
    } finally {
      ending.abort();
      signal.removeEventListener("abort", cancel);
      for (const event of ends) stream.removeListener(event, resolve);
    }
  }

  #cut(operation: string): ConnectorError {
    const { host } = this.#parts;
    return new ConnectorError("UNREACHABLE", `${host} closed the connection in place of an answer to ${operation}.`, {
      causeCode: "CONNECTION_CUT",
      remote: { service: "SMTP", operation },
      cause: this.#broken,
    });
  }

  #notSmtp(line: string): ConnectorError {
    const shown = line.replaceAll(/[^\x20-\x7e]+/g, "?").slice(0, 120);
    return failure("SMTP_NOT_SPOKEN", `${this.#parts.host} answered "${shown}", which is not SMTP.`);
  }

  /** The code stays readable, whatever the secret is. */
  #masked(line: string): string {
    const text = this.#hidden.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), line.slice(3));
    return line.slice(0, 3) + text;
  }

  #record(direction: "sent" | "received" | "note", text: string): void {
    this.#parts.dialogue?.record({ direction, text });
  }
}

/** The error of a call that its caller ended. */
function cancelled(reason: unknown): ConnectorError {
  if (reason instanceof ConnectorError) return reason;
  return new ConnectorError("TIMEOUT", "The call was cancelled, or its time limit passed.", {
    causeCode: "CANCELLED",
    cause: reason,
  });
}

/** RFC 5321 4.5.2: a dot that begins a line is doubled. The content ends in a line end afterwards. */
export function dotStuffed(content: Buffer): Buffer {
  const parts: Buffer[] = [];
  const dot = Buffer.from(".");
  let from = 0;
  if (content[0] === 0x2e) parts.push(dot);
  for (let at = content.indexOf("\r\n."); at >= 0; at = content.indexOf("\r\n.", at + 3)) {
    parts.push(content.subarray(from, at + 3), dot);
    from = at + 3;
  }
  parts.push(content.subarray(from));
  if (!content.subarray(-2).equals(Buffer.from("\r\n"))) parts.push(Buffer.from("\r\n"));
  return Buffer.concat(parts);
}
