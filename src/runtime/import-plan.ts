import { ConnectorError, type Mistake, nearestHint } from "#spi";
import type { AliasRecord, ConnectionRecord, SavedActivityRecord, VariableRecord } from "../store/store.ts";
import { aliasMistakes, aliasPrefix } from "./alias-input.ts";
import { connectionMistakes, connectorOf } from "./connection-checks.ts";
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
  return { connections, aliases, activities, variables, skipped: planner.skipped, mistakes: planner.mistakes };
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
    const planned: (Planned<ConnectionRecord> & { readonly sorted: SortedProperties })[] = [];
    for (const [index, input] of connections.entries()) {
      const pointer = `/connections/${index}`;
      const found = (await store.connections.byName(input.name)) ?? (await store.connections.byId(input.name));
      const identity = this.#identity("connection", input.name, pointer, found, connections);
      if (identity === undefined) continue;
      try {
        const definition = connectorOf(connectors, input.connector);
        const secretKeys = definition.properties.filter(({ secret }) => secret).map(({ key }) => key);
        const expected = secretKeys.filter((key) => readSecretInput(input.properties[key]).wish === "keep");
        const properties = Object.fromEntries(
          Object.entries(input.properties).filter(([key]) => !expected.includes(key)),
        );
        const given: ConnectionInput = { ...input, properties };
        const built = withBuiltUrl(definition, given, input.properties);
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
    const drafts = aliases.map(({ name, parent, ...alias }) => ({ ...alias, name, parent, id: ids.get(name) ?? "" }));
    const parentOf = (parent: string | undefined) => (parent === undefined ? undefined : ids.get(parent));
    const planned: Planned<AliasRecord>[] = [];
    for (const [index, draft] of drafts.entries()) {
      const pointer = `/aliases/${index}`;
      const found = existing.find(({ name }) => name === draft.name);
      const identity = this.#identity("alias", draft.name, pointer, found, aliases);
      if (identity === undefined) continue;
      const parentId = parentOf(draft.parent);
      const connectionIds = await this.#idsOf(draft.connections, `${pointer}/connections`, connections);
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
    const after = [
      ...existing.filter(({ id }) => !planned.some(({ record }) => record.id === id)),
      ...planned.map(({ record }) => record),
    ];
    for (const [index, draft] of drafts.entries()) {
      const { description: _, retryPolicy: __, parent, ...input } = draft;
      const checked = parent === undefined ? input : { ...input, parent };
      this.#add(`/aliases/${index}`, aliasMistakes(checked, draft.id, after));
    }
    // A parent comes before its children, since the store holds the reference.
    const depth = (record: AliasRecord, seen = 0): number => {
      const parent = planned.find((one) => one.record.id === record.parentId);
      return parent === undefined || seen > planned.length ? seen : depth(parent.record, seen + 1);
    };
    return planned.toSorted((left, right) => depth(left.record) - depth(right.record));
  }

  async activities(
    { activities }: TransferDocument,
    connections: ImportPlan["connections"],
    aliases: ImportPlan["aliases"],
  ): Promise<ImportPlan["activities"]> {
    const { store } = this.#parts;
    const planned: Planned<SavedActivityRecord>[] = [];
    for (const [index, { name, connection, kind, description, body }] of activities.entries()) {
      const pointer = `/activities/${index}`;
      const found = (await store.savedActivities.byName(name)) ?? (await store.savedActivities.byId(name));
      const identity = this.#identity("activity", name, pointer, found, activities);
      if (identity === undefined) continue;
      try {
        const { retryPolicy: _, ...checked } = body;
        checkSavedBody(kind, checked);
      } catch (error) {
        this.#addError(pointer, error);
      }
      const alias = connection.startsWith(aliasPrefix) ? connection.slice(aliasPrefix.length) : undefined;
      const [connectionId] =
        alias === undefined ? await this.#idsOf([connection], `${pointer}/connection`, connections) : [];
      if (alias !== undefined && !(await this.#hasAlias(alias, aliases)))
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
    for (const [index, { name, kind, secret, value }] of variables.entries()) {
      const pointer = `/variables/${index}`;
      const found = await store.variables.byName(name);
      const identity = this.#identity("variable", name, pointer, found, variables);
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
    all: readonly { readonly name: string }[],
  ): Identity | undefined {
    const { random, clock } = this.#parts;
    if (all.filter((one) => one.name === name).length > 1)
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

  async #idsOf(
    names: readonly string[],
    pointer: string,
    planned: ImportPlan["connections"],
  ): Promise<readonly string[]> {
    const { store } = this.#parts;
    const ids: string[] = [];
    for (const [index, name] of names.entries()) {
      const id =
        planned.find(({ record }) => record.name === name)?.record.id ?? (await store.connections.byName(name))?.id;
      if (id !== undefined) ids.push(id);
      else {
        const known = planned.map(({ record }) => record.name);
        const at = pointer.endsWith("/connections") ? `${pointer}/${index}` : pointer;
        this.mistakes.push(
          mistakeAt(at, `There is no connection ${name}, neither here nor in the document.${nearestHint(name, known)}`),
        );
      }
    }
    return ids;
  }

  async #hasAlias(name: string, planned: ImportPlan["aliases"]): Promise<boolean> {
    return (
      planned.some(({ record }) => record.name === name) || (await this.#parts.store.aliases.byName(name)) !== undefined
    );
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
