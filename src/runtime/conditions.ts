import type { ConnectionProperty, When } from "#spi";

/** What a condition looks at: a text, number or flag; `"unknown"` is a value that a variable decides. */
export type Known = { readonly value: string | undefined } | "unknown";

/** True, false, or undefined when a variable decides. */
export type Truth = boolean | undefined;

/** Evaluates a rule in three-valued logic over the values a form has now. */
export function holds(when: When, lookUp: (property: string) => Known): Truth {
  if ("property" in when) {
    const known = lookUp(when.property);
    return known === "unknown" ? undefined : known.value !== undefined && when.in.includes(known.value);
  }
  if ("isSet" in when) {
    const known = lookUp(when.isSet);
    return known === "unknown" ? true : known.value !== undefined;
  }
  if ("not" in when) {
    const inner = holds(when.not, lookUp);
    return inner === undefined ? undefined : !inner;
  }
  if ("all" in when) return conjunction(when.all.map((part) => holds(part, lookUp)));
  const negated = conjunction(when.any.map((part) => negate(holds(part, lookUp))));
  return negate(negated);
}

const negate = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);

function conjunction(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

/** Looks values up with defaults filled in, conditional defaults included. */
export function valuesWithDefaults(
  properties: readonly ConnectionProperty[],
  given: (key: string) => Known,
): (key: string) => Known {
  const byKey = new Map(properties.map((property) => [property.key, property]));
  const settled = new Map<string, Known>();
  const settle = (key: string): Known => {
    const found = settled.get(key);
    if (found !== undefined) return found;
    const own = given(key);
    // Set before the rules are asked, so that rules which look at each other end.
    settled.set(key, own);
    if (own !== "unknown" && own.value === undefined) {
      const value = byKey.get(key) === undefined ? undefined : defaultOf(byKey.get(key)!, settle);
      settled.set(key, { value: value === undefined ? undefined : String(value) });
    }
    return settled.get(key)!;
  };
  return settle;
}

/** The default that holds now. */
export function defaultOf(property: ConnectionProperty, lookUp: (key: string) => Known): ConnectionProperty["default"] {
  const conditional = property.defaultsWhen?.find(({ when }) => holds(when, lookUp) === true);
  return conditional === undefined ? property.default : conditional.value;
}
