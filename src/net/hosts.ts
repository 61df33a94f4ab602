import ipaddr from "ipaddr.js";
import { failure } from "./failures.ts";

/**
 * The one spelling of a host: lower case, punycode, no brackets, no final dot, and address literals in all their spellings
 * (`0x7f.1`, `2130706433`, `[::ffff:7f00:1]`) as the address they mean. The URL parser does the reading.
 */
export function canonicalHost(host: string): string {
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const url = URL.parse(`http://${bracketed}/`);
  const isHostAlone =
    url !== null && url.pathname === "/" && url.port === "" && url.username === "" && url.search === "";
  if (!isHostAlone || /[/?#@\\\s]/.test(bracketed)) throw failure("HOST_INVALID", "The host name cannot be read.");
  return withoutBrackets(url.hostname).replace(/\.$/, "");
}

/** `[::1]` as `::1`; anything else as it is. */
export const withoutBrackets = (host: string): string =>
  host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;

/** Does an address stand where a name could? Takes a canonical host. */
export const isAddress = (host: string): boolean => ipaddr.isValid(host);

/** A host as it stands before a port: IPv6 in brackets. */
export const authority = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** A test for one host pattern: `*` stands for any characters, a leading dot for a name and all below it. */
export function hostPattern(pattern: string): (host: string) => boolean {
  const text = pattern.toLowerCase().replace(/\.$/, "");
  if (text.startsWith(".")) return (host) => host.endsWith(text) || host === text.slice(1);
  if (!text.includes("*")) return (host) => host === text;
  const [first = "", ...rest] = text.split("*");
  return (host) => host.startsWith(first) && followsParts(host, first.length, rest);
}

/** Each part in its turn at its earliest place, the last one at the end. Linear, unlike a regular expression with many `.*`. */
function followsParts(host: string, from: number, parts: readonly string[]): boolean {
  const last = parts.at(-1) ?? "";
  let at = from;
  for (const part of parts.slice(0, -1)) {
    const found = host.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return host.length - last.length >= at && host.endsWith(last);
}
