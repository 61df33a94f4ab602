import { invalidQuery, type PropertyValue, Secret } from "#spi";
import { pointerPart } from "./json-pointer.ts";
import { type Reference, referencesIn, replaceReferences, soleReference } from "./references.ts";
import type { Call } from "./use-cases.ts";
import {
  missingIn,
  type UnresolvedMistake,
  unresolved,
  unresolvedError,
  type VariableResolver,
  type VariableValue,
} from "./variable-resolver.ts";

type Body = Readonly<Record<string, unknown>>;
type Known = ReadonlyMap<string, VariableValue>;

/** Literals of SQL text, and what looks like one but is none: quoted and bracketed names, comments. */
const sqlParts = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g;
/** These members are numbers; a stored variable is text. */
const numericMembers = new Set(["limit", "offset", "pageSize"]);

/**
 * A saved body with the values of variables. In SQL text they stand in string literals only, doubled quotes included:
 * outside of literals brackets quote names, and no value may become a part of the statement. What comes with the call
 * (rows, input) is data and not looked at. Errors: INVALID_PROPERTY (VARIABLE_UNRESOLVED), INVALID_QUERY.
 */
export async function resolveBody(call: Call, body: Body, variables: VariableResolver): Promise<Body> {
  const texts = [...textsOf(body, "")];
  const names = [...new Set(texts.flatMap(({ text }) => referencesIn(text).map(({ name }) => name)))];
  if (names.length === 0) return replacedBody(body, new Map());
  const known = await variables.valuesOf(call, names);
  const missing = texts.flatMap(({ pointer, text }) =>
    missingIn(text, known).map((name): UnresolvedMistake => unresolved(pointer, pointer.slice(1), name)),
  );
  if (missing.length > 0) throw unresolvedError(missing);
  for (const [name, value] of known)
    if (value instanceof Secret) throw invalidQuery(`The variable ${name} is secret and cannot stand in an activity.`);
  return replacedBody(body, known);
}

function* textsOf(value: unknown, pointer: string): Generator<{ readonly pointer: string; readonly text: string }> {
  if (typeof value === "string") yield* pointer === "/sql" ? literalsOf(value, pointer) : [{ pointer, text: value }];
  else if (typeof value === "object" && value !== null)
    for (const [key, member] of Object.entries(value)) yield* textsOf(member, `${pointer}/${pointerPart(key)}`);
}

const literalsOf = (sql: string, pointer: string) =>
  (sql.match(sqlParts) ?? []).filter((part) => part.startsWith("'")).map((text) => ({ pointer, text }));

function replacedBody(body: Body, known: Known): Body {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === "sql" && typeof value === "string") return [key, replacedSql(value, known)];
      const replaced = replacedValue(value, known);
      return [key, numericMembers.has(key) && typeof replaced === "string" ? numberOf(key, replaced) : replaced];
    }),
  );
}

function replacedValue(value: unknown, known: Known): unknown {
  if (typeof value === "string") return replacedText(value, known);
  if (Array.isArray(value)) return value.map((item) => replacedValue(item, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replacedValue(member, known)]));
}

function replacedText(text: string, known: Known): PropertyValue {
  const sole = soleReference(text);
  if (sole !== undefined) return plain(sole, known);
  return replaceReferences(text, (reference) => String(plain(reference, known)));
}

const replacedSql = (sql: string, known: Known): string =>
  sql.replace(sqlParts, (part) =>
    part.startsWith("'")
      ? replaceReferences(part, (reference) => String(plain(reference, known)).replaceAll("'", "''"))
      : part,
  );

/** Secrets were refused before. */
function plain({ name, fallback }: Reference, known: Known): PropertyValue {
  const value = known.get(name);
  return value === undefined || value instanceof Secret ? (fallback ?? "") : value;
}

function numberOf(key: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0)
    throw invalidQuery(`${key} is a whole number; its variable has another value.`, { target: key });
  return value;
}
