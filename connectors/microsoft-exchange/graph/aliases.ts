import { ConnectorError } from "#spi";
import type { GraphCalls } from "./call.ts";
import { member } from "./errors.ts";

/** The names of the account that signed in; none where the token may not read profiles. */
export async function aliasesOfLogin(calls: GraphCalls, signal: AbortSignal): Promise<readonly string[]> {
  const path = "/me?$select=userPrincipalName,mail,proxyAddresses";
  try {
    const found = await calls.json({ method: "GET", path, operation: "GET profile", mailbox: "me" }, signal);
    const more = member(found, "proxyAddresses");
    const all = [member(found, "userPrincipalName"), member(found, "mail"), ...(Array.isArray(more) ? more : [])];
    return all.flatMap((name) => (typeof name === "string" ? [name.replace(/^smtp:/i, "")] : []));
  } catch (error) {
    if (error instanceof ConnectorError && error.code === "ACCESS_DENIED") return [];
    throw error;
  }
}
