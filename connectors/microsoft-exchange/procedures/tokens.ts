import {
  type AccessTokens,
  type HttpClient,
  invalidProperty,
  invalidQuery,
  type Row,
  Secret,
  type TokenSet,
} from "#spi";
import { createTokenSource, type EntraOptions } from "../../microsoft-identity/index.ts";

/** What the token procedures of both schemas work with. */
export interface TokenWork {
  /** How the connection asks for tokens; absent where it does not sign in at Microsoft Entra. */
  readonly oauth: EntraOptions | undefined;
  readonly tokens: AccessTokens | undefined;
  readonly http: HttpClient;
  readonly nowMs: number;
  /** Text of an input; absent and empty are the same. */
  text(name: string): string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Tokens made of what the caller brings, a code or a refresh token, are the caller's and are answered. The token the
 * service keeps for the connection itself never is: AuthMode APP sees to it that there is one, and tells its life.
 */
export async function accessTokenRow(work: TokenWork): Promise<Row> {
  const verifier = work.text("Verifier");
  if (work.text("AuthMode") !== "WEB") {
    const extra = ["Verifier", "Scope", "CallbackUrl", "State", "Prompt"].find((name) => isGiven(work, name));
    if (extra !== undefined) {
      throw invalidQuery(`${extra} has a meaning only with AuthMode WEB: a service opens no browser.`, {
        target: extra,
      });
    }
    return keptRow(work);
  }
  if (verifier === undefined) {
    throw invalidQuery(
      "AuthMode WEB needs Verifier, the code of the address the sign-in ended at (see GetOAuthAuthorizationURL).",
      { target: "Verifier" },
    );
  }
  const redirectUri = work.text("CallbackUrl") ?? applicationOf(work).redirectUri;
  if (redirectUri === undefined) {
    throw invalidQuery("AuthMode WEB needs CallbackUrl, the address the sign-in ended at.", { target: "CallbackUrl" });
  }
  const scope = work.text("Scope");
  return answered(work, await redeem(work, verifier, redirectUri, scope));
}

/** Inputs with a default of their own are given when they say something else. */
const isGiven = (work: TokenWork, name: string): boolean => {
  const value = work.text(name);
  return value !== undefined && !(name === "Prompt" && value === "select_account");
};

/** A new access token by a refresh token the caller has. */
export async function refreshedRow(work: TokenWork): Promise<Row> {
  const refreshToken = new Secret(work.text("OAuthRefreshToken") ?? "");
  const { given: _, verifier: __, ...options } = applicationOf(work);
  const source = createTokenSource({ ...options, grant: "code", renews: true });
  const current: TokenSet = { accessToken: new Secret(""), refreshToken };
  return answered(work, await source.renew(current, work.http, work.signal));
}

function redeem(work: TokenWork, code: string, redirectUri: string, scope: string | undefined): Promise<TokenSet> {
  const { given: _, ...options } = applicationOf(work);
  const source = createTokenSource({
    ...options,
    grant: "code",
    renews: true,
    verifier: new Secret(code),
    redirectUri,
    ...(scope === undefined ? {} : { scope }),
  });
  return source.renew(undefined, work.http, work.signal);
}

/** The connection's own token stays with the service. */
async function keptRow(work: TokenWork): Promise<Row> {
  if (work.tokens === undefined) throw noSignIn();
  const kept = await work.tokens.access(work.signal);
  return { OAuthAccessToken: null, OAuthRefreshToken: null, ExpiresIn: secondsLeft(kept, work.nowMs) };
}

const answered = (work: TokenWork, tokens: TokenSet): Row => ({
  OAuthAccessToken: tokens.accessToken.reveal(),
  OAuthRefreshToken: tokens.refreshToken?.reveal() ?? null,
  ExpiresIn: secondsLeft(tokens, work.nowMs),
});

/** Seconds; -1 where nobody tells the end. */
const secondsLeft = ({ expiresAt }: TokenSet, nowMs: number): string =>
  expiresAt === undefined ? "-1" : String(Math.max(0, Math.round((expiresAt - nowMs) / 1000)));

function applicationOf({ oauth }: TokenWork): EntraOptions {
  if (oauth === undefined) throw noSignIn();
  if (oauth.clientId === undefined) {
    throw invalidProperty("OAuthClientId", "Tokens are asked for by an application: set its OAuthClientId.");
  }
  return oauth;
}

const noSignIn = () =>
  invalidProperty("AuthScheme", "The connection does not sign in at Microsoft Entra, so there are no tokens to get.");
