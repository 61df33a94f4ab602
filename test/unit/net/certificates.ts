import "./reflect-metadata.ts";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto as never);

const usual = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;

export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertificateWish {
  readonly names?: readonly string[];
  readonly issuer?: MadeCertificate;
  readonly fromDays?: number;
  readonly toDays?: number;
  readonly isAuthority?: boolean;
  /** For clients alone: no server may show it. */
  readonly isClients?: boolean;
  readonly algorithm?: { readonly name: string; readonly hash?: string };
}

let serial = 1;

/** A certificate with a fresh key: signed by itself, or by the issuer given. */
export async function makeCertificate(wish: CertificateWish = {}): Promise<MadeCertificate> {
  const { names = ["127.0.0.1"], issuer, fromDays = -1, toDays = 365, isAuthority = false } = wish;
  const { isClients = false, algorithm = usual } = wish;
  const keys = (await webcrypto.subtle.generateKey(
    { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), ...algorithm } as never,
    true,
    ["sign", "verify"],
  )) as webcrypto.CryptoKeyPair;
  const alternatives = names.map((name) => ({
    type: /^[\d.]+$/.test(name) ? ("ip" as const) : ("dns" as const),
    value: name,
  }));
  const subject = `CN=${isAuthority ? "Test Authority" : names[0]}`;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(4, "0"),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(Date.now() + fromDays * day),
    notAfter: new Date(Date.now() + toDays * day),
    signingAlgorithm: algorithm as never,
    publicKey: keys.publicKey as never,
    signingKey: (issuer?.keys ?? keys).privateKey as never,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.SubjectAlternativeNameExtension(alternatives),
      ...(isClients ? [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])] : []),
    ],
  });
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey as never);
  return { cert: certificate.toString("pem"), key: x509.PemConverter.encode(der, "PRIVATE KEY"), certificate, keys };
}
