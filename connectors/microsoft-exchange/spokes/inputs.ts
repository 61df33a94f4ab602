import { invalidQuery, type Value } from "#spi";
import { parseRecipients } from "../../common/recipients.ts";
import { clockInstant, requireIanaZone } from "../time/zones.ts";

/** The inputs of one call. */
export class Inputs {
  readonly values: Readonly<Record<string, Value>>;

  constructor(values: Readonly<Record<string, Value>>) {
    this.values = values;
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  /** Text of an input; absent and empty are the same. */
  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** Text of an input that must be there. Errors: INVALID_QUERY. */
  needed(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalidQuery(`${name} is empty.`, { target: name });
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.values[name];
    return typeof value === "boolean" ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.values[name];
    return typeof value === "number" ? value : undefined;
  }

  /** A list given as an array of texts, or as text with semicolons between. Errors: INVALID_QUERY. */
  list(name: string): readonly string[] | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return split(value);
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value as readonly string[];
    throw invalidQuery(`${name} takes an array of texts, or text with semicolons between.`, { target: name });
  }

  /** Addresses of people. Errors: INVALID_QUERY. */
  addresses(name: string): readonly string[] | undefined {
    const people = this.people(name);
    return people?.map(({ address }) => address);
  }

  /** People with or without a display name. Errors: INVALID_QUERY. */
  people(name: string): readonly { readonly address: string; readonly name?: string }[] | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return parseRecipients(value, name);
    if (!Array.isArray(value)) throw invalidQuery(`${name} takes an array of addresses.`, { target: name });
    return (value as readonly Value[]).flatMap((each) => {
      if (typeof each !== "string") throw invalidQuery(`${name} takes an array of addresses.`, { target: name });
      return parseRecipients(each, name);
    });
  }

  /** A time with `Z` or offset, or one on the clocks of a zone, as an instant in UTC. Errors: INVALID_QUERY. */
  instant(name: string, zone: string | undefined): string | undefined {
    const given = this.text(name);
    return given === undefined ? undefined : instantOf(given, zone, name);
  }
}

const split = (value: string): readonly string[] =>
  value
    .split(";")
    .map((each) => each.trim())
    .filter((each) => each !== "");

const clockForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/;

function instantOf(given: string, zone: string | undefined, name: string): string {
  const isClock = clockForm.test(given);
  const ms = Date.parse(isClock ? `${given.length === 10 ? `${given}T00:00` : given}Z` : given);
  if (Number.isNaN(ms) || (!isClock && !/[zZ]$|[+-]\d\d:?\d\d$/.test(given))) {
    throw invalidQuery(`${name}: "${given}" is no time such as 2031-05-04T09:00:00Z or 2031-05-04T09:00:00.`, {
      target: name,
    });
  }
  const at = isClock && zone !== undefined ? clockInstant(requireIanaZone(zone, "timeZone"), ms) : ms;
  return new Date(at).toISOString().replace(/\.000Z$/, "Z");
}
