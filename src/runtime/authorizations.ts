import { createHash } from "node:crypto";
import { type Clock, ConnectorError, type Random, Secret, type TokenSet, unsupported } from "#spi";
import type { AuthorizationRecord, Store } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import { connectionOwner } from "./connection-records.ts";
import { servicePrincipal } from "./principal.ts";
import { isoTime } from "./representation.ts";
import type { Place, Vault } from "./secrets.ts";
import type { SourceOf, TokenConnection } from "./token-cases.ts";
import type { TokenService } from "./tokens.ts";
import type { TokenCases } from "./use-cases.ts";

export interface AuthorizationParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly random: Random;
  readonly service: Pick<TokenService, "put">;
  readonly sourceOf: SourceOf;
  /** `PUBLIC_URL`; never the Host header of a request. */
  /** Base of the callback; known once the service listens. */
  publicUrl(): string;
}

/** A browser sign-in, with an administrator's consent perhaps, fits in; a stolen link is soon worth nothing. */
const lifeMs = 10 * 60 * 1000;
const randomBytes = 32;
const callbackPath = "/v1/oauth/callback";

/** The path that starts an authorization of a connection, as a problem names it. */
export const authorizePath = (connection: string): string =>
  `/v1/connections/${encodeURIComponent(connection)}/authorizations`;

const shownCharacters = 300;

/** The authorization-code flow: PKCE always, a state that is single-use, short-lived and stored hashed. */
export function createAuthorizations(parts: AuthorizationParts): Pick<TokenCases, "authorize" | "callback"> {
  const { store, vault, audit, clock, random, service, sourceOf, publicUrl } = parts;
  const randomText = (): string => Buffer.from(random.bytes(randomBytes)).toString("base64url");

  return {
    async authorize(call, reference) {
      const connection = await sourceOf(call, reference);
      const flow = connection.source?.codeFlow;
      if (connection.source === undefined || flow === undefined) throw noCodeFlow(connection);
      const { connectionId, source } = connection;
      const [state, verifier] = [randomText(), randomText()];
      const redirectUri = flow.redirectUri ?? `${publicUrl().replace(/\/+$/, "")}${callbackPath}`;
      const codeChallenge = createHash("sha256").update(verifier).digest("base64url");
      const authorizationUrl = await flow.authorizationUrl({ redirectUri, state, codeChallenge });
      const stateHash = hashed(state);
      const { expiresAt } = await store.transaction(async (repositories) => {
        const owner = connectionOwner(connectionId);
        const dataKey =
          (await repositories.secrets.dataKey(owner)) ??
          (await repositories.secrets.settleDataKey(vault.newDataKey(owner)));
        const sealed = vault.seal(dataKey, placeOf(stateHash), new Secret(verifier));
        const { fingerprint } = source;
        const { keyId } = call.principal;
        await audit.append(repositories, call, "authorization.start", `connection/${connectionId}`, "started");
        return repositories.authorizations.insert(
          { stateHash, connectionId, fingerprint, verifier: sealed, redirectUri, keyId },
          lifeMs,
        );
      });
      // By the store's clock, which may differ from this machine's; callers only show it.
      return { authorizationUrl, state, expiresAt: isoTime(expiresAt) };
    },

    async callback(query, requestId, signal) {
      const record = await taken(store, query["state"]);
      if (record === undefined)
        return refusal("This sign-in is not known", "The link was used already, or is too old.");
      const actor = { principal: { ...servicePrincipal, keyId: record.keyId }, requestId };
      const target = `connection/${record.connectionId}`;
      const fail = async (title: string, detail: string) => {
        await audit.record(actor, "authorization.finish", target, "failed");
        return refusal(title, detail);
      };
      if (query["error"] !== undefined)
        return fail("The sign-in was refused", shortened(`${query["error"]}: ${query["error_description"] ?? ""}`));
      const code = query["code"];
      if (code === undefined || code === "") return fail("The sign-in is incomplete", "The answer holds no code.");
      try {
        const tokens = await redeem(record, code, requestId, signal);
        await service.put(
          record.connectionId,
          record.fingerprint,
          { obtainedAt: clock.now(), ...tokens },
          (repositories) => audit.append(repositories, actor, "authorization.finish", target),
        );
      } catch (error) {
        if (!(error instanceof ConnectorError) || error.code === "INTERNAL") throw error;
        return fail("The sign-in could not be finished", shortened(error.message));
      }
      return {
        succeeded: true,
        title: "Signed in",
        detail: "The connection is authorized. This window can be closed.",
      };
    },
  };

  async function redeem(
    record: AuthorizationRecord,
    code: string,
    requestId: string,
    signal: AbortSignal,
  ): Promise<TokenSet> {
    const call = { principal: servicePrincipal, requestId, signal };
    const { source, http } = await sourceOf(call, record.connectionId);
    if (source?.codeFlow === undefined || source.fingerprint !== record.fingerprint)
      throw new ConnectorError(
        "CONFLICT",
        "The connection was changed while the sign-in was under way; start it again.",
      );
    const dataKey = await store.secrets.dataKey(connectionOwner(record.connectionId));
    if (dataKey === undefined) throw new ConnectorError("NOT_FOUND", "The connection was removed.");
    const codeVerifier = vault.open(dataKey, placeOf(record.stateHash), record.verifier);
    const { redirectUri } = record;
    return source.codeFlow.redeem({ redirectUri, code: new Secret(code), codeVerifier }, http, signal);
  }
}

const placeOf = (stateHash: string): Place => ({
  table: "authorization",
  id: stateHash,
  field: "verifier",
  version: 1,
});

const hashed = (state: string): string => createHash("sha256").update(state).digest("hex");

async function taken(store: Store, state: string | undefined): Promise<AuthorizationRecord | undefined> {
  return state === undefined ? undefined : store.authorizations.take(hashed(state));
}

const refusal = (title: string, detail: string) => ({ succeeded: false, title, detail });

/** Text of others on a page of ours: no control characters, no length to hide in. The page escapes it. */
const shortened = (text: string): string => text.replace(/\p{Cc}+/gu, " ").slice(0, shownCharacters);

const noCodeFlow = ({ name }: Pick<TokenConnection, "name">): ConnectorError =>
  unsupported(`The authentication scheme of ${name} has no sign-in by browser.`);
