import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ConnectorError, type Secret } from "#spi";
import { readPkcs12 } from "./pkcs12.ts";

/** The OAuthJWTCert properties. */
export interface CertificateOptions {
  /** OAuthJWTCertType. */
  readonly type: string;
  /** OAuthJWTCert: a file name or the content itself. */
  readonly value: Secret;
  readonly password?: Secret;
  /** OAuthJWTCertSubject: part of the subject's name; `*` or absent = the first with a key. */
  readonly subject?: string;
  /** Reads a file under the folders the owner of the machine allows. */
  readonly readFile?: (path: string) => Promise<Uint8Array>;
}

/** A client certificate ready to sign with. */
export interface ClientCertificate {
  readonly privateKeyPem: string;
  /** Of the whole certificate, 64 hexadecimal digits. */
  readonly thumbprintSha256: string;
  readonly subject: string;
  readonly notAfter: Date;
}

interface Material {
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

/** Certificate types whose content has no private key with its certificate in it, and why they cannot sign. */
const unusable: Readonly<Record<string, string>> = {
  USER: "it is a store of Windows users, which this service cannot open",
  MACHINE: "it is a store of Windows machines, which this service cannot open",
  JKSFILE: "Java key stores are not read: convert it by keytool -importkeystore -deststoretype PKCS12",
  JKSBLOB: "Java key stores are not read: convert it by keytool -importkeystore -deststoretype PKCS12",
  PUBLIC_KEY_FILE: "it holds no private key",
  PUBLIC_KEY_BLOB: "it holds no private key",
  SSHPUBLIC_KEY_FILE: "it holds no private key",
  SSHPUBLIC_KEY_BLOB: "it holds no private key",
  P7BFILE: "PKCS #7 holds no private key",
  PPKFILE: "a PuTTY key holds no certificate",
  XMLFILE: "an XML key holds no certificate",
  XMLBLOB: "an XML key holds no certificate",
};

/** Reads a client certificate and its key. Errors: INVALID_PROPERTY for what cannot be read, AUTHENTICATION_FAILED when expired. */
export async function loadCertificate(options: CertificateOptions): Promise<ClientCertificate> {
  const why = unusable[options.type];
  if (why !== undefined) throw unreadable(`OAuthJWTCertType ${options.type} cannot sign: ${why}. Use PEM or PFX.`);
  const content = await contentOf(options);
  const material = options.type.startsWith("PFX") ? fromPfx(content, options) : fromPem(content, options);
  const [certificate, key] = pairOf(material, options.subject ?? "*");
  if (key.asymmetricKeyType !== "rsa") throw unreadable("The certificate's key must be RSA: Entra takes no other.");
  const now = Date.now();
  if (Date.parse(certificate.validTo) < now || Date.parse(certificate.validFrom) > now) throw expired(certificate);
  return {
    privateKeyPem: key.export({ format: "pem", type: "pkcs8" }).toString(),
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    subject: certificate.subject,
    notAfter: new Date(certificate.validTo),
  };
}

/** Identity of a certificate's source, without reading it. */
export const certificateFingerprint = ({ type, value, subject }: CertificateOptions): string =>
  createHash("sha256")
    .update(JSON.stringify([type, value.reveal(), subject ?? "*"]))
    .digest("hex");

/** The end of a certificate that stands in the property as PEM text; undefined where files or passwords would be needed. */
export function certificateEnd({ value }: Pick<CertificateOptions, "value">): Date | "unreadable" | undefined {
  const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(value.reveal());
  if (block === null) return undefined;
  try {
    return new Date(new X509Certificate(block[0]).validTo);
  } catch {
    return "unreadable";
  }
}

async function contentOf({ type, value, readFile }: CertificateOptions): Promise<Buffer> {
  const text = value.reveal();
  if (!/FILE$/.test(type)) return type === "PFXBLOB" ? Buffer.from(text, "base64") : Buffer.from(text, "utf8");
  if (readFile === undefined) throw unreadable("The certificate file cannot be read here; give its content instead.");
  return Buffer.from(await readFile(text));
}

function fromPfx(content: Buffer, { password }: CertificateOptions): Material {
  try {
    const { certificates, keys } = readPkcs12(content, password?.reveal() ?? "");
    return { certificates: certificates.map((der) => new X509Certificate(der)), keys };
  } catch (cause) {
    throw unreadable(`The PFX cannot be read: ${reason(cause)}. Check OAuthJWTCertPassword.`, cause);
  }
}

/** PEM text, also on one line or itself in base64 as forms and variables make it. */
function fromPem(content: Buffer, { password }: CertificateOptions): Material {
  const raw = content.toString("utf8");
  const text = raw.includes("-----BEGIN") ? raw : Buffer.from(raw, "base64").toString("utf8");
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)].map(
    ([, label = "", body = ""]) => ({ label, pem: pemBlock(label, body) }),
  );
  try {
    return {
      certificates: blocks.filter(({ label }) => label === "CERTIFICATE").map(({ pem }) => new X509Certificate(pem)),
      keys: blocks
        .filter(({ label }) => label.endsWith("PRIVATE KEY"))
        .map(({ pem }) => createPrivateKey({ key: pem, format: "pem", ...passphrase(password) })),
    };
  } catch (cause) {
    throw unreadable(`The PEM text cannot be read: ${reason(cause)}. Check OAuthJWTCertPassword.`, cause);
  }
}

const passphrase = (password: Secret | undefined): { readonly passphrase?: string } =>
  password === undefined || password.isEmpty ? {} : { passphrase: password.reveal() };

/** The block with its lines restored; headers of old encrypted keys stay as they are. */
function pemBlock(label: string, body: string): string {
  const isOld = body.includes("Proc-Type");
  const lines = isOld ? body.trim() : (body.replaceAll(/\\n|\s/g, "").match(/.{1,64}/g) ?? []).join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** The certificate asked for with the key that belongs to it. */
function pairOf({ certificates, keys }: Material, subject: string): readonly [X509Certificate, KeyObject] {
  if (keys.length === 0) throw unreadable("There is no private key beside the certificate.");
  if (certificates.length === 0) throw unreadable("There is no certificate beside the private key.");
  const wanted = subject.trim().toLowerCase();
  const isWanted = (certificate: X509Certificate): boolean =>
    wanted === "*" || wanted === "" || subjectForms(certificate).some((form) => form.includes(wanted));
  for (const certificate of certificates.filter(isWanted)) {
    const key = keys.find((candidate) => certificate.checkPrivateKey(candidate));
    if (key !== undefined) return [certificate, key];
  }
  throw unreadable(
    wanted === "*" || wanted === ""
      ? "No certificate belongs to the private key."
      : "No certificate with a key has the subject that OAuthJWTCertSubject names.",
  );
}

/** `CN=x\nO=y` as lines and as `CN=x, O=y`. */
const subjectForms = ({ subject }: X509Certificate): readonly string[] => {
  const text = (subject ?? "").toLowerCase();
  const lines = text.split("\n");
  return [text, lines.join(", "), lines.toReversed().join(", "), lines.join(","), lines.toReversed().join(",")];
};

const reason = (cause: unknown): string =>
  cause instanceof Error ? cause.message.replace(/^error:\w+:/, "").slice(0, 120) : "unknown form";

const unreadable = (message: string, cause?: unknown): ConnectorError =>
  new ConnectorError("INVALID_PROPERTY", message, {
    causeCode: "OAUTH_CERTIFICATE_UNREADABLE",
    target: "OAuthJWTCert",
    ...(cause === undefined ? {} : { cause }),
  });

const expired = (certificate: X509Certificate): ConnectorError =>
  new ConnectorError(
    "AUTHENTICATION_FAILED",
    `The client certificate is valid from ${certificate.validFrom} to ${certificate.validTo}, not now.`,
    { causeCode: "OAUTH_CERTIFICATE_EXPIRED", target: "OAuthJWTCert", evidence: { subject: certificate.subject } },
  );
