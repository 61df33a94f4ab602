import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import tls, { type PeerCertificate, type SecureContext, type TLSSocket } from "node:tls";
import { asConnectorError, type Clock, ConnectorError, type FileAccess, type TlsOptions } from "#spi";
import type { NetworkCause } from "./causes.ts";
import { certificateFacts, sessionFacts } from "./certificate.ts";
import { codeOf, failure } from "./failures.ts";
import { isAddress } from "./hosts.ts";
import { type Observer, observed } from "./observe.ts";
import { type Pin, pinWarnings, readPin } from "./pin.ts";

/**
 * `pinned`: when SSLServerCert is set, that certificate and no other (where credentials go).
 * `trusted`: a certificate of a known authority for this name, or the one of SSLServerCert (identity providers, proxies).
 */
export type TrustRule = "pinned" | "trusted";

export interface SecureOptions {
  readonly host: string;
  readonly rule: TrustRule;
  readonly limitMs: number;
  readonly observer: Observer;
  /** Application protocols to offer (ALPN); absent = HTTP. */
  readonly protocols?: readonly string[];
}

/** Makes TLS sockets that are already verified; no byte of the caller leaves before. */
export interface TlsLayer {
  secure(raw: Socket, options: SecureOptions): Promise<{ socket: TLSSocket; certificate: X509Certificate }>;
}

const warnDays = 30;

/** The TLS rules of one transport. */
export function tlsLayer(options: TlsOptions, files: FileAccess, clock: Clock): TlsLayer {
  let pin: Promise<Pin | undefined> | undefined;
  const weak = pinWarnings(options.serverCert);
  return {
    async secure(raw, { host, rule, limitMs, observer, protocols = ["http/1.1"] }) {
      const handshake = async () => {
        pin ??= readPin(options.serverCert, files);
        const wanted = await pin;
        const socket = await shakeHands(raw, host, limitMs, { protocols, secureContext: contextFor(options.extraCa) });
        const certificate = verified(socket, { host, rule, pin: wanted, nowMs: clock.now() });
        return { socket, certificate };
      };
      return observed(
        observer,
        "tls",
        handshake,
        ({ socket, certificate }) => {
          const facts = certificateFacts(certificate, clock.now());
          const warnings = facts.daysLeft < warnDays ? [...weak, agingOf(facts.daysLeft)] : weak;
          const detail = `${sessionFacts(socket).version}, certificate valid for ${facts.daysLeft} more days.`;
          return { detail, evidence: { ...sessionFacts(socket), certificate: facts }, warnings };
        },
        (error) => {
          raw.destroy();
          pin = undefined; // a file that is put right later is read again
          return handshakeFailure(host, error);
        },
      );
    },
  };
}

const agingOf = (daysLeft: number): NetworkCause => (daysLeft < 0 ? "CERTIFICATE_EXPIRED" : "CERTIFICATE_EXPIRES_SOON");

const contexts = new Map<string, SecureContext>();

/** Reading some 300 authorities takes tens of milliseconds, so contexts are made once for each set of further ones. */
function contextFor(extraCa: string | undefined): SecureContext {
  const key = extraCa ?? "";
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const authorities = [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
  const ca = [...new Set(extraCa === undefined ? authorities : [...authorities, extraCa])];
  const context = tls.createSecureContext({ ca, minVersion: "TLSv1.2" });
  contexts.set(key, context);
  return context;
}

/**
 * The handshake alone. Node is told not to judge (`rejectUnauthorized: false`), because it would close the socket before
 * the certificate can be shown in the report, and skips its name check once the chain has failed; `verified` judges
 * instead. No session is ever resumed: a resumed one shows no certificate to compare.
 */
function shakeHands(
  raw: Socket,
  host: string,
  limitMs: number,
  { protocols, secureContext }: { readonly protocols: readonly string[]; readonly secureContext: SecureContext },
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = tls.connect({
    socket: raw,
    host,
    servername: isAddress(host) ? "" : host,
    secureContext,
    minVersion: "TLSv1.2",
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
  });
  const timer = setTimeout(() => {
    socket.destroy();
    reject(failure("TLS_TIMEOUT", `${host} did not finish the TLS handshake within ${limitMs} ms.`));
  }, limitMs);
  socket.once("secureConnect", () => resolve(socket));
  socket.on("error", reject); // stays, for failures between the handshake and the first use
  const closed = () => reject(Object.assign(new Error("closed during the handshake"), { code: "ECONNRESET" }));
  socket.once("close", closed);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.off("close", closed);
  });
}

interface Judgement {
  readonly host: string;
  readonly rule: TrustRule;
  readonly pin: Pin | undefined;
  readonly nowMs: number;
}

/** The socket's certificate if it may be trusted; else the socket is destroyed and the reason thrown. */
function verified(socket: TLSSocket, judgement: Judgement): X509Certificate {
  const certificate = socket.getPeerX509Certificate();
  const reason = certificate === undefined ? noCertificate : reasonAgainst(socket, certificate, judgement);
  if (certificate !== undefined && reason === undefined) return certificate;
  const [code, message] = reason ?? noCertificate;
  const facts = certificate === undefined ? {} : { certificate: certificateFacts(certificate, judgement.nowMs) };
  const evidence = { ...sessionFacts(socket), ...facts };
  socket.destroy();
  throw failure(code, message, { evidence });
}

type Reason = readonly [NetworkCause, string];
const noCertificate: Reason = ["TLS_HANDSHAKE", "The server showed no certificate."];

function reasonAgainst(
  socket: TLSSocket,
  certificate: X509Certificate,
  { host, rule, pin }: Judgement,
): Reason | undefined {
  if (pin?.(certificate)) return undefined;
  if (pin !== undefined && rule === "pinned") {
    return ["CERTIFICATE_PIN_MISMATCH", `${host} shows another certificate than the one in SSLServerCert.`];
  }
  const chain = socket.authorized ? undefined : String(socket.authorizationError ?? "");
  if (chain !== undefined) return chainReason(host, chain, certificate);
  const wrongName = tls.checkServerIdentity(host, socket.getPeerCertificate() as PeerCertificate);
  return wrongName === undefined
    ? undefined
    : ["CERTIFICATE_NAME", `The certificate ${host} shows is not for that name.`];
}

const causeOfVerification: Readonly<Record<string, NetworkCause>> = {
  CERT_HAS_EXPIRED: "CERTIFICATE_EXPIRED",
  CERT_NOT_YET_VALID: "CERTIFICATE_NOT_YET_VALID",
  DEPTH_ZERO_SELF_SIGNED_CERT: "CERTIFICATE_SELF_SIGNED",
  CERT_REVOKED: "CERTIFICATE_REVOKED",
  INVALID_PURPOSE: "CERTIFICATE_REVOKED",
};

const verificationText: Readonly<Partial<Record<NetworkCause, string>>> = {
  CERTIFICATE_EXPIRED: "is past its validity",
  CERTIFICATE_NOT_YET_VALID: "is not valid yet",
  CERTIFICATE_SELF_SIGNED: "is signed by itself",
  CERTIFICATE_REVOKED: "is revoked or unfit for servers",
};

function chainReason(
  host: string,
  code: string,
  { validToDate, validFromDate, subject, issuer }: X509Certificate,
): Reason {
  const isSelfSigned = subject === issuer && validToDate > validFromDate;
  const cause = causeOfVerification[code] ?? (isSelfSigned ? "CERTIFICATE_SELF_SIGNED" : "CERTIFICATE_UNKNOWN_CA");
  const text = verificationText[cause] ?? `does not lead to a trusted authority (${code})`;
  return [cause, `The certificate ${host} shows ${text}.`];
}

/** OpenSSL's words for "no common version", from either side. */
const versionCodes: ReadonlySet<string> = new Set([
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_VERSION_TOO_LOW",
  "ERR_SSL_NO_PROTOCOLS_AVAILABLE",
]);

function handshakeFailure(host: string, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = codeOf(error);
  if (code === "") return asConnectorError(error);
  if (versionCodes.has(code))
    return failure("TLS_VERSION", `${host} offers no TLS version from 1.2 on.`, { cause: error });
  const isPlain = code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG";
  const what = isPlain ? "answered without TLS" : `broke off the TLS handshake (${code})`;
  return failure("TLS_HANDSHAKE", `${host} ${what}.`, { cause: error });
}
