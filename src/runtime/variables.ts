import { type Clock, ConnectorError, conflict, mistaken, notFound, type Random, Secret } from "#spi";
import { isUniqueViolation } from "../store/engines/errors.ts";
import type { DataKeyRecord, Repositories, Store, VariableRecord } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import type { ListPaging } from "./page.ts";
import { requireUnlimited } from "./principal.ts";
import { variableName } from "./references.ts";
import { isoTime, requireMatch, tagged } from "./representation.ts";
import { readSecretInput } from "./secret-input.ts";
import type { Vault } from "./secrets.ts";
import type { VariableCases, VariableInput, VariableView } from "./use-cases.ts";
import { createVariableResolver, type VariableResolver, variableOwner, variablePlace } from "./variable-resolver.ts";

export interface VariableParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
  readonly paging: ListPaging;
  readonly clock: Clock;
  readonly random: Random;
}

/** Variables: their definitions, and their values put into connections and saved activities. */
export function createVariables(parts: VariableParts): VariableCases & VariableResolver {
  return { ...createVariableCases(parts), ...createVariableResolver(parts) };
}

/** The value a request wants: a new one (absent = none), or the stored secret as it is. */
type Wanted = { readonly keep: true } | { readonly keep: false; readonly text?: string };

function createVariableCases({ store, vault, audit, paging, clock, random }: VariableParts): VariableCases {
  const find = async (name: string): Promise<VariableRecord> => {
    const record = await store.variables.byName(name);
    if (record === undefined) throw notFound(`There is no variable ${name}.`);
    return record;
  };
  /** The record with its value as it is stored: sealed for this very version when it is secret. */
  const withValue = async (repositories: Repositories, record: VariableRecord, text?: string) => {
    const { value: _, ...rest } = record;
    if (text === undefined) return rest;
    if (!record.secret) return { ...rest, value: text };
    const dataKey = await ensureDataKey(repositories, vault, record.id);
    return { ...rest, value: vault.seal(dataKey, variablePlace(record.id, record.version), new Secret(text)) };
  };
  const keptText = async (repositories: Repositories, { id, version, value }: VariableRecord) => {
    if (value === undefined) return undefined;
    const dataKey = await ensureDataKey(repositories, vault, id);
    return vault.open(dataKey, variablePlace(id, version), value).reveal();
  };

  const isUnchanged = async (current: VariableRecord, input: VariableInput, wanted: Wanted): Promise<boolean> => {
    if (current.name !== input.name || current.kind !== input.kind || current.secret !== input.secret) return false;
    if (wanted.keep) return true;
    return wanted.text === (current.secret ? await keptText(store, current) : current.value);
  };

  return {
    async create(call, input) {
      requireUnlimited(call, "variables belong to all of them");
      checkName(input.name);
      const wanted = wantedValue(input, undefined);
      const now = clock.now();
      const base = { id: random.uuid(), ...definitionOf(input), version: 1, createdAt: now, updatedAt: now };
      const work = async (repositories: Repositories): Promise<VariableRecord> => {
        const record = await withValue(repositories, base, wanted.keep ? undefined : wanted.text);
        await repositories.variables.insert(record);
        await audit.append(repositories, call, "variable.create", `variable/${record.name}`);
        return record;
      };
      return tagged(show(await orTaken(input.name, store.transaction(work, ["variables"]))));
    },

    list: (_, request) =>
      paging.page(
        "variables",
        request,
        (after, limit) => store.variables.list(after === undefined ? { limit } : { after: String(after), limit }),
        ({ name }) => name,
        show,
      ),

    get: async (_, name) => tagged(show(await find(name))),

    async replace(call, name, input, ifMatch) {
      requireUnlimited(call, "variables belong to all of them");
      checkName(input.name);
      const current = await find(name);
      const wanted = wantedValue(input, current);
      // A repeated request whose answer was lost is no conflict with itself.
      if (await isUnchanged(current, input, wanted)) return tagged(show(current));
      requireMatch(ifMatch, tagged(show(current)).etag);
      const base = { ...current, ...definitionOf(input), version: current.version + 1, updatedAt: clock.now() };
      const work = async (repositories: Repositories): Promise<VariableRecord> => {
        const text = wanted.keep ? await keptText(repositories, current) : wanted.text;
        const record = await withValue(repositories, base, text);
        if (!(await repositories.variables.update(record, current.version))) throw changedMeanwhile();
        if (!record.secret) await repositories.secrets.removeOwner(variableOwner(record.id));
        await audit.append(repositories, call, "variable.update", `variable/${record.name}`);
        return record;
      };
      return tagged(show(await orTaken(input.name, store.transaction(work, ["variables"]))));
    },

    async remove(call, name, ifMatch) {
      requireUnlimited(call, "variables belong to all of them");
      const { id, ...current } = await find(name);
      requireMatch(ifMatch, tagged(show({ id, ...current })).etag);
      await store.transaction(
        async (repositories) => {
          await repositories.variables.remove(id);
          await repositories.secrets.removeOwner(variableOwner(id));
          await audit.append(repositories, call, "variable.remove", `variable/${name}`);
        },
        ["variables"],
      );
    },
  };
}

async function ensureDataKey({ secrets }: Repositories, vault: Vault, id: string): Promise<DataKeyRecord> {
  const owner = variableOwner(id);
  const stored = await secrets.dataKey(owner);
  return stored ?? secrets.settleDataKey(vault.newDataKey(owner));
}

const show = ({ name, kind, secret, value, updatedAt }: VariableRecord): VariableView => ({
  name,
  kind: kind as VariableView["kind"],
  secret,
  value: secret ? { isSet: value !== undefined } : (value ?? null),
  updatedAt: isoTime(updatedAt),
});

const definitionOf = ({ name, kind, secret }: VariableInput): Pick<VariableInput, "name" | "kind" | "secret"> => ({
  name,
  kind,
  secret,
});

function wantedValue(input: VariableInput, current: VariableRecord | undefined): Wanted {
  if (!input.secret) return openValue(input.value);
  const isStored = current?.secret === true && current.value !== undefined;
  const wanted = readSecretInput(isShownUnset(input.value) ? undefined : input.value);
  switch (wanted.wish) {
    case "set":
      return { keep: false, text: wanted.value };
    case "clear":
      return { keep: false };
    case "refused":
      throw mistake("/value", wanted.detail);
    case "keep":
      if (!isStored) throw mistake("/value", "There is no stored secret to keep; send its value.");
      return { keep: true };
    case "absent":
      return isStored ? { keep: true } : { keep: false };
  }
}

/** A variable without a value, sent back as it is shown. */
const isShownUnset = (value: unknown): boolean => JSON.stringify(value) === '{"isSet":false}';

function openValue(value: unknown): Wanted {
  if (value === undefined) throw mistake("/value", "Send the value of the variable, or null for none.");
  if (value === null) return { keep: false };
  if (typeof value !== "string") throw mistake("/value", "The value of an open variable is text or null.");
  return { keep: false, text: value };
}

function checkName(name: string): void {
  if (!variableName.test(name))
    throw mistake(
      "/name",
      "A variable's name is a letter, _ or $, then letters, digits, or one of _ . - $; at most 200.",
    );
}

const mistake = (pointer: string, detail: string): ConnectorError =>
  mistaken([{ pointer, code: "INVALID_REQUEST", detail }]);

async function orTaken<T>(name: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw isUniqueViolation(error) ? conflict(`There is a variable ${name} already.`) : error;
  });
}

const changedMeanwhile = (): ConnectorError =>
  new ConnectorError("PRECONDITION", "The variable was changed by another request at the same time; read it again.");
