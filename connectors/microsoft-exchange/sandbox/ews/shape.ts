import { type Item, type Mailbox, type Organisation, readExtended, writeMime } from "../mailboxes/index.ts";
import { readBoolean } from "./dates.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { extendedElement } from "./extended-element.ts";
import { type PropertyPath, readPath } from "./paths.ts";
import { addressParts } from "./properties/contact-properties.ts";
import { headerElements } from "./properties/item-properties.ts";
import { itemSchemas, propertyOf } from "./properties/item-schema.ts";
import type { ItemProperty, ReadContext } from "./properties/property.ts";
import { childOf, childrenOf, childText, t, type XmlElement } from "./xml.ts";

/** What a request wants to see of each item or folder. */
export interface Shape {
  base: "IdOnly" | "Default" | "AllProperties";
  bodyType: "Best" | "HTML" | "Text";
  includeMime: boolean;
  paths: readonly PropertyPath[];
  /** FieldURIs among the paths. */
  uris: ReadonlySet<string>;
}

export const idOnly: Shape = { base: "IdOnly", bodyType: "Best", includeMime: false, paths: [], uris: new Set() };

/** Reads ItemShape, FolderShape or AttachmentShape. */
export function readShape(element: XmlElement | undefined): Shape {
  const base = childText(element, "BaseShape") ?? "IdOnly";
  if (base !== "IdOnly" && base !== "Default" && base !== "AllProperties" && base !== "PcxPeopleSearch") {
    throw schemaViolation(`The 'BaseShape' element is invalid - The value '${base}' is invalid.`);
  }
  const bodyType = childText(element, "BodyType") ?? "Best";
  if (bodyType !== "Best" && bodyType !== "HTML" && bodyType !== "Text") {
    throw schemaViolation(`The 'BodyType' element is invalid - The value '${bodyType}' is invalid.`);
  }
  const paths = childrenOf(childOf(element, "AdditionalProperties")).map(readPath);
  return {
    base: base === "PcxPeopleSearch" ? "IdOnly" : base,
    bodyType,
    includeMime: readBoolean(childText(element, "IncludeMimeContent") ?? "false"),
    paths,
    uris: new Set(paths.flatMap((path) => (path.by === "field" ? [path.uri] : []))),
  };
}

/** Properties that only their own name brings, not AllProperties. */
const onlyByName = new Set([
  "MimeContent",
  "UniqueBody",
  "NormalizedBody",
  "TextBody",
  "StoreEntryId",
  "InstanceKey",
  "SearchKey",
  "Preview",
  "IconIndex",
  "ReminderNextTime",
  "DisplayBcc",
  "ConflictingMeetings",
  "AdjacentMeetings",
  "RecurrenceId",
  "StartWallClock",
  "EndWallClock",
  "Notes",
  "AccountName",
  "PhoneticFullName",
  "PhoneticFirstName",
  "PhoneticLastName",
]);

/** Prints items whole, as GetItem does. */
export async function printItem(
  item: Item,
  shape: Shape,
  mailbox: Mailbox,
  organisation: Organisation,
): Promise<XmlElement> {
  const wantsMime = shape.includeMime || shape.uris.has("item:MimeContent");
  const context: ReadContext = {
    mailbox,
    organisation,
    bodyType: shape.bodyType,
    isRow: false,
    ...(wantsMime ? { mime: await writeMime(item) } : {}),
  };
  return printed(item, shape, context);
}

/** Prints an item as a row of FindItem or SyncFolderItems: without bodies, recipients and attachments. */
export function printRow(item: Item, shape: Shape, mailbox: Mailbox, organisation: Organisation): XmlElement {
  return printed(item, shape, { mailbox, organisation, bodyType: shape.bodyType, isRow: true });
}

/** FindItem refuses some properties outright; others it leaves out. */
export function refuseForRows(shape: Shape): void {
  const refused = [...shape.uris].find((uri) => propertyOf(uri)?.only === "refused");
  if (refused === undefined && !shape.includeMime) return;
  throw new EwsError("ErrorInvalidPropertyForOperation", "The property cannot be used with this operation.", {
    values: { FieldURI: refused ?? "item:MimeContent" },
  });
}

function printed(item: Item, shape: Shape, context: ReadContext): XmlElement {
  const schema = itemSchemas[item.kind];
  const children: XmlElement[] = [];
  for (const property of schema.properties) {
    if (property.element === "ExtendedProperty") children.push(...extendedElements(item, shape, context));
    else children.push(...propertyElements(item, property, shape, context));
  }
  return t(schema.element, children);
}

function propertyElements(item: Item, property: ItemProperty, shape: Shape, context: ReadContext): XmlElement[] {
  if (context.isRow && property.only) return [];
  const isWanted = wants(item, property, shape, context);
  const entries = isWanted
    ? []
    : shape.paths.filter((path) => path.by === "indexed" && dictionaryOf(path.uri) === property.uri);
  if (!isWanted && entries.length === 0) return [];
  const value = property.read?.(item, context);
  if (value === undefined) return [];
  const elements = Array.isArray(value) ? value : [value];
  return isWanted ? elements : elements.flatMap((element) => narrowed(item, element, entries));
}

function wants(item: Item, property: ItemProperty, shape: Shape, context: ReadContext): boolean {
  if (property.element === "ItemId") return item.id !== "";
  if (shape.includeMime && property.element === "MimeContent") return true;
  if (shape.uris.has(property.uri)) return true;
  if (shape.base === "AllProperties") return !onlyByName.has(property.element);
  // the row shape of contacts lacks what only GetItem gives; everything else is the same list
  return (
    shape.base === "Default" &&
    itemSchemas[item.kind].defaults.includes(property.element) &&
    !(context.isRow && property.only !== undefined)
  );
}

/** The dictionary property an indexed path picks an entry of. */
export function dictionaryOf(indexedUri: string): string | undefined {
  return dictionaries[indexedUri.split(":").slice(0, 2).join(":")];
}

/** Those properties by the URI of their entries. */
export const dictionaries: Readonly<Record<string, string>> = {
  "contacts:EmailAddress": "contacts:EmailAddresses",
  "contacts:PhoneNumber": "contacts:PhoneNumbers",
  "contacts:ImAddress": "contacts:ImAddresses",
  "contacts:PhysicalAddress": "contacts:PhysicalAddresses",
  "item:InternetMessageHeader": "item:InternetMessageHeaders",
  "distributionlist:Members": "distributionlist:Members",
};

function narrowed(item: Item, whole: XmlElement, paths: readonly PropertyPath[]): XmlElement[] {
  const picks = paths.flatMap((path) => (path.by === "indexed" ? [path] : []));
  if (whole.name === "InternetMessageHeaders") {
    const names = picks.map((one) => one.index.toLowerCase());
    const kept = item.headers.filter(({ name }) => names.includes(name.toLowerCase()));
    return kept.length > 0 ? [t("InternetMessageHeaders", headerElements(kept))] : [];
  }
  const entries = childrenOf(whole).flatMap((entry) => {
    const own = picks.filter((one) => one.index === entry.attributes["Key"]);
    if (own.length === 0) return [];
    if (whole.name !== "PhysicalAddresses") return [entry];
    const parts = addressParts.map(([name]) => name).filter((name) => own.some((one) => one.uri.endsWith(`:${name}`)));
    return [{ ...entry, children: childrenOf(entry).filter((part) => parts.includes(part.name)) }];
  });
  return entries.length > 0 ? [{ ...whole, children: entries }] : [];
}

function extendedElements(item: Item, shape: Shape, { isRow }: ReadContext): XmlElement[] {
  return shape.paths.flatMap((path) => {
    if (path.by !== "extended") return [];
    const value = readExtended(item, path.key);
    return value && sameType(value.type, path.type) ? [extendedElement(path.element, value, isRow)] : [];
  });
}

/** A property exists by its tag and type: asked for under another type it is not there, whole numbers apart. */
function sameType(stored: string, wanted: string): boolean {
  const whole = ["Integer", "Long", "Short"];
  return stored === wanted || (whole.includes(stored) && whole.includes(wanted));
}
