import type { ConnectionProperty, ConnectorDefinition, When } from "#spi";

type Schema = Record<string, unknown>;

/** A value that is, or holds, a variable reference: accepted by every property. */
const variableReference = { type: "string", pattern: "\\[[^\\[\\]{}]+(\\{[^}]*\\})?\\]", "x-variables": true };

/** The JSON Schema 2020-12 of a connector's form: rules as if/then, hints as x- members. */
export function connectionSchema(definition: ConnectorDefinition): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `${definition.displayName} connection`,
    description: definition.description,
    type: "object",
    properties: Object.fromEntries(
      definition.properties.map((property, index) => [property.key, fieldSchema(property, index)]),
    ),
    additionalProperties: false,
    required: definition.properties
      .filter(({ required, default: value }) => required === "always" && value === undefined)
      .map(({ key }) => key),
    allOf: definition.properties.flatMap((property) => rules(definition, property)),
    "x-groups": definition.propertyGroups,
  };
}

function fieldSchema(property: ConnectionProperty, index: number): Schema {
  const { visible, required, deprecated, since } = property;
  return {
    title: property.displayName,
    description: property.description,
    anyOf: [valueSchema(property), variableReference, { type: "null" }],
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

function valueSchema(property: ConnectionProperty): Schema {
  switch (property.type) {
    case "boolean":
      return { anyOf: [{ type: "boolean" }, { enum: ["true", "false"] }] };
    case "integer":
      return {
        anyOf: [
          {
            type: "integer",
            ...(property.minimum === undefined ? {} : { minimum: property.minimum }),
            ...(property.maximum === undefined ? {} : { maximum: property.maximum }),
          },
          { type: "string", pattern: "^-?\\d+$" },
        ],
      };
    case "enum":
      return { enum: (property.choices ?? []).map(({ value }) => value) };
    default:
      return property.secret
        ? {
            anyOf: [
              { type: "string" },
              { type: "object", properties: { isSet: { const: true } }, required: ["isSet"] },
            ],
          }
        : { type: "string" };
  }
}

function rules(definition: ConnectorDefinition, property: ConnectionProperty): readonly Schema[] {
  const condition = (when: When): Schema => conditionSchema(definition, when);
  const found: Schema[] = [];
  const { required, visible, key } = property;
  if (required !== undefined && required !== "always" && property.default === undefined)
    found.push({
      if: visible === undefined ? condition(required) : { allOf: [condition(visible), condition(required)] },
      then: present(key),
    });
  for (const choice of property.choices ?? [])
    if (choice.when !== undefined)
      found.push({
        if: { properties: { [key]: { const: choice.value } }, required: [key] },
        then: condition(choice.when),
      });
  return found;
}

const present = (key: string): Schema => ({ required: [key], properties: { [key]: { not: { enum: [null, ""] } } } });

/** A property left out counts as its default. */
function conditionSchema(definition: ConnectorDefinition, when: When): Schema {
  if ("all" in when) return { allOf: when.all.map((part) => conditionSchema(definition, part)) };
  if ("any" in when) return { anyOf: when.any.map((part) => conditionSchema(definition, part)) };
  if ("not" in when) return { not: conditionSchema(definition, when.not) };
  if ("isSet" in when) return present(when.isSet);
  const property = definition.properties.find(({ key }) => key === when.property);
  const stated = { properties: { [when.property]: { enum: when.in } }, required: [when.property] };
  const byDefault = property?.default !== undefined && when.in.includes(String(property.default));
  const conditional = (property?.defaultsWhen ?? []).filter(({ value }) => when.in.includes(String(value)));
  const absent = { not: { required: [when.property] } };
  const others = (property?.defaultsWhen ?? []).filter(({ value }) => !when.in.includes(String(value)));
  return {
    anyOf: [
      stated,
      ...(byDefault
        ? [{ allOf: [absent, ...others.map(({ when: other }) => ({ not: conditionSchema(definition, other) }))] }]
        : []),
      ...conditional.map(({ when: other }) => ({ allOf: [absent, conditionSchema(definition, other)] })),
    ],
  };
}
