import { lookup } from "node:dns/promises";
import { codeOf, failure } from "./failures.ts";

/** Host name to addresses, in the order to try. Throws errors with the codes of node:dns. */
export type Resolver = (host: string) => Promise<readonly string[]>;

/** The system's own resolution, hosts file included. */
export const systemResolver: Resolver = async (host) => {
  const found = await lookup(host, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};

/** The addresses of a name, or DNS_NOT_FOUND or DNS_FAILED. */
export async function resolveHost(host: string, resolver: Resolver, limitMs: number): Promise<readonly string[]> {
  const addresses = await withinTime(resolver(host), limitMs, () =>
    failure("DNS_FAILED", `The name server did not answer for ${host} within ${limitMs} ms.`),
  ).catch((error: unknown) => {
    throw dnsFailure(host, error);
  });
  if (addresses.length === 0) throw failure("DNS_NOT_FOUND", `The name server knows no address for ${host}.`);
  return addresses;
}

function dnsFailure(host: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === "ENOTFOUND" || code === "ENODATA") {
    return failure("DNS_NOT_FOUND", `The name server knows no address for ${host}.`, { cause: error });
  }
  if (!/^E[A-Z]+(_[A-Z]+)?$/.test(code)) return error;
  return failure("DNS_FAILED", `The name ${host} could not be looked up (${code}).`, { cause: error });
}

/** The promise's value, or the error made when the time passes first. */
export async function withinTime<T>(promise: Promise<T>, limitMs: number, late: () => Error): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), limitMs);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
