import type { Answer } from "../answer.ts";
import { sanitized } from "../failures.ts";

/** Cookies by which balancers that end TLS keep a client at one server. */
const balancerCookies =
  /^(BIGipServer|TS[0-9a-f]{6,}=|NSC_|citrix_ns|AWSALB|AWSELB|ApplicationGatewayAffinity|ARRAffinity|KEMP|visid_incap|incap_ses|__cf|FGTServer|SERVERID=)/i;
/** Programs that answer in front of IIS, never as the Exchange server itself. */
const balancerServers =
  /nginx|openresty|envoy|haproxy|traefik|big-?ip|netscaler|cloudflare|akamai|awselb|squid|varnish|Application-Gateway/i;
const balancerHeaders = ["via", "x-forwarded-for", "x-forwarded-host", "x-cache", "cf-ray", "x-azure-ref", "x-iinfo"];

/**
 * What in an answer shows that something between ends the TLS session and opens its own to the server. With channel
 * binding such a thing makes every NTLM or Kerberos login fail where the server checks it (Extended Protection), and the
 * server's 401 is the very one of a wrong password. It is told apart by these signs alone: trying the login again
 * without binding would count as a further wrong password, and give an attacker in between a login he can pass on.
 */
export function signsOfBridging(answer: Answer): readonly string[] {
  const headers = balancerHeaders.flatMap((name) => answer.header(name).map((value) => `${name}: ${value}`));
  const servers = answer.header("server").filter((value) => balancerServers.test(value));
  const cookies = answer.header("set-cookie").filter((value) => balancerCookies.test(value));
  return [
    ...headers,
    ...servers.map((value) => `server: ${value}`),
    // A cookie's value may be a session's key; its name says enough.
    ...cookies.map((value) => `set-cookie: ${value.split("=")[0]}`),
  ].map((sign) => sanitized(sign, 120));
}
