import { clearExtended, writeExtended } from "../mailboxes/index.ts";
import type { EwsCall } from "./call.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { readExtendedProperty } from "./extended-element.ts";
import { type PropertyPath, readPath } from "./paths.ts";
import { addressKey, addressParts, changeContact } from "./properties/contact-properties.ts";
import { itemSchemas, kindOfElement, propertyOf } from "./properties/item-schema.ts";
import { phoneNames } from "./properties/names.ts";
import type { Draft, ItemProperty, WriteContext } from "./properties/property.ts";
import { dictionaries, dictionaryOf } from "./shape.ts";
import { invalidSet, readAttachments, settle, writeContext } from "./write-item.ts";
import { childOf, childrenOf, type XmlElement } from "./xml.ts";

/** Applies the SetItemField, AppendToItemField and DeleteItemField of one item change. */
export async function applyUpdates(call: EwsCall, draft: Draft, updates: XmlElement): Promise<void> {
  const zone = childrenOf(updates, "SetItemField")
    .map((update) => childrenOf(update)[1])
    .find((item) => childOf(item, "StartTimeZone") ?? childOf(item, "MeetingTimeZone"));
  const context = writeContext(call, zone);
  for (const update of childrenOf(updates)) await applyUpdate(call, draft, update, context);
  settle(call, draft);
}

async function applyUpdate(call: EwsCall, draft: Draft, update: XmlElement, context: WriteContext): Promise<void> {
  const [pathElement, value] = childrenOf(update);
  if (!pathElement) throw schemaViolation(`The element '${update.name}' has incomplete content.`);
  const path = readPath(pathElement);
  if (update.name === "DeleteItemField") {
    clearPath(draft, path);
    return;
  }
  const isAppend = update.name === "AppendToItemField";
  if (!isAppend && update.name !== "SetItemField")
    throw schemaViolation(`The element 'Updates' has invalid child element '${update.name}'.`);
  const child = singleChild(draft, value, update.name);
  if (path.by === "extended") {
    if (isAppend) throw invalidAppend("");
    writeExtended(draft, readExtendedProperty(child));
    return;
  }
  if (path.by === "indexed") {
    setIndexed(draft, path.uri, child, context);
    return;
  }
  const property = requireProperty(draft, path.uri);
  if (property.element !== child.name) throw updateMismatch();
  if (isAppend) {
    if (!property.append) throw invalidAppend(path.uri);
    property.append(draft, child, context);
  } else if (property.element === "Attachments") {
    draft.attachments = await readAttachments(call, child);
  } else setWhole(draft, property, child, context);
}

/** A dictionary is replaced as a whole when it is set by its own name. */
function setWhole(draft: Draft, property: ItemProperty, child: XmlElement, context: WriteContext): void {
  if (!property.write || property.createOnly) throw invalidSet(property.uri);
  if (Object.values(dictionaries).includes(property.uri)) property.clear?.(draft);
  property.write(draft, child, context);
}

function setIndexed(draft: Draft, uri: string, child: XmlElement, context: WriteContext): void {
  const property = requireProperty(draft, dictionaryOf(uri) ?? uri);
  if (!property.write) throw invalidSet(uri);
  if (property.element !== child.name || childrenOf(child).length !== 1) throw updateMismatch();
  property.write(draft, child, context);
}

/** The one property in the item element of an update. */
function singleChild(draft: Draft, value: XmlElement | undefined, update: string): XmlElement {
  if (!value || !kindOfElement(value.name)) throw schemaViolation(`The element '${update}' has incomplete content.`);
  const kind = kindOfElement(value.name);
  const isSameKind = kind === draft.kind || itemSchemas[draft.kind].element === value.name || value.name === "Item";
  const children = childrenOf(value);
  const [child] = children;
  if (!child || children.length !== 1) {
    throw new EwsError(
      "ErrorIncorrectUpdatePropertyCount",
      "An object within a change description must contain one and only one property to modify.",
    );
  }
  // any item may carry the properties all items have, whatever element the client puts around them
  const isCommon = itemSchemas.message.properties.some(
    (one) => one.uri.startsWith("item:") && one.element === child.name,
  );
  if (!isSameKind && !isCommon && child.name !== "ExtendedProperty") throw notOfThisKind(child.name);
  return child;
}

function clearPath(draft: Draft, path: PropertyPath): void {
  if (path.by === "extended") {
    clearExtended(draft, path.key);
    return;
  }
  if (path.by === "indexed") {
    clearIndexed(draft, path.uri, path.index);
    return;
  }
  const property = requireProperty(draft, path.uri);
  if (!property.clear) {
    throw new EwsError("ErrorInvalidPropertyDelete", "Delete action is not supported for this property.", {
      values: { FieldURI: path.uri },
    });
  }
  property.clear(draft);
}

function clearIndexed(draft: Draft, uri: string, index: string): void {
  const { contact } = draft;
  if (!contact) throw notOfThisKind(uri);
  const slot = index.slice(-1);
  if (uri === "contacts:EmailAddress") changeContact(draft, { emails: without(contact.emails, slot) });
  else if (uri === "contacts:ImAddress") changeContact(draft, { imAddresses: without(contact.imAddresses, slot) });
  else if (uri === "contacts:PhoneNumber")
    changeContact(draft, { phones: without(contact.phones, phoneNames[index] ?? "") });
  else if (uri.startsWith("contacts:PhysicalAddress:")) {
    const part = addressParts.find(([element]) => uri.endsWith(`:${element}`))?.[1] ?? "";
    const key = addressKey(index);
    changeContact(draft, { addresses: { ...contact.addresses, [key]: without(contact.addresses[key] ?? {}, part) } });
  } else
    throw new EwsError("ErrorInvalidPropertyDelete", "Delete action is not supported for this property.", {
      values: { FieldURI: uri },
    });
}

function without<T extends object>(object: T, key: string): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}

function requireProperty(draft: Draft, uri: string): ItemProperty {
  const property = propertyOf(uri, draft.kind);
  if (property) return property;
  // the schema knows it and so does another kind of item, or Exchange alone
  throw notOfThisKind(uri);
}

function notOfThisKind(uri: string): EwsError {
  return new EwsError("ErrorInvalidPropertyRequest", "Property is not valid for this object type.", {
    values: { FieldURI: uri },
  });
}

function updateMismatch(): EwsError {
  return new EwsError(
    "ErrorUpdatePropertyMismatch",
    "The property in the change description does not match the one in the object.",
  );
}

function invalidAppend(uri: string): EwsError {
  return new EwsError("ErrorInvalidPropertyAppend", "Append action is invalid for property.", {
    values: { FieldURI: uri },
  });
}
