import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";

/** What a person needs to know of a server's certificate, for the test report. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly validTo: string;
  readonly daysLeft: number;
  readonly sha256: string;
  readonly sha1: string;
  readonly selfSigned: boolean;
  /** Subjects from the server's certificate up to the last one it sent. */
  readonly chain: readonly string[];
}

const msPerDay = 86_400_000;
/** A server that sends an endless chain is cut off here. */
const chainLimit = 10;

/** The facts of the certificate this socket was shown. */
export function certificateFacts(certificate: X509Certificate, nowMs: number): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate),
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    daysLeft: Math.floor((certificate.validToDate.getTime() - nowMs) / msPerDay),
    sha256: certificate.fingerprint256,
    sha1: certificate.fingerprint,
    selfSigned: certificate.subject === certificate.issuer,
    chain: chainOf(certificate),
  };
}

/** Host names and addresses the certificate is for. */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const listed = certificate.subjectAltName?.match(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return listed.slice(0, 100).map((entry) => entry.slice(entry.indexOf(":") + 1));
}

function chainOf(certificate: X509Certificate): string[] {
  const chain: string[] = [];
  let current: X509Certificate | undefined = certificate;
  while (current !== undefined && chain.length < chainLimit) {
    chain.push(oneLine(current.subject));
    const issuer: X509Certificate | undefined = current.issuerCertificate;
    current = issuer?.fingerprint256 === current.fingerprint256 ? undefined : issuer;
  }
  return chain;
}

const oneLine = (name: string): string => name.replaceAll("\n", ", ").slice(0, 500);

/** Protocol and cipher of the session. */
export const sessionFacts = (socket: TLSSocket): { readonly version: string | null; readonly cipher: string } => ({
  version: socket.getProtocol(),
  cipher: socket.getCipher().name,
});
