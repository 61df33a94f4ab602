import type { Secret } from "#spi";
import type { Observer } from "../observe.ts";
import { challengesOf, type Login, refusal } from "./login.ts";

/** The credentials of Basic (RFC 7617) in UTF-8. */
export function basicCredentials(user: string, password: Secret): string {
  return `Basic ${Buffer.from(`${user}:${password.reveal()}`, "utf8").toString("base64")}`;
}

/** Basic: sent with each request, without being asked. */
export function basicLogin(user: string, password: Secret, observer: Observer): Login {
  return {
    async send(call) {
      const answer = await call.send({ authorization: basicCredentials(user, password) });
      if (answer.status !== 401) return answer;
      throw await refusal(answer, challengesOf(answer, observer), "Basic", call, observer);
    },
    close: async () => undefined,
  };
}
