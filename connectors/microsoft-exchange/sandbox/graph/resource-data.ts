import { createCipheriv, createHash, createHmac, publicEncrypt, randomBytes, X509Certificate } from "node:crypto";
import { GraphError } from "./errors.ts";

/** To whom resource data is readable: the certificate of the subscriber, and the name it gave it. */
export type Recipient = { readonly certificate: X509Certificate; readonly certificateId: string };

/** Reads the certificate of a subscription. */
export function recipientOf(certificate: string, certificateId: string): Recipient {
  try {
    return { certificate: new X509Certificate(Buffer.from(certificate, "base64")), certificateId };
  } catch {
    throw new GraphError(400, "ValidationError", "The encryptionCertificate is not a valid X.509 certificate.");
  }
}

/**
 * Resource data as the service sends it: AES-256-CBC with a key of its own, whose first 16 bytes are the vector, the key
 * under RSA-OAEP, and an HMAC-SHA256 of the ciphertext by the same key.
 */
export function encrypted({ certificate, certificateId }: Recipient, content: unknown): Record<string, string> {
  const key = randomBytes(32);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16));
  const data = Buffer.concat([cipher.update(JSON.stringify(content), "utf8"), cipher.final()]);
  return {
    data: data.toString("base64"),
    dataSignature: createHmac("sha256", key).update(data).digest("base64"),
    dataKey: publicEncrypt({ key: certificate.publicKey, oaepHash: "sha1" }, key).toString("base64"),
    encryptionCertificateId: certificateId,
    encryptionCertificateThumbprint: createHash("sha1").update(certificate.raw).digest("hex").toUpperCase(),
  };
}
