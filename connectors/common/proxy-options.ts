import type { ProxyOptions } from "#spi";
import { given, type Values } from "./values.ts";

const proxySchemes: Readonly<Record<string, ProxyOptions["authentication"]>> = {
  NONE: "none",
  BASIC: "basic",
  DIGEST: "digest",
  NTLM: "ntlm",
  NEGOTIATE: "negotiate",
};
const proxyTls: Readonly<Record<string, ProxyOptions["tls"]>> = {
  AUTO: "auto",
  ALWAYS: "always",
  NEVER: "never",
  TUNNEL: "never",
};

/** The proxy that the properties of group "Proxy" name. */
export function explicitProxy(values: Values): ProxyOptions {
  const user = values.text("ProxyUser");
  const scheme = proxySchemes[values.text("ProxyAuthScheme") ?? "BASIC"] ?? "basic";
  return {
    host: values.text("ProxyServer") ?? "",
    port: values.integer("ProxyPort") ?? 80,
    tls: proxyTls[values.text("ProxySSLType") ?? "AUTO"] ?? "auto",
    // The default scheme without a login means a proxy that asks for none.
    authentication: user === undefined && scheme !== "negotiate" ? "none" : scheme,
    ...given("user", user),
    ...given("password", values.secret("ProxyPassword")),
    exceptions: values.list("ProxyExceptions", /;/),
  };
}
