import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "#spi";

/** What a sealed value belongs to; a value copied to any other place does not open. */
export interface Place {
  readonly table: string;
  readonly id: string;
  readonly field: string;
  readonly version: number;
}

const format = "1";
const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
export const keyBytes = 32;

/** AES-256-GCM under `key`, bound to its place: `format.nonce.ciphertext+tag`, base64url. */
export function sealBytes(key: Uint8Array, place: Place, plain: Uint8Array, random: Random): string {
  const nonce = random.bytes(nonceBytes);
  const encrypting = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  encrypting.setAAD(boundTo(place));
  const sealed = Buffer.concat([encrypting.update(plain), encrypting.final(), encrypting.getAuthTag()]);
  return [format, Buffer.from(nonce).toString("base64url"), sealed.toString("base64url")].join(".");
}

const shape = /^1\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]+)$/;

/** Opens what `sealBytes` made for this very place. Throws on anything else, however little it differs. */
export function openBytes(key: Uint8Array, place: Place, text: string): Buffer {
  const [, nonce, body] = shape.exec(text) ?? [];
  if (nonce === undefined || body === undefined) throw new Error("not a sealed value of a known format");
  const sealed = Buffer.from(body, "base64url");
  // Node takes truncated tags unless told the length; base64url would let trailing bits differ unseen.
  if (sealed.length < tagBytes || sealed.toString("base64url") !== body) throw new Error("a damaged sealed value");
  const opening = createDecipheriv(cipher, key, Buffer.from(nonce, "base64url"), { authTagLength: tagBytes });
  opening.setAAD(boundTo(place));
  opening.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([opening.update(sealed.subarray(0, sealed.length - tagBytes)), opening.final()]);
}

/** Unambiguous, because JSON quotes each part. Holds no engine detail, so sealed rows may move between stores. */
const boundTo = ({ table, id, field, version }: Place): Buffer =>
  Buffer.from(JSON.stringify([format, table, id, field, version]));
