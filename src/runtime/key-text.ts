import { createHmac, timingSafeEqual } from "node:crypto";
import type { Random } from "#spi";

/** The id of the key that `ADMIN_KEY` names; its text is the owner's and has no id in it. */
export const bootstrapId = "bootstrap";

const idBytes = 8;
const secretBytes = 32;
const shape = /^exk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** A new key: `exk_<id>_<256 random bits>`. */
export function newKey(random: Random): { readonly id: string; readonly text: string } {
  const id = Buffer.from(random.bytes(idBytes)).toString("hex");
  return { id, text: `exk_${id}_${Buffer.from(random.bytes(secretBytes)).toString("base64url")}` };
}

/** Which stored key a presented text claims to be. */
export const claimedId = (text: string): string => shape.exec(text)?.[1] ?? bootstrapId;

/**
 * What is stored of a key. HMAC, not a slow hash: 256 random bits cannot be guessed, and a slow hash for each request
 * would let bad keys use up the processor.
 */
export const hashOf = (pepper: Uint8Array, text: string): Buffer => createHmac("sha256", pepper).update(text).digest();

/** Compares in the same time wherever the difference lies; with no stored hash the same work is done. */
export function isSameHash(presented: Buffer, stored: string | undefined): boolean {
  const expected = Buffer.from(stored ?? "", "hex");
  const isComparable = expected.length === presented.length;
  return timingSafeEqual(presented, isComparable ? expected : Buffer.alloc(presented.length)) && isComparable;
}
