import "./reflect-metadata.ts";
import { webcrypto } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const CLIENT_ALGORITHM = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;
const DAY_MS = 86_400_000;

/** A private key and its certificate chain, both PEM. */
export type KeyPair = { readonly key: string; readonly cert: string };

/** The sandbox's own certificate authority with a server certificate for localhost and 127.0.0.1. */
export type LocalTls = KeyPair & {
  /** PEM of the authority, which clients must trust. */
  readonly ca: string;
};

/** Makes a new authority and server certificate; the keys never leave the process. */
export async function makeLocalTls(nowMs = Date.now()): Promise<LocalTls> {
  const authorityKeys = await makeKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity(nowMs),
    serialNumber: serial(),
    name: "CN=Sandbox Exchange CA",
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const serverKeys = await makeKeys();
  const server = await serverCertificate(authority, authorityKeys, serverKeys, nowMs);
  const ca = authority.toString("pem");
  return { key: await privatePem(serverKeys.privateKey), cert: `${server.toString("pem")}\n${ca}`, ca };
}

/** A self-signed RSA client certificate, for app registrations. */
export async function makeClientCertificate(name: string, nowMs = Date.now()): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(CLIENT_ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(nowMs),
    serialNumber: serial(),
    name: `CN=${name}`,
    keys,
    signingAlgorithm: CLIENT_ALGORITHM,
  });
  return { key: await privatePem(keys.privateKey), cert: certificate.toString("pem") };
}

/** A temporary folder with files in it (mode 0600), and how to remove it. */
export async function writeTemporaryFiles(
  files: Readonly<Record<string, string>>,
): Promise<{ paths: Record<string, string>; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "sandbox-exchange-"));
  const paths: Record<string, string> = {};
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o600 });
    paths[name] = path;
  }
  return { paths, remove: () => rm(folder, { recursive: true, force: true }) };
}

function serverCertificate(
  authority: X509Certificate,
  authorityKeys: webcrypto.CryptoKeyPair,
  serverKeys: webcrypto.CryptoKeyPair,
  nowMs: number,
): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    ...validity(nowMs),
    serialNumber: serial(),
    subject: "CN=localhost",
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
    ],
  });
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)?.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

function validity(nowMs: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(nowMs - DAY_MS), notAfter: new Date(nowMs + 365 * DAY_MS) };
}

/** A positive serial: the first bit is clear. */
function serial(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString("hex");
}
