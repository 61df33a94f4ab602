import ipaddr from "ipaddr.js";
import { failure } from "./failures.ts";
import { hostPattern } from "./hosts.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What the owner of the machine allows this service to connect to. */
export interface EgressRules {
  /** May this address be connected to, when it was given or found for that host? Takes canonical hosts. */
  permits(host: string, address: string, port: number): boolean;
  /** May a proxy be asked for that name? What the name means, only the proxy knows. */
  permitsName(host: string): boolean;
}

export interface ListeningAddress {
  readonly address: string;
  readonly port: number;
}

export interface EgressOptions {
  /** CIDR, single addresses and host patterns that are exceptions to what is denied by default. */
  readonly allow: readonly string[];
  /** The same, denied whatever else is allowed. */
  readonly deny: readonly string[];
  /** Where this service itself listens; asked at each check, since the port may be known late. */
  readonly own?: () => readonly ListeningAddress[];
}

/** Ranges of ipaddr.js that are open by default: on-premises servers live in the private ones. */
const openRanges: ReadonlySet<string> = new Set(["unicast", "private", "uniqueLocal", "carrierGradeNat"]);

/** Metadata and platform endpoints that lie inside open ranges. */
const closedAddresses = [
  "168.63.129.16", // Azure's host agent, a public address
  "100.100.100.200", // Alibaba Cloud metadata, inside carrier-grade NAT
  "fd00:ec2::254", // AWS metadata over IPv6, a unique local address
].map((text) => ipaddr.parse(text).toNormalizedString());

/** Reads both lists once; throws a RangeError naming an entry that is neither address, CIDR nor host pattern. */
export function egressRules({ allow, deny, own = () => [] }: EgressOptions): EgressRules {
  const allowed = matcher(allow);
  const denied = matcher(deny);
  return {
    permits(host, address, port) {
      const parsed = innermost(address);
      if (parsed === undefined) return false;
      if (denied(host, parsed)) return false;
      if (allowed(host, parsed)) return true;
      return isOpen(parsed) && !own().some((mine) => isSame(mine, parsed, port));
    },
    permitsName(host) {
      if (denied(host, undefined)) return false;
      const isLocal = host === "localhost" || host.endsWith(".localhost");
      return !isLocal || allowed(host, ipaddr.parse("127.0.0.1"));
    },
  };
}

/** The refusal: the same text for every target, telling nothing about it. */
export const egressDenied = () =>
  failure("EGRESS_DENIED", "The rules of this service do not allow connections to that address.");

function isOpen(address: Address): boolean {
  return openRanges.has(address.range()) && !closedAddresses.includes(address.toNormalizedString());
}

function isSame(mine: ListeningAddress, address: Address, port: number): boolean {
  return mine.port === port && innermost(mine.address)?.toNormalizedString() === address.toNormalizedString();
}

/**
 * The address meant in the end: IPv4 inside IPv6 (mapped, translated, NAT64, 6to4) is judged as the IPv4 address, since
 * that is where the packets go. Undefined when the text is no address.
 */
function innermost(text: string): Address | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.parse(text);
  if (address.kind() === "ipv4") return address;
  const bytes = address.toByteArray();
  const range = address.range();
  const isNat64 = range === "rfc6052" && bytes.slice(4, 12).every((byte) => byte === 0);
  if (range === "ipv4Mapped" || range === "rfc6145" || isNat64) return fromBytes(bytes.slice(12));
  if (range === "6to4") return fromBytes(bytes.slice(2, 6));
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 14).some((byte) => byte !== 0);
  return isCompatible ? fromBytes(bytes.slice(12)) : address;
}

const fromBytes = (bytes: number[]): Address => ipaddr.fromByteArray(bytes);

type Match = (host: string, address: Address | undefined) => boolean;

function matcher(entries: readonly string[]): Match {
  const tests = entries.map((entry) => matchOf(entry.trim())).filter((test) => test !== undefined);
  return (host, address) => tests.some((test) => test(host, address));
}

function matchOf(entry: string): Match | undefined {
  if (entry === "") return undefined;
  if (ipaddr.isValidCIDR(entry)) {
    const [network, bits] = ipaddr.parseCIDR(entry);
    return (_host, address) => address?.kind() === network.kind() && address.match([network, bits] as never);
  }
  const bare = entry.replace(/^\[(.*)\]$/, "$1");
  if (ipaddr.isValid(bare)) {
    const wanted = innermost(bare)?.toNormalizedString();
    return (_host, address) => address?.toNormalizedString() === wanted;
  }
  if (!/^[\p{L}\p{N}*._-]+$/u.test(entry)) throw new RangeError(`"${entry}" is no address, CIDR or host pattern`);
  const test = hostPattern(entry);
  return (host) => test(host);
}
