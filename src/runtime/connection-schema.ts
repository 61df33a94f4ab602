import type { ConnectionProperty, ConnectorDefinition } from "#spi";
import {
  allOf,
  anyOf,
  ConditionSchemas,
  flagText,
  type JsonSchema,
  present,
  variableReference,
} from "./condition-schema.ts";

/** The JSON Schema 2020-12 of a connector's form: rules as if/then, hints as x- members. It accepts what `validate` does. */
export function connectionSchema(definition: ConnectorDefinition): JsonSchema {
  const { properties, jointRules } = definition;
  const conditions = new ConditionSchemas(properties);
  const refused = jointRules.filter(({ severity }) => severity === "error");
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `${definition.displayName} connection`,
    description: definition.description,
    type: "object",
    properties: Object.fromEntries(properties.map((property, index) => [property.key, fieldSchema(property, index)])),
    additionalProperties: false,
    required: properties.filter((property) => isAlwaysRequired(property)).map(({ key }) => key),
    allOf: [
      ...properties.flatMap((property) => rules(conditions, property)),
      ...refused.map(({ when, property, detail }) => ({
        not: conditions.print(when, "surely"),
        "x-property": property,
        "x-detail": detail,
      })),
    ],
    "x-groups": definition.propertyGroups,
  };
}

const isAlwaysRequired = ({ required, default: standard, defaultsWhen }: ConnectionProperty): boolean =>
  required === "always" && standard === undefined && defaultsWhen === undefined;

function fieldSchema(property: ConnectionProperty, index: number): JsonSchema {
  const { visible, required, deprecated, since } = property;
  return {
    title: property.displayName,
    description: property.description,
    anyOf: [...valueSchemas(property), variableReference, { enum: [null, ""] }],
    ...(property.default === undefined ? {} : { default: property.default }),
    ...(property.secret ? { writeOnly: true } : {}),
    ...(deprecated === undefined ? {} : { deprecated: true }),
    "x-group": property.group,
    "x-order": index,
    "x-advanced": property.advanced,
    "x-effect": typeof property.effect === "string" ? property.effect : "none",
    ...(visible === undefined ? {} : { "x-visible-when": visible }),
    ...(required === undefined || required === "always" ? {} : { "x-required-when": required }),
    ...(property.defaultsWhen === undefined ? {} : { "x-defaults-when": property.defaultsWhen }),
    ...(since === undefined ? {} : { "x-since": since }),
  };
}

/** A secret that stays as it is, the way it was shown. */
const keptSecret: JsonSchema = {
  type: "object",
  properties: { isSet: { const: true } },
  required: ["isSet"],
  additionalProperties: false,
};

function valueSchemas(property: ConnectionProperty): readonly JsonSchema[] {
  const { type, secret, minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = property;
  switch (type) {
    case "boolean":
      return [{ type: "boolean" }, flagText.true, flagText.false];
    case "integer":
      // A range cannot be stated for text, but for the sign: a number in quotes is checked by the service alone.
      return [
        { type: "integer", minimum, maximum },
        { type: "string", pattern: minimum < 0 ? "^\\s*-?\\d+\\s*$" : "^\\s*\\d+\\s*$" },
      ];
    case "enum":
      return [{ enum: (property.choices ?? []).map(({ value }) => value) }];
    default:
      return secret ? [{ type: "string" }, keptSecret] : [{ type: "string" }];
  }
}

/** When the property must be set, and when which choice may stand. */
function rules(conditions: ConditionSchemas, property: ConnectionProperty): readonly JsonSchema[] {
  const { key, required, visible, choices = [] } = property;
  const shown = visible === undefined ? [] : [conditions.print(visible, "perhaps")];
  const found: JsonSchema[] = [];
  if (required !== undefined && property.default === undefined) {
    const filled = anyOf([present(key), ...conditions.defaulted(key, () => true)]);
    if (required === "always") found.push(filled);
    else found.push({ if: allOf([...shown, conditions.print(required, "surely")]), then: filled });
  }
  for (const { value, when } of choices) {
    if (when === undefined) continue;
    const byDefault = conditions.defaulted(key, (standard) => String(standard) === value);
    const chosen = [
      conditions.stated({ property: key, in: [value] }, "surely"),
      ...byDefault.map((each) => allOf([...shown, each])),
    ];
    found.push({ if: anyOf(chosen), then: conditions.print(when, "perhaps") });
  }
  return found;
}
