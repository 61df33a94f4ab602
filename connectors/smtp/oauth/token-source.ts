import type { FileAccess, TokenSource } from "#spi";
import { type EntraOptions, tokenSourceWith } from "../../microsoft-identity/index.ts";
import { otherProvider, type ProviderOptions } from "./other-provider.ts";

/** Where the tokens of an email account come from. */
export type MailSignIn =
  | { readonly kind: "entra"; readonly options: EntraOptions }
  | { readonly kind: "other"; readonly options: ProviderOptions };

export const mailTokens = (signIn: MailSignIn, files: FileAccess): TokenSource =>
  signIn.kind === "entra" ? tokenSourceWith(signIn.options, files) : otherProvider(signIn.options);
