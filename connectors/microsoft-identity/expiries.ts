import type { Expiry, TokenFacts } from "#spi";
import { certificateEnd } from "./certificate.ts";
import type { EntraOptions } from "./entra.ts";

/** Entra voids a refresh token that was not used for 90 days. */
const refreshTokenIdleMs = 90 * 24 * 3_600_000;

/** What of a sign-in will stop, and when. */
export const signInExpiries = (oauth: EntraOptions | undefined, tokens: TokenFacts | undefined): readonly Expiry[] => [
  ...clientCertificate(oauth),
  ...refreshToken(tokens),
];

function clientCertificate(oauth: EntraOptions | undefined): readonly Expiry[] {
  if (oauth?.credential.kind !== "certificate") return [];
  const end = certificateEnd(oauth.credential.certificate);
  if (end === undefined) return [];
  if (end === "unreadable")
    return [{ code: "OAUTH_CERTIFICATE_UNREADABLE", detail: "The certificate of OAuthJWTCert cannot be read." }];
  return [
    {
      code: "OAUTH_CERTIFICATE_EXPIRES",
      detail: "The certificate of OAuthJWTCert ends. Register a new one with the application and set it here before.",
      at: end.toISOString(),
    },
  ];
}

function refreshToken(tokens: TokenFacts | undefined): readonly Expiry[] {
  if (tokens?.hasRefreshToken !== true || tokens.obtainedAt === undefined) return [];
  return [
    {
      code: "OAUTH_REFRESH_TOKEN_IDLE",
      detail: "The refresh token ends when it is not used for 90 days; every renewal begins them anew.",
      at: new Date(tokens.obtainedAt + refreshTokenIdleMs).toISOString(),
    },
  ];
}
