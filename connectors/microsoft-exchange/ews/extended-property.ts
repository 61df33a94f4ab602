import { invalidQuery, type Value } from "#spi";
import type { ElementReader } from "./element-reader.ts";
import type { CallState } from "./response-messages.ts";
import { element, leaf, type Xml } from "./write-xml.ts";

/** MapiPropertyTypeType (types.xsd) without what has no value. */
const types = [
  "ApplicationTime",
  "Binary",
  "Boolean",
  "CLSID",
  "Currency",
  "Double",
  "Float",
  "Integer",
  "Long",
  "Short",
  "SystemTime",
  "String",
].flatMap((type) => (type === "Boolean" ? [type] : [type, `${type}Array`]));

/** DistinguishedPropertySetType: property sets Exchange knows by name. */
const sets = [
  "Meeting",
  "Appointment",
  "Common",
  "PublicStrings",
  "Address",
  "InternetHeaders",
  "CalendarAssistant",
  "UnifiedMessaging",
  "Task",
  "Sharing",
];

/** A MAPI property: `String 0x001A`, `Integer {guid} Id 0x8102`, `String PublicStrings Name x`. */
export interface ExtendedProperty {
  /** As it was given: what rows show. */
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const form =
  /^(\w+)\s+(?:(0x[0-9a-f]{1,8}|\d{1,10})|(\{?[0-9a-f-]{36}\}?|[a-z]+)\s+(?:(?:Name\s+(.+))|(?:Id\s+(0x[0-9a-f]{1,8}|\d{1,10}))))$/is;

const named = (list: readonly string[], name: string): string | undefined =>
  list.find((each) => each.toLowerCase() === name.toLowerCase());

/** Reads a property's id. Errors: INVALID_QUERY. */
export function extendedProperty(id: string, about: string): ExtendedProperty {
  const wrong = (detail: string) => invalidQuery(`${about}: ${detail}`, { target: about });
  const match = form.exec(id.trim());
  if (match === null)
    throw wrong(`"${id}" is no property; give Type 0xTAG, Type {guid} Name x or Type {guid} Id 0x8102.`);
  const [, typeGiven = "", tag, set, name, number] = match;
  const type = named(types, typeGiven);
  if (type === undefined) throw wrong(`"${typeGiven}" is none of the types ${types.join(", ")}.`);
  if (tag !== undefined) {
    const value = Number(tag);
    // Above lie the ids of named properties, which differ from mailbox to mailbox.
    if (value >= 0x8000) throw wrong(`${tag} is the number of a named property: give its set and Name or Id instead.`);
    return { id, type, attributes: { PropertyTag: `0x${value.toString(16).padStart(4, "0")}`, PropertyType: type } };
  }
  const known = named(sets, set ?? "");
  const isGuid = /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i.test(set ?? "");
  if (known === undefined && !isGuid) throw wrong(`"${set}" is neither a GUID nor one of ${sets.join(", ")}.`);
  const setAttribute: Record<string, string> =
    known === undefined
      ? { PropertySetId: (set ?? "").replace(/[{}]/g, "").toLowerCase() }
      : { DistinguishedPropertySetId: known };
  const nameAttribute: Record<string, string> =
    name === undefined ? { PropertyId: String(Number(number)) } : { PropertyName: name };
  return { id, type, attributes: { ...setAttribute, ...nameAttribute, PropertyType: type } };
}

/** `t:ExtendedFieldURI`. */
export const extendedField = ({ attributes }: ExtendedProperty): Xml => element("t:ExtendedFieldURI", attributes);

/** What two spellings of one property have in common. */
function keyOf(attributes: Readonly<Record<string, string>>): string {
  const tag = attributes["PropertyTag"];
  const at = tag === undefined ? "" : String(Number(tag) & 0xffff);
  const parts = ["DistinguishedPropertySetId", "PropertySetId", "PropertyName", "PropertyId"];
  return [at, ...parts.map((part) => (attributes[part] ?? "").toLowerCase())].join("\n");
}

/** `t:ExtendedProperty` with a value; of array types a JSON array as text. Errors: INVALID_QUERY. */
export function extendedValue(property: ExtendedProperty, value: Value, about: string): Xml {
  const isArray = property.type.endsWith("Array");
  const content = isArray
    ? element(
        "t:Values",
        undefined,
        arrayOf(value, about).map((each) => leaf("t:Value", each, { about })),
      )
    : leaf("t:Value", String(value), { about });
  return element("t:ExtendedProperty", undefined, extendedField(property), content);
}

function arrayOf(value: Value, about: string): string[] {
  const wrong = () =>
    invalidQuery(`${about}: a property of an Array type takes a JSON array as text.`, { target: about });
  let values: unknown;
  try {
    values = JSON.parse(String(value));
  } catch (cause) {
    throw wrong().with({ cause });
  }
  if (!Array.isArray(values)) throw wrong();
  return values.map(String);
}

/** One value as it stands in an answer. */
export interface ExtendedFound {
  readonly key: string;
  value: string | null;
  readonly values: string[];
}

/** Reads the extended properties of an item; `found` gives the list of the item being read. */
export function readExtended<S extends CallState>(item: ElementReader<S>, found: (state: S) => ExtendedFound[]): void {
  const property = item.child("ExtendedProperty");
  const last = (state: S): ExtendedFound | undefined => found(state).at(-1);
  property.child("ExtendedFieldURI").onOpen((state, attributes) => {
    found(state).push({ key: keyOf(attributes), value: null, values: [] });
  });
  property.child("Value").onText((state, text) => {
    const each = last(state);
    if (each !== undefined) each.value = text;
  });
  property.at(["Values", "Value"]).onText((state, text) => {
    last(state)?.values.push(text);
  });
}

/** The value of a property among those found: text, or for array types JSON text; undefined when the item has none. */
export function extendedText(property: ExtendedProperty, found: readonly ExtendedFound[]): string | undefined {
  const key = keyOf(property.attributes);
  const one = found.find((each) => each.key === key);
  if (one === undefined) return undefined;
  return property.type.endsWith("Array") ? JSON.stringify(one.values) : (one.value ?? "");
}
