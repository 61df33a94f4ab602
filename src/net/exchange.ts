import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { Answer } from "./answer.ts";
import { AnswerBody, encodingsOf } from "./body.ts";
import type { Deadline } from "./deadline.ts";
import { exchangeFailure, failure } from "./failures.ts";
import type { WireLimits } from "./limits.ts";
import { type LastAnswer, noticedBodyBytes } from "./retry-policy.ts";

/** One request as it goes to a dispatcher; everything above (login, replay) is made of these. */
export interface Outgoing {
  readonly host: string;
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | Readable | null;
  readonly limitBytes: number;
  readonly silenceMs: number;
  readonly limits: WireLimits;
  readonly deadline: Deadline;
  /** Where the answer is noted for the retry policy of the call. */
  readonly note: LastAnswer | undefined;
}

/** Sends one request and answers as soon as the headers are there. The body goes on under the same deadline. */
export function exchange(dispatcher: Dispatcher, outgoing: Outgoing): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const handler = new ExchangeHandler(outgoing, resolve, reject);
  const { path, method, headers, body, silenceMs, deadline } = outgoing;
  deadline.watch((reason) => handler.stop(reason));
  if (handler.isStopped) return promise;
  try {
    const times = { headersTimeout: silenceMs, bodyTimeout: silenceMs };
    dispatcher.dispatch({ path, method, headers, body, ...times }, handler);
  } catch (error) {
    handler.onResponseError(undefined, error as Error);
  }
  return promise;
}

/** What undici calls while a request is under way. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #outgoing: Outgoing;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #body: AnswerBody | undefined;
  #stopped: Error | undefined;
  /** From here on the server may act on the request. */
  #isSent = false;

  constructor(outgoing: Outgoing, resolve: (answer: Answer) => void, reject: (error: Error) => void) {
    this.#outgoing = outgoing;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** Ends the exchange from outside, in whatever state it is. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    this.#controller?.abort(reason);
    this.#fail(reason); // undici says nothing about an exchange that is still queued, or whose body waits for its reader
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#stopped !== undefined) {
      controller.abort(this.#stopped);
      return;
    }
    this.#controller = controller;
    this.#isSent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    const { host, limitBytes, limits } = this.#outgoing;
    const announced = Number(headers["content-length"] ?? 0);
    if (announced > limitBytes) throw failure("ANSWER_TOO_LARGE", `The answer of ${host} is larger than allowed.`);
    this.#body = new AnswerBody({
      host,
      encodings: encodingsOf(headers["content-encoding"]),
      limitBytes,
      limits,
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      abandon: (error) => controller.abort(error),
      toError: (error) => this.#explain(error),
      onDecoded: noticeAnswer(this.#outgoing.note, status, headers),
    });
    this.#resolve(new Answer(status, headers, this.#body, host, limits.discardBytes));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body?.feed(chunk);
  }

  onResponseEnd(): void {
    this.#body?.finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(error);
  }

  #fail(error: Error): void {
    const explained = this.#explain(error);
    if (this.#body === undefined) this.#reject(explained);
    else this.#body.destroy(explained);
  }

  #explain(error: unknown): Error {
    const { host, operation, method } = this.#outgoing;
    return exchangeFailure(error, { host, operation, method, sent: this.#isSent });
  }
}

/** Notes an answer; the body of an error answer as it is read. */
function noticeAnswer(
  note: LastAnswer | undefined,
  status: number,
  headers: IncomingHttpHeaders,
): ((chunk: Buffer) => void) | undefined {
  if (note === undefined) return undefined;
  note.status = status;
  note.headers = headers;
  note.body = "";
  if (status < 400) return undefined;
  return (chunk) => {
    const left = noticedBodyBytes - note.body.length;
    if (left > 0) note.body += chunk.toString("utf8", 0, left);
  };
}
