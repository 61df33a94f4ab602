import { type Clock, type ConnectorError, conflict, mistaken, type Random } from "#spi";
import { isUniqueViolation } from "../store/engines/errors.ts";
import type { Repositories, Store } from "../store/store.ts";
import { policyOf } from "./alias-input.ts";
import type { AuditTrail } from "./audit.ts";
import { readConnection, showConnection } from "./connection-records.ts";
import { saveSecrets } from "./connection-write.ts";
import { type ImportPlan, planImport } from "./import-plan.ts";
import { requireUnlimited } from "./principal.ts";
import type { Vault } from "./secrets.ts";
import type { ActivityKind, ConnectorCases, ImportSummary, TransferCases, TransferDocument } from "./use-cases.ts";
import { variableOwner } from "./variable-resolver.ts";

export interface TransferParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
  readonly connectors: Pick<ConnectorCases, "get" | "validate">;
  readonly clock: Clock;
  readonly random: Random;
}

/** Most of one kind an export holds. */
const most = 100_000;

/** Definitions taken from one installation to another: names instead of ids, and never a secret. */
export function createTransfer(parts: TransferParts): TransferCases {
  const { store, audit } = parts;
  return {
    async exportAll(call) {
      requireUnlimited(call, "an export holds all of them");
      await audit.record(call, "export", "service", "succeeded");
      return exported(store);
    },

    async importAll(call, document, onConflict) {
      requireUnlimited(call, "an import may change all of them");
      const plan = await planImport(parts, document, onConflict);
      if (plan.mistakes.length > 0) throw mistaken(plan.mistakes);
      const writing = store.transaction(
        async (repositories) => {
          await write(parts, repositories, plan);
          await audit.append(repositories, call, "import", "service");
        },
        ["connections", "aliases", "variables", "tokens"],
      );
      await writing.catch((error: unknown) => {
        throw isUniqueViolation(error) ? changedMeanwhile() : error;
      });
      return summaryOf(plan);
    },
  };
}

async function exported(store: Store): Promise<TransferDocument> {
  const records = await store.connections.list({ limit: most });
  const stored = await Promise.all(records.map(({ id }) => readConnection(store, id)));
  const views = stored.flatMap((one) => (one === undefined ? [] : [showConnection(one)]));
  const aliases = await store.aliases.all();
  const nameOf = (id: string): readonly string[] => views.filter((view) => view.id === id).map(({ name }) => name);
  const activities = await store.savedActivities.list({ limit: most });
  return {
    connections: views.map(({ id: _, createdAt: __, updatedAt: ___, state: ____, missingSecrets = [], ...view }) => ({
      ...view,
      // What an import left to be filled in is still to be filled in elsewhere.
      properties: { ...view.properties, ...Object.fromEntries(missingSecrets.map((key) => [key, { isSet: true }])) },
    })),
    aliases: aliases.map(({ name, description, parentId, multiple, connectionIds, retryPolicy }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      ...aliases.filter(({ id }) => id === parentId).reduce((_, parent) => ({ parent: parent.name }), {}),
      supportMultipleActiveConnections: multiple,
      connections: connectionIds.flatMap(nameOf),
      ...(retryPolicy === undefined ? {} : { retryPolicy: policyOf(retryPolicy) }),
    })),
    activities: activities.map(({ name, connection, connectionId = "", kind, description, body }) => ({
      name,
      connection: nameOf(connectionId)[0] ?? connection,
      kind: kind as ActivityKind,
      ...(description === undefined ? {} : { description }),
      body,
    })),
    variables: (await store.variables.all()).map(({ name, kind, secret, value }) => ({
      name,
      kind: kind as "project" | "global",
      secret,
      ...(secret || value === undefined ? {} : { value }),
    })),
  };
}

/** All or nothing: what another request changed since the plan was made is not overwritten. Errors: CONFLICT. */
async function write({ vault }: TransferParts, repositories: Repositories, plan: ImportPlan): Promise<void> {
  const { connections, aliases, savedActivities, variables, secrets } = repositories;
  for (const { record, replaces, sorted } of plan.connections) {
    await put(connections, record, replaces);
    await saveSecrets(vault, repositories, record, sorted);
  }
  for (const { record, replaces } of plan.aliases) await put(aliases, record, replaces);
  for (const { record, replaces } of plan.activities) await put(savedActivities, record, replaces);
  for (const { record, replaces } of plan.variables) {
    await put(variables, record, replaces);
    if (!record.secret) await secrets.removeOwner(variableOwner(record.id));
  }
}

interface Writable<R> {
  insert(record: R): Promise<void>;
  update(record: R, expected: number): Promise<boolean>;
}

async function put<R>(repository: Writable<R>, record: R, replaces: number | undefined): Promise<void> {
  if (replaces === undefined) await repository.insert(record);
  else if (!(await repository.update(record, replaces))) throw changedMeanwhile();
}

const changedMeanwhile = (): ConnectorError =>
  conflict("Another request changed what the import is about at the same time. Nothing was imported; send it again.");

function summaryOf({ connections, aliases, activities, variables, skipped }: ImportPlan): ImportSummary {
  const count = (planned: readonly { readonly replaces: number | undefined }[]) => ({
    created: planned.filter(({ replaces }) => replaces === undefined).length,
    replaced: planned.filter(({ replaces }) => replaces !== undefined).length,
  });
  return {
    connections: count(connections),
    aliases: count(aliases),
    activities: count(activities),
    variables: count(variables),
    skipped,
    unconfigured: connections
      .filter(({ record }) => record.expectedSecrets.length > 0)
      .map(({ record }) => ({ name: record.name, missingSecrets: record.expectedSecrets })),
  };
}
