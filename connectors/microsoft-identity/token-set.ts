import { Secret, type TokenSet } from "#spi";
import { claimsOf } from "./claims.ts";
import type { TokenAnswer } from "./token-endpoint.ts";

/** The tokens of an answer; nothing when it holds no access token. */
export function tokenSetOf(answer: TokenAnswer, nowMs: number): TokenSet | undefined {
  const text = (name: string): string | undefined => {
    const value = answer[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const access = text("access_token");
  if (access === undefined) return undefined;
  const accessToken = new Secret(access);
  const seconds = Number(answer.expires_in);
  const { user, application } = claimsOf(accessToken) ?? {};
  const account = user ?? application;
  const refreshToken = text("refresh_token");
  const scope = text("scope");
  return {
    accessToken,
    obtainedAt: nowMs,
    ...(Number.isFinite(seconds) && seconds > 0 ? { expiresAt: nowMs + seconds * 1000 } : {}),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(scope === undefined ? {} : { scope }),
    ...(account === undefined ? {} : { account }),
  };
}
