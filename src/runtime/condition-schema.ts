import type { ConnectionProperty, When } from "#spi";
import { referencePattern } from "./references.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A value that is, or holds, a variable reference: accepted by every property. */
export const variableReference: JsonSchema = { type: "string", pattern: referencePattern, "x-variables": true };

/** Where a variable decides a condition it holds `perhaps`, but not `surely`. */
export type Certainty = "surely" | "perhaps";

const opposite: Readonly<Record<Certainty, Certainty>> = { surely: "perhaps", perhaps: "surely" };

/** Prints conditions over the properties of a form as JSON Schema: the same answers as `holds` over the same values. */
export class ConditionSchemas {
  readonly #properties: ReadonlyMap<string, ConnectionProperty>;

  constructor(properties: readonly ConnectionProperty[]) {
    this.#properties = new Map(properties.map((property) => [property.key, property]));
  }

  /** `within`: properties whose default is just being decided; rules that look at each other end there. */
  print(when: When, certainty: Certainty, within: readonly string[] = []): JsonSchema {
    if ("all" in when) return { allOf: when.all.map((part) => this.print(part, certainty, within)) };
    if ("any" in when) return { anyOf: when.any.map((part) => this.print(part, certainty, within)) };
    if ("not" in when) return { not: this.print(when.not, opposite[certainty], within) };
    if ("isSet" in when) return anyOf([present(when.isSet), ...this.#byDefault(when.isSet, () => true, within)]);
    return anyOf([
      this.stated(when, certainty),
      ...this.#byDefault(when.property, (value) => when.in.includes(String(value)), within),
    ]);
  }

  /** The property is given and has one of the values. */
  stated({ property: key, in: values }: Extract<When, { property: string }>, certainty: Certainty): JsonSchema {
    const undecided = certainty === "perhaps" ? [variableReference, { type: "object" }] : [];
    const one = anyOf([...valuesOf(this.#properties.get(key), values), ...undecided]);
    return { properties: { [key]: one }, required: [key] };
  }

  /** The property is left out and its default, as it is then, passes the test. */
  defaulted(key: string, passes: (value: unknown) => boolean): readonly JsonSchema[] {
    return this.#byDefault(key, passes, []);
  }

  #byDefault(key: string, passes: (value: unknown) => boolean, within: readonly string[]): readonly JsonSchema[] {
    const property = this.#properties.get(key);
    if (property === undefined || within.includes(key)) return [];
    const inside = [...within, key];
    const conditional = property.defaultsWhen ?? [];
    const absent = { not: present(key) };
    const cases = [...conditional, ...(property.default === undefined ? [] : [{ value: property.default }])];
    return cases.flatMap((each, index) => {
      if (!passes(each.value)) return [];
      const earlier = conditional.slice(0, index).map(({ when }) => ({ not: this.print(when, "surely", inside) }));
      const own = "when" in each ? [this.print(each.when, "surely", inside)] : [];
      return [allOf([absent, ...earlier, ...own])];
    });
  }
}

/** Not left out, not null and not empty. */
export const present = (key: string): JsonSchema => ({
  required: [key],
  properties: { [key]: { not: { enum: [null, ""] } } },
});

export const anyOf = (parts: readonly JsonSchema[]): JsonSchema => only(parts) ?? { anyOf: parts };
export const allOf = (parts: readonly JsonSchema[]): JsonSchema => only(parts) ?? { allOf: parts };

const only = (parts: readonly JsonSchema[]): JsonSchema | undefined => (parts.length === 1 ? parts[0] : undefined);

/** Flags in text, whatever their case. */
export const flagText = {
  true: { type: "string", pattern: "^[Tt][Rr][Uu][Ee]$" },
  false: { type: "string", pattern: "^[Ff][Aa][Ll][Ss][Ee]$" },
} as const satisfies Readonly<Record<string, JsonSchema>>;

/** Values as text, and as what they are. */
function valuesOf(property: ConnectionProperty | undefined, texts: readonly string[]): readonly JsonSchema[] {
  if (property?.type === "boolean")
    return texts.flatMap((text) =>
      text === "true" || text === "false" ? [{ const: text === "true" }, flagText[text]] : [],
    );
  return [{ enum: property?.type === "integer" ? [...texts, ...texts.map(Number)] : texts }];
}
