import type { AccessTokens, Clock, HttpClient, TokenSet, TokenSource } from "#spi";
import { authorizationRequired } from "./token-renewal.ts";

/** Tokens of properties that are not saved: asked for when needed, shared by the callers of one test, kept nowhere. */
export function passingTokens(source: TokenSource, http: HttpClient, clock: Clock): AccessTokens {
  let current: TokenSet | undefined = source.given;
  let renewal: Promise<TokenSet> | undefined;

  const renew = (signal: AbortSignal): Promise<TokenSet> => {
    if (!source.canRenew(current)) return Promise.reject(source.whyNot?.(current) ?? authorizationRequired());
    renewal ??= source.renew(current, http, signal).finally(() => {
      renewal = undefined;
    });
    return renewal;
  };

  return {
    async access(signal) {
      const isUsable = current !== undefined && (current.expiresAt === undefined || current.expiresAt > clock.now());
      if (current === undefined || !isUsable) current = await renew(signal);
      return current;
    },
    async invalidate(refused) {
      if (current?.accessToken.equals(refused) === true) current = { ...current, expiresAt: 0 };
      return source.canRenew(current);
    },
  };
}
