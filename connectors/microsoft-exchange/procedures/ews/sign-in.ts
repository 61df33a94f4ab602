import { invalidProperty, type Parameter } from "#spi";
import type { EntraOptions } from "../../../microsoft-identity/entra.ts";
import { adminConsentUrl, signInUrl } from "../../../microsoft-identity/sign-in-url.ts";
import type { ProcedureRun } from "../../ews/binding.ts";
import { ewsTables } from "../../tables/ews/index.ts";
import { schemaRow } from "../schema-file.ts";
import { accessTokenRow, refreshedRow, type TokenWork } from "../tokens.ts";
import { definition, optional, output, required, textInput } from "./parameters.ts";

function optionsOf({ caller }: ProcedureRun): EntraOptions {
  const { oauth } = caller.config;
  if (oauth?.clientId !== undefined) return oauth;
  throw invalidProperty("OAuthClientId", "A sign-in address needs the OAuthClientId of an application.");
}

const callbackUrl = optional("CallbackUrl", "string", "Redirect address registered for the application.");
const state = optional("State", "string", "Opaque value echoed back.");
const urlOutput = output("URL", "string", "The address.");

/** GetOAuthAuthorizationURL: where a user signs in. */
export const getOAuthAuthorizationUrl = definition(
  {
    name: "GetOAuthAuthorizationURL",
    description:
      "Builds the address at which a user signs in to the connection's application. The service's own authorizations do the same with PKCE and keep the tokens.",
    writes: false,
    inputs: [
      callbackUrl,
      optional("Scope", "string", "Scopes, separated by blanks; the connection's own when empty."),
      state,
      optional("Prompt", "string", "Sign-in prompt.", {
        default: "select_account",
        allowed: ["none", "login", "consent", "select_account"],
      }),
    ],
    outputs: [urlOutput],
  },
  async (run) => {
    const { input } = run;
    const options = optionsOf(run);
    const URL = signInUrl(options, {
      callbackUrl: textInput(input["CallbackUrl"]) ?? options.redirectUri,
      scope: textInput(input["Scope"]),
      state: textInput(input["State"]),
      prompt: textInput(input["Prompt"]),
    });
    return [{ URL }];
  },
);

/** GetAdminConsentURL: where an administrator consents. */
export const getAdminConsentUrl = definition(
  {
    name: "GetAdminConsentURL",
    description: "Builds the address at which an administrator consents to the application's permissions.",
    writes: false,
    inputs: [
      callbackUrl,
      state,
      optional("Scope", "string", "Permissions to consent to; all that the application asks for when empty."),
    ],
    outputs: [urlOutput],
  },
  async (run) => {
    const { input } = run;
    const options = optionsOf(run);
    const URL = adminConsentUrl(options, {
      callbackUrl: textInput(input["CallbackUrl"]) ?? options.redirectUri,
      scope: textInput(input["Scope"]),
      state: textInput(input["State"]),
    });
    return [{ URL }];
  },
);

const workOf = ({ caller, input, signal }: ProcedureRun): TokenWork => ({
  oauth: caller.config.oauth,
  tokens: caller.context.tokens,
  http: caller.context.http,
  nowMs: caller.context.clock.now(),
  text: (name) => textInput(input[name]),
  signal,
});

const tokenOutputs: readonly Parameter[] = [
  output(
    "OAuthAccessToken",
    "string",
    "The access token; NULL for the connection's own, which stays with the service.",
  ),
  output("OAuthRefreshToken", "string", "The refresh token, where there is one."),
  output("ExpiresIn", "string", "Seconds the access token lives; -1 when nobody tells."),
];

/** GetOAuthAccessToken: gets tokens. */
export const getOAuthAccessToken = definition(
  {
    name: "GetOAuthAccessToken",
    description:
      "AuthMode WEB exchanges the code of a sign-in for tokens and answers them. AuthMode APP has the service get the connection's own token, which it keeps and renews.",
    writes: true,
    inputs: [
      optional("AuthMode", "string", "APP for the connection's own token, WEB to exchange a code.", {
        default: "APP",
        allowed: ["APP", "WEB"],
      }),
      optional(
        "Scope",
        "string",
        "Scopes that were consented to, separated by blanks; the connection's own when empty.",
      ),
      optional("CallbackUrl", "string", "Address the sign-in ended at; that of the connection when empty."),
      optional("Verifier", "string", "Code of that address (WEB)."),
      optional("State", "string", "Opaque value of the sign-in (WEB); the exchange itself needs none."),
      optional("Prompt", "string", "Sign-in prompt of the sign-in (WEB); the exchange itself asks nobody.", {
        default: "select_account",
      }),
    ],
    outputs: tokenOutputs,
  },
  async (run) => [await accessTokenRow(workOf(run))],
);

/** RefreshOAuthAccessToken: renews an access token. */
export const refreshOAuthAccessToken = definition(
  {
    name: "RefreshOAuthAccessToken",
    description:
      "A new access token by a refresh token of yours. The connection's own tokens are renewed by the service itself.",
    writes: true,
    inputs: [required("OAuthRefreshToken", "string", "The refresh token.")],
    outputs: tokenOutputs,
  },
  async (run) => [await refreshedRow(workOf(run))],
);

/** CreateSchema: the definition of a table as a file. */
export const createSchema = definition(
  {
    name: "CreateSchema",
    description: "The definition of a table as a schema file, in base64 and, with FileName, written to a file.",
    writes: true,
    inputs: [
      optional("SchemaName", "string", "Schema of the table; EWS when empty."),
      required("TableName", "string", "Table or view."),
      optional("FileName", "string", "File to write, under a folder the owner of the service allows."),
    ],
    outputs: [output("Result", "string", "Success."), output("FileData", "string", "The file in base64.")],
  },
  async ({ caller, input }) => [
    await schemaRow({
      schema: "EWS",
      tables: ewsTables({ platform: caller.config.platform }),
      text: (name) => textInput(input[name]),
      write: (folder, name, content, overwrite) => caller.context.files.write(folder, name, content, overwrite),
    }),
  ],
);
