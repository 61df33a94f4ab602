import type { Value } from "#spi";

/** Compact JSON text with the members of objects sorted by name: equal values have equal text. */
export function jsonText(value: Value | undefined): string {
  if (value === undefined || typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  const members = value as { readonly [member: string]: Value };
  const names = Object.keys(members)
    .filter((name) => members[name] !== undefined)
    .sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${jsonText(members[name])}`).join(",")}}`;
}
