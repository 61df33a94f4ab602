import type { Readable } from "node:stream";
import type { Secret } from "./secret.ts";

/** How requests prove who they are. */
export type HttpAuthentication =
  | { readonly scheme: "none" }
  | { readonly scheme: "basic"; readonly user: string; readonly password: Secret }
  | { readonly scheme: "digest"; readonly user: string; readonly password: Secret }
  | { readonly scheme: "ntlm"; readonly user: string; readonly password: Secret; readonly spn?: string }
  | { readonly scheme: "negotiate"; readonly kerberos: KerberosOptions }
  | { readonly scheme: "bearer" };

export interface KerberosOptions {
  readonly user?: string;
  readonly password?: Secret;
  readonly kdc?: string;
  readonly realm?: string;
  readonly spn?: string;
  readonly keytabFile?: string;
  readonly ticketCache?: string;
  readonly serviceRealm?: string;
  readonly serviceKdc?: string;
}

export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  /** `auto`: TLS to the proxy on port 443 only. */
  readonly tls: "auto" | "always" | "never";
  readonly authentication: "none" | "basic" | "digest" | "ntlm" | "negotiate";
  readonly user?: string;
  readonly password?: Secret;
  /** Where `negotiate` gets the tickets of `user`; the machine's own configuration where it says nothing. */
  readonly kerberos?: Pick<KerberosOptions, "kdc" | "realm">;
  /** Host patterns reached without the proxy; `*` is a wildcard. */
  readonly exceptions: readonly string[];
}

export interface TlsOptions {
  /** SSLServerCert as given: PEM, file, base64 DER, public key, thumbprint, or `*`. */
  readonly serverCert?: string;
  /** PEM text of further certificate authorities (the owner's, e.g. of CLOUD_OVERRIDES_FILE). */
  readonly extraCa?: string;
}

/** What a connector asks of the transport of one connection; pure data made from its configuration. */
export interface TransportOptions {
  readonly authentication: HttpAuthentication;
  /** Origins (scheme://host:port) that may see the credentials; all other requests go without. */
  readonly credentialOrigins: readonly string[];
  /** Explicit proxy of the connection; `"agent"` = the agent's own; absent = direct. */
  readonly proxy?: ProxyOptions | "agent";
  readonly tls: TlsOptions;
  /** One upstream request, connect to last byte; 0 = no limit. */
  readonly timeoutMs: number;
  /** Upstream requests in flight for one mailbox, and for the connection. */
  readonly concurrency: { readonly perMailbox: number; readonly perConnection: number };
  readonly headers: Readonly<Record<string, string>>;
  /** The one link-local endpoint that may be reached although egress denies it (managed identity). */
  readonly managedIdentityEndpoint?: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  readonly signal: AbortSignal;
  /** Name for logs, metrics and `remote.operation`. */
  readonly operation: string;
  /** False: no Authorization even at a credential origin (upload sessions, identity providers). Default true. */
  readonly credentials?: boolean;
  /** Cap on decoded bytes of the answer. Default 32 MiB. `Infinity` for streamed attachments. */
  readonly limitBytes?: number;
  readonly timeoutMs?: number;
  /** Request or answer is a content of any size: the time limit bounds each silence instead of the whole request. */
  readonly streams?: true;
}

/** An answer whose body streams, already decompressed. Must be read to the end or destroyed. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; several values joined by ", " (set-cookie and www-authenticate are in `rawHeaders`). */
  readonly headers: Readonly<Record<string, string>>;
  header(name: string): readonly string[];
  readonly body: Readable;
  text(): Promise<string>;
  json(): Promise<unknown>;
  /** Reads and drops the rest so that the socket can be used again. */
  discard(): Promise<void>;
}

/**
 * One attempt over the connection's transport: egress rules, proxy, TLS pin, time limits, authentication and one replay
 * after a refused token happen inside; retries do not (see ConnectorContext.attempt). No redirect is followed.
 * Errors: UNREACHABLE, TIMEOUT, CERTIFICATE, EGRESS_DENIED, AUTHENTICATION_FAILED, TOO_LARGE, AUTHORIZATION_REQUIRED, each
 * with a causeCode and with `effect: "unknown"` when the request may have been acted upon.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
}
