import { createHash, type X509Certificate } from "node:crypto";

/** Hash of the certificate's signature, as RFC 5929 wants it: MD5 and SHA-1 are replaced by SHA-256. */
const hashOfOid: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "sha256", // md5WithRSAEncryption
  "2a864886f70d010105": "sha256", // sha1WithRSAEncryption
  "2a864886f70d01010e": "sha224", // sha224WithRSAEncryption
  "2a864886f70d01010b": "sha256", // sha256WithRSAEncryption
  "2a864886f70d01010c": "sha384", // sha384WithRSAEncryption
  "2a864886f70d01010d": "sha512", // sha512WithRSAEncryption
  "2a8648ce3d0401": "sha256", // ecdsa-with-SHA1
  "2a8648ce3d040301": "sha224",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
  "2a8648ce380403": "sha256", // dsa-with-sha1
  "608648016503040301": "sha224", // dsa-with-sha224
  "608648016503040302": "sha256", // dsa-with-sha256
  "2b0e03021a": "sha256", // SHA-1 by itself, in RSASSA-PSS parameters
  "608648016503040204": "sha224",
  "608648016503040201": "sha256",
  "608648016503040202": "sha384",
  "608648016503040203": "sha512",
};
const rsassaPss = "2a864886f70d01010a";

/**
 * The `tls-server-end-point` application data of a server's certificate; undefined where RFC 5929 defines none
 * (signatures without a hash of their own, such as Ed25519).
 */
export function endPointBinding({ raw }: X509Certificate): Buffer | undefined {
  const hash = signatureHash(raw);
  if (hash === undefined) return undefined;
  const digest = createHash(hash).update(raw).digest();
  return Buffer.concat([Buffer.from("tls-server-end-point:", "latin1"), digest]);
}

/** The 16 bytes NTLM and Kerberos carry: MD5 of a gss_channel_bindings_struct without addresses. */
export function bindingToken(applicationData: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(applicationData.length);
  return createHash("md5").update(Buffer.alloc(16)).update(length).update(applicationData).digest();
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, parameters }, signature } */
function signatureHash(certificate: Buffer): string | undefined {
  const [, algorithm] = childrenOf(certificate, 0);
  const [oid, parameters] = algorithm === undefined ? [] : childrenOf(certificate, algorithm.start);
  if (oid === undefined) return undefined;
  const name = textOf(certificate, oid);
  if (name !== rsassaPss) return hashOfOid[name];
  // RSASSA-PSS-params: the hash stands in [0]; SHA-1 when it is left out.
  const first = parameters === undefined ? undefined : childrenOf(certificate, parameters.start)[0];
  if (first === undefined || certificate[first.start] !== 0xa0) return "sha256";
  const hash = childrenOf(certificate, first.start)[0];
  const hashOid = hash === undefined ? undefined : childrenOf(certificate, hash.start)[0];
  return hashOid === undefined ? undefined : hashOfOid[textOf(certificate, hashOid)];
}

interface Element {
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

const textOf = (der: Buffer, { contentStart, end }: Element): string => der.toString("hex", contentStart, end);

function childrenOf(der: Buffer, start: number): Element[] {
  const parent = elementAt(der, start);
  const children: Element[] = [];
  for (let at = parent.contentStart; at < parent.end; ) {
    const child = elementAt(der, at);
    children.push(child);
    at = child.end;
  }
  return children;
}

/** One DER element. Certificates come here parsed by OpenSSL already, so they are well-formed. */
function elementAt(der: Buffer, start: number): Element {
  const short = der.readUInt8(start + 1);
  const lengthBytes = short & 0x80 ? short & 0x7f : 0;
  const length = lengthBytes === 0 ? short : der.readUIntBE(start + 2, lengthBytes);
  const contentStart = start + 2 + lengthBytes;
  return { start, contentStart, end: contentStart + length };
}
