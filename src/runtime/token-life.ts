import type { TokenSet } from "#spi";

/** A token is renewed when less than this, or half of its life, is left: a long call must not outlive its token. */
const longestMarginMs = 5 * 60 * 1000;

/** Has the token enough life left to be handed out without asking for another one? */
export function isFresh({ expiresAt, obtainedAt }: TokenSet, nowMs: number): boolean {
  if (expiresAt === undefined) return true;
  const halfLifeMs = obtainedAt === undefined ? longestMarginMs : Math.max(0, expiresAt - obtainedAt) / 2;
  return expiresAt - nowMs > Math.min(longestMarginMs, halfLifeMs);
}

/** Can the token still be used, however little time is left? */
export const isAlive = ({ expiresAt }: TokenSet, nowMs: number): boolean =>
  expiresAt === undefined || expiresAt > nowMs;
