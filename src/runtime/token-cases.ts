import {
  type Clock,
  type ConnectorError,
  type HttpClient,
  mistaken,
  Secret,
  type TokenSet,
  type TokenSource,
  unsupported,
} from "#spi";
import type { AuditTrail } from "./audit.ts";
import { type AuthorizationParts, createAuthorizations } from "./authorizations.ts";
import { isoTime } from "./representation.ts";
import { isAlive } from "./token-life.ts";
import type { StoredTokens } from "./token-records.ts";
import type { TokenService, TokenTarget } from "./tokens.ts";
import type { Call, TokenCases, TokenInput, TokenView } from "./use-cases.ts";

/** A connection as the token use cases need it; no source = its scheme uses no tokens. */
export interface TokenConnection {
  readonly connectionId: string;
  readonly name: string;
  readonly source?: TokenSource;
  readonly http: HttpClient;
}
/** Finds a connection for this caller, resolved and parsed, even when it is not active. */
export type SourceOf = (call: Call, connection: string) => Promise<TokenConnection>;

export interface TokenCaseParts extends Omit<AuthorizationParts, "service"> {
  readonly service: TokenService;
  readonly audit: AuditTrail;
  readonly clock: Clock;
}

/** Tokens of a connection as the API shows and changes them; metadata only. */
export function createTokenCases(parts: TokenCaseParts): TokenCases {
  const { service, sourceOf, audit, clock } = parts;
  const view = async (target: Pick<TokenTarget, "connectionId" | "source">): Promise<TokenView> =>
    showToken(await service.stored(target), clock.now());
  const target = async (call: Call, reference: string): Promise<TokenTarget> => {
    const { connectionId, name, source, http } = await sourceOf(call, reference);
    if (source === undefined) throw unsupported(`The authentication scheme of ${name} uses no tokens.`);
    return { connectionId, source, http };
  };

  return {
    ...createAuthorizations(parts),
    async get(call, reference) {
      const { connectionId, source } = await sourceOf(call, reference);
      return source === undefined ? { state: "none", hasRefreshToken: false } : view({ connectionId, source });
    },
    async put(call, reference, input) {
      const found = await target(call, reference);
      const tokens = tokensOf(input, clock.now());
      const { connectionId, source } = found;
      await service.put(connectionId, source.fingerprint, tokens, (repositories) =>
        audit.append(repositories, call, "token.put", `connection/${connectionId}`),
      );
      return view(found);
    },
    async forget(call, reference) {
      const { connectionId } = await sourceOf(call, reference);
      await service.forget(connectionId, (repositories) =>
        audit.append(repositories, call, "token.forget", `connection/${connectionId}`),
      );
    },
    async refresh(call, reference) {
      const found = await target(call, reference);
      await audit.record(call, "token.refresh", `connection/${found.connectionId}`, "started");
      await service.refresh(found, call.signal);
      return view(found);
    },
  };
}

/** The metadata of tokens; never a token. */
export function showToken({ state, tokens }: StoredTokens, nowMs: number): TokenView {
  if (state === "authorization-required") return { state, hasRefreshToken: false };
  if (tokens === undefined) return { state: "none", hasRefreshToken: false };
  const { expiresAt, obtainedAt, scope, account, refreshToken } = tokens;
  return {
    state: isAlive(tokens, nowMs) ? "valid" : "expired",
    ...(expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) }),
    ...(obtainedAt === undefined ? {} : { obtainedAt: isoTime(obtainedAt) }),
    ...(scope === undefined ? {} : { scope }),
    ...(account === undefined ? {} : { account }),
    hasRefreshToken: refreshToken !== undefined,
  };
}

const longestLifeSeconds = 10 * 365 * 24 * 3600;

function tokensOf({ accessToken, refreshToken, expiresIn, scope }: TokenInput, nowMs: number): TokenSet {
  if (accessToken === "") throw mistake("/accessToken", "The access token is empty.");
  if (expiresIn !== undefined && !(expiresIn > 0 && expiresIn <= longestLifeSeconds))
    throw mistake("/expiresIn", "expiresIn is a number of seconds above 0.");
  return {
    accessToken: new Secret(accessToken),
    obtainedAt: nowMs,
    ...(expiresIn === undefined ? {} : { expiresAt: nowMs + Math.round(expiresIn * 1000) }),
    ...(refreshToken === undefined || refreshToken === "" ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(scope === undefined ? {} : { scope }),
  };
}

const mistake = (pointer: string, detail: string): ConnectorError =>
  mistaken([{ pointer, code: "INVALID_REQUEST", detail }]);
