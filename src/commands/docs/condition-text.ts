import type { When } from "#spi";
import { code } from "./markdown.ts";

/** A rule in words: "`Schema` is `EWS` and `Server` is not set". */
export function conditionText(when: When): string {
  return print(simplified(when), false);
}

function print(when: When, isInner: boolean): string {
  if ("property" in when) return `${code(when.property)} is ${alternatives(when.in)}`;
  if ("isSet" in when) return `${code(when.isSet)} is set`;
  if ("not" in when) return negated(when.not);
  const [parts, word] = "all" in when ? [when.all, " and "] : [when.any, " or "];
  const text = parts.map((part) => print(part, true)).join(word);
  return isInner ? `(${text})` : text;
}

function negated(when: When): string {
  if ("property" in when) return `${code(when.property)} is not ${alternatives(when.in)}`;
  if ("isSet" in when) return `${code(when.isSet)} is not set`;
  return `not ${print(when, true)}`;
}

const alternatives = (values: readonly string[]): string => values.map(code).join("/");

/** The same rule with fewer words: no group within a group of its kind, one membership for each property of a group. */
export function simplified(when: When): When {
  if ("all" in when) return group(when.all.map(simplified), "all");
  if ("any" in when) return group(when.any.map(simplified), "any");
  if (!("not" in when)) return when;
  const inner = simplified(when.not);
  return "not" in inner ? inner.not : { not: inner };
}

type Kind = "all" | "any";
type Membership = Extract<When, { readonly property: string }>;

function group(given: readonly When[], kind: Kind): When {
  const parts = given.flatMap((part) => (kind in part ? (part as { [K in Kind]: readonly When[] })[kind] : [part]));
  const merged: When[] = [];
  for (const part of parts) {
    if (merged.some((other) => JSON.stringify(other) === JSON.stringify(part))) continue;
    const at = merged.findIndex((other) => propertyOf(other) !== undefined && propertyOf(other) === propertyOf(part));
    const both = at < 0 ? undefined : together(merged[at]!, part, kind);
    if (both === undefined) merged.push(part);
    else merged[at] = both;
  }
  const [first] = merged;
  return merged.length === 1 && first !== undefined ? first : ({ [kind]: merged } as unknown as When);
}

/** The property a membership, or the denial of one, is about. */
function propertyOf(when: When): string | undefined {
  const inner = "not" in when ? when.not : when;
  return "property" in inner ? inner.property : undefined;
}

/** Two statements on one property as one, where that is possible. */
function together(one: When, other: When, kind: Kind): Membership | undefined {
  if (kind === "any") {
    if (!("property" in one && "property" in other)) return undefined;
    return { property: one.property, in: [...new Set([...one.in, ...other.in])] };
  }
  const [stated, limit] = "property" in one ? [one, other] : [other, one];
  if (!("property" in stated)) return undefined;
  const isLeft = (value: string): boolean =>
    "property" in limit ? limit.in.includes(value) : !(limit as { not: Membership }).not.in.includes(value);
  return { property: stated.property, in: stated.in.filter(isLeft) };
}
