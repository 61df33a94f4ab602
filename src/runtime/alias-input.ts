import { type Mistake, nearestHint } from "#spi";
import type { RetryPolicy } from "../net/retry-policy.ts";
import type { AliasRecord } from "../store/store.ts";
import type { AliasInput } from "./use-cases.ts";

/** How a path or a saved activity names an alias where a connection is expected; no connection's name holds a colon. */
export const aliasPrefix = "alias:";

/** Letters, digits and underscores, as the integrations that use aliases have them. */
export const aliasName = /^[A-Za-z0-9_]{1,100}$/;

/** What is wrong with a definition, its connections apart. */
export function aliasMistakes(input: AliasInput, id: string, all: readonly AliasRecord[]): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  if (!aliasName.test(input.name)) mistakes.push(at("/name", "A name has 1 to 100 letters, digits and underscores."));
  if (input.parent !== undefined) mistakes.push(...parentMistakes(input.parent, id, all));
  return mistakes;
}

/** A family has so many generations at most. */
const generations = 50;
/** Names a hint looks at: each comparison costs time. */
const hintedNames = 500;

function parentMistakes(parent: string, id: string, all: readonly AliasRecord[]): readonly Mistake[] {
  const found = indexOf(all).byName.get(parent);
  if (found === undefined) {
    const names = all.filter((alias) => alias.id !== id).map(({ name }) => name);
    return [at("/parent", `There is no alias ${parent}.${nearestHint(parent, names.slice(0, hintedNames))}`)];
  }
  const line = lineage(found, all);
  if (line.some((alias) => alias.id === id))
    return [at("/parent", `${parent} is this alias or one of its children: that would be a circle.`)];
  return line.length < generations
    ? []
    : [at("/parent", `A family of aliases has ${generations} generations at most.`)];
}

/** An alias, its parent, its parent's parent … */
export function lineage(alias: AliasRecord, all: readonly AliasRecord[]): readonly AliasRecord[] {
  const { byId } = indexOf(all);
  const line = [alias];
  for (let at: AliasRecord | undefined = alias; at?.parentId !== undefined && line.length < generations; ) {
    at = byId.get(at.parentId);
    if (at === undefined || line.includes(at)) break;
    line.push(at);
  }
  return line;
}

interface AliasIndex {
  readonly byId: ReadonlyMap<string, AliasRecord>;
  readonly byName: ReadonlyMap<string, AliasRecord>;
}
const indexes = new WeakMap<readonly AliasRecord[], AliasIndex>();

function indexOf(all: readonly AliasRecord[]): AliasIndex {
  const known = indexes.get(all);
  if (known !== undefined) return known;
  const index = {
    byId: new Map(all.map((alias) => [alias.id, alias])),
    byName: new Map(all.map((alias) => [alias.name, alias])),
  };
  indexes.set(all, index);
  return index;
}

/** A stored policy: its shape was checked when it came. */
export const policyOf = (stored: NonNullable<AliasRecord["retryPolicy"]>): RetryPolicy =>
  stored as unknown as RetryPolicy;

const at = (pointer: string, detail: string): Mistake => ({ pointer, code: "INVALID_PROPERTY", detail });
