import { ConnectorError, conflict, invalidRequest, nearestHint, notFound } from "#spi";
import type { RetryPolicy } from "../net/retry-policy.ts";
import type { AliasRecord, Store } from "../store/store.ts";
import { aliasPrefix, lineage, policyOf } from "./alias-input.ts";
import type { ConnectionAccess, LocatedConnection } from "./connection-access.ts";
import { createFreshCache } from "./fresh-cache.ts";
import type { Call } from "./use-cases.ts";

/** Where an override of the alias's own connection was chosen, the strongest first. */
export const overrideLevels = ["action", "subflow", "flow"] as const;

/**
 * Connections found by what a caller may write: an id, a name, or `alias:` and an alias, which is resolved now. What the
 * caller asked for and what was used is noted in the call. Errors: also CONFLICT with an ALIAS_ cause.
 */
export function throughAliases(store: Store, access: ConnectionAccess): ConnectionAccess {
  const cache = createFreshCache<readonly AliasRecord[]>(store.changes, "aliases");
  const aliases = (): Promise<readonly AliasRecord[]> => cache.get("all", () => store.aliases.all());

  const resolve = async (call: Call, reference: string): Promise<Resolved> => {
    const override = overrideLevels.map((level) => call.overrides?.[level]).find((chosen) => chosen !== undefined);
    if (!reference.startsWith(aliasPrefix)) {
      if (override !== undefined) throw overrideWithoutAlias(reference);
      return { reference };
    }
    const all = await aliases();
    const alias = named(reference.slice(aliasPrefix.length), all);
    if (override !== undefined) return overridden(call, alias, override, all);
    return { reference: (await ownConnection(call, alias)).id, ...policyAlong(alias, all) };
  };

  /** The one connection an alias stands for now. */
  const ownConnection = async (call: Call, alias: AliasRecord): Promise<LocatedConnection> => {
    const found = await Promise.all(alias.connectionIds.map((id) => access.locate(call, id)));
    if (found.length === 0) throw withoutConnection(alias);
    const active = found.filter((connection) => connection.active);
    const [first] = active;
    if (first === undefined) throw withoutActive(alias, found);
    if (active.length > 1 && !alias.multiple) throw ambiguous(alias, active);
    return first;
  };

  /** An override names a child alias, or a connection of the alias or of one of its children. */
  const overridden = async (
    call: Call,
    alias: AliasRecord,
    override: string,
    all: readonly AliasRecord[],
  ): Promise<Resolved> => {
    const family = all.filter((one) => lineage(one, all).includes(alias));
    const name = override.startsWith(aliasPrefix) ? override.slice(aliasPrefix.length) : override;
    const child = family.find((one) => one.name === name);
    if (child !== undefined) return { reference: (await ownConnection(call, child)).id, ...policyAlong(child, all) };
    if (override.startsWith(aliasPrefix)) throw notOfAlias(override, alias, family);
    const chosen = await access.locate(call, override);
    if (!family.some(({ connectionIds }) => connectionIds.includes(chosen.id)))
      throw notOfAlias(override, alias, family);
    return { reference: chosen.id, ...policyAlong(alias, all) };
  };

  return {
    ...access,
    async locate(call, reference) {
      const { reference: own, retryPolicy } = await resolve(call, reference);
      const found = await access.locate(call, own);
      if (call.use !== undefined) {
        // A saved activity has noted what its designer wrote; it is located by id.
        call.use.requested ??= reference;
        call.use.used = found.name;
      }
      return retryPolicy === undefined ? found : { ...found, retryPolicy };
    },
  };
}

/** The connection by id, or as the caller wrote it, and the policy of the alias it was found by. */
interface Resolved {
  readonly reference: string;
  readonly retryPolicy?: RetryPolicy;
}

/** The alias's own policy, else that of its nearest ancestor that has one. */
function policyAlong(alias: AliasRecord, all: readonly AliasRecord[]): { readonly retryPolicy?: RetryPolicy } {
  const stored = lineage(alias, all).find(({ retryPolicy }) => retryPolicy !== undefined)?.retryPolicy;
  return stored === undefined ? {} : { retryPolicy: policyOf(stored) };
}

/** Errors: NOT_FOUND naming the nearest. */
export const unknownAlias = (name: string, all: readonly AliasRecord[]): ConnectorError =>
  notFound(
    `There is no alias ${name}.${nearestHint(
      name,
      all.map((alias) => alias.name),
    )}`,
    { target: name },
  );

function named(name: string, all: readonly AliasRecord[]): AliasRecord {
  const found = all.find((alias) => alias.name === name);
  if (found === undefined) throw unknownAlias(name, all);
  return found;
}

const names = (found: readonly { readonly name: string }[]): string => found.map(({ name }) => name).join(", ");

const withoutConnection = ({ name }: AliasRecord): ConnectorError =>
  conflict(`The alias ${name} has no connection. Add one to its connections.`, {
    causeCode: "ALIAS_WITHOUT_CONNECTION",
    target: name,
  });

const withoutActive = ({ name }: AliasRecord, found: readonly LocatedConnection[]): ConnectorError =>
  conflict(`No connection of the alias ${name} is active: ${names(found)}. Set active to true on one of them.`, {
    causeCode: "ALIAS_WITHOUT_ACTIVE_CONNECTION",
    target: name,
  });

const ambiguous = ({ name }: AliasRecord, active: readonly LocatedConnection[]): ConnectorError =>
  conflict(
    `The alias ${name} has ${active.length} active connections where one is allowed: ${names(active)}. Set active to false on all but one, or supportMultipleActiveConnections to true on the alias.`,
    { causeCode: "ALIAS_AMBIGUOUS", target: name },
  );

const notOfAlias = (override: string, { name }: AliasRecord, family: readonly AliasRecord[]): ConnectorError => {
  const children = family.filter((alias) => alias.name !== name);
  const choice = children.length === 0 ? "It has no child aliases." : `Its child aliases: ${names(children)}.`;
  return new ConnectorError(
    "INVALID_PROPERTY",
    `${override} is neither a child of the alias ${name} nor a connection of it or of one of its children. ${choice}`,
    { causeCode: "ALIAS_OVERRIDE_FOREIGN", target: override },
  );
};

const overrideWithoutAlias = (reference: string): ConnectorError =>
  invalidRequest(
    `An override chooses among the connections of an alias, but ${reference} is a connection: leave the override out, or name an alias as alias:NAME.`,
  );
