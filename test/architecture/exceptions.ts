/** Files that may read the environment or end the process: the entry files, and nothing they call. */
export const entryFiles =
  /^(src\/main\.ts|src\/commands\/[a-z-]+\.ts|connectors\/[a-z0-9-]+\/(sandbox|demo)\/main\.ts)$/;

/** Files in which a Secret is opened, each with what happens to it there. */
export const opensSecrets: Readonly<Record<string, string>> = {
  "src/net/auth/basic.ts": "the Authorization header",
  "src/net/auth/bearer.ts": "the Authorization header",
  "src/net/auth/digest.ts": "the digest's hash",
  "src/net/auth/kerberos/helper.ts": "the password, on kinit's standard input",
  "src/net/auth/ntlm/messages.ts": "the NT hash",
  "src/net/proxy-rules.ts": "the agent proxy's login, from its URL",
  "src/runtime/admin-key.ts": "the first admin key, into its hash and its file",
  "src/runtime/secrets.ts": "sealing, and the comparison with what is sealed",
  "src/runtime/subscriptions/deliveries.ts": "the secret that signs a delivery",
  "src/runtime/token-records.ts": "tokens, into the sealed row",
  "src/runtime/validation.ts": "a secret variable in a plain property, whose type is known here",
  "src/runtime/variable-resolver.ts": "secret variables, put together with the text around them",
  "src/runtime/variables.ts": "the value of a variable, to seal it",
  "connectors/microsoft-identity/ask-token-endpoint.ts": "the request for a token",
  "connectors/microsoft-identity/certificate.ts": "the certificate's text and its password",
  "connectors/microsoft-identity/claims.ts": "the claims of an access token",
  "connectors/microsoft-identity/entra.ts": "the request for a token",
  "connectors/microsoft-identity/managed-identity.ts": "the identity endpoint's own header",
  "connectors/microsoft-identity/msal.ts": "the request for a token",
  "connectors/microsoft-exchange/procedures/tokens.ts":
    "tokens made of the caller's own code or refresh token, answered",
  "connectors/smtp/protocol/authenticate.ts": "the AUTH command",
  "connectors/microsoft-exchange/properties/transport.ts": "names of keytab and ticket cache, kept from answers",
};

/** Files that start other programs. */
export const startsPrograms = /^(src\/net\/auth\/kerberos\/helper\.ts|connectors\/[a-z0-9-]+\/demo\/[a-z-]+\.ts)$/;

/** Words that name a product: src/ knows none. */
export const productWords = /^(ews|exchange|graph|msgraph|outlook|microsoft|msal|office365|entra|azure|o365|hotmail)$/;

/** Where such a word stands in src/ all the same, and why. */
export const namesProducts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "src/net/exchange.ts": { exchange: "the HTTP word: one request and its answer" },
  "src/net/client.ts": { exchange: "the HTTP word: one request and its answer" },
  "src/net/failures.ts": { exchange: "the HTTP word: one request and its answer" },
  "src/net/auth/ntlm/messages.ts": { exchange: "NTLMSSP_NEGOTIATE_KEY_EXCH: a flag of the protocol" },
  "src/net/auth/tls-bridging.ts": { azure: "x-azure-ref: a header by which a device before the server is known" },
  "src/settings.ts": { microsoft: "the meaning of CLOUD_OVERRIDES_FILE, which the owner of the machine sets" },
  "src/spi/codes.ts": {
    ews: "EWS_DISABLED is a code of the public contract",
    exchange: "its meaning",
    graph: "its remedy names the other schema",
  },
  "src/spi/errors.ts": {
    ews: "RemoteError.service is a closed list of the public contract",
    graph: "MSGraph: RemoteError.service is a closed list of the public contract",
  },
  "src/spi/causes.ts": { microsoft: "owners are a closed list of the public contract" },
  "src/net/causes.ts": { microsoft: "one of the owners" },
  "src/http/status-of.ts": { ews: "the status of EWS_DISABLED" },
  "src/runtime/test-report.ts": { ews: "the step of EWS_DISABLED" },
  "src/runtime/write-outcomes.ts": { ews: "EWS_DISABLED among the codes after which no further row can succeed" },
};

/** Longest file of logic, in lines. */
export const longestFile = 400;

/** Longer files, and why. */
export const longFiles: Readonly<Record<string, string>> = {
  "src/runtime/use-cases.ts": "declarations only: everything the HTTP layer may ask for",
  "src/net/causes.ts": "a table: one cause after the other",
  "connectors/microsoft-exchange/ews/errors.ts": "a table: every response code",
  "connectors/microsoft-exchange/sandbox/graph/schema/type-table.ts": "a table: the types of the Graph contract",
};
