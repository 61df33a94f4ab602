import { ConnectorError, type Mistake, mistaken, type PropertyValue, type PropertyValues, Secret } from "#spi";
import type { Store, VariableRecord } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import { createFreshCache } from "./fresh-cache.ts";
import { pointerPart } from "./json-pointer.ts";
import { type Reference, referencesIn, replaceReferences, soleReference } from "./references.ts";
import type { Place, Vault } from "./secrets.ts";
import type { Call } from "./use-cases.ts";

/** The value a variable has for one call. */
export type VariableValue = PropertyValue | Secret;

/** Puts the values of variables in place of `[name]` and `[name{default}]`. Names only: there are no expressions. */
export interface VariableResolver {
  /**
   * Property values with references replaced; a text with a secret variable in it becomes a Secret. Properties named in
   * `fixed` take stored values only: a call may not redirect credentials.
   * Errors: INVALID_PROPERTY (VARIABLE_UNRESOLVED) with all missing names, FORBIDDEN for an override in `fixed`.
   */
  resolve(call: Call, values: PropertyValues, fixed?: ReadonlySet<string>): Promise<PropertyValues>;
  /** The values of these names for this call; a name without one is absent. */
  valuesOf(call: Call, names: readonly string[]): Promise<ReadonlyMap<string, VariableValue>>;
  /** Changes whenever a value of one of these names does: part of the key of whatever was made from them. */
  stamp(call: Call, names: readonly string[]): Promise<string>;
}

export interface ResolverParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
}

/** A stored variable with its secret opened at most once for each version. */
interface Known {
  readonly record: VariableRecord;
  opened?: Promise<Secret>;
}

/** Whose data key a variable's secret is sealed with, and the place it is bound to. */
export const variableOwner = (id: string): string => `variable/${id}`;
export const variablePlace = (id: string, version: number): Place => ({
  table: "variable",
  id,
  field: "value",
  version,
});

/** The names of all variables that property values refer to. */
export function variablesIn(values: PropertyValues): readonly string[] {
  const names = Object.values(values).flatMap((value) => referencesIn(textOf(value)).map(({ name }) => name));
  return [...new Set(names)].sort();
}

const textOf = (value: PropertyValues[string]): string =>
  value instanceof Secret ? value.reveal() : typeof value === "string" ? value : "";

/** The resolver over the stored variables, cached until one changes anywhere. */
export function createVariableResolver({ store, vault, audit }: ResolverParts): VariableResolver {
  const cache = createFreshCache<ReadonlyMap<string, Known>>(store.changes, "variables");
  const all = (): Promise<ReadonlyMap<string, Known>> =>
    cache.get("all", async () => new Map((await store.variables.all()).map((record) => [record.name, { record }])));

  const openOnce = (call: Call, known: Known): Promise<Secret> => {
    known.opened ??= open(call, known.record).catch((error) => {
      delete known.opened;
      throw error;
    });
    return known.opened;
  };
  const open = async (call: Call, { id, name, version, value = "" }: VariableRecord): Promise<Secret> => {
    const dataKey = await store.secrets.dataKey(variableOwner(id));
    if (dataKey === undefined) throw new ConnectorError("INTERNAL", `The variable ${name} has lost its data key.`);
    // Before the secret is out, and once for each version: a commit for every call would cost more than the call.
    await audit.record(call, "secret.use", `variable/${name}`, "started");
    return vault.open(dataKey, variablePlace(id, version), value);
  };

  const valuesOf: VariableResolver["valuesOf"] = async (call, names) => {
    const found = new Map<string, VariableValue>();
    if (names.length === 0) return found;
    const stored = await all();
    for (const name of names) {
      const override = overrideOf(call, name);
      const known = stored.get(name);
      if (override !== undefined) found.set(name, override);
      else if (known?.record.value !== undefined)
        found.set(name, known.record.secret ? await openOnce(call, known) : known.record.value);
    }
    return found;
  };

  return {
    valuesOf,
    async resolve(call, values, fixed = new Set()) {
      refuseRedirection(call, values, fixed);
      const names = variablesIn(values);
      if (names.length === 0) return unescaped(values);
      const known = await valuesOf(call, names);
      requireAll(values, known);
      return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, replaced(value, known)]));
    },
    async stamp(call, names) {
      if (names.length === 0) return "";
      const stored = await all();
      return JSON.stringify(
        names.map((name) => {
          const record = stored.get(name)?.record;
          return overrideOf(call, name) ?? [record?.id ?? null, record?.version ?? 0];
        }),
      );
    },
  };
}

const overrideOf = (call: Call, name: string): PropertyValue | undefined =>
  call.variables !== undefined && Object.hasOwn(call.variables, name) ? call.variables[name] : undefined;

function refuseRedirection(call: Call, values: PropertyValues, fixed: ReadonlySet<string>): void {
  if (call.variables === undefined) return;
  for (const key of fixed)
    for (const { name } of referencesIn(textOf(values[key])))
      if (overrideOf(call, name) !== undefined)
        throw new ConnectorError(
          "FORBIDDEN",
          `A call may not give the variable ${name} a value: ${key} refers to it, which decides where credentials go.`,
          { target: key },
        );
}

function requireAll(values: PropertyValues, known: ReadonlyMap<string, VariableValue>): void {
  const mistakes = Object.entries(values).flatMap(([key, value]) =>
    missingIn(textOf(value), known).map((name) => unresolved(`/properties/${pointerPart(key)}`, key, name)),
  );
  if (mistakes.length > 0) throw unresolvedError(mistakes);
}

/** Names a text refers to that have neither a value nor a default. */
export const missingIn = (text: string, known: ReadonlyMap<string, VariableValue>): readonly string[] =>
  referencesIn(text).flatMap(({ name, fallback }) => (known.has(name) || fallback !== undefined ? [] : [name]));

export interface UnresolvedMistake extends Mistake {
  readonly name: string;
  readonly property: string;
}

export const unresolved = (pointer: string, property: string, name: string): UnresolvedMistake => ({
  pointer,
  code: "INVALID_PROPERTY",
  detail: `The variable ${name} has no value and no default.`,
  name,
  property,
});

/** All missing variables of one call in one error. */
export function unresolvedError(found: readonly UnresolvedMistake[]): ConnectorError {
  const missing = [...new Set(found.map(({ name }) => name))];
  const mistakes = found.map(({ pointer, code, detail }) => ({ pointer, code, detail }));
  return mistaken(mistakes).with({
    causeCode: "VARIABLE_UNRESOLVED",
    evidence: { missing },
    ...(found[0] === undefined ? {} : { target: found[0].property }),
  });
}

/** `known` must have a value for every reference without a default. */
function replaced(value: PropertyValues[string], known: ReadonlyMap<string, VariableValue>): PropertyValues[string] {
  if (value instanceof Secret) return new Secret(textWith(value.reveal(), known));
  if (typeof value !== "string") return value;
  const sole = soleReference(value);
  if (sole !== undefined) return known.get(sole.name) ?? sole.fallback ?? "";
  const isSecret = referencesIn(value).some(({ name }) => known.get(name) instanceof Secret);
  const text = textWith(value, known);
  return isSecret ? new Secret(text) : text;
}

const textWith = (text: string, known: ReadonlyMap<string, VariableValue>): string =>
  replaceReferences(text, (reference) => plain(reference, known));

function plain({ name, fallback }: Reference, known: ReadonlyMap<string, VariableValue>): string {
  const value = known.get(name) ?? fallback ?? "";
  return value instanceof Secret ? value.reveal() : String(value);
}

/** Without references there still may be doubled brackets. */
const unescaped = (values: PropertyValues): PropertyValues =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, replaced(value, new Map())]));
