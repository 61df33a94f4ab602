import type { Expiry, TokenFacts } from "#spi";
import { signInExpiries } from "../microsoft-identity/index.ts";
import type { ExchangeConfig } from "./config.ts";

/** Microsoft's dates for EWS in Exchange Online (Exchange team, 2025 and 2026). */
const ewsBlockedAt = "2026-10-01T00:00:00Z";
const ewsEndsAt = "2027-04-01T00:00:00Z";

/** What of a connection will stop, and when. */
export function expiries(config: ExchangeConfig, tokens: TokenFacts | undefined): readonly Expiry[] {
  return [...ewsOnline(config), ...signInExpiries(config.oauth, tokens)];
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
