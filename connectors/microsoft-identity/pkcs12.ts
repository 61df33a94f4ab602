import { createDecipheriv, createHash, createPrivateKey, type KeyObject, pbkdf2Sync } from "node:crypto";
import { child, type Element, integer, octets, oid, readElement } from "./der.ts";

/** What a PFX file holds. */
export interface Pkcs12 {
  /** DER of each certificate. */
  readonly certificates: readonly Buffer[];
  readonly keys: readonly KeyObject[];
}

const oids = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  keyBag: "1.2.840.113549.1.12.10.1.1",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  x509: "1.2.840.113549.1.9.22.1",
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  tripleDes: "1.2.840.113549.1.12.1.3",
} as const;

const digests: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

const ciphers: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
  "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
  "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
  "1.2.840.113549.3.7": ["des-ede3-cbc", 24],
};

/** More rounds than any tool writes; a file may not keep the process busy for minutes. */
const MAX_ITERATIONS = 2_000_000;

/**
 * Reads a PKCS #12 file (RFC 7292). Node opens such files only inside a TLS context, which hands out no key, so the
 * few structures around the key are read here; the key itself is decrypted by node:crypto.
 */
export function readPkcs12(bytes: Buffer, password: string): Pkcs12 {
  const pfx = readElement(bytes);
  const authSafe = readElement(octets(child(child(child(pfx, 1), 1), 0)));
  const certificates: Buffer[] = [];
  const keys: KeyObject[] = [];
  for (const info of authSafe.children) {
    for (const bag of readElement(contentOf(info, password)).children) {
      const value = child(child(bag, 1), 0);
      const kind = oid(child(bag, 0));
      if (kind === oids.certBag && oid(child(value, 0)) === oids.x509) {
        certificates.push(octets(child(child(value, 1), 0)));
      } else if (kind === oids.keyBag || kind === oids.shroudedKeyBag) {
        keys.push(createPrivateKey({ key: value.whole, format: "der", type: "pkcs8", passphrase: password }));
      }
    }
  }
  return { certificates, keys };
}

function contentOf(info: Element, password: string): Buffer {
  const kind = oid(child(info, 0));
  const content = child(child(info, 1), 0);
  if (kind === oids.data) return octets(content);
  if (kind !== oids.encryptedData) throw new Error("it is protected by a public key");
  const encrypted = child(content, 1);
  return decrypt(child(encrypted, 1), octets(child(encrypted, 2)), password);
}

function decrypt(algorithm: Element, encrypted: Buffer, password: string): Buffer {
  const name = oid(child(algorithm, 0));
  const parameters = child(algorithm, 1);
  const [cipher, key, iv] = name === oids.pbes2 ? pbes2(parameters, password) : oldScheme(name, parameters, password);
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

type Opening = readonly [cipher: string, key: Buffer, iv: Buffer];

function pbes2(parameters: Element, password: string): Opening {
  const derivation = child(parameters, 0);
  const encryption = child(parameters, 1);
  const cipher = ciphers[oid(child(encryption, 0))];
  if (oid(child(derivation, 0)) !== oids.pbkdf2 || cipher === undefined) throw new Error("its encryption is not known");
  const [salt, count, ...rest] = child(derivation, 1).children;
  if (salt === undefined || count === undefined) throw new Error("its key derivation is incomplete");
  const prf = rest.find(({ tag }) => tag === 0x30);
  const digest = prf === undefined ? "sha1" : digests[oid(child(prf, 0))];
  if (digest === undefined) throw new Error("its key derivation is not known");
  const [name, keyBytes] = cipher;
  return [name, pbkdf2Sync(password, octets(salt), rounds(count), keyBytes, digest), octets(child(encryption, 1))];
}

/** Triple DES is what older Windows and OpenSSL write; RC2 with 40 bits is in no present OpenSSL. */
function oldScheme(name: string, parameters: Element, password: string): Opening {
  if (name !== oids.tripleDes) {
    throw new Error("its encryption is obsolete (RC2): export it again with AES, or by openssl pkcs12 without -legacy");
  }
  const salt = octets(child(parameters, 0));
  const count = rounds(child(parameters, 1));
  return ["des-ede3-cbc", deriveOld(password, salt, count, 1, 24), deriveOld(password, salt, count, 2, 8)];
}

function rounds(count: Element): number {
  const value = integer(count);
  if (value < 1 || value > MAX_ITERATIONS) throw new Error("its number of rounds is absurd");
  return value;
}

/** Key derivation of RFC 7292, appendix B.2, with SHA-1. */
function deriveOld(password: string, salt: Buffer, count: number, purpose: number, length: number): Buffer {
  const block = 64;
  const secret = Buffer.from(`${password}\0`, "utf16le").swap16();
  const source = Buffer.concat([filled(salt, block), filled(secret, block)]);
  const parts: Buffer[] = [];
  for (let have = 0; have < length; have += 20) {
    let hash = Buffer.concat([Buffer.alloc(block, purpose), source]);
    for (let round = 0; round < count; round += 1) hash = createHash("sha1").update(hash).digest();
    parts.push(hash);
    addToBlocks(source, filled(hash, block).subarray(0, block), block);
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** The text repeated to whole blocks. */
function filled(text: Buffer, block: number): Buffer {
  const size = Math.ceil(text.length / block) * block;
  const all = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1) all[at] = text[at % text.length] ?? 0;
  return all;
}

/** Adds `addend + 1` to each block, as one large number. */
function addToBlocks(source: Buffer, addend: Buffer, block: number): void {
  for (let start = 0; start < source.length; start += block) {
    let carry = 1;
    for (let at = block - 1; at >= 0; at -= 1) {
      carry += (source[start + at] ?? 0) + (addend[at] ?? 0);
      source[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}
