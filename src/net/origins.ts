import type { buildConnector, Dispatcher, Client as SocketClient } from "undici";
import { type Connection, type ConnectParts, connect, type Target } from "./connect.ts";
import { failure } from "./failures.ts";
import { canonicalHost } from "./hosts.ts";
import type { WireLimits } from "./limits.ts";
import { Client, Pool } from "./undici-parts.ts";

/** One scheme, host and port this transport talks to, with sockets of its own. */
export interface Origin {
  readonly target: Target;
  /** Host and port for messages. */
  readonly name: string;
  /** Credentials may go here. */
  readonly isCredentialed: boolean;
  /** Sockets that carry no login of their own. */
  readonly pool: Dispatcher;
  /** A single socket (reconnecting), for logins that belong to the socket. */
  client(opened: (connection: Connection) => void): SocketClient;
}

export interface OriginOptions {
  readonly credentialOrigins: readonly string[];
  readonly managedIdentityEndpoint: string | undefined;
  readonly connections: number;
}

/** Upload sessions and the like lead to ever new hosts; the sockets of the oldest are let go beyond this. */
const maxOrigins = 32;

/** All origins of one transport. Nothing here is shared with another transport: sockets may carry identities. */
export class Origins {
  readonly #origins = new Map<string, Origin>();
  readonly #credentialed: ReadonlySet<string>;
  readonly #exempt: string | undefined;
  readonly #connections: number;
  readonly #parts: ConnectParts;
  #ended: Error | undefined;

  constructor(options: OriginOptions, parts: ConnectParts) {
    this.#credentialed = new Set(options.credentialOrigins.map((origin) => parseUrl(origin).origin));
    const { managedIdentityEndpoint } = options;
    this.#exempt = managedIdentityEndpoint === undefined ? undefined : parseUrl(managedIdentityEndpoint).origin;
    this.#connections = options.connections;
    this.#parts = parts;
  }

  /** The origin of a URL, by its parsed form: a prefix test would take `https://mail.example.evil.test` for `https://mail.example`. */
  of(url: URL): Origin {
    if (this.#ended !== undefined) throw this.#ended;
    const known = this.#origins.get(url.origin);
    if (known !== undefined) return known;
    const origin = this.#open(url);
    this.#origins.set(url.origin, origin);
    if (this.#origins.size > maxOrigins) this.#letGo(origin);
    return origin;
  }

  /** The oldest origin without logins: those with are few, and cost a handshake each. */
  #letGo(latest: Origin): void {
    for (const [key, origin] of this.#origins) {
      if (origin.isCredentialed || origin === latest) continue;
      this.#origins.delete(key);
      void origin.pool.close();
      return;
    }
  }

  #open(url: URL): Origin {
    const isCredentialed = this.#credentialed.has(url.origin);
    const secure = url.protocol === "https:";
    const target: Target = {
      host: canonicalHost(url.hostname),
      port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
      secure,
      rule: isCredentialed ? "pinned" : "trusted",
      exempt: url.origin === this.#exempt,
    };
    const options = dispatcherOptions(this.#parts.limits);
    const open = (opened: (connection: Connection) => void) => connector(target, this.#parts, opened);
    return {
      target,
      name: url.host,
      isCredentialed,
      pool: new Pool(url.origin, { ...options, connections: this.#connections, connect: open(() => undefined) }),
      client: (opened) => new Client(url.origin, { ...options, connect: open(opened) }),
    };
  }

  async destroy(error: Error): Promise<void> {
    this.#ended = error;
    await Promise.all([...this.#origins.values()].map(({ pool }) => pool.destroy(error)));
    this.#origins.clear();
  }
}

/** HTTP/1.1 only: undici 8 offers HTTP/2 otherwise, on which NTLM and Negotiate do not work. */
const dispatcherOptions = ({ headerBytes, keepAliveMs, keepAliveMarginMs }: WireLimits) => ({
  allowH2: false,
  pipelining: 1,
  maxHeaderSize: headerBytes,
  keepAliveTimeout: keepAliveMs,
  keepAliveMaxTimeout: 2 * keepAliveMs,
  keepAliveTimeoutThreshold: keepAliveMarginMs,
});

type Connector = buildConnector.connector;

function connector(target: Target, parts: ConnectParts, opened: (connection: Connection) => void): Connector {
  return (_options, answer) => {
    connect(target, parts).then(
      (connection) => {
        opened(connection);
        answer(null, connection.socket);
      },
      (error: Error) => answer(error, null),
    );
  };
}

/** A URL this service can call: http or https, without user and password. */
export function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw failure("HOST_INVALID", "The address is no http or https URL.");
  }
  if (url.username !== "" || url.password !== "") {
    throw failure("HOST_INVALID", "User and password do not belong in the address.");
  }
  return url;
}
