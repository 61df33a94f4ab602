import net, { type LookupFunction, type Socket, type TcpNetConnectOpts } from "node:net";
import ipaddr from "ipaddr.js";
import { asConnectorError, ConnectorError } from "#spi";
import type { NetworkCause } from "./causes.ts";
import { type EgressRules, egressDenied } from "./egress.ts";
import { codeOf, failure } from "./failures.ts";
import { authority, isAddress } from "./hosts.ts";
import type { WireLimits } from "./limits.ts";
import { type Observer, observed } from "./observe.ts";
import { type Resolver, resolveHost } from "./resolve.ts";

export interface DialParts {
  readonly egress: EgressRules;
  readonly resolver: Resolver;
  readonly limits: WireLimits;
  readonly observer: Observer;
}

/** Time between attempts on the addresses of one name; the value browsers use (RFC 8305). */
const nextAddressMs = 250;

/**
 * A TCP connection to a canonical host: resolved once, each answer checked, connected to a checked address, and the
 * address compared again afterwards. `exempt` leaves out the rules for the owner's own proxy and the managed-identity endpoint.
 */
export async function dial(host: string, port: number, parts: DialParts, exempt: boolean): Promise<Socket> {
  return connected(host, port, await permittedAddresses(host, port, parts, exempt), parts);
}

/** The addresses of a canonical host that may be connected to; at least one. */
export async function permittedAddresses(host: string, port: number, parts: DialParts, exempt: boolean) {
  const found = isAddress(host) ? [host] : await resolved(host, port, parts, exempt);
  return checked(host, port, found, parts, exempt);
}

/** Looks the name up. Addresses that are denied are not shown: a report must not be a map of closed networks. */
function resolved(host: string, port: number, parts: DialParts, exempt: boolean): Promise<readonly string[]> {
  const { egress, resolver, limits, observer } = parts;
  return observed(
    observer,
    "dns",
    () => resolveHost(host, resolver, limits.dnsMs),
    (addresses) => {
      const shown = exempt ? addresses : addresses.filter((address) => egress.permits(host, address, port));
      return { detail: `The name server answered for ${host}.`, evidence: { host, addresses: shown } };
    },
    asConnectorError,
  );
}

/** Denied answers are dropped; only what is left is ever connected to, so a mixed answer opens nothing. */
function checked(host: string, port: number, found: readonly string[], parts: DialParts, exempt: boolean) {
  const check = async () => {
    const permitted = exempt ? found : found.filter((address) => parts.egress.permits(host, address, port));
    if (permitted.length === 0) throw egressDenied();
    return permitted;
  };
  const tell = () => ({ detail: "The rules of this service allow the address." });
  return observed(parts.observer, "egress", check, tell, asConnectorError);
}

function connected(host: string, port: number, addresses: readonly string[], parts: DialParts): Promise<Socket> {
  return observed(
    parts.observer,
    "tcp",
    () => openSocket(host, port, addresses, parts.limits.tcpMs),
    ({ remoteAddress }) => ({
      detail: `Connected to port ${port}.`,
      evidence: { address: remoteAddress, port, addresses },
    }),
    (error) => tcpFailure(host, port, addresses, error),
  );
}

/** The error listener stays: a socket may fail while nobody else listens, between its opening and its first use. */
async function openSocket(host: string, port: number, addresses: readonly string[], limitMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const [first, ...others] = addresses;
  const options: TcpNetConnectOpts & { readonly highWaterMark: number } = {
    host: others.length === 0 ? first : host,
    port,
    lookup: answering(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressMs,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    highWaterMark: 64 * 1024,
  };
  const socket = net.connect(options);
  const timer = setTimeout(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), limitMs);
  socket.once("connect", resolve).on("error", reject);
  try {
    await promise;
    if (!isOneOf(socket.remoteAddress, addresses)) throw egressDenied();
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.off("connect", resolve);
  }
}

/** Node asks this instead of the name server: the answers that were checked, and no others. */
function answering(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: net.isIP(address) }));
  return (_host, options, answer) => {
    const [first] = answers;
    if (options.all || first === undefined) answer(null, answers);
    else answer(null, first.address, first.family);
  };
}

function isOneOf(remote: string | undefined, addresses: readonly string[]): boolean {
  if (remote === undefined || !ipaddr.isValid(remote)) return false;
  const plain = (address: string) => ipaddr.process(address).toNormalizedString();
  return addresses.some((address) => plain(address) === plain(remote));
}

/** When several addresses failed differently, the most telling failure names the cause. */
const tcpCauses: readonly (readonly [codes: readonly string[], cause: NetworkCause, text: string])[] = [
  [["ECONNREFUSED"], "TCP_REFUSED", "refused the connection: nothing listens there"],
  [["ECONNRESET", "EPIPE"], "TCP_RESET", "cut the connection while it was being opened"],
  [["ETIMEDOUT"], "TCP_TIMEOUT", "did not answer"],
];

function tcpFailure(host: string, port: number, addresses: readonly string[], error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const codes = error instanceof AggregateError ? error.errors.map(codeOf) : [codeOf(error)];
  if (codes.every((code) => code === "")) return asConnectorError(error);
  const known = tcpCauses.find(([wanted]) => codes.some((code) => wanted.includes(code)));
  const [, cause, text] = known ?? [
    [],
    "NETWORK_UNREACHABLE" as const,
    `cannot be reached from here (${codes.join(", ")})`,
  ];
  return failure(cause, `${authority(host, port)} ${text}.`, { evidence: { addresses, port, codes }, cause: error });
}
