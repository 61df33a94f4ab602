/** A condition over other properties, as data, so that validation, JSON Schema and docs print it alike. */
export type When =
  | { readonly property: string; readonly in: readonly string[] }
  | { readonly isSet: string }
  | { readonly all: readonly When[] }
  | { readonly any: readonly When[] }
  | { readonly not: When };

export type PropertyType = "string" | "boolean" | "integer" | "enum" | "file";

export interface Choice {
  readonly value: string;
  /** The choice is offered only when this holds; absent = always. */
  readonly when?: When;
  readonly description?: string;
}

/** One field of the connection form. Text values are kept as given; `null`, absent and "" mean not set. */
export interface ConnectionProperty {
  readonly key: string;
  readonly displayName: string;
  readonly group: string;
  readonly type: PropertyType;
  readonly secret: boolean;
  readonly description: string;
  readonly default?: string | boolean | number;
  readonly choices?: readonly Choice[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Shown and meaningful; a value set while not visible answers a warning. Absent = always. */
  readonly visible?: When;
  /** Must be set (a default counts). Absent = never. */
  readonly required?: When | "always";
  /** Belongs to the advanced part of the form. */
  readonly advanced: boolean;
  /** The host a credential goes to, or the trust in it: changing it clears secrets that are not sent again. */
  readonly movesCredentials?: boolean;
  /** Has an effect in this version, has none by nature (with the reason), or none yet: the last two answer a warning. */
  readonly effect: "active" | { readonly none: string } | "not-in-effect-yet";
  readonly since?: string;
  readonly deprecated?: string;
}

/** A rule over several properties that single-property rules cannot state. */
export interface JointRule {
  readonly when: When;
  readonly property: string;
  readonly detail: string;
  readonly severity: "error" | "warning";
}

export type PropertyValue = string | number | boolean;
/** Property values after variables, secrets still closed. */
export type PropertyValues = Readonly<Record<string, PropertyValue | import("./secret.ts").Secret | undefined>>;
