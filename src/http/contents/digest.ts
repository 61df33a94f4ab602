import { createHash, type Hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { invalidRequest } from "#spi";

/** One digest a request names, and the hash that checks it. */
interface Expected {
  readonly header: string;
  readonly algorithm: string;
  readonly value: Buffer;
  readonly hash: Hash;
}

const algorithms: Readonly<Record<string, string>> = { "sha-256": "sha256", "sha-512": "sha512" };
const member = /^([a-z0-9*][a-z0-9_.*-]*)\s*=\s*:([A-Za-z0-9+/]*={0,2}):/;

/** Checks the bytes of a body against Content-Digest, Repr-Digest (RFC 9530) and Content-MD5, as far as they are given. */
export class DigestCheck {
  readonly #expected: readonly Expected[];

  /** Errors: INVALID_REQUEST for a digest that cannot be read, or of algorithms nobody here knows. */
  constructor(headers: IncomingHttpHeaders) {
    const md5 = headers["content-md5"];
    this.#expected = [
      ...expectedOf("Content-Digest", headers["content-digest"]),
      ...expectedOf("Repr-Digest", headers["repr-digest"]),
      ...(md5 === undefined ? [] : [expected("Content-MD5", "md5", [md5].flat().join(""))]),
    ];
  }

  update(bytes: Uint8Array): void {
    for (const { hash } of this.#expected) hash.update(bytes);
  }

  /** Errors: INVALID_REQUEST when the body is another than was sent. */
  end(): void {
    for (const { header, algorithm, value, hash } of this.#expected) {
      if (hash.digest().equals(value)) continue;
      throw invalidRequest(
        `The body arrived damaged: its ${algorithm} is not the one ${header} names. Nothing was stored.`,
      );
    }
  }
}

function expectedOf(header: string, given: string | string[] | undefined): readonly Expected[] {
  if (given === undefined) return [];
  const members = [given]
    .flat()
    .join(",")
    .split(",")
    .map((text) => member.exec(text.trim()));
  if (members.some((found) => found === null))
    throw invalidRequest(`${header} cannot be read; it looks like sha-256=:base64:`);
  const known = members.flatMap((found) => {
    const algorithm = algorithms[found?.[1] ?? ""];
    return algorithm === undefined ? [] : [expected(header, algorithm, found?.[2] ?? "")];
  });
  if (known.length > 0) return known;
  throw invalidRequest(`${header} names no digest that is checked here: sha-256 or sha-512.`);
}

function expected(header: string, algorithm: string, base64: string): Expected {
  const hash = createHash(algorithm);
  const value = Buffer.from(base64, "base64");
  const length = createHash(algorithm).digest().length;
  if (value.length !== length) throw invalidRequest(`${header} holds no ${algorithm} digest in base64.`);
  return { header, algorithm, value, hash };
}
