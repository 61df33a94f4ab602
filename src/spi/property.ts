import type { Secret } from "./secret.ts";

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
  /** Defaults that depend on other properties; the first that holds wins over `default`. */
  readonly defaultsWhen?: readonly { readonly when: When; readonly value: string | boolean | number }[];
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

/** What the makers below let a declaration leave out. */
type Declaration = Omit<ConnectionProperty, "type" | "secret" | "advanced" | "effect"> &
  Partial<Pick<ConnectionProperty, "advanced" | "effect">>;

const declare = (type: PropertyType, secret: boolean, declaration: Declaration): ConnectionProperty => ({
  advanced: false,
  effect: "active",
  ...declaration,
  type,
  secret,
});

export const text = (declaration: Declaration): ConnectionProperty => declare("string", false, declaration);
export const secretText = (declaration: Declaration): ConnectionProperty => declare("string", true, declaration);
export const choice = (declaration: Declaration & { choices: readonly Choice[] }): ConnectionProperty =>
  declare("enum", false, declaration);
export const flag = (declaration: Declaration): ConnectionProperty => declare("boolean", false, declaration);
export const integer = (declaration: Declaration): ConnectionProperty => declare("integer", false, declaration);
/** A file under the folders the owner of the machine allows. */
export const file = (declaration: Declaration): ConnectionProperty => declare("file", false, declaration);
export const secretFile = (declaration: Declaration): ConnectionProperty => declare("file", true, declaration);

export const is = (property: string, ...values: readonly string[]): When => ({ property, in: values });
export const isSet = (property: string): When => ({ isSet: property });
export const all = (...conditions: readonly When[]): When => ({ all: conditions });
export const anyOf = (...conditions: readonly When[]): When => ({ any: conditions });
export const not = (condition: When): When => ({ not: condition });

export type PropertyValue = string | number | boolean;
/** Property values after variables, secrets still closed. */
export type PropertyValues = Readonly<Record<string, PropertyValue | Secret | undefined>>;
