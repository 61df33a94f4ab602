import type { ConnectionProperty, ConnectorDefinition } from "#spi";
import { conditionText } from "./condition-text.ts";
import { blocks, code, codes, table } from "./markdown.ts";

/** The properties of a connector, group by group, and the rules over several of them. */
export function propertyTables(definition: ConnectorDefinition): string {
  const groups = definition.propertyGroups.map((group) => {
    const properties = definition.properties.filter((property) => property.group === group);
    return blocks(`### ${group}`, table(heads, properties.map(row)));
  });
  const rules = definition.jointRules.map(
    ({ property, when, detail, severity }) =>
      `- ${code(property)} (${severity}), when ${conditionText(when)}: ${detail}`,
  );
  return blocks(...groups, "### Rules over several properties", rules.join("\n"));
}

const heads = ["Property", "Meaning", "Type", "Default", "Choices", "Required", "Used when", "Effect"];

function row(property: ConnectionProperty): readonly string[] {
  const { key, displayName, description, advanced, since, deprecated } = property;
  const marks = [
    displayName === key ? "" : displayName,
    advanced ? "advanced" : "",
    since === undefined ? "" : `since ${since}`,
  ];
  const note = marks.filter((mark) => mark !== "").join(", ");
  return [
    note === "" ? code(key) : `${code(key)} (${note})`,
    deprecated === undefined ? description : `${description} Deprecated: ${deprecated}`,
    type(property),
    defaults(property),
    choices(property),
    required(property),
    property.visible === undefined ? "" : conditionText(property.visible),
    effect(property),
  ];
}

function type({ type: kind, secret, minimum, maximum }: ConnectionProperty): string {
  const range = minimum === undefined && maximum === undefined ? "" : ` ${minimum ?? "…"} to ${maximum ?? "…"}`;
  return `${secret ? "secret " : ""}${kind}${range}`;
}

function defaults({ default: standard, defaultsWhen = [] }: ConnectionProperty): string {
  const conditional = defaultsWhen.map(({ when, value }) => `${code(String(value))} when ${conditionText(when)}`);
  const general = standard === undefined ? [] : [`${conditional.length > 0 ? "else " : ""}${code(String(standard))}`];
  return [...conditional, ...general].join("; ");
}

function choices({ choices: offered = [] }: ConnectionProperty): string {
  const byCondition = Map.groupBy(offered, ({ when }) => (when === undefined ? "" : conditionText(when)));
  return [...byCondition]
    .map(([when, same]) => codes(same.map(({ value }) => value)) + (when === "" ? "" : ` when ${when}`))
    .join("; ");
}

function required({ required: rule }: ConnectionProperty): string {
  if (rule === undefined) return "";
  return rule === "always" ? "always" : `when ${conditionText(rule)}`;
}

function effect({ effect: kind }: ConnectionProperty): string {
  if (kind === "active") return "";
  return kind === "not-in-effect-yet" ? "not in effect yet" : `none: ${kind.none}`;
}
