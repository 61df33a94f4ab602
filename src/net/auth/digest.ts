import { createHash } from "node:crypto";
import type { Secret } from "#spi";
import type { Challenge } from "./challenge.ts";
import { parseChallenges } from "./challenge.ts";

/** Everything in Digest is bytes; these strings hold one byte a character, as HTTP headers do. */
type ByteString = string;
const bytesOf = (text: string): ByteString => Buffer.from(text, "utf8").toString("latin1");

/** Strongest first; each also as `-sess`. */
const hashes: Readonly<Record<string, string>> = { "SHA-512-256": "sha512-256", "SHA-256": "sha256", MD5: "md5" };

/** A Digest challenge (RFC 7616) this service can answer. */
export interface DigestChallenge {
  readonly realm: ByteString;
  readonly nonce: ByteString;
  readonly opaque: ByteString | undefined;
  /** As the server spelt it, to be sent back so; undefined when it named none (MD5 then). */
  readonly algorithm: string | undefined;
  readonly hash: string;
  readonly isSession: boolean;
  /** False: the old form of RFC 2069, without counter. */
  readonly hasQop: boolean;
  readonly isStale: boolean;
  readonly wantsUserHash: boolean;
}

/** The strongest Digest challenge offered that can be answered. */
export function strongestDigest(challenges: readonly Challenge[]): DigestChallenge | undefined {
  const readable = challenges.map(digestOf).filter((challenge) => challenge !== undefined);
  const order = Object.values(hashes);
  return readable.sort((one, other) => order.indexOf(one.hash) - order.indexOf(other.hash))[0];
}

function digestOf({ scheme, parameters }: Challenge): DigestChallenge | undefined {
  const { realm, nonce, opaque, algorithm, qop, stale, userhash } = parameters;
  const [, name = "", session] = /^(.*?)(-sess)?$/i.exec(algorithm ?? "MD5") ?? [];
  const hash = hashes[name.toUpperCase()];
  const qops = qop?.split(",").map((value) => value.trim().toLowerCase());
  const isReadable = scheme.toLowerCase() === "digest" && realm !== undefined && nonce !== undefined;
  if (!isReadable || hash === undefined || (qops !== undefined && !qops.includes("auth"))) return undefined;
  return {
    realm,
    nonce,
    opaque,
    algorithm,
    hash,
    isSession: session !== undefined,
    hasQop: qops !== undefined,
    isStale: stale?.toLowerCase() === "true",
    wantsUserHash: userhash?.toLowerCase() === "true",
  };
}

/** What one header answers. */
export interface DigestTurn {
  readonly method: string;
  /** Exactly as in the request line. */
  readonly uri: string;
}

/**
 * Answers to one challenge. The client nonce stays the same while the server's does: the session key of `-sess` is
 * made of the first pair, which servers keep. The counter never repeats.
 */
export class DigestSession {
  readonly #user: ByteString;
  readonly #password: Secret;
  readonly #cnonce: string;
  readonly challenge: DigestChallenge;
  #count = 0;

  constructor(challenge: DigestChallenge, user: string, password: Secret, cnonce: string) {
    this.challenge = challenge;
    this.#user = bytesOf(user);
    this.#password = password;
    this.#cnonce = cnonce;
  }

  /** The Authorization value, and what the server must answer if it knows the password too. */
  answer({ method, uri }: DigestTurn): { readonly header: string; readonly proof: string } {
    const { realm, nonce, opaque, algorithm, hasQop, wantsUserHash } = this.challenge;
    this.#count++;
    const count = this.#count.toString(16).padStart(8, "0");
    const user = wantsUserHash ? this.#hash(`${this.#user}:${realm}`) : this.#user;
    const parts = [
      `username=${quoted(user)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(uri)}`,
      `response="${this.#response(`${method}:${uri}`, count)}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
      ...(hasQop ? ["qop=auth", `nc=${count}`] : []),
      ...(hasQop || this.challenge.isSession ? [`cnonce=${quoted(this.#cnonce)}`] : []),
      ...(wantsUserHash ? ["userhash=true"] : []),
    ];
    return { header: `Digest ${parts.join(", ")}`, proof: this.#response(`:${uri}`, count) };
  }

  #response(a2: ByteString, count: string): string {
    const { nonce, realm, isSession, hasQop } = this.challenge;
    const base = this.#hash(`${this.#user}:${realm}:${bytesOf(this.#password.reveal())}`);
    const a1 = isSession ? this.#hash(`${base}:${nonce}:${this.#cnonce}`) : base;
    const middle = hasQop ? `${nonce}:${count}:${this.#cnonce}:auth` : nonce;
    return this.#hash(`${a1}:${middle}:${this.#hash(a2)}`);
  }

  #hash(bytes: ByteString): string {
    return createHash(this.challenge.hash).update(bytes, "latin1").digest("hex");
  }
}

const quoted = (bytes: ByteString): string => `"${bytes.replace(/["\\]/g, "\\$&")}"`;

/** What Authentication-Info says: the server's own proof, and the nonce for next time. */
export function authenticationInfo(values: readonly string[]): {
  readonly proof: string | undefined;
  readonly nextNonce: string | undefined;
} {
  const [info] = parseChallenges(values.map((value) => `Digest ${value}`));
  return { proof: info?.parameters["rspauth"], nextNonce: info?.parameters["nextnonce"] };
}
