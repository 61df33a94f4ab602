import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
  type X509Certificate,
} from "node:crypto";

/** Claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** A decoded compact JWT; `signed` is what the signature covers. */
export type DecodedJwt = {
  readonly header: Claims;
  readonly claims: Claims;
  readonly signed: string;
  readonly signature: Buffer;
};

/** The signing key of one start of the authority. */
export type SigningKey = {
  readonly keyId: string;
  sign(claims: Claims): string;
  verifies(token: DecodedJwt): boolean;
  jwk(): Record<string, unknown>;
};

/** Makes the RSA key of this start. */
export function makeSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keyId = randomBytes(20).toString("base64url");
  return {
    keyId,
    sign(claims) {
      const head = encode({ typ: "JWT", alg: "RS256", x5t: keyId, kid: keyId });
      const signed = `${head}.${encode(claims)}`;
      return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
    },
    verifies(token) {
      if (token.header["alg"] !== "RS256" || token.header["kid"] !== keyId) return false;
      return verify("sha256", Buffer.from(token.signed), publicKey, token.signature);
    },
    jwk() {
      return { ...publicKey.export({ format: "jwk" }), kid: keyId, x5t: keyId, use: "sig", alg: "RS256" };
    },
  };
}

/** Decodes a compact JWT without checking it; undefined when it is not well formed. */
export function decodeJwt(text: string): DecodedJwt | undefined {
  const parts = text.split(".");
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined) return undefined;
  const header = parseObject(head);
  const claims = parseObject(body);
  if (header === undefined || claims === undefined) return undefined;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, "base64url") };
}

/** Whether a client assertion was signed, as RS256 or PS256, by the key of this certificate. */
export function isSignedBy(token: DecodedJwt, certificate: X509Certificate): boolean {
  const key = certificate.publicKey;
  if (token.header["alg"] === "RS256") return checks(token, { key, padding: constants.RSA_PKCS1_PADDING });
  if (token.header["alg"] !== "PS256") return false;
  return checks(token, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
}

function checks(token: DecodedJwt, key: { key: KeyObject; padding: number; saltLength?: number }): boolean {
  return verify("sha256", Buffer.from(token.signed), key, token.signature);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function parseObject(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
