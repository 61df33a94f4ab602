import { createHash, createPublicKey, timingSafeEqual, X509Certificate } from "node:crypto";
import type { FileAccess } from "#spi";
import { failure } from "./failures.ts";

/** A compiled SSLServerCert: does it name the certificate a server showed? */
export type Pin = (certificate: X509Certificate) => boolean;

const thumbprintHash: Readonly<Record<number, string>> = { 32: "md5", 40: "sha1", 64: "sha256" };

/** Causes that SSLServerCert deserves by itself, for create, status and the tls step. */
export function pinWarnings(serverCert: string | undefined): ("CERTIFICATE_ANY_ACCEPTED" | "CERTIFICATE_PIN_WEAK")[] {
  const text = serverCert?.trim() ?? "";
  if (text === "*") return ["CERTIFICATE_ANY_ACCEPTED"];
  const digits = thumbprint(text);
  return digits !== undefined && digits.length < 64 ? ["CERTIFICATE_PIN_WEAK"] : [];
}

/**
 * Reads SSLServerCert: `*`, thumbprint (with or without colons and blanks), PEM text (also on one line), base64 DER,
 * public key; everything else is the name of a file that holds one of these, or DER itself.
 */
export async function readPin(serverCert: string | undefined, files: FileAccess): Promise<Pin | undefined> {
  const text = serverCert?.trim() ?? "";
  if (text === "") return undefined;
  const direct = pinOfText(text);
  if (direct !== undefined) return direct;
  const content = await files.read(text).catch((cause: unknown) => {
    throw invalidPin(cause);
  });
  const bytes = Buffer.from(content);
  const pin = pinOfText(bytes.toString("latin1").trim()) ?? pinOfDer(bytes);
  if (pin === undefined) throw invalidPin();
  return pin;
}

const invalidPin = (cause?: unknown) =>
  failure(
    "CERTIFICATE_PIN_INVALID",
    "SSLServerCert is no PEM text, readable file, base64 DER, public key, thumbprint or `*`.",
    cause === undefined ? {} : { cause },
  );

function pinOfText(text: string): Pin | undefined {
  if (text === "*") return () => true;
  const digits = thumbprint(text);
  if (digits !== undefined) return thumbprintPin(digits);
  if (text.includes("-----BEGIN")) return pinOfPem(text);
  return /^[A-Za-z0-9+/=\s]{64,}$/.test(text) ? pinOfDer(Buffer.from(text, "base64")) : undefined;
}

function thumbprint(text: string): string | undefined {
  const digits = text.replace(/^(?:sha-?256|sha-?1|md5)\s*[:=]\s*/i, "").replace(/[\s:-]/g, "");
  return /^[0-9a-f]+$/i.test(digits) && digits.length in thumbprintHash ? digits.toLowerCase() : undefined;
}

function thumbprintPin(digits: string): Pin {
  const wanted = Buffer.from(digits, "hex");
  const hash = thumbprintHash[digits.length] ?? "sha256";
  return ({ raw }) => timingSafeEqual(createHash(hash).update(raw).digest(), wanted);
}

/** Several certificates in one text: any of them may be the server's. */
function pinOfPem(text: string): Pin {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g);
  const pins = [...blocks].map(([, label = "", body = ""]) => pinOfBlock(label, Buffer.from(body, "base64")));
  const known = pins.filter((pin) => pin !== undefined);
  if (known.length === 0) throw invalidPin();
  return (certificate) => known.some((pin) => pin(certificate));
}

function pinOfBlock(label: string, der: Buffer): Pin | undefined {
  if (label.endsWith("CERTIFICATE")) return certificatePin(der);
  if (label === "PUBLIC KEY") return keyPin(der, "spki");
  return label === "RSA PUBLIC KEY" ? keyPin(der, "pkcs1") : undefined;
}

function pinOfDer(der: Buffer): Pin | undefined {
  return certificatePin(der) ?? keyPin(der, "spki") ?? keyPin(der, "pkcs1");
}

function certificatePin(der: Buffer): Pin | undefined {
  const wanted = attempt(() => new X509Certificate(der).raw);
  return wanted && (({ raw }) => raw.equals(wanted));
}

function keyPin(der: Buffer, type: "spki" | "pkcs1"): Pin | undefined {
  const wanted = attempt(() =>
    createPublicKey({ key: der, format: "der", type }).export({ format: "der", type: "spki" }),
  );
  return wanted && (({ publicKey }) => publicKey.export({ format: "der", type: "spki" }).equals(wanted));
}

/** The value, or undefined when the bytes are not of that form: the next form is tried then. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
