import type { Resolver } from "../../../../src/net/resolve.ts";

const failed = (code: string): Error => Object.assign(new Error(`query ${code}`), { code });

const addresses: Readonly<Record<string, readonly string[]>> = {
  "exchange.test": ["127.0.0.1"],
  "two-addresses.test": ["127.0.0.2", "127.0.0.3"],
  "denied.test": ["127.0.0.66"],
  "no-route.test": ["255.255.255.255"],
};

/** The names of these tests, in place of a name server: any other is not known, and `broken.test` cannot be asked for. */
export const testResolver: Resolver = async (host) => {
  if (host === "broken.test") throw failed("ESERVFAIL");
  const found = addresses[host];
  if (found === undefined) throw failed("ENOTFOUND");
  return found;
};
