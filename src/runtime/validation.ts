import {
  type ConnectionProperty,
  type ConnectorDefinition,
  type Mistake,
  mistaken,
  nearest,
  nearestHint,
  type PropertyValue,
  type PropertyValues,
  Secret,
} from "#spi";
import { networkCause } from "../net/causes.ts";
import { pinWarnings } from "../net/pin.ts";
import { defaultOf, holds, type Known, valuesWithDefaults } from "./conditions.ts";
import { referencesIn } from "./references.ts";
import { readSecretInput } from "./secret-input.ts";
import type { PropertyReport, PropertyWarning, ValidationReport } from "./use-cases.ts";

type Given = Readonly<Record<string, unknown>>;
type Finding = { readonly code: "INVALID_PROPERTY"; readonly detail: string };
type Remark = { readonly code: string; readonly detail: string };

/** Checks the properties of a connection as a form shows them: every mistake at once, single and joint rules. */
export function validate(definition: ConnectorDefinition, given: Given): ValidationReport {
  const lookUp = valuesWithDefaults(definition.properties, knownOf(definition, given));
  const reports = definition.properties.map((property) => report(definition, property, given, lookUp));
  const properties = [...reports, ...unknownKeys(definition, given)];
  const errorCount = properties.reduce((count, { errors }) => count + errors.length, 0);
  return { errorCount, groups: definition.propertyGroups, properties };
}

/** What rules look at: a flag is `true` or `false`, however it was written. */
function knownOf({ properties }: ConnectorDefinition, given: Given): (key: string) => Known {
  const flags = new Set(properties.filter(({ type }) => type === "boolean").map(({ key }) => key));
  return (key) => known(flags.has(key) ? (asBoolean(given[key]) ?? given[key]) : given[key]);
}

/** A secret that stays (`{"isSet": true}`) is set; a text with a variable in it is decided later. */
function known(value: unknown): Known {
  if (value === undefined || value === null || value === "") return { value: undefined };
  if (value instanceof Secret) return value.isEmpty ? { value: undefined } : "unknown";
  if (typeof value === "object") return "unknown";
  return hasReference(value) ? "unknown" : { value: String(value) };
}

const hasReference = (value: unknown): boolean => typeof value === "string" && referencesIn(value).length > 0;

function report(
  definition: ConnectorDefinition,
  property: ConnectionProperty,
  given: Given,
  lookUp: (key: string) => Known,
): PropertyReport {
  const { key } = property;
  const isGiven = known(given[key]) === "unknown" || (known(given[key]) as { value?: string }).value !== undefined;
  const visible = property.visible === undefined || holds(property.visible, lookUp) !== false;
  const required =
    property.required === "always" ||
    (property.required !== undefined && visible && holds(property.required, lookUp) === true);
  const choices = choicesOf(property, lookUp);
  const joint = definition.jointRules.filter((rule) => rule.property === key && holds(rule.when, lookUp) === true);
  const errors = [
    ...(isGiven ? valueErrors(property, given[key], choices) : []),
    ...(isGiven ? [] : choiceOfDefault(property, lookUp, choices, visible)),
    ...(required && isMissing(lookUp(key)) ? [missing(definition, property)] : []),
    ...joint.filter(({ severity }) => severity === "error").map(({ detail }) => finding(detail)),
  ];
  const warnings = [
    ...(isGiven ? [...remarks(property, visible), ...trustRemarks(property, given[key])] : []),
    ...joint
      .filter(({ severity }) => severity === "warning")
      .map(({ detail }) => ({ code: "PROPERTY_COMBINATION", detail })),
  ];
  return { key, visible, required, ...(choices === undefined ? {} : { choices }), errors, warnings };
}

const finding = (detail: string): Finding => ({ code: "INVALID_PROPERTY", detail });
const isMissing = (value: Known): boolean => value !== "unknown" && value.value === undefined;

function choicesOf(property: ConnectionProperty, lookUp: (key: string) => Known): readonly string[] | undefined {
  return property.choices
    ?.filter(({ when }) => when === undefined || holds(when, lookUp) !== false)
    .map(({ value }) => value);
}

/** A default that the other properties rule out must be replaced by a choice of the designer's. */
function choiceOfDefault(
  property: ConnectionProperty,
  lookUp: (key: string) => Known,
  choices: readonly string[] | undefined,
  visible: boolean,
): readonly Finding[] {
  const value = lookUp(property.key);
  if (!visible || choices === undefined || value === "unknown" || value.value === undefined) return [];
  if (choices.length === 0 || choices.includes(value.value)) return [];
  return [
    finding(`${property.key}: the default ${value.value} does not go with the other properties. ${oneOf(choices)}`),
  ];
}

const oneOf = (choices: readonly string[]): string => `It is one of ${choices.join(", ")}.`;

function missing(definition: ConnectorDefinition, property: ConnectionProperty): Finding {
  return finding(`${property.key} (${property.displayName}) is required${reason(definition, property)}.`);
}

/** Names the properties whose values ask for this one. */
function reason(definition: ConnectorDefinition, property: ConnectionProperty): string {
  if (property.required === undefined || property.required === "always") return "";
  const names = new Set<string>();
  JSON.stringify(property.required, (member, value: unknown) => {
    if (member === "property" && typeof value === "string") names.add(value);
    return value;
  });
  const known = definition.properties.filter(({ key }) => names.has(key)).map(({ key }) => key);
  return known.length === 0 ? "" : ` with this ${known.join(" and ")}`;
}

function valueErrors(
  property: ConnectionProperty,
  value: unknown,
  choices: readonly string[] | undefined,
): readonly Finding[] {
  const { key } = property;
  if (value instanceof Secret || hasReference(value)) return [];
  if (property.secret && readSecretInput(value).wish === "keep") return [];
  switch (property.type) {
    case "boolean":
      return asBoolean(value) === undefined ? [finding(`${key} is true or false.`)] : [];
    case "integer":
      return integerErrors(property, value);
    case "enum":
      return choiceErrors(property, value, choices ?? []);
    default:
      return typeof value === "string" ? [] : [finding(`${key} is a text.`)];
  }
}

function integerErrors({ key, minimum, maximum }: ConnectionProperty, value: unknown): readonly Finding[] {
  const number = asInteger(value);
  if (number === undefined) return [finding(`${key} is a whole number.`)];
  if (minimum !== undefined && number < minimum) return [finding(`${key} is at least ${minimum}.`)];
  if (maximum !== undefined && number > maximum) return [finding(`${key} is at most ${maximum}.`)];
  return [];
}

function choiceErrors(
  { key, choices: every }: ConnectionProperty,
  value: unknown,
  choices: readonly string[],
): readonly Finding[] {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (typeof value === "string" && choices.includes(text)) return [];
  if (every?.some((choice) => choice.value === text)) {
    // Nothing goes with a property that is wrong itself: that one is the mistake.
    if (choices.length === 0) return [];
    return [finding(`${key} ${text} does not go with the other properties. ${oneOf(choices)}`)];
  }
  const near = nearest(text, choices);
  const hint = near === undefined ? "" : ` The nearest is "${near}".`;
  return [finding(`${key} has no choice "${text.slice(0, 100)}". ${oneOf(choices)}${hint}`)];
}

function remarks(property: ConnectionProperty, visible: boolean): readonly Remark[] {
  const { key, effect, deprecated } = property;
  const found: Remark[] = [];
  if (!visible)
    found.push({ code: "PROPERTY_NOT_USED", detail: `${key} is not used with the other properties as they are.` });
  if (effect === "not-in-effect-yet")
    found.push({ code: "PROPERTY_NOT_IN_EFFECT_YET", detail: `${key} is accepted, but not in effect yet.` });
  else if (effect !== "active")
    found.push({ code: "PROPERTY_WITHOUT_EFFECT", detail: `${key} has no effect here. ${effect.none}` });
  if (deprecated !== undefined) found.push({ code: "PROPERTY_DEPRECATED", detail: `${key}: ${deprecated}` });
  return found;
}

/** A trust that anybody, or anybody with time, can meet. */
function trustRemarks({ key }: ConnectionProperty, value: unknown): readonly Remark[] {
  const causes = typeof value === "string" ? pinWarnings(value).map(networkCause) : [];
  return causes
    .filter(({ property }) => property === key)
    .map(({ code, seen, fix }) => ({ code, detail: `${seen} ${fix}` }));
}

/** Every warning of a report with its property. */
export const warningsOf = ({ properties }: ValidationReport): readonly PropertyWarning[] =>
  properties.flatMap(({ key, warnings }) => warnings.map((warning) => ({ property: key, ...warning })));

function unknownKeys(definition: ConnectorDefinition, given: Given): readonly PropertyReport[] {
  const keys = definition.properties.map(({ key }) => key);
  const known = new Set(keys);
  return Object.keys(given)
    .filter((key) => !known.has(key))
    .map((key) => ({
      key,
      visible: false,
      required: false,
      errors: [finding(`There is no property "${key.slice(0, 100)}".${nearestHint(key, keys)}`)],
      warnings: [],
    }));
}

const asBoolean = (value: unknown): boolean | undefined => {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  const lower = value.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
};

const asInteger = (value: unknown): number | undefined => {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^-?\d+$/.test(value.trim())
        ? Number(value)
        : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
};

/**
 * The values a connector parses: checked again now that variables are resolved, defaults filled in, flags and numbers of
 * their type. Errors: INVALID_PROPERTY with every mistake at /properties/….
 */
export function settle(definition: ConnectorDefinition, values: PropertyValues): PropertyValues {
  const { properties } = validate(definition, values);
  const mistakes = properties.flatMap(({ key, errors }) =>
    errors.map(
      ({ code, detail }): Mistake => ({
        pointer: `/properties/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        code,
        detail,
      }),
    ),
  );
  if (mistakes.length > 0) {
    const target = properties.find(({ errors }) => errors.length > 0)?.key;
    throw mistaken(mistakes).with({ causeCode: "PROPERTIES_INVALID", ...(target === undefined ? {} : { target }) });
  }
  const lookUp = valuesWithDefaults(definition.properties, knownOf(definition, values));
  const settled: Record<string, PropertyValue | Secret | undefined> = {};
  for (const property of definition.properties) {
    const given = values[property.key];
    const isGiven = given !== undefined && given !== "" && !(given instanceof Secret && given.isEmpty);
    const value = isGiven ? given : defaultOf(property, lookUp);
    if (value !== undefined) settled[property.key] = typed(property, value);
  }
  return settled;
}

/** A variable that is secret may stand in a plain property: then the value is opened here, where its type is known. */
function typed(property: ConnectionProperty, value: PropertyValue | Secret): PropertyValue | Secret {
  if (property.secret) return value instanceof Secret ? value : new Secret(String(value));
  const plain = value instanceof Secret ? value.reveal() : value;
  if (property.type === "boolean") return asBoolean(plain) ?? plain;
  if (property.type === "integer") return asInteger(plain) ?? plain;
  return String(plain);
}
