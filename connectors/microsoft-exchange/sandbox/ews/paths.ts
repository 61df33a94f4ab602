import { type ExtendedKey, type PropertySetName, propertySets } from "../mailboxes/index.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { isFieldUri } from "./field-uris.ts";
import type { XmlElement } from "./xml.ts";

/** A property as a request names it; the element is echoed where the answer must repeat it. */
export type PropertyPath =
  | { by: "field"; uri: string }
  | { by: "indexed"; uri: string; index: string }
  | { by: "extended"; key: ExtendedKey; type: string; element: XmlElement };

const indexedUris = new Set([
  "item:InternetMessageHeader",
  "contacts:ImAddress",
  "contacts:PhysicalAddress:Street",
  "contacts:PhysicalAddress:City",
  "contacts:PhysicalAddress:State",
  "contacts:PhysicalAddress:CountryOrRegion",
  "contacts:PhysicalAddress:PostalCode",
  "contacts:PhoneNumber",
  "contacts:EmailAddress",
  "distributionlist:Members:Member",
]);

const mapiTypes = new Set(
  "ApplicationTime ApplicationTimeArray Binary BinaryArray Boolean CLSID CLSIDArray Currency CurrencyArray Double DoubleArray Error Float FloatArray Integer IntegerArray Long LongArray Null Object ObjectArray Short ShortArray SystemTime SystemTimeArray String StringArray".split(
    " ",
  ),
);

/** Whether an element names a property. */
export function isPath(element: XmlElement): boolean {
  return ["FieldURI", "IndexedFieldURI", "ExtendedFieldURI"].includes(element.name);
}

/** Reads FieldURI, IndexedFieldURI or ExtendedFieldURI. */
export function readPath(element: XmlElement): PropertyPath {
  if (element.name === "ExtendedFieldURI") return readExtendedPath(element);
  const uri = element.attributes["FieldURI"];
  if (element.name === "FieldURI") {
    if (uri !== undefined && isFieldUri(uri)) return { by: "field", uri };
    throw schemaViolation(`The 'FieldURI' attribute is invalid - The value '${uri ?? ""}' is invalid.`);
  }
  const index = element.attributes["FieldIndex"];
  if (element.name !== "IndexedFieldURI") throw schemaViolation(`The element '${element.name}' is no property path.`);
  if (uri === undefined || index === undefined || !indexedUris.has(uri)) {
    throw schemaViolation(`The 'IndexedFieldURI' element is invalid - The value '${uri ?? ""}' is invalid.`);
  }
  return { by: "indexed", uri, index };
}

function readExtendedPath(element: XmlElement): PropertyPath {
  const { PropertyTag, PropertyType, PropertySetId, DistinguishedPropertySetId, PropertyName, PropertyId } =
    element.attributes;
  const type = PropertyType ?? "";
  if (!mapiTypes.has(type))
    throw schemaViolation(`The 'PropertyType' attribute is invalid - The value '${type}' is invalid.`);
  if (["Object", "ObjectArray", "Null", "Error"].includes(type))
    throw invalidExtended(`The property type ${type} cannot be used.`);
  if (PropertyTag !== undefined) {
    if (PropertySetId ?? DistinguishedPropertySetId ?? PropertyName ?? PropertyId) {
      throw invalidExtended("A property tag cannot be combined with a property set, name or id.");
    }
    return { by: "extended", key: { by: "tag", tag: readTag(PropertyTag) }, type, element };
  }
  const set = setOf(DistinguishedPropertySetId, PropertySetId);
  if ((PropertyName === undefined) === (PropertyId === undefined)) {
    throw invalidExtended("Exactly one of PropertyName and PropertyId goes with a property set.");
  }
  const key: ExtendedKey =
    PropertyName !== undefined
      ? { by: "name", set, name: PropertyName }
      : { by: "id", set, id: Number.parseInt(PropertyId ?? "", 10) };
  return { by: "extended", key, type, element };
}

function setOf(distinguished: string | undefined, guid: string | undefined): string {
  if ((distinguished === undefined) === (guid === undefined)) {
    throw invalidExtended("Exactly one of DistinguishedPropertySetId and PropertySetId is needed.");
  }
  if (guid !== undefined) {
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(guid)) return guid.toLowerCase();
    throw schemaViolation(`The 'PropertySetId' attribute is invalid - The value '${guid}' is invalid.`);
  }
  const known = propertySets[distinguished as PropertySetName];
  if (!known)
    throw schemaViolation(
      `The 'DistinguishedPropertySetId' attribute is invalid - The value '${distinguished ?? ""}' is invalid.`,
    );
  return known;
}

/** Tags come as hexadecimal or decimal property ids; those of the range of named properties have no fixed meaning. */
function readTag(text: string): number {
  const isHex = /^0x[0-9a-f]{1,4}$/i.test(text);
  const tag = isHex
    ? Number.parseInt(text.slice(2), 16)
    : /^\d{1,5}$/.test(text)
      ? Number.parseInt(text, 10)
      : Number.NaN;
  if (Number.isNaN(tag) || tag > 0xffff)
    throw schemaViolation(`The 'PropertyTag' attribute is invalid - The value '${text}' is invalid.`);
  if (tag >= 0x8000) throw invalidExtended("Property tags of 0x8000 and above are not allowed.");
  return tag;
}

function invalidExtended(message: string): EwsError {
  return new EwsError("ErrorInvalidExtendedProperty", message);
}
