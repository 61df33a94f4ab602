import { Readable } from "node:stream";
import type {
  AccessTokens,
  CallInfo,
  Clock,
  FileAccess,
  HttpClient,
  HttpRequest,
  HttpResponse,
  Log,
  OpenSocketTo,
  Random,
  TransportOptions,
} from "#spi";
import type { Answer } from "./answer.ts";
import { Attempts } from "./attempts.ts";
import { KerberosHelpers, type KerberosParts } from "./auth/kerberos/helpers.ts";
import type { Leg, Login } from "./auth/login.ts";
import { proxyLogin } from "./auth/proxy-login.ts";
import { loginFor } from "./auth/select.ts";
import { acceptedEncodings } from "./body.ts";
import type { ConnectParts } from "./connect.ts";
import { Deadline } from "./deadline.ts";
import type { DialParts } from "./dial.ts";
import type { EgressRules } from "./egress.ts";
import { exchange } from "./exchange.ts";
import { failure } from "./failures.ts";
import { silenceLimitMs, type WireLimits, wireLimits } from "./limits.ts";
import { nobody, type Observer } from "./observe.ts";
import { type Origin, Origins, parseUrl } from "./origins.ts";
import { type AgentProxy, proxyRules } from "./proxy-rules.ts";
import { type Resolver, systemResolver } from "./resolve.ts";
import { answerNote } from "./retry-policy.ts";
import type { Slots } from "./slots.ts";
import { connectSocket } from "./sockets.ts";
import { tlsLayer } from "./tls.ts";

/** What a transport is given besides its options. */
export interface TransportParts {
  readonly egress: EgressRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: FileAccess;
  /** Needed by bearer authentication. */
  readonly tokens?: AccessTokens;
  readonly agentProxy?: AgentProxy;
  readonly observer?: Observer;
  readonly resolver?: Resolver;
  /** Upstream requests in flight over all connections of this process. */
  readonly sharedSlots?: Slots;
  /** A pause recorded earlier, perhaps by another instance. */
  readonly heldUntilMs?: number;
  /** Told when the server asks to pause, so that all instances hold back. */
  readonly onPause?: (untilMs: number) => void;
  readonly limits?: Partial<WireLimits>;
  /** Calls are tried once and busy servers not waited for. */
  readonly once?: boolean;
}

/** The wire of one connection in one version of its credentials. */
export interface Transport {
  readonly http: HttpClient;
  /** ConnectorContext.attempt: concurrency limits, pauses and retries around one upstream call. */
  attempt<T>(call: CallInfo, send: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Until when the server asked to pause; undefined when it did not, or that time is over. */
  throttledUntil(): number | undefined;
  /** Takes over a pause that another instance met. */
  holdUntil(untilMs: number): void;
  /** A TCP or TLS socket under the same egress, proxy and TLS rules. */
  readonly socket: OpenSocketTo;
  /** Ends requests under way with TRANSPORT_CLOSED. */
  close(): Promise<void>;
}

/** Opens nothing yet: sockets come with the first request. */
export function openTransport(options: TransportOptions, parts: TransportParts): Transport {
  const limits: WireLimits = { ...wireLimits, ...parts.limits };
  const observer = parts.observer ?? nobody;
  const dial: DialParts = { egress: parts.egress, resolver: parts.resolver ?? systemResolver, limits, observer };
  const { clock, random, files } = parts;
  const kerberos = proxyKerberos(options, { dial, files, clock });
  const connectParts: ConnectParts = {
    ...dial,
    proxy: proxyRules(options.proxy, parts.agentProxy),
    proxyLogin: (route) => proxyLogin(route, { random, clock, kerberos }),
    tls: tlsLayer(options.tls, files, clock),
  };
  const client = new TransportClient(options, connectParts, parts);
  const attempts = new Attempts(options.concurrency, parts);
  return {
    http: client,
    attempt: (call, send, signal) => attempts.run(call, send, signal),
    throttledUntil: () => attempts.heldUntil(),
    holdUntil: (untilMs) => attempts.holdUntil(untilMs),
    socket: (target, signal) => connectSocket(target, connectParts, signal),
    async close() {
      await client.close();
      await kerberos?.close();
    },
  };
}

/** A proxy that asks for Kerberos is logged in to with its own user. */
function proxyKerberos({ proxy }: TransportOptions, parts: KerberosParts): KerberosHelpers | undefined {
  if (proxy === undefined || proxy === "agent" || proxy.authentication !== "negotiate") return undefined;
  const { user, password, kerberos } = proxy;
  return new KerberosHelpers({ user, password, ...kerberos }, parts);
}

class TransportClient implements HttpClient {
  readonly #options: TransportOptions;
  readonly #limits: WireLimits;
  readonly #origins: Origins;
  readonly #login: Login | undefined;
  readonly #log: Log;
  readonly #headers: Readonly<Record<string, string>>;
  #latest: Place | undefined;
  #isClosed = false;

  constructor(options: TransportOptions, connectParts: ConnectParts, parts: TransportParts) {
    const { credentialOrigins, managedIdentityEndpoint, concurrency } = options;
    const connections = concurrency.perConnection;
    this.#options = options;
    this.#limits = connectParts.limits;
    this.#origins = new Origins({ credentialOrigins, managedIdentityEndpoint, connections }, connectParts);
    const { observer } = connectParts;
    const { random, clock, files, tokens } = parts;
    const loginParts = { observer, random, clock, files, tokens, dial: connectParts, sockets: connections };
    this.#login = loginFor(options.authentication, loginParts);
    this.#log = parts.log;
    this.#headers = { "accept-encoding": acceptedEncodings, ...lowerCased(options.headers) };
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#request(request);
    } catch (error) {
      if (request.body instanceof Readable) request.body.destroy();
      throw error;
    }
  }

  async #request(request: HttpRequest): Promise<HttpResponse> {
    const place = this.#placeOf(request.url);
    const { origin } = place;
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs;
    const deadline = new Deadline(request.signal, request.streams === true ? 0 : timeoutMs, origin.name);
    const start = performance.now();
    const told = { operation: request.operation, method: request.method, host: origin.name };
    try {
      const answer = await this.#send(request, place, deadline, timeoutMs);
      if (answer.body.closed) deadline.dispose();
      else answer.body.once("close", () => deadline.dispose());
      this.#log.debug({ ...told, status: answer.status, waitedMs: Math.round(performance.now() - start) }, "answered");
      return answer;
    } catch (error) {
      deadline.dispose();
      throw error;
    }
  }

  /** EWS calls one URL all the time, so the latest one is not parsed again. */
  #placeOf(text: string): Place {
    if (this.#latest?.text === text && !this.#isClosed) return this.#latest;
    const url = parseUrl(text);
    this.#latest = { text, origin: this.#origins.of(url), uri: url.pathname + url.search };
    return this.#latest;
  }

  #send(request: HttpRequest, { origin, uri }: Place, deadline: Deadline, timeoutMs: number): Promise<Answer> {
    const { method, operation, signal, body = null } = request;
    const headers =
      request.headers === undefined ? this.#headers : { ...this.#headers, ...lowerCased(request.headers) };
    const limits = this.#limits;
    const limitBytes = request.limitBytes ?? limits.answerBytes;
    const isBounded = request.streams === true && timeoutMs > 0;
    const silenceMs = isBounded ? timeoutMs : silenceLimitMs(limits, timeoutMs);
    const note = answerNote();
    if (note !== undefined) note.method = method;
    const common = { note, host: origin.name, operation, method, path: uri, limitBytes, silenceMs, limits, deadline };
    const send = ({ authorization, dispatcher = origin.pool, bare }: Leg) =>
      exchange(dispatcher, {
        ...common,
        headers: authorization === undefined ? headers : { ...headers, authorization },
        body: bare ? null : body,
      });
    if (this.#login === undefined || request.credentials === false || !origin.isCredentialed) return send({});
    const isReplayable = !(body instanceof Readable);
    return this.#login.send({ origin, method, uri, isReplayable, signal, operation, send });
  }

  async close(): Promise<void> {
    const error = failure("TRANSPORT_CLOSED", "The connection was closed here while the request was under way.");
    this.#isClosed = true;
    await this.#login?.close();
    await this.#origins.destroy(error);
  }
}

/** Where a URL leads. */
interface Place {
  readonly text: string;
  readonly origin: Origin;
  readonly uri: string;
}

/** One spelling of header names, so that a request's header replaces the connection's. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {};
  for (const name in headers) lower[name.toLowerCase()] = headers[name] ?? "";
  return lower;
}
