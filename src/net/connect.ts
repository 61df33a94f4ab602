import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { asConnectorError } from "#spi";
import type { ProxyLogin } from "./auth/proxy-login.ts";
import { type DialParts, dial } from "./dial.ts";
import { egressDenied } from "./egress.ts";
import { failure } from "./failures.ts";
import { authority, isAddress } from "./hosts.ts";
import { nobody, observed } from "./observe.ts";
import { openTunnel } from "./proxy.ts";
import type { ProxyRoute, ProxyRules } from "./proxy-rules.ts";
import { withinTime } from "./resolve.ts";
import type { TlsLayer, TrustRule } from "./tls.ts";

export interface ConnectParts extends DialParts {
  readonly proxy: ProxyRules;
  readonly proxyLogin: (route: ProxyRoute) => ProxyLogin;
  readonly tls: TlsLayer;
}

export interface Target {
  /** Canonical. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly rule: TrustRule;
  /** The managed-identity endpoint: reached directly, whatever egress says about link-local addresses. */
  readonly exempt: boolean;
  /** Application protocols to offer in the handshake (ALPN); absent = HTTP. */
  readonly protocols?: readonly string[];
}

export interface Connection {
  readonly socket: Socket;
  /** The server's certificate; absent without TLS. */
  readonly certificate?: X509Certificate;
}

/** Egress rules, proxy and TLS in their order: the only way a socket to another machine comes about. */
export async function connect(target: Target, parts: ConnectParts): Promise<Connection> {
  const { host, port } = target;
  const route = target.exempt ? undefined : parts.proxy(host, port);
  const raw = route === undefined ? await dial(host, port, parts, target.exempt) : await through(route, target, parts);
  if (!target.secure) return { socket: raw };
  const { limits, observer } = parts;
  const { rule, protocols } = target;
  return parts.tls.secure(raw, {
    host,
    rule,
    limitMs: limits.tlsMs,
    observer,
    ...(protocols === undefined ? {} : { protocols }),
  });
}

async function through(route: ProxyRoute, { host, port }: Target, parts: ConnectParts): Promise<Socket> {
  const proxy = authority(route.host, route.port);
  const tunnel = async () => {
    const { limits } = parts;
    return openTunnel(route, host, port, {
      dialProxy: () => dialProxy(route, parts),
      login: parts.proxyLogin(route),
      limits,
    });
  };
  const told = () => ({ detail: "The rules of this service allow the address." });
  await observed(parts.observer, "egress", () => nameChecked(host, port, parts), told, asConnectorError);
  return observed(
    parts.observer,
    "proxy",
    tunnel,
    () => ({
      detail: `The proxy ${proxy} connected to ${authority(host, port)}.`,
      evidence: { proxy, tls: route.tls },
    }),
    asConnectorError,
  );
}

/** Steps on the way to the proxy belong to the step `proxy`, so they are not reported as the server's. */
async function dialProxy(route: ProxyRoute, parts: ConnectParts): Promise<Socket> {
  const quiet = { ...parts, observer: nobody };
  try {
    const raw = await dial(route.host, route.port, quiet, route.isAgents);
    if (!route.tls) return raw;
    const { tlsMs } = parts.limits;
    const secured = await parts.tls.secure(raw, {
      host: route.host,
      rule: "trusted",
      limitMs: tlsMs,
      observer: nobody,
    });
    return secured.socket;
  } catch (thrown) {
    const error = asConnectorError(thrown);
    if (error.code === "EGRESS_DENIED" || error.code === "INTERNAL") throw error;
    const { causeCode, retry } = error;
    const message = `The proxy could not be reached. ${error.message}`;
    const evidence = { ...error.evidence, cause: causeCode };
    throw failure("PROXY_UNREACHABLE", message, { evidence, retry, cause: error });
  }
}

/** How long the local look at a name may delay a tunnel. */
const glanceMs = 1_000;

/**
 * The proxy resolves the name, perhaps differently; what can be known here is checked all the same, so that a proxy
 * near this service is no way round the rules. A name unknown here is the proxy's business.
 */
async function nameChecked(host: string, port: number, { egress, resolver }: ConnectParts): Promise<void> {
  if (isAddress(host)) {
    if (!egress.permits(host, host, port)) throw egressDenied();
    return;
  }
  if (!egress.permitsName(host)) throw egressDenied();
  const addresses = await withinTime(resolver(host), glanceMs, () => new Error("late")).catch(() => []);
  if (addresses.some((address) => !egress.permits(host, address, port))) throw egressDenied();
}
