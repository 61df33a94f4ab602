import type { ConnectorError } from "#spi";
import type { NetworkCause } from "../../causes.ts";
import { failure, sanitized } from "../../failures.ts";

/** What Kerberos speaks of: the password, the keytab or the cache a ticket comes from, the server's proof, or its refusal. */
export type KerberosSource = "password" | "keytab" | "ticketCache" | "proof" | "refusal";

type Words = readonly (readonly [RegExp, NetworkCause])[];

/** MIT krb5 (1.20) gives text only; the first match tells the cause. kinit and GSSAPI use the same words. */
const anywhere: Words = [
  [/cannot find KDC|cannot contact any KDC|cannot resolve network address for KDC/i, "KERBEROS_KDC_UNREACHABLE"],
  [/server .* not found in kerberos database|server not found/i, "KERBEROS_SPN_UNKNOWN"], // KDC_ERR_S_PRINCIPAL_UNKNOWN
  [/client .* not found/i, "KERBEROS_USER_UNKNOWN"], // KDC_ERR_C_PRINCIPAL_UNKNOWN
  [/clock skew/i, "KERBEROS_CLOCK_SKEW"], // KRB_AP_ERR_SKEW
  [/credentials have been revoked/i, "KERBEROS_ACCOUNT_LOCKED"], // KDC_ERR_CLIENT_REVOKED
  [/client's entry in database has expired/i, "KERBEROS_ACCOUNT_EXPIRED"], // KDC_ERR_NAME_EXP
  [/password (has )?expired/i, "KERBEROS_PASSWORD_EXPIRED"], // KDC_ERR_KEY_EXPIRED
  [/ticket expired|credentials? (has|have) expired/i, "KERBEROS_TICKET_EXPIRED"], // KRB_AP_ERR_TKT_EXPIRED
];

const keyRefused = /preauthentication failed|password incorrect|decrypt integrity check failed/i; // KDC_ERR_PREAUTH_FAILED

const fromSource: Readonly<Record<KerberosSource, Words>> = {
  password: [[keyRefused, "KERBEROS_PASSWORD_WRONG"]],
  keytab: [
    [keyRefused, "KERBEROS_KEYTAB_OUTDATED"],
    [/can't find client principal|no suitable keys|key table entry not found/i, "KERBEROS_KEYTAB_PRINCIPAL"],
  ],
  ticketCache: [],
  refusal: [[/./, "KERBEROS_TICKET_REFUSED"]], // KRB_AP_ERR_MODIFIED, KRB_AP_ERR_NOT_US, KRB_AP_ERR_BADKEYVER and others
  proof: [
    [
      /decrypt integrity check failed|mutual authentication failed|token was invalid|invalid token/i,
      "SERVER_NOT_PROVEN",
    ],
  ],
};

const nothingThere: Words = [
  [
    /no credentials cache|credential cache is empty|matching credential not found|no kerberos credentials/i,
    "KERBEROS_NO_CREDENTIALS",
  ],
  [/SPNEGO cannot find mechanisms|can't find client principal|keytab/i, "KERBEROS_NO_CREDENTIALS"],
];

/** The error for what libkrb5 or kinit said. */
export function kerberosFailure(said: string, source: KerberosSource): ConnectorError {
  const words = [...anywhere, ...fromSource[source], ...nothingThere];
  const cause = words.find(([pattern]) => pattern.test(said))?.[1] ?? "KERBEROS_FAILED";
  const text = sanitized(said, 300);
  const told = text.replace(/^.*minor code may provide more information: /i, "");
  return failure(cause, `Kerberos: ${told}`, { evidence: { said: text }, remote: { service: "Kerberos" } });
}

/** The error for a machine without the package or the library. */
export const kerberosMissing = (what: string): ConnectorError =>
  failure("KERBEROS_NOT_INSTALLED", `Negotiate is not available on this machine: ${what}.`);
