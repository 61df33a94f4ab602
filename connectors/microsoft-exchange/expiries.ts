import type { Expiry, TokenFacts } from "#spi";
import { certificateEnd } from "../microsoft-identity/index.ts";
import type { ExchangeConfig } from "./config.ts";

/** Microsoft's dates for EWS in Exchange Online (Exchange team, 2025 and 2026). */
const ewsBlockedAt = "2026-10-01T00:00:00Z";
const ewsEndsAt = "2027-04-01T00:00:00Z";

/** Entra voids a refresh token that was not used for 90 days. */
const refreshTokenIdleMs = 90 * 24 * 3_600_000;

/** What of a connection will stop, and when. */
export function expiries(config: ExchangeConfig, tokens: TokenFacts | undefined): readonly Expiry[] {
  return [...ewsOnline(config), ...clientCertificate(config), ...refreshToken(tokens)];
}

function ewsOnline({ isExchangeOnlineEws }: ExchangeConfig): readonly Expiry[] {
  if (!isExchangeOnlineEws) return [];
  return [
    {
      code: "EWS_ONLINE_BLOCKED_BY_DEFAULT",
      detail:
        "Since October 2026 Exchange Online refuses EWS unless the tenant has allowed the application. Move to Schema MSGraph.",
      at: ewsBlockedAt,
    },
    {
      code: "EWS_ONLINE_ENDS",
      detail: "EWS in Exchange Online ends for good. Move to Schema MSGraph before.",
      at: ewsEndsAt,
    },
  ];
}

function clientCertificate({ oauth }: ExchangeConfig): readonly Expiry[] {
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
