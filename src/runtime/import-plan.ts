import { ConnectorError, type Mistake } from "#spi";
import type { AliasRecord, ConnectionRecord, SavedActivityRecord, VariableRecord } from "../store/store.ts";
import { aliasMistakes, aliasPrefix, lineage } from "./alias-input.ts";
import { connectionMistakes, connectorOf } from "./connection-checks.ts";
import { nameMistakes } from "./connection-input.ts";
import { type SortedProperties, sortProperties } from "./connection-properties.ts";
import { type Identity, recordFrom } from "./connection-write.ts";
import { variableName } from "./references.ts";
import { checkSavedBody } from "./saved-activity-body.ts";
import { readSecretInput } from "./secret-input.ts";
import type { TransferParts } from "./transfer.ts";
import { withBuiltUrl } from "./url-builder.ts";
import type { ConflictRule, ConnectionInput, TransferDocument } from "./use-cases.ts";

/** One record to be written; `replaces` = the version it takes the place of. */
interface Planned<R> {
  readonly record: R;
  readonly replaces: number | undefined;
}

/** What an import would write, and everything that is wrong with it. */
export interface ImportPlan {
  readonly connections: readonly (Planned<ConnectionRecord> & { readonly sorted: SortedProperties })[];
  readonly aliases: readonly Planned<AliasRecord>[];
  readonly activities: readonly Planned<SavedActivityRecord>[];
  readonly variables: readonly Planned<VariableRecord>[];
  readonly skipped: readonly string[];
  readonly mistakes: readonly Mistake[];
}

/** More mistakes are not told at once: finding each costs time. */
const mistakesTold = 100;

interface Stored {
  readonly id: string;
  readonly version: number;
  readonly createdAt: number;
}

/** Plans an import; writes nothing. */
export async function planImport(
  parts: TransferParts,
  document: TransferDocument,
  onConflict: ConflictRule,
): Promise<ImportPlan> {
  const planner = new Planner(parts, onConflict);
  const connections = await planner.connections(document);
  const aliases = await planner.aliases(document, connections);
  const activities = await planner.activities(document, connections, aliases);
  const variables = await planner.variables(document);
  const { skipped, mistakes } = planner;
  return { connections, aliases, activities, variables, skipped, mistakes: mistakes.slice(0, mistakesTold) };
}

class Planner {
  readonly skipped: string[] = [];
  readonly mistakes: Mistake[] = [];
  readonly #parts: TransferParts;
  readonly #onConflict: ConflictRule;

  constructor(parts: TransferParts, onConflict: ConflictRule) {
    this.#parts = parts;
    this.#onConflict = onConflict;
  }

  async connections({ connections }: TransferDocument): Promise<ImportPlan["connections"]> {
    const { store, connectors } = this.#parts;
    const times = timesOf(connections);
    const planned: (Planned<ConnectionRecord> & { readonly sorted: SortedProperties })[] = [];
    for (const [index, input] of connections.entries()) {
      if (this.#isFull) break;
      const pointer = `/connections/${index}`;
      const found = await store.connections.byName(input.name);
      if (found === undefined) this.#refuseId(input.name, pointer, await store.connections.byId(input.name));
      const identity = this.#identity("connection", input.name, pointer, found, times);
      if (identity === undefined) continue;
      try {
        const definition = connectorOf(connectors, input.connector);
        // Its secrets were given to another sort of server.
        if (found !== undefined && found.connector !== input.connector) {
          const detail = `The connection ${input.name} is one of ${found.connector}; its connector cannot be changed.`;
          this.mistakes.push(mistakeAt(`${pointer}/connector`, detail));
          continue;
        }
        const secretKeys = definition.properties.filter(({ secret }) => secret).map(({ key }) => key);
        const expected = secretKeys.filter((key) => readSecretInput(input.properties[key]).wish === "keep");
        const properties = Object.fromEntries(
          Object.entries(input.properties).filter(([key]) => !expected.includes(key)),
        );
        const given: ConnectionInput = { ...input, properties };
        const built = withBuiltUrl(definition, given);
        const kept = found === undefined ? [] : await store.secrets.list(`connection/${found.id}`);
        const stored =
          found === undefined
            ? undefined
            : { open: found.properties, secrets: new Set(kept.map(({ field }) => field)) };
        const sorted = sortProperties(definition, built.input.properties, stored);
        const report = connectors.validate(definition.name, {
          ...sorted.candidate,
          ...Object.fromEntries(expected.map((key) => [key, { isSet: true }])),
        });
        this.#add(pointer, [...connectionMistakes(input.name, sorted, report), ...built.mistakes]);
        const missing = expected.filter((key) => !sorted.kept.has(key));
        planned.push({
          record: recordFrom(given, sorted, identity, missing),
          replaces: found?.version,
          sorted,
        });
      } catch (error) {
        this.#addError(pointer, error);
      }
    }
    return planned;
  }

  async aliases({ aliases }: TransferDocument, connections: ImportPlan["connections"]): Promise<ImportPlan["aliases"]> {
    const { store } = this.#parts;
    const existing = await store.aliases.all();
    const ids = new Map(existing.map(({ name, id }) => [name, id]));
    for (const { name } of aliases) if (!ids.has(name)) ids.set(name, this.#parts.random.uuid());
    const times = timesOf(aliases);
    const stored = new Map(existing.map((alias) => [alias.name, alias]));
    const idOf = this.#connectionIds(connections);
    const drafts = aliases.map(({ name, parent, ...alias }) => ({ ...alias, name, parent, id: ids.get(name) ?? "" }));
    const parentOf = (parent: string | undefined) => (parent === undefined ? undefined : ids.get(parent));
    const planned: Planned<AliasRecord>[] = [];
    for (const [index, draft] of drafts.entries()) {
      if (this.#isFull) break;
      const pointer = `/aliases/${index}`;
      const found = stored.get(draft.name);
      const identity = this.#identity("alias", draft.name, pointer, found, times);
      if (identity === undefined) continue;
      const parentId = parentOf(draft.parent);
      const connectionIds = await this.#idsOf(draft.connections, `${pointer}/connections`, idOf);
      const record: AliasRecord = {
        ...identity,
        id: draft.id,
        name: draft.name,
        ...(draft.description === undefined ? {} : { description: draft.description }),
        ...(parentId === undefined ? {} : { parentId }),
        multiple: draft.supportMultipleActiveConnections,
        connectionIds,
        ...(draft.retryPolicy === undefined ? {} : { retryPolicy: { ...draft.retryPolicy } }),
      };
      planned.push({ record, replaces: found?.version });
    }
    const written = new Set(planned.map(({ record }) => record.id));
    const after = [...existing.filter(({ id }) => !written.has(id)), ...planned.map(({ record }) => record)];
    for (const [index, draft] of drafts.entries()) {
      if (this.#isFull) break;
      const { description: _, retryPolicy: __, parent, ...input } = draft;
      const checked = parent === undefined ? input : { ...input, parent };
      this.#add(`/aliases/${index}`, aliasMistakes(checked, draft.id, after));
    }
    // A parent comes before its children, since the store holds the reference.
    const depths = new Map(planned.map(({ record }) => [record.id, lineage(record, after).length]));
    const depth = ({ record: { id } }: Planned<AliasRecord>): number => depths.get(id) ?? 0;
    return planned.toSorted((left, right) => depth(left) - depth(right));
  }

  async activities(
    { activities }: TransferDocument,
    connections: ImportPlan["connections"],
    aliases: ImportPlan["aliases"],
  ): Promise<ImportPlan["activities"]> {
    const { store } = this.#parts;
    const planned: Planned<SavedActivityRecord>[] = [];
    const times = timesOf(activities);
    const idOf = this.#connectionIds(connections);
    const known = new Set(aliases.map(({ record }) => record.name));
    for (const [index, { name, connection, kind, description, body }] of activities.entries()) {
      if (this.#isFull) break;
      const pointer = `/activities/${index}`;
      const found = await store.savedActivities.byName(name);
      if (found === undefined) this.#refuseId(name, pointer, await store.savedActivities.byId(name));
      const identity = this.#identity("activity", name, pointer, found, times);
      if (identity === undefined) continue;
      this.#add(pointer, nameMistakes(name));
      try {
        const { retryPolicy: _, ...checked } = body;
        checkSavedBody(kind, checked);
      } catch (error) {
        this.#addError(pointer, error);
      }
      const alias = connection.startsWith(aliasPrefix) ? connection.slice(aliasPrefix.length) : undefined;
      const [connectionId] = alias === undefined ? await this.#idsOf([connection], `${pointer}/connection`, idOf) : [];
      if (alias !== undefined && !known.has(alias) && (await store.aliases.byName(alias)) === undefined)
        this.mistakes.push(mistakeAt(`${pointer}/connection`, `There is no alias ${alias}.`));
      planned.push({
        record: {
          ...identity,
          name,
          connection,
          ...(connectionId === undefined ? {} : { connectionId }),
          kind,
          ...(description === undefined ? {} : { description }),
          body,
        },
        replaces: found?.version,
      });
    }
    return planned;
  }

  async variables({ variables }: TransferDocument): Promise<ImportPlan["variables"]> {
    const { store } = this.#parts;
    const planned: Planned<VariableRecord>[] = [];
    const times = timesOf(variables);
    for (const [index, { name, kind, secret, value }] of variables.entries()) {
      if (this.#isFull) break;
      const pointer = `/variables/${index}`;
      const found = await store.variables.byName(name);
      const identity = this.#identity("variable", name, pointer, found, times);
      if (identity === undefined) continue;
      if (!variableName.test(name))
        this.mistakes.push(mistakeAt(`${pointer}/name`, `${name} is no name of a variable.`));
      if (secret && value !== undefined)
        this.mistakes.push(mistakeAt(`${pointer}/value`, "A secret is not imported; set it with PUT afterwards."));
      // A secret that stands stays: its seal is bound to its version.
      if (secret && found?.secret === true) this.skipped.push(`variable ${name}`);
      else
        planned.push({
          record: { ...identity, name, kind, secret, ...(value === undefined ? {} : { value }) },
          replaces: found?.version,
        });
    }
    return planned;
  }

  /** Identity of the record to write; undefined when it is left as it is, or refused. */
  #identity(
    kind: string,
    name: string,
    pointer: string,
    found: Stored | undefined,
    times: ReadonlyMap<string, number>,
  ): Identity | undefined {
    const { random, clock } = this.#parts;
    if ((times.get(name) ?? 0) > 1)
      this.mistakes.push(mistakeAt(`${pointer}/name`, `The ${kind} ${name} comes twice in the document.`));
    const now = clock.now();
    if (found === undefined) return { id: random.uuid(), version: 1, createdAt: now, updatedAt: now };
    if (this.#onConflict === "skip") {
      this.skipped.push(`${kind} ${name}`);
      return undefined;
    }
    if (this.#onConflict === "fail") {
      const detail = `There is a ${kind} ${name} already: import with onConflict=skip or onConflict=replace.`;
      this.mistakes.push({ pointer: `${pointer}/name`, code: "CONFLICT", detail });
    }
    return { id: found.id, version: found.version + 1, createdAt: found.createdAt, updatedAt: now };
  }

  /** A path takes an id before a name, so a name that is an id would hide what has that id. */
  #refuseId(name: string, pointer: string, found: Stored | undefined): void {
    if (found === undefined) return;
    const detail = `${name} is the id of another one, and can be no name.`;
    this.mistakes.push({ pointer: `${pointer}/name`, code: "CONFLICT", detail });
  }

  /** Ids of the document's connections and of those there are, by name; each is looked up once. */
  #connectionIds(planned: ImportPlan["connections"]): (name: string) => Promise<string | undefined> {
    const ids = new Map<string, string | undefined>(planned.map(({ record }) => [record.name, record.id]));
    return async (name) => {
      if (!ids.has(name)) ids.set(name, (await this.#parts.store.connections.byName(name))?.id);
      return ids.get(name);
    };
  }

  async #idsOf(
    names: readonly string[],
    pointer: string,
    idOf: (name: string) => Promise<string | undefined>,
  ): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const [index, name] of names.entries()) {
      if (this.#isFull) break;
      const id = await idOf(name);
      const at = pointer.endsWith("/connections") ? `${pointer}/${index}` : pointer;
      if (id === undefined)
        this.mistakes.push(mistakeAt(at, `There is no connection ${name}, neither here nor in the document.`));
      else if (ids.includes(id)) this.mistakes.push(mistakeAt(at, `The connection ${name} is named twice.`));
      else ids.push(id);
    }
    return ids;
  }

  get #isFull(): boolean {
    return this.mistakes.length >= mistakesTold;
  }

  #add(pointer: string, mistakes: readonly Mistake[]): void {
    this.mistakes.push(...mistakes.map((mistake) => ({ ...mistake, pointer: `${pointer}${mistake.pointer}` })));
  }

  #addError(pointer: string, error: unknown): void {
    if (!(error instanceof ConnectorError) || error.code === "INTERNAL") throw error;
    if (error.mistakes.length > 0) this.#add(pointer, error.mistakes);
    else this.mistakes.push({ pointer, code: error.code, detail: error.message });
  }
}

const mistakeAt = (pointer: string, detail: string): Mistake => ({ pointer, code: "INVALID_PROPERTY", detail });

function timesOf(all: readonly { readonly name: string }[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { name } of all) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}
