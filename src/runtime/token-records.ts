import * as z from "zod";
import { Secret, type TokenSet } from "#spi";
import type { Repositories, TokenRecord } from "../store/store.ts";
import { connectionOwner } from "./connection-records.ts";
import type { Place, Vault } from "./secrets.ts";

/** The token row of a connection, opened; tokens of another fingerprint are not shown. */
export interface StoredTokens {
  readonly version: number;
  readonly state: TokenRecord["state"];
  readonly tokens?: TokenSet;
}

/** Reads and writes the sealed tokens of connections. */
export interface TokenRecords {
  read(connectionId: string, fingerprint: string): Promise<StoredTokens>;
  /** Writes over the version seen. False when somebody else wrote in between. */
  save(
    connectionId: string,
    fingerprint: string,
    seen: number,
    next: { readonly state: TokenRecord["state"]; readonly tokens?: TokenSet },
    leaseOwner?: string,
  ): Promise<boolean>;
}

const sealedShape = z.strictObject({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresAt: z.number().optional(),
  obtainedAt: z.number().optional(),
  scope: z.string().optional(),
  account: z.string().optional(),
});

const placeOf = (connectionId: string, version: number): Place => ({
  table: "token",
  id: connectionId,
  field: "tokens",
  version,
});

export function createTokenRecords({
  store,
  vault,
}: {
  readonly store: Pick<Repositories, "tokens" | "secrets">;
  readonly vault: Vault;
}): TokenRecords {
  return {
    async read(connectionId, fingerprint) {
      const record = await store.tokens.read(connectionId);
      if (record === undefined) return { version: 0, state: "none" };
      const { version, state, sealed } = record;
      if (record.fingerprint !== fingerprint) return { version, state: "none" };
      if (sealed === undefined) return { version, state };
      const dataKey = await store.secrets.dataKey(connectionOwner(connectionId));
      // The connection was removed between the two reads.
      if (dataKey === undefined) return { version, state: "none" };
      const text = vault.open(dataKey, placeOf(connectionId, version), sealed).reveal();
      return { version, state, tokens: fromText(text) };
    },

    async save(connectionId, fingerprint, seen, { state, tokens }, leaseOwner) {
      if (tokens === undefined) return store.tokens.save(connectionId, seen, { fingerprint, state }, leaseOwner);
      const owner = connectionOwner(connectionId);
      const dataKey =
        (await store.secrets.dataKey(owner)) ?? (await store.secrets.settleDataKey(vault.newDataKey(owner)));
      const sealed = vault.seal(dataKey, placeOf(connectionId, seen + 1), new Secret(toText(tokens)));
      return store.tokens.save(connectionId, seen, { fingerprint, state, sealed }, leaseOwner);
    },
  };
}

const toText = ({ accessToken, refreshToken, ...rest }: TokenSet): string =>
  JSON.stringify({ ...rest, accessToken: accessToken.reveal(), refreshToken: refreshToken?.reveal() });

function fromText(text: string): TokenSet {
  const { accessToken, refreshToken, expiresAt, obtainedAt, scope, account } = sealedShape.parse(JSON.parse(text));
  return {
    accessToken: new Secret(accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(obtainedAt === undefined ? {} : { obtainedAt }),
    ...(scope === undefined ? {} : { scope }),
    ...(account === undefined ? {} : { account }),
  };
}
