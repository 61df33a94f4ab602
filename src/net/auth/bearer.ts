import type { AccessTokens } from "#spi";
import type { Observer } from "../observe.ts";
import { challengesOf, type Login, refusal } from "./login.ts";

/** Bearer tokens (RFC 6750): a refused one is given up, and the request sent once more with another if there is one. */
export function bearerLogin(tokens: AccessTokens, observer: Observer): Login {
  return {
    async send(call) {
      const { accessToken } = await tokens.access(call.signal);
      const first = await call.send({ authorization: `Bearer ${accessToken.reveal()}` });
      if (first.status !== 401) return first;
      const challenges = challengesOf(first, observer);
      const canReplay = (await tokens.invalidate(accessToken)) && call.isReplayable;
      if (!canReplay) throw await refusal(first, challenges, "Bearer", call, observer);
      await first.discard();
      const other = await tokens.access(call.signal);
      const second = await call.send({ authorization: `Bearer ${other.accessToken.reveal()}` });
      if (second.status !== 401) return second;
      throw await refusal(second, challengesOf(second, observer), "Bearer", call, observer);
    },
    close: async () => undefined,
  };
}
