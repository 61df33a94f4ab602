import { timingSafeEqual, X509Certificate } from "node:crypto";
import type { Authority } from "./authority.ts";
import { EntraRefusal } from "./entra-errors.ts";
import { type DecodedJwt, decodeJwt, isSignedBy } from "./jwt.ts";
import type { AppRegistration } from "./registrations.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Credentials of the client in a token request. */
export type ClientCredentials = {
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
  readonly assertionType: string | undefined;
};

/** Checks secret or signed assertion; public clients may show neither. */
export function authenticateClient(
  authority: Authority,
  app: AppRegistration,
  credentials: ClientCredentials,
  tokenEndpoint: string,
): void {
  const shows = credentials.secret !== undefined || credentials.assertion !== undefined;
  if (app.isPublic) {
    if (shows) throw new EntraRefusal(700025);
    return;
  }
  if (credentials.assertion !== undefined) checkAssertion(authority, app, credentials, tokenEndpoint);
  else if (credentials.secret !== undefined) checkSecret(authority, app, credentials.secret);
  else throw new EntraRefusal(7000218);
}

function checkSecret(authority: Authority, app: AppRegistration, presented: string): void {
  const match = app.secrets.find((secret) => isSame(secret.value, presented));
  if (match === undefined) throw new EntraRefusal(7000215, app.clientId);
  if (match.expiresAt !== undefined && match.expiresAt <= authority.settings.now()) {
    throw new EntraRefusal(7000222, app.clientId);
  }
}

function checkAssertion(
  authority: Authority,
  app: AppRegistration,
  credentials: ClientCredentials,
  tokenEndpoint: string,
): void {
  if (credentials.assertionType !== ASSERTION_TYPE) throw new EntraRefusal(900144, "client_assertion_type");
  const token = decodeJwt(credentials.assertion ?? "");
  if (token === undefined) throw new EntraRefusal(9002313);
  checkSignature(app, token);
  if (token.claims["iss"] !== app.clientId || token.claims["sub"] !== app.clientId) throw new EntraRefusal(700021);
  if (!isOwnEndpoint(String(token.claims["aud"]), tokenEndpoint)) throw new EntraRefusal(700023);
  checkValidity(authority, token);
}

function checkSignature(app: AppRegistration, token: DecodedJwt): void {
  const thumbprint = String(token.header["x5t#S256"] ?? token.header["x5t"] ?? "");
  const certificate = app.certificates
    .map((pem) => new X509Certificate(pem))
    .find((candidate) => thumbprintsOf(candidate).includes(thumbprint));
  const shown = Buffer.from(thumbprint, "base64url").toString("hex").toUpperCase();
  if (certificate === undefined) throw new EntraRefusal(700027, "The key was not found.", shown, app.clientId);
  if (!isSignedBy(token, certificate)) {
    throw new EntraRefusal(
      700027,
      "The key was found, but use of the key to verify the signature failed.",
      shown,
      app.clientId,
    );
  }
}

/** Both thumbprint forms in use: SHA-1 (`x5t`) and SHA-256 (`x5t#S256`). */
function thumbprintsOf(certificate: X509Certificate): string[] {
  const hex = [certificate.fingerprint, certificate.fingerprint256];
  return hex.map((print) => Buffer.from(print.replaceAll(":", ""), "hex").toString("base64url"));
}

function checkValidity(authority: Authority, token: DecodedJwt): void {
  const nowMs = authority.settings.now();
  const fromMs = Number(token.claims["nbf"] ?? 0) * 1000;
  const untilMs = Number(token.claims["exp"] ?? 0) * 1000;
  const skewMs = 300_000;
  if (nowMs + skewMs < fromMs || nowMs - skewMs > untilMs) {
    throw new EntraRefusal(700024, iso(nowMs), iso(fromMs), iso(untilMs));
  }
}

/** The audience is this authority's token endpoint or issuer; the tenant may be spelt by id or by domain. */
function isOwnEndpoint(audience: string, tokenEndpoint: string): boolean {
  const withoutTenant = (address: string): string => address.replace(/^(https?:\/\/[^/]+)\/[^/]+/, "$1");
  const wanted = withoutTenant(tokenEndpoint);
  const given = withoutTenant(audience);
  return given === wanted || given === wanted.replace("/oauth2/v2.0/token", "/v2.0");
}

function isSame(expected: string, presented: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(presented);
  return left.length === right.length && timingSafeEqual(left, right);
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
