import { type PropertyValues, Secret } from "#spi";

/** Typed reads of settled property values: defaults are filled in and types checked before they come here. */
export class Values {
  readonly #values: PropertyValues;

  constructor(values: PropertyValues) {
    this.#values = values;
  }

  text(key: string): string | undefined {
    const value = this.#values[key];
    if (value === undefined || value instanceof Secret) return undefined;
    const text = String(value).trim();
    return text === "" ? undefined : text;
  }

  secret(key: string): Secret | undefined {
    const value = this.#values[key];
    return value instanceof Secret && !value.isEmpty ? value : undefined;
  }

  flag(key: string): boolean {
    return this.#values[key] === true;
  }

  integer(key: string): number | undefined {
    const value = this.#values[key];
    return typeof value === "number" ? value : undefined;
  }

  /** The parts of a list separated by any of the characters, blanks trimmed. */
  list(key: string, separators: RegExp): readonly string[] {
    return (this.text(key) ?? "")
      .split(separators)
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }
}

/** The key with the value where there is a value: optional members stay absent. */
export function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
