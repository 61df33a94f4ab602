import type { Procedure } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import { directory } from "../../graph/mailbox.ts";
import { accessTokenRow, refreshedRow, type TokenWork } from "../tokens.ts";
import { type Execution, graphProcedure, required, text } from "./procedure.ts";

const workOf = ({ calls, signal, text: input }: Execution): TokenWork => ({
  oauth: calls.config.oauth,
  tokens: calls.context.tokens,
  http: calls.context.http,
  nowMs: calls.context.clock.now(),
  text: input,
  signal,
});

const outputs = [
  text("OAuthAccessToken", "The access token; NULL for the connection's own, which stays with the service."),
  text("OAuthRefreshToken", "The refresh token, where there is one."),
  text("ExpiresIn", "Seconds the access token lives; -1 when nobody tells."),
];

/** Gets tokens. */
export const getOAuthAccessToken: Procedure<GraphBinding> = graphProcedure(
  {
    name: "GetOAuthAccessToken",
    description:
      "AuthMode WEB exchanges the code of a sign-in for tokens and answers them. AuthMode APP has the service get the connection's own token, which it keeps and renews.",
    writes: true,
    inputs: [
      text("AuthMode", "APP for the connection's own token, WEB to exchange a code.", {
        default: "APP",
        allowed: ["APP", "WEB"],
      }),
      text("Scope", "Scopes that were consented to, separated by blanks; the connection's own when empty."),
      text("CallbackUrl", "Address the sign-in ended at; that of the connection when empty."),
      text("Verifier", "Code of that address (WEB)."),
      text("State", "Opaque value of the sign-in (WEB); the exchange itself needs none."),
      text("Prompt", "Sign-in prompt of the sign-in (WEB); the exchange itself asks nobody.", {
        default: "select_account",
      }),
    ],
    outputs,
    run: (execution) => accessTokenRow(workOf(execution)),
  },
  () => directory,
);

/** Renews an access token. */
export const refreshOAuthAccessToken: Procedure<GraphBinding> = graphProcedure(
  {
    name: "RefreshOAuthAccessToken",
    description:
      "A new access token by a refresh token of yours. The connection's own tokens are renewed by the service itself.",
    writes: true,
    inputs: [text("OAuthRefreshToken", "The refresh token.", required)],
    outputs,
    run: (execution) => refreshedRow(workOf(execution)),
  },
  () => directory,
);
