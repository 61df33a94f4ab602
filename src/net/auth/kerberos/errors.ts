import type { ConnectorError } from "#spi";
import type { NetworkCause } from "../../causes.ts";
import { failure, sanitized } from "../../failures.ts";

/** MIT krb5 (1.20) gives text only; the first match tells the cause. kinit and GSSAPI use the same words. */
const causeOfText: readonly (readonly [RegExp, NetworkCause])[] = [
  [/cannot find KDC|cannot contact any KDC|cannot resolve network address for KDC/i, "KERBEROS_KDC_UNREACHABLE"],
  [/server .* not found in kerberos database|server not found/i, "KERBEROS_SPN_UNKNOWN"],
  [/clock skew/i, "KERBEROS_CLOCK_SKEW"],
  [/decrypt integrity check failed|mutual authentication failed|token was invalid|invalid token/i, "SERVER_NOT_PROVEN"],
  [/password incorrect|preauthentication failed|password has expired|client .* not found/i, "KERBEROS_NO_CREDENTIALS"],
  [/client's (credentials|entry)|credentials? (has|have) (expired|been revoked)/i, "KERBEROS_NO_CREDENTIALS"],
  [/required argument is missing|no credentials cache|matching credential not found/i, "KERBEROS_NO_CREDENTIALS"],
  [/SPNEGO cannot find mechanisms|no kerberos credentials|ticket expired|keytab/i, "KERBEROS_NO_CREDENTIALS"],
];

/** The error for what libkrb5 or kinit said. */
export function kerberosFailure(said: string): ConnectorError {
  const cause = causeOfText.find(([pattern]) => pattern.test(said))?.[1] ?? "KERBEROS_FAILED";
  const text = sanitized(said, 300);
  return failure(cause, `Kerberos: ${text}`, { evidence: { said: text }, remote: { service: "Kerberos" } });
}

/** The error for a machine without the package or the library. */
export const kerberosMissing = (what: string): ConnectorError =>
  failure("KERBEROS_NOT_INSTALLED", `Negotiate is not available on this machine: ${what}.`);
