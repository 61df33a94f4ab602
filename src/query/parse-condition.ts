import { type Mistake, nearestHint, type Operator, operators, type Value } from "#spi";
import { mistakeAt, type NamedCondition, type Place, pointerMember, type ValueAt } from "./query.ts";

/** Deeper conditions are refused; no builder nests so far and every later walk recurses. */
export const conditionDepthLimit = 50;
const operatorNames = new Map<string, Operator>([...operators.map((name) => [name, name] as const), ["!=", "<>"]]);

/** Reads the `where` of a body; reports every mistake and answers undefined when there was one. */
export function parseCondition(where: unknown, pointer: string, mistakes: Mistake[]): NamedCondition | undefined {
  return readNode(where, pointer, mistakes, 0);
}

function readNode(node: unknown, pointer: string, mistakes: Mistake[], depth: number): NamedCondition | undefined {
  const refuse = (detail: string, at = pointer): undefined => {
    mistakes.push(mistakeAt({ pointer: at }, "INVALID_QUERY", detail));
  };
  if (depth > conditionDepthLimit) return refuse(`Conditions are nested more than ${conditionDepthLimit} deep.`);
  if (typeof node !== "object" || node === null || Array.isArray(node)) {
    return refuse('A condition is {"column", "operator", "value"}, or {"and": [...]}, {"or": [...]} or {"not": ...}.');
  }
  const members = node as Readonly<Record<string, unknown>>;
  const names = Object.keys(members);
  if (names.length === 1 && (names[0] === "and" || names[0] === "or")) {
    return readList(names[0], members[names[0]], `${pointer}/${names[0]}`, mistakes, depth);
  }
  if (names.length === 1 && names[0] === "not") {
    const not = readNode(members["not"], `${pointer}/not`, mistakes, depth + 1);
    return not && { not };
  }
  const unknown = names.filter((name) => name !== "column" && name !== "operator" && name !== "value");
  for (const name of unknown) {
    refuse(`A comparison has no member "${name}".`, `${pointer}${pointerMember(name)}`);
  }
  return unknown.length > 0 ? undefined : readComparison(members, pointer, mistakes);
}

function readList(
  kind: "and" | "or",
  list: unknown,
  pointer: string,
  mistakes: Mistake[],
  depth: number,
): NamedCondition | undefined {
  if (!Array.isArray(list) || list.length === 0) {
    mistakes.push(mistakeAt({ pointer }, "INVALID_QUERY", `"${kind}" takes a list of at least one condition.`));
    return undefined;
  }
  const parts = list.map((part, index) => readNode(part, `${pointer}/${index}`, mistakes, depth + 1));
  const good = parts.filter((part) => part !== undefined);
  if (good.length < parts.length) return undefined;
  return kind === "and" ? { and: good } : { or: good };
}

function readComparison(
  members: Readonly<Record<string, unknown>>,
  pointer: string,
  mistakes: Mistake[],
): NamedCondition | undefined {
  const { column, operator: written } = members;
  const before = mistakes.length;
  const refuse = (detail: string, at: string) => mistakes.push(mistakeAt({ pointer: at }, "INVALID_QUERY", detail));
  if (typeof column !== "string") refuse('A comparison names its "column".', `${pointer}/column`);
  const operator = operatorNames.get(String(written).trim().replaceAll(/\s+/g, " ").toUpperCase());
  if (typeof written !== "string" || operator === undefined) {
    const hint = typeof written === "string" ? nearestHint(written, operators) : ` They are ${operators.join(", ")}.`;
    refuse(`Unknown operator.${hint}`, `${pointer}/operator`);
    return undefined;
  }
  const hasValue = Object.hasOwn(members, "value") && members["value"] !== undefined;
  const values = readValues(operator, hasValue, members["value"] as Value, `${pointer}/value`, mistakes);
  if (mistakes.length > before || values === undefined) return undefined;
  const at: Place = { pointer };
  return { column: { name: column as string, at: { pointer: `${pointer}/column` } }, operator, values, at };
}

function readValues(
  operator: Operator,
  hasValue: boolean,
  value: Value,
  pointer: string,
  mistakes: Mistake[],
): readonly ValueAt[] | undefined {
  const refuse = (detail: string): undefined => {
    mistakes.push(mistakeAt({ pointer }, "INVALID_QUERY", detail));
  };
  if (operator === "IS NULL" || operator === "IS NOT NULL") {
    return hasValue && value !== null ? refuse(`${operator} takes no value.`) : [];
  }
  if (!hasValue) return refuse(`${operator} needs a value.`);
  if (operator !== "IN" && operator !== "NOT IN" && operator !== "BETWEEN") return [{ value, at: { pointer } }];
  if (!Array.isArray(value)) return refuse(`${operator} takes an array of values.`);
  if (operator === "BETWEEN" && value.length !== 2) return refuse("BETWEEN takes an array of two values.");
  if (value.length === 0) return refuse(`${operator} takes an array of at least one value.`);
  return value.map((element: Value, index) => ({ value: element, at: { pointer: `${pointer}/${index}` } }));
}
