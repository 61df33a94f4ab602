import { type ConnectorContext, ConnectorError, type ErrorOptions, type HttpResponse, protocolError } from "#spi";
import type { EwsConfig } from "./config.ts";
import { ElementReader } from "./element-reader.ts";
import { anchorMailbox, type CallIdentity, envelope, soapAction } from "./envelope.ts";
import { envelopesOf } from "./envelopes.ts";
import { responseError } from "./errors.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { isXml, notSoap, requestIdOf } from "./http-answers.ts";
import { readXml, XmlReading } from "./parse.ts";
import { type CallState, readFault } from "./response-messages.ts";
import { StreamedBody, type StreamedContent } from "./streamed-body.ts";
import type { Turns } from "./turns.ts";
import type { Xml } from "./write-xml.ts";

/** One EWS operation, ready to be sent: its request, and how its answer is read. */
export interface Operation<S extends CallState> {
  readonly name: string;
  /** Repeating it after an unknown outcome does no harm. */
  readonly repeatable: boolean;
  readonly body: Xml;
  /** Local name of the response element; `${name}Response` unless it is called otherwise. */
  readonly responseName?: string;
  readonly limitBytes?: number;
  /** Answers of calls that share turns are read one at a time. */
  readonly turns?: Turns;
  /** Fills the place of `contentPlace` in the body while it is sent. */
  readonly content?: StreamedContent;
  /** The answer holds a content of any size: resolves when what was read of it has been taken. */
  taken?(): Promise<void>;
  /** A fresh state for each attempt. */
  start(): S;
  /** Adds readers below the response element. */
  read(response: ElementReader<S>): void;
  /** Judges the finished answer inside the attempt, so that what it throws can be retried. */
  finish?(state: S): void;
}

/** Exchange says something each 45 seconds while an answer stays open; a silence longer than that is a broken connection. */
const silenceMs = 120_000;

/** Sends operations for one configuration. */
export class EwsCaller {
  readonly config: EwsConfig;
  readonly context: ConnectorContext;

  constructor(config: EwsConfig, context: ConnectorContext) {
    this.config = config;
    this.context = context;
  }

  /** One call under the connection's limits and retry rules. Errors: as errors.ts and http-answers.ts classify. */
  async call<S extends CallState>(operation: Operation<S>, identity: CallIdentity, signal: AbortSignal): Promise<S> {
    const { config, context } = this;
    const mailbox = identity.mailbox ?? identity.impersonation?.user ?? config.user ?? config.endpoint;
    const markup = envelope(operation.name, operation.body, config, identity);
    const body = operation.content === undefined ? markup : new StreamedBody(markup, operation.content);
    // Read at each try: what has begun to hand out its answer is not repeatable any more.
    const info = {
      operation: operation.name,
      mailbox,
      get repeatable() {
        return operation.repeatable;
      },
    };
    try {
      return await context.attempt(info, (inner) => this.#send(operation, body, identity, inner), signal);
    } catch (error) {
      const impersonates = identity.impersonation !== undefined;
      throw await explainRefusal(error, { config, context, impersonates }, signal);
    }
  }

  async #send<S extends CallState>(
    operation: Operation<S>,
    body: string | StreamedBody,
    identity: CallIdentity,
    signal: AbortSignal,
  ): Promise<S> {
    if (typeof body !== "string") return body.judged(() => this.#exchange(operation, body, identity, signal));
    return this.#exchange(operation, body, identity, signal);
  }

  async #exchange<S extends CallState>(
    operation: Operation<S>,
    body: string | StreamedBody,
    identity: CallIdentity,
    signal: AbortSignal,
  ): Promise<S> {
    const isText = typeof body === "string";
    const response = await this.context.http.request({
      method: "POST",
      url: this.config.endpoint,
      headers: { ...this.#headers(operation.name, identity), ...(isText ? {} : body.headers) },
      body: isText ? body : body.open(),
      signal,
      operation: operation.name,
      ...(isText && operation.taken === undefined ? {} : { streams: true }),
      ...(operation.limitBytes === undefined ? {} : { limitBytes: operation.limitBytes }),
    });
    const readable = isXml(response) && (response.status === 200 || response.status === 500 || response.status === 400);
    if (!readable) throw await notSoap(operation.name, response, this.context.clock.now());
    const state = operation.start();
    try {
      const taken = operation.taken && (() => operation.taken?.() ?? Promise.resolve());
      const read = () => readXml(response.body, documentReader(operation), state, taken);
      await (operation.turns === undefined ? read() : operation.turns.run(read));
    } catch (error) {
      response.body.destroy();
      throw cutShort(operation, error, signal);
    }
    try {
      judge(operation, state, response);
    } catch (error) {
      // A content whose beginning was handed on is not read into the same place once more, whatever a retry policy says.
      throw operation.taken === undefined ? error : cutShort(operation, error, signal);
    }
    return state;
  }

  /**
   * The messages of an answer that stays open, each judged by itself. It takes none of the connection's places, or a
   * few of them would keep everybody else waiting. Errors: as `call`, and what breaks the connection.
   */
  async *stream<S extends CallState>(
    operation: Operation<S>,
    identity: CallIdentity,
    signal: AbortSignal,
  ): AsyncGenerator<S> {
    const response = await this.context.http.request({
      method: "POST",
      url: this.config.endpoint,
      headers: this.#headers(operation.name, identity),
      body: envelope(operation.name, operation.body, this.config, identity),
      signal,
      operation: operation.name,
      streams: true,
      timeoutMs: silenceMs,
      limitBytes: Number.POSITIVE_INFINITY,
    });
    const readable = isXml(response) && (response.status === 200 || response.status === 500);
    if (!readable) throw await notSoap(operation.name, response, this.context.clock.now());
    try {
      for await (const text of envelopesOf(response.body)) {
        const state = operation.start();
        const reading = new XmlReading(documentReader(operation), state);
        reading.write(text);
        reading.end();
        judge(operation, state, response);
        yield state;
      }
    } finally {
      response.body.destroy();
    }
  }

  #headers(operation: string, identity: CallIdentity): Record<string, string> {
    const anchor = anchorMailbox(this.config, identity);
    return {
      "content-type": "text/xml; charset=utf-8",
      accept: "text/xml",
      soapaction: soapAction(operation),
      "client-request-id": this.context.random.uuid(),
      "return-client-request-id": "true",
      ...(anchor === undefined ? {} : { "x-anchormailbox": anchor }),
    };
  }
}

function documentReader<S extends CallState>(operation: Operation<S>): ElementReader<S> {
  const root = new ElementReader<S>();
  const envelopeReader = root.child("Envelope");
  envelopeReader.at(["Header", "ServerVersionInfo"]).onOpen((state, attributes) => {
    const part = (name: string) => attributes[name] ?? "0";
    state.serverVersion = [
      part("MajorVersion"),
      part("MinorVersion"),
      part("MajorBuildNumber"),
      part("MinorBuildNumber"),
    ].join(".");
  });
  const bodyReader = envelopeReader.child("Body");
  readFault(bodyReader.child("Fault"));
  const response = bodyReader.child(operation.responseName ?? `${operation.name}Response`).onOpen((state) => {
    state.answered = true;
  });
  operation.read(response);
  return root;
}

/** The answer broke off, or is not XML: a write may have happened. */
function cutShort<S extends CallState>(operation: Operation<S>, error: unknown, signal: AbortSignal): unknown {
  const effect: ErrorOptions = operation.repeatable ? {} : { effect: "unknown" };
  if (error instanceof ConnectorError) return error.with(effect);
  if (signal.aborted) {
    if (operation.repeatable) return signal.reason;
    return new ConnectorError("TIMEOUT", "The call was given up while the answer arrived.", {
      ...effect,
      cause: error,
    });
  }
  return new ConnectorError("UNREACHABLE", "The connection broke while the server's answer arrived.", {
    ...effect,
    cause: error,
    remote: { service: "EWS", operation: operation.name },
  });
}

function judge<S extends CallState>(operation: Operation<S>, state: S, response: HttpResponse): void {
  const requestId = requestIdOf(response);
  const { fault } = state;
  if (fault !== undefined) {
    throw responseError(operation.name, {
      responseCode: fault.responseCode || faultCodeName(fault.faultCode),
      text: fault.text,
      status: response.status,
      ...(fault.backOffMs === undefined ? {} : { backOffMs: fault.backOffMs }),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }
  if (!state.answered) {
    throw protocolError(`The server answers SOAP, but not the answer to ${operation.name}.`, {
      causeCode: "NOT_EWS_ANSWER",
      effect: operation.repeatable ? "none" : "unknown",
      remote: { service: "EWS", operation: operation.name, status: response.status },
    });
  }
  operation.finish?.(state);
}

/** Faults without detail name the code in faultcode, e.g. `a:ErrorSchemaValidation`. */
const faultCodeName = (faultCode: string): string => faultCode.slice(faultCode.indexOf(":") + 1);
