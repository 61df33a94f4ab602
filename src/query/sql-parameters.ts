import { type Mistake, mistaken, nearestHint, type Value } from "#spi";
import { mistakeAt, pointerMember, type ValueAt } from "./query.ts";
import { placeAt, sqlError, type Token } from "./sql-tokens.ts";

/** Values for the parameters of SQL text: an array for `?`, an object for `:name` (or `@name`). */
export type SqlParameters = readonly Value[] | Readonly<Record<string, Value>>;

/** Gives the value of the parameter that stands at an offset of the text. */
export interface ParameterValues {
  at(offset: number): ValueAt;
}

/**
 * Pairs the parameters of the text with the values given. Throws every missing and every unused one at once.
 * `tokens` are those of kind "parameter" that stand for values.
 */
export function pairParameters(
  text: string,
  tokens: readonly Token[],
  given: SqlParameters | undefined,
): ParameterValues {
  const values = new Map<number, ValueAt>();
  const mistakes: Mistake[] = [];
  const used = new Set<string>();
  let ordinal = 0;
  for (const token of tokens) {
    const key = token.value === "?" ? String(ordinal++) : token.value.slice(1);
    const value = givenValue(given, key, token.value === "?");
    used.add(key);
    if (value === undefined)
      mistakes.push(mistakeAt(placeAt(text, token.start), "INVALID_QUERY", missing(token.value, given)));
    else values.set(token.start, { value, at: { pointer: `/parameters${pointerMember(key)}` } });
  }
  for (const key of Object.keys(given ?? {})) {
    if (used.has(key)) continue;
    const detail = `The SQL text does not use this parameter.`;
    mistakes.push(mistakeAt({ pointer: `/parameters${pointerMember(key)}` }, "INVALID_QUERY", detail));
  }
  if (mistakes.length > 0) throw mistaken(mistakes);
  return {
    at(offset) {
      const value = values.get(offset);
      if (value === undefined) throw sqlError(text, offset, "A parameter cannot stand here.");
      return value;
    },
  };
}

function givenValue(given: SqlParameters | undefined, key: string, isOrdinal: boolean): Value | undefined {
  if (given === undefined || Array.isArray(given) !== isOrdinal || !Object.hasOwn(given, key)) return undefined;
  return (given as Readonly<Record<string, Value>>)[key];
}

function missing(parameter: string, given: SqlParameters | undefined): string {
  if (parameter === "?") return 'Each ? takes its value from "parameters", an array with as many values.';
  const hint = given === undefined || Array.isArray(given) ? "" : nearestHint(parameter.slice(1), Object.keys(given));
  return `${parameter} takes its value from "parameters", an object with a member "${parameter.slice(1)}".${hint}`;
}
