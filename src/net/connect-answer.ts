import type { Socket } from "node:net";

/** A proxy's answer to CONNECT. */
export interface ConnectAnswer {
  readonly status: number;
  /** All values of a header, in order. */
  header(name: string): readonly string[];
  /** The body was read to its end and the proxy keeps the socket open. */
  readonly reusable: boolean;
}

/** Reads one answer from a bare socket: head, and for refusals the body, so that the next login leg finds a clean socket. */
export async function readConnectAnswer(socket: Socket, headLimitBytes: number): Promise<ConnectAnswer> {
  const reader = new SocketReader(socket);
  try {
    const head = await reader.until("\r\n\r\n", headLimitBytes);
    const [statusLine = "", ...lines] = head.split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
    if (Number.isNaN(status)) throw notHttp();
    const header = (name: string) => lines.filter((line) => nameOf(line) === name).map(textOf);
    const reusable = status >= 200 && status < 300 ? true : await skipBody(reader, header, headLimitBytes);
    return { status, header, reusable };
  } finally {
    reader.release();
  }
}

const nameOf = (line: string): string =>
  line
    .slice(0, Math.max(0, line.indexOf(":")))
    .trim()
    .toLowerCase();
const textOf = (line: string): string => line.slice(line.indexOf(":") + 1).trim();

/** Same code as undici's parser errors have, so that one table reads both. */
const notHttp = (): Error => Object.assign(new Error("not an HTTP answer"), { code: "HPE_INVALID_CONSTANT" });

/** True when the socket stands at the start of the next answer. Bodies without a length end with the socket. */
async function skipBody(reader: SocketReader, header: (name: string) => readonly string[], limit: number) {
  const closes = [...header("connection"), ...header("proxy-connection")].some((value) => /\bclose\b/i.test(value));
  const length = header("content-length")[0];
  const isChunked = header("transfer-encoding").some((value) => /\bchunked\b/i.test(value));
  if (closes || (length === undefined && !isChunked)) return false;
  if (!isChunked) return reader.skip(Number(length), limit);
  for (;;) {
    const size = Number.parseInt(await reader.until("\r\n", 1024), 16);
    if (!(await reader.skip(size + 2, limit))) return false;
    if (size === 0) return true;
  }
}

/** Pulls bytes off a socket and gives back what was not used. */
class SocketReader {
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", this.#take).on("error", this.#fail).on("close", this.#end).on("end", this.#end);
    socket.resume(); // paused by the reader of the leg before
  }

  readonly #take = (chunk: Buffer) => {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    this.#wake();
  };
  readonly #fail = (error: Error) => {
    this.#ended ??= error;
    this.#wake();
  };
  readonly #end = () => this.#fail(Object.assign(new Error("closed"), { code: "ECONNRESET" }));

  async #more(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }

  async until(mark: string, limitBytes: number): Promise<string> {
    let at = this.#buffer.indexOf(mark);
    while (at < 0) {
      if (this.#buffer.length > limitBytes) throw notHttp();
      await this.#more();
      at = this.#buffer.indexOf(mark);
    }
    const text = this.#buffer.toString("latin1", 0, at);
    this.#buffer = this.#buffer.subarray(at + mark.length);
    return text;
  }

  /** False when that is more than is worth reading, or no number. */
  async skip(count: number, limitBytes: number): Promise<boolean> {
    if (!(count >= 0 && count <= limitBytes)) return false;
    while (this.#buffer.length < count) await this.#more();
    this.#buffer = this.#buffer.subarray(count);
    return true;
  }

  release(): void {
    this.#socket.off("data", this.#take).off("error", this.#fail).off("close", this.#end).off("end", this.#end).pause();
    if (this.#buffer.length > 0) this.#socket.unshift(this.#buffer);
  }
}
