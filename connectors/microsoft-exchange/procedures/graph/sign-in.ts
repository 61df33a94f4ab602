import { type BoundProcedure, invalidProperty, type Row } from "#spi";
import type { EntraOptions } from "../../../microsoft-identity/entra.ts";
import { adminConsentUrl, signInUrl } from "../../../microsoft-identity/sign-in-url.ts";
import type { GraphCalls } from "../../graph/call.ts";
import { directory } from "../../graph/mailbox.ts";
import { graphProcedure, text } from "./procedure.ts";

const optionsOf = ({ config }: GraphCalls): EntraOptions => {
  if (config.oauth?.clientId === undefined) {
    throw invalidProperty("OAuthClientId", "A sign-in address needs the OAuthClientId of an application.");
  }
  return config.oauth;
};

const given = (input: BoundProcedure["input"], name: string): string | undefined => {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** Builds the address at which a user signs in. */
export const getOAuthAuthorizationUrl = graphProcedure(
  {
    name: "GetOAuthAuthorizationURL",
    description:
      "Builds the address at which a user signs in to the connection's application. The service's own authorizations do the same with PKCE and keep the tokens.",
    writes: false,
    inputs: [
      text("CallbackUrl", "Redirect address registered for the application."),
      text("Scope", "Scopes, separated by blanks; the connection's own when empty."),
      text("State", "Opaque value echoed back."),
      text("Prompt", "Sign-in prompt.", {
        default: "select_account",
        allowed: ["none", "login", "consent", "select_account"],
      }),
    ],
    outputs: [text("URL", "The address.")],
    run: async ({ calls, input }): Promise<Row> => ({
      URL: signInUrl(optionsOf(calls), {
        callbackUrl: given(input, "CallbackUrl") ?? optionsOf(calls).redirectUri,
        scope: given(input, "Scope"),
        state: given(input, "State"),
        prompt: given(input, "Prompt"),
      }),
    }),
  },
  () => directory,
);

/** Builds the address at which an administrator consents. */
export const getAdminConsentUrl = graphProcedure(
  {
    name: "GetAdminConsentURL",
    description: "Builds the address at which an administrator consents to the application's permissions.",
    writes: false,
    inputs: [
      text("CallbackUrl", "Redirect address registered for the application."),
      text("State", "Opaque value echoed back."),
      text("Scope", "Permissions to consent to; all that the application asks for when empty."),
    ],
    outputs: [text("URL", "The address.")],
    run: async ({ calls, input }): Promise<Row> => ({
      URL: adminConsentUrl(optionsOf(calls), {
        callbackUrl: given(input, "CallbackUrl") ?? optionsOf(calls).redirectUri,
        scope: given(input, "Scope"),
        state: given(input, "State"),
      }),
    }),
  },
  () => directory,
);
