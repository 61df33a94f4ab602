import { type Mistake, nearestHint, type Procedure, type TableDefinition } from "#spi";
import { mistakeAt, type NameAt } from "./query.ts";

/** Looks names up: the exact spelling first, else ignoring case. */
export interface NameIndex<T> {
  find(name: string): T | undefined;
  names(): readonly string[];
}

/** An index of named things; of two that differ in case only, the first answers other spellings. */
export function indexByName<T extends { readonly name: string }>(items: readonly T[]): NameIndex<T> {
  const exact = new Map<string, T>();
  const folded = new Map<string, T>();
  for (const item of items) {
    exact.set(item.name, item);
    const lower = item.name.toLowerCase();
    if (!folded.has(lower)) folded.set(lower, item);
  }
  return {
    find: (name) => exact.get(name) ?? folded.get(name.toLowerCase()),
    names: () => [...exact.keys()],
  };
}

/** A found thing, or the mistake to report. */
export type Found<T> = { readonly found: T } | { readonly mistake: Mistake };

/** Finds a table by its name, which may carry the schema (`Schema.Table`). */
export function findTable<B>(
  tables: readonly TableDefinition<B>[],
  name: NameAt,
  schema: string,
): Found<TableDefinition<B>> {
  return findNamed(tables, name, schema, "UNKNOWN_TABLE", "table or view");
}

/** Finds a procedure by its name, which may carry the schema. */
export function findProcedure<B>(
  procedures: readonly Procedure<B>[],
  name: NameAt,
  schema: string,
): Found<Procedure<B>> {
  return findNamed(procedures, name, schema, "UNKNOWN_PROCEDURE", "procedure");
}

function findNamed<T extends { readonly name: string }>(
  items: readonly T[],
  name: NameAt,
  schema: string,
  code: "UNKNOWN_TABLE" | "UNKNOWN_PROCEDURE",
  kind: string,
): Found<T> {
  const index = indexByName(items);
  const dot = name.name.indexOf(".");
  const qualifier = dot === -1 ? undefined : name.name.slice(0, dot);
  const sameSchema = qualifier?.toLowerCase() === schema.toLowerCase();
  const found = index.find(name.name) ?? (sameSchema ? index.find(name.name.slice(dot + 1)) : undefined);
  if (found !== undefined) return { found };
  const bare = sameSchema ? name.name.slice(dot + 1) : name.name;
  const hint = nearestHint(bare, index.names());
  return { mistake: mistakeAt(name.at, code, `The schema ${schema} has no ${kind} "${name.name}".${hint}`) };
}
