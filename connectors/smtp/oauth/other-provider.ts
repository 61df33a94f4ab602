import { createHash } from "node:crypto";
import { type CodeFlow, ConnectorError, type HttpClient, type Secret, type TokenSet, type TokenSource } from "#spi";
import { askTokenEndpoint } from "../../microsoft-identity/index.ts";

/** Sign-in at an OAuth 2.0 provider that is known by its two addresses alone (RFC 6749, 7636). */
export interface ProviderOptions {
  readonly grant: "code" | "client";
  /** False: only the given token is used (InitiateOAuth OFF). */
  readonly renews: boolean;
  readonly tokenUrl: string;
  readonly authorizationUrl?: string;
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly scope?: string;
  readonly redirectUri?: string;
  readonly given?: TokenSet;
  readonly user?: string;
}

type Form = Readonly<Record<string, string | Secret | undefined>>;

/** Asks such a provider for tokens; when to ask is the token service's business. */
export function otherProvider(options: ProviderOptions): TokenSource {
  const codeFlow = options.grant === "code" ? codeFlowOf(options) : undefined;
  return {
    fingerprint: fingerprintOf(options),
    ...(options.given === undefined ? {} : { given: options.given }),
    canRenew: (current) =>
      options.renews && (options.grant === "client" || refreshTokenOf(options, current) !== undefined),
    whyNot: () => (options.renews ? signInNeeded() : givenOnly()),
    renew: (current, http, signal) => renew(options, current, http, signal),
    ...(codeFlow === undefined ? {} : { codeFlow }),
  };
}

const refreshTokenOf = ({ given }: ProviderOptions, current: TokenSet | undefined): Secret | undefined =>
  current?.refreshToken ?? given?.refreshToken;

async function renew(
  options: ProviderOptions,
  current: TokenSet | undefined,
  http: HttpClient,
  signal: AbortSignal,
): Promise<TokenSet> {
  if (!options.renews) throw givenOnly();
  const { scope } = options;
  if (options.grant === "client") return ask(options, { grant_type: "client_credentials", scope }, http, signal);
  const refreshToken = refreshTokenOf(options, current);
  if (refreshToken === undefined) throw signInNeeded();
  const tokens = await ask(options, { grant_type: "refresh_token", refresh_token: refreshToken, scope }, http, signal);
  // A missing refresh token in the answer means that the old one goes on.
  return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
}

function ask(options: ProviderOptions, form: Form, http: HttpClient, signal: AbortSignal): Promise<TokenSet> {
  const { tokenUrl: url, clientId, clientSecret } = options;
  const complete = { ...form, client_id: clientId, client_secret: clientSecret };
  return askTokenEndpoint({ url, form: complete, provider: new URL(url).host }, http, signal);
}

function codeFlowOf(options: ProviderOptions): CodeFlow | undefined {
  const { authorizationUrl, clientId, scope, redirectUri: own, user } = options;
  if (authorizationUrl === undefined) return undefined;
  return {
    ...(own === undefined ? {} : { redirectUri: own }),
    authorizationUrl: async ({ redirectUri, state, codeChallenge, loginHint = user }) => {
      const url = new URL(authorizationUrl);
      const parameters = {
        client_id: clientId,
        response_type: "code",
        redirect_uri: redirectUri,
        scope,
        state,
        code_challenge: codeChallenge,
        code_challenge_method: "S256",
        login_hint: loginHint,
        // Google gives a refresh token only when asked for it so.
        access_type: "offline",
        prompt: "consent",
      };
      for (const [name, value] of Object.entries(parameters))
        if (value !== undefined) url.searchParams.set(name, value);
      return url.href;
    },
    redeem: ({ redirectUri, code, codeVerifier }, http, signal) =>
      ask(
        options,
        { grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: codeVerifier },
        http,
        signal,
      ),
  };
}

/** Of what is asked, of whom and by whom; secrets are left out, since tokens stay right when they change. */
function fingerprintOf({ tokenUrl, clientId, grant, scope, user, given }: ProviderOptions): string {
  const parts = [tokenUrl, clientId, grant, scope ?? "", user ?? "", given?.obtainedAt ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

const givenOnly = (): ConnectorError =>
  new ConnectorError(
    "AUTHORIZATION_REQUIRED",
    "The access token has expired or was refused, and with InitiateOAuth OFF the service gets no other: put a fresh one.",
    { causeCode: "OAUTH_TOKEN_GIVEN_ONLY", target: "OAuthAccessToken" },
  );

const signInNeeded = (): ConnectorError =>
  new ConnectorError(
    "AUTHORIZATION_REQUIRED",
    "Somebody must sign in for this connection: there is no refresh token.",
    { causeCode: "OAUTH_SIGN_IN_NEEDED", target: "OAuthRefreshToken" },
  );
