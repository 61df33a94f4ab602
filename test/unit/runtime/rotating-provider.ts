import { ConnectorError, Secret, type TokenSet, type TokenSource } from "../../../src/spi/index.ts";

/** An identity provider as strict as they come: a refresh token is good once, and using it twice revokes the grant. */
export interface RotatingProvider {
  readonly source: TokenSource;
  readonly first: TokenSet;
  calls: number;
  reuse: number;
  /** Runs before each answer; may throw, or wait. */
  beforeAnswer: (signal: AbortSignal) => Promise<void>;
  /** Runs after the old refresh token is dead, before the answer is out. */
  afterRotation: () => Promise<void>;
}

export function rotatingProvider(now: () => number, lifeMs: number, fingerprint = "client 1"): RotatingProvider {
  let number = 0;
  let isRevoked = false;
  const issue = (): TokenSet => ({
    accessToken: new Secret(`access ${number}`),
    refreshToken: new Secret(`refresh ${number}`),
    obtainedAt: now(),
    expiresAt: now() + lifeMs,
    scope: "mail",
  });
  const provider: RotatingProvider = {
    first: issue(),
    calls: 0,
    reuse: 0,
    beforeAnswer: async () => {},
    afterRotation: async () => {},
    source: {
      fingerprint,
      canRenew: (current) => current?.refreshToken !== undefined,
      async renew(current, _, signal) {
        provider.calls += 1;
        await provider.beforeAnswer(signal);
        if (current?.refreshToken?.reveal() !== `refresh ${number}`) {
          provider.reuse += 1;
          isRevoked = true;
        }
        if (isRevoked) throw new ConnectorError("AUTHORIZATION_REQUIRED", "invalid_grant");
        number += 1;
        const issued = issue();
        await provider.afterRotation();
        return issued;
      },
    },
  };
  return provider;
}
