import type { Expiry, TokenFacts } from "#spi";
import { signInExpiries } from "../microsoft-identity/index.ts";
import type { SmtpConfig } from "./config.ts";

/** SMTP hosts of Microsoft 365, in all its clouds, and of Outlook.com. */
const microsoft365 =
  /(^|\.)(office365\.com|office365\.us|office\.com|outlook\.com|outlook\.cn|partner\.outlook\.cn|hotmail\.com|live\.com)\.?$/i;

/** Exchange team, 2026: SMTP AUTH with Basic is off by default in existing tenants from then on. */
const basicOffAt = "2026-12-31T00:00:00Z";

/** What of an email account will stop, and when. */
export function expiries({ server, login, signIn }: SmtpConfig, tokens: TokenFacts | undefined): readonly Expiry[] {
  const oauth = signIn?.kind === "entra" ? signIn.options : undefined;
  const isBasic = login.scheme === "basic" && microsoft365.test(server.host);
  return [
    ...(isBasic
      ? [
          {
            code: "SMTP_BASIC_OFF_BY_DEFAULT",
            detail:
              "Microsoft 365 switches SMTP AUTH with user and password off by default at the end of December 2026 (an administrator may switch it on again; new tenants have none). Change AuthScheme to OAUTH.",
            at: basicOffAt,
          },
        ]
      : []),
    ...(signIn?.kind === "other" ? [] : signInExpiries(oauth, tokens)),
  ];
}
