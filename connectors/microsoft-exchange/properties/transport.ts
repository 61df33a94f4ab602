import { type HttpAuthentication, invalidProperty, type ProxyOptions, Secret, type TransportOptions } from "#spi";
import { explicitProxy } from "../../common/proxy-options.ts";
import { given, type Values } from "../../common/values.ts";
import type { SchemePlan } from "../schemes.ts";

/** Upstream requests in flight: Graph allows 4 for one mailbox and application, Exchange commonly 27 for one account. */
const perMailbox = 4;
const perConnection = 8;

/** How the mail server of a connection is reached and who signs in. */
export interface ServicePlace {
  /** EWS endpoint or Graph base: its origin alone sees the credentials. */
  readonly url: string;
  /** PEM text of further authorities. */
  readonly extraCa?: string;
  readonly managedIdentityEndpoint?: string;
}

/** The transport's options of a connection, from its Authentication, Kerberos, SSL, Proxy and Firewall properties. */
export function transportOptions(values: Values, plan: SchemePlan, place: ServicePlace): TransportOptions {
  const timeoutSeconds = values.integer("Timeout") ?? 60;
  return {
    authentication: authentication(values, plan),
    credentialOrigins: [new URL(place.url).origin],
    ...given("proxy", proxy(values)),
    tls: { ...given("serverCert", values.text("SSLServerCert")), ...given("extraCa", place.extraCa) },
    timeoutMs: Math.max(0, timeoutSeconds) * 1000,
    concurrency: {
      perMailbox,
      perConnection: Math.max(1, Math.min(perConnection, values.integer("PoolMaxSize") ?? perConnection)),
    },
    headers: customHeaders(values),
    ...given("managedIdentityEndpoint", place.managedIdentityEndpoint),
  };
}

function authentication(values: Values, plan: SchemePlan): HttpAuthentication {
  if (plan.kind === "token") return { scheme: "bearer" };
  if (plan.scheme === "none") return { scheme: "none" };
  if (plan.scheme === "negotiate") return { scheme: "negotiate", kerberos: kerberos(values) };
  const user = values.text("User") ?? "";
  const password = values.secret("Password") ?? new Secret("");
  return { scheme: plan.scheme, user, password };
}

/** A keytab or ticket cache is a file's name: not secret by itself, marked so by the reference. */
function kerberos(values: Values): Extract<HttpAuthentication, { scheme: "negotiate" }>["kerberos"] {
  return {
    ...given("user", values.text("KerberosUser") ?? values.text("User")),
    ...given("password", values.secret("Password")),
    ...given("kdc", values.text("KerberosKDC")),
    ...given("realm", values.text("KerberosRealm")),
    ...given("spn", values.text("KerberosSPN")),
    ...given("keytabFile", values.secret("KerberosKeytabFile")?.reveal()),
    ...given("ticketCache", values.secret("KerberosTicketCache")?.reveal()),
    ...given("serviceRealm", values.text("KerberosServiceRealm")),
    ...given("serviceKdc", values.text("KerberosServiceKDC")),
  };
}

/** Explicit proxy first, then a tunnelling firewall, then the agent's own, else none. */
function proxy(values: Values): ProxyOptions | "agent" | undefined {
  if (values.text("ProxyServer") !== undefined && !values.flag("ProxyAutoDetect"))
    return withRealm(explicitProxy(values), values);
  if (values.text("FirewallType") === "TUNNEL") return firewall(values);
  return values.flag("UseProxySettings") || values.flag("ProxyAutoDetect") ? "agent" : undefined;
}

/** Tickets for the proxy come from the same KDC as those for the server. */
function withRealm(proxy: ProxyOptions, values: Values): ProxyOptions {
  if (proxy.authentication !== "negotiate") return proxy;
  const kerberos = { ...given("kdc", values.text("KerberosKDC")), ...given("realm", values.text("KerberosRealm")) };
  return { ...proxy, kerberos };
}

function firewall(values: Values): ProxyOptions {
  const user = values.text("FirewallUser");
  const port = values.integer("FirewallPort") ?? 0;
  return {
    host: values.text("FirewallServer") ?? "",
    port: port === 0 ? 80 : port,
    tls: "never",
    authentication: user === undefined ? "none" : "basic",
    ...given("user", user),
    ...given("password", values.secret("FirewallPassword")),
    exceptions: [],
  };
}

/** Headers the transport itself decides. */
const reserved = new Set([
  "authorization",
  "proxy-authorization",
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
]);

function customHeaders(values: Values): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of values.list("CustomHeaders", /\r?\n/)) {
    const [, name = "", value = ""] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === "") throw invalidProperty("CustomHeaders", 'CustomHeaders has one "Name: value" a line.');
    if (reserved.has(name.toLowerCase()))
      throw invalidProperty("CustomHeaders", `CustomHeaders may not set ${name}: the connection decides it.`);
    headers[name] = value;
  }
  return headers;
}
