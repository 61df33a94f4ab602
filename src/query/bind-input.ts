import {
  type BoundProcedure,
  type Mistake,
  mistaken,
  nearestHint,
  type Parameter,
  type Procedure,
  type Value,
} from "#spi";
import { clockTime } from "./instant.ts";
import { indexByName } from "./names.ts";
import { mistakeAt, type NameAt, pointerMember, type ValueAt } from "./query.ts";
import { shown, typedValue } from "./typed-value.ts";

/** One input as the caller gave it. */
export interface GivenInput {
  readonly name: NameAt;
  readonly value: ValueAt;
}

/** The inputs of a JSON body with their pointers. */
export function inputsOfBody(input: Readonly<Record<string, unknown>>): readonly GivenInput[] {
  return Object.entries(input).map(([name, value]) => {
    const at = { pointer: `/input${pointerMember(name)}` };
    return { name: { name, at }, value: { value: (value ?? null) as Value, at } };
  });
}

/** Checks names, types and ranges of a procedure's inputs and fills in defaults. Throws every mistake at once. */
export function bindInput(procedure: Procedure, given: readonly GivenInput[], missingPointer?: string): BoundProcedure {
  const mistakes: Mistake[] = [];
  const index = indexByName(procedure.inputs);
  const input: Record<string, Value> = {};
  const seen = new Set<string>();
  for (const { name, value } of given) {
    const parameter = index.find(name.name);
    if (parameter === undefined) {
      const hint = nearestHint(name.name, index.names());
      mistakes.push(mistakeAt(name.at, "INVALID_QUERY", `${procedure.name} has no input "${name.name}".${hint}`));
      continue;
    }
    if (seen.has(parameter.name))
      mistakes.push(mistakeAt(name.at, "INVALID_QUERY", `${parameter.name} is given twice.`));
    seen.add(parameter.name);
    // NULL and no value are the same for an input.
    if (value.value === null) continue;
    const typed = typedInput(parameter, value.value);
    if ("mistake" in typed) mistakes.push(mistakeAt(value.at, "INVALID_QUERY", `${parameter.name}: ${typed.mistake}`));
    input[parameter.name] = "mistake" in typed ? null : typed.value;
  }
  for (const parameter of procedure.inputs) {
    if (Object.hasOwn(input, parameter.name)) continue;
    if (parameter.default !== undefined) input[parameter.name] = parameter.default;
    else if (parameter.required) mistakes.push(missing(procedure, parameter, missingPointer));
  }
  if (mistakes.length > 0) throw mistaken(mistakes);
  return { procedure, input };
}

function missing(procedure: Procedure, parameter: Parameter, pointer?: string): Mistake {
  const detail = `${procedure.name} needs the input ${parameter.name}: ${parameter.description}`;
  return { pointer: pointer ?? `/input${pointerMember(parameter.name)}`, code: "INVALID_QUERY", detail };
}

function typedInput(parameter: Parameter, value: Value): ReturnType<typeof typedValue> {
  if (parameter.orText === true && typeof value === "string") return { value };
  const typed = typedValue(parameter.type, value, parameter.allowed);
  if ("mistake" in typed) return typed;
  if (parameter.clock === true) return { value: clockTime(value, String(typed.value)) };
  const { minimum, maximum } = parameter;
  const isText = typeof typed.value === "string";
  const size = typeof typed.value === "string" ? typed.value.length : typed.value;
  if (typeof size !== "number") return typed;
  const what = isText ? "the length of the text" : "the value";
  if (minimum !== undefined && size < minimum)
    return { mistake: `${shown(value)}: ${what} must be at least ${minimum}.` };
  if (maximum !== undefined && size > maximum)
    return { mistake: `${shown(value)}: ${what} must be at most ${maximum}.` };
  return typed;
}
