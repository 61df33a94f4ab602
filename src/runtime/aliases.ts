import { type Clock, ConnectorError, conflict, type Mistake, mistaken, type Random } from "#spi";
import { isUniqueViolation } from "../store/engines/errors.ts";
import type { AliasRecord, Repositories, Store } from "../store/store.ts";
import { aliasMistakes, aliasPrefix, policyOf } from "./alias-input.ts";
import { unknownAlias } from "./alias-resolution.ts";
import type { AuditTrail } from "./audit.ts";
import type { ConnectionAccess } from "./connections.ts";
import type { ListPaging } from "./page.ts";
import { mayUse, requireUnlimited } from "./principal.ts";
import { canonical, isoTime, requireMatch, requireShown, tagged } from "./representation.ts";
import type { AliasCases, AliasInput, AliasView, Call } from "./use-cases.ts";

export interface AliasParts {
  readonly store: Store;
  readonly access: Pick<ConnectionAccess, "locate">;
  readonly audit: AuditTrail;
  readonly paging: ListPaging;
  readonly clock: Clock;
  readonly random: Random;
}

type Identity = Pick<AliasRecord, "id" | "version" | "createdAt" | "updatedAt">;

/** Aliases: their definitions. What they stand for at run time is in alias-resolution.ts. */
export function createAliases(parts: AliasParts): AliasCases {
  const { store, access, audit, paging, clock, random } = parts;

  const find = async (name: string): Promise<AliasRecord> => {
    const found = await store.aliases.byName(name);
    if (found !== undefined) return found;
    throw unknownAlias(name, await store.aliases.all());
  };
  /** All mistakes at once: the name, the parent, each connection. */
  const recordFrom = async (call: Call, input: AliasInput, identity: Identity): Promise<AliasRecord> => {
    const all = await store.aliases.all();
    const mistakes: Mistake[] = [...aliasMistakes(input, identity.id, all)];
    const connectionIds: string[] = [];
    for (const [index, reference] of input.connections.entries()) {
      const found = await located(call, access, reference, `/connections/${index}`, mistakes);
      if (found === undefined) continue;
      if (connectionIds.includes(found)) mistakes.push(twice(reference, index));
      connectionIds.push(found);
    }
    if (mistakes.length > 0) throw mistaken(mistakes);
    const parentId = all.find(({ name }) => name === input.parent)?.id;
    return {
      ...identity,
      name: input.name,
      ...(input.description === undefined ? {} : { description: input.description }),
      ...(parentId === undefined ? {} : { parentId }),
      multiple: input.supportMultipleActiveConnections,
      connectionIds,
      ...(input.retryPolicy === undefined ? {} : { retryPolicy: { ...input.retryPolicy } }),
    };
  };
  const show = async ({ principal }: Call, record: AliasRecord): Promise<AliasView> => {
    const all = await store.aliases.all();
    const parent = all.find(({ id }) => id === record.parentId)?.name;
    const found = await Promise.all(record.connectionIds.map((id) => store.connections.byId(id)));
    return {
      id: record.id,
      name: record.name,
      ...(record.description === undefined ? {} : { description: record.description }),
      ...(parent === undefined ? {} : { parent }),
      children: all.filter(({ parentId }) => parentId === record.id).map(({ name }) => name),
      supportMultipleActiveConnections: record.multiple,
      connections: found.flatMap((one) => (one !== undefined && mayUse(principal, one) ? [one.name] : [])),
      ...(record.retryPolicy === undefined ? {} : { retryPolicy: policyOf(record.retryPolicy) }),
      createdAt: isoTime(record.createdAt),
      updatedAt: isoTime(record.updatedAt),
    };
  };

  return {
    async create(call, input) {
      requireUnlimited(call, "aliases belong to all of them");
      const now = clock.now();
      const record = await recordFrom(call, input, { id: random.uuid(), version: 1, createdAt: now, updatedAt: now });
      const work = async (repositories: Repositories): Promise<void> => {
        await refuseCircle(repositories, input, record.id);
        await repositories.aliases.insert(record);
        await audit.append(repositories, call, "alias.create", aliasTarget(record));
      };
      await orTaken(record.name, store.transaction(work, ["aliases"]));
      return tagged(await show(call, record));
    },

    async list(call, request) {
      const fetch = async (after: unknown, limit: number) => {
        const found = await store.aliases.list(typeof after === "string" ? { after, limit } : { limit });
        return Promise.all(found.map((record) => show(call, record)));
      };
      return paging.page(
        "aliases",
        request,
        fetch,
        ({ name }) => name,
        (view) => view,
      );
    },

    get: async (call, name) => tagged(await show(call, await find(name))),

    async replace(call, name, input, ifMatch) {
      requireUnlimited(call, "aliases belong to all of them");
      const current = await find(name);
      const shown = await show(call, current);
      requireShown(shown, input);
      const { id, version, createdAt } = current;
      const next = await recordFrom(call, input, { id, version: version + 1, createdAt, updatedAt: clock.now() });
      // A repeated request whose answer was lost is no conflict with itself.
      if (isUnchanged(current, next)) return tagged(shown);
      requireMatch(ifMatch, tagged(shown).etag);
      const work = async (repositories: Repositories): Promise<void> => {
        await refuseCircle(repositories, input, id);
        if (!(await repositories.aliases.update(next, version))) throw changedMeanwhile();
        if (next.name !== current.name) await followRename(repositories, current.name, next.name);
        await audit.append(repositories, call, "alias.update", aliasTarget(next));
      };
      await orTaken(next.name, store.transaction(work, ["aliases"]));
      return tagged(await show(call, next));
    },

    async remove(call, name, ifMatch) {
      requireUnlimited(call, "aliases belong to all of them");
      const current = await find(name);
      const shown = await show(call, current);
      requireMatch(ifMatch, tagged(shown).etag);
      if (shown.children.length > 0) throw stillParent(shown);
      await store.transaction(
        async (repositories) => {
          const referring = await repositories.savedActivities.namesUsing(`${aliasPrefix}${name}`);
          if (referring.length > 0) throw stillReferred(referring);
          await repositories.aliases.remove(current.id);
          await audit.append(repositories, call, "alias.remove", aliasTarget(current));
        },
        ["aliases"],
      );
    },
  };
}

/** Once more as things stand when it is written: another request may have given the parent a parent meanwhile. */
async function refuseCircle({ aliases }: Repositories, input: AliasInput, id: string): Promise<void> {
  const mistakes = aliasMistakes(input, id, await aliases.all());
  if (mistakes.length > 0) throw mistaken(mistakes);
}

const aliasTarget = ({ id }: Pick<AliasRecord, "id">): string => `alias/${id}`;

const followRename = ({ savedActivities }: Repositories, from: string, to: string): Promise<void> =>
  savedActivities.followRename(undefined, `${aliasPrefix}${from}`, `${aliasPrefix}${to}`);

async function located(
  call: Call,
  access: AliasParts["access"],
  reference: string,
  pointer: string,
  mistakes: Mistake[],
): Promise<string | undefined> {
  try {
    return (await access.locate(call, reference)).id;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== "NOT_FOUND") throw error;
    mistakes.push({ pointer, code: "INVALID_PROPERTY", detail: error.message });
    return undefined;
  }
}

const twice = (reference: string, index: number): Mistake => ({
  pointer: `/connections/${index}`,
  code: "INVALID_PROPERTY",
  detail: `The connection ${reference} is named twice.`,
});

const isUnchanged = (current: AliasRecord, next: AliasRecord): boolean =>
  canonical({ ...next, version: current.version, updatedAt: current.updatedAt }) === canonical(current);

async function orTaken<T>(name: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw isUniqueViolation(error)
      ? conflict(`The name ${name} is taken by another alias.`, { target: "name" })
      : error;
  });
}

const stillParent = ({ name, children }: AliasView): ConnectorError =>
  conflict(`The alias ${name} has children: ${children.join(", ")}. Remove them first, or give them another parent.`);

const stillReferred = (names: readonly string[]): ConnectorError =>
  conflict(`Saved activities refer to this alias: ${names.join(", ")}. Remove them first, or give them a connection.`);

const changedMeanwhile = (): ConnectorError =>
  new ConnectorError("PRECONDITION", "The alias was changed by another request at the same time; read it again.");
