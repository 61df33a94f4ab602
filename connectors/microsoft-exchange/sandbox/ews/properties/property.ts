import type { EmailAddress, Item, ItemFields, ItemKind, Mailbox, Organisation } from "../../mailboxes/index.ts";
import { printDate, readBoolean, readDate, readInteger } from "../dates.ts";
import { schemaViolation } from "../ews-error.ts";
import { childOf, childrenOf, childText, t, textOf, type XmlElement } from "../xml.ts";

/** A stored item, or one that is being made and has no id yet. */
export type Draft = ItemFields & Partial<Item> & { kind: ItemKind };

/** What printing an item needs to know besides the item. */
export interface ReadContext {
  readonly mailbox: Mailbox;
  readonly organisation: Organisation;
  readonly bodyType: "Best" | "HTML" | "Text";
  /** The item as MIME, when it was asked for. */
  readonly mime?: Buffer;
  /** Rows of FindItem: recipients have no addresses. */
  readonly isRow: boolean;
}

/** What reading a request's values needs to know. */
export interface WriteContext {
  readonly mailbox: Mailbox;
  readonly organisation: Organisation;
  readonly timeZone: string | undefined;
}

export type Comparable = string | number | boolean | Date | readonly string[];

/** One property of an item: how it is printed, set, cleared, appended to and compared. */
export interface ItemProperty {
  readonly uri: string;
  readonly element: string;
  readonly read?: (item: Item, context: ReadContext) => XmlElement | XmlElement[] | undefined;
  readonly write?: (draft: Draft, element: XmlElement, context: WriteContext) => void;
  readonly clear?: (draft: Draft) => void;
  readonly append?: (draft: Draft, element: XmlElement, context: WriteContext) => void;
  /** Absent: cannot be searched or sorted by. */
  readonly value?: (item: Item) => Comparable | undefined;
  readonly only?: Only;
  /** CreateItem takes it, UpdateItem does not. */
  readonly createOnly?: true;
}

/** "item": left out of FindItem rows; "refused": FindItem refuses it. */
export type Only = "item" | "refused";

/** Options of the makers below. */
interface Options {
  readonly only?: Only;
  readonly createOnly?: true;
  readonly clear?: (draft: Draft) => void;
}

type Get<T> = (item: Draft) => T | undefined;
type Set<T> = (draft: Draft, value: T) => void;

export function text(
  uri: string,
  element: string,
  get: Get<string>,
  set?: Set<string>,
  options: Options = {},
): ItemProperty {
  return {
    uri,
    element,
    read: (item) => printed(element, get(item)),
    value: (item) => get(item),
    ...(set ? { write: (draft, value) => set(draft, textOf(value)) } : {}),
    ...options,
  };
}

export function flag(
  uri: string,
  element: string,
  get: Get<boolean>,
  set?: Set<boolean>,
  options: Options = {},
): ItemProperty {
  return {
    uri,
    element,
    read: (item) => printed(element, get(item)?.toString()),
    value: (item) => get(item),
    ...(set ? { write: (draft, value) => set(draft, readBoolean(textOf(value))) } : {}),
    ...options,
  };
}

export function integer(
  uri: string,
  element: string,
  get: Get<number>,
  set?: Set<number>,
  options: Options = {},
): ItemProperty {
  return {
    uri,
    element,
    read: (item) => printed(element, get(item)?.toString()),
    value: (item) => get(item),
    ...(set ? { write: (draft, value) => set(draft, readInteger(textOf(value))) } : {}),
    ...options,
  };
}

export function date(
  uri: string,
  element: string,
  get: Get<Date>,
  set?: Set<Date>,
  options: Options = {},
): ItemProperty {
  return {
    uri,
    element,
    read: (item) => {
      const at = get(item);
      return printed(element, at && printDate(at));
    },
    value: (item) => get(item),
    ...(set ? { write: (draft, value, context) => set(draft, readDate(textOf(value), context.timeZone)) } : {}),
    ...options,
  };
}

/** A choice whose EWS and neutral names are paired by a table. */
export function choice<T extends string>(
  uri: string,
  element: string,
  names: Readonly<Record<string, T>>,
  get: Get<T>,
  set?: Set<T>,
  options: Options = {},
): ItemProperty {
  const printedNames = new Map(Object.entries(names).map(([ews, neutral]) => [neutral, ews]));
  return {
    uri,
    element,
    read: (item) => {
      const value = get(item);
      return printed(element, value && printedNames.get(value));
    },
    value: (item) => {
      const value = get(item);
      return value && printedNames.get(value);
    },
    ...(set ? { write: (draft, value) => set(draft, chosen(names, element, textOf(value))) } : {}),
    ...options,
  };
}

export function chosen<T extends string>(names: Readonly<Record<string, T>>, element: string, value: string): T {
  const neutral = names[value.trim()];
  if (neutral === undefined)
    throw schemaViolation(`The '${element}' element is invalid - The value '${value}' is invalid.`);
  return neutral;
}

/** A list of texts as `<t:String>` elements. */
export function texts(
  uri: string,
  element: string,
  get: Get<string[]>,
  set?: Set<string[]>,
  options: Options = {},
): ItemProperty {
  return {
    uri,
    element,
    read: (item) => {
      const list = get(item) ?? [];
      return list.length > 0
        ? t(
            element,
            list.map((one) => t("String", one)),
          )
        : undefined;
    },
    value: (item) => get(item),
    ...(set
      ? {
          write: (draft, value) => set(draft, childrenOf(value, "String").map(textOf)),
          clear: (draft) => set(draft, []),
        }
      : {}),
    ...options,
  };
}

/** A list of mailboxes; only whole items show it. */
export function people(
  uri: string,
  element: string,
  get: (item: Draft) => EmailAddress[],
  set?: Set<EmailAddress[]>,
): ItemProperty {
  const read = (item: Item, { organisation }: ReadContext) => {
    const list = get(item);
    return list.length > 0
      ? t(
          element,
          list.map((one) => mailboxElement("Mailbox", one, organisation)),
        )
      : undefined;
  };
  if (!set) return { uri, element, read, only: "item" };
  return {
    uri,
    element,
    read,
    only: "item",
    write: (draft, value) => set(draft, childrenOf(value, "Mailbox").map(readMailbox)),
    append: (draft, value) => set(draft, [...get(draft), ...childrenOf(value, "Mailbox").map(readMailbox)]),
    clear: (draft) => set(draft, []),
  };
}

/** A single mailbox; rows show its name only. */
export function person(
  uri: string,
  element: string,
  get: Get<EmailAddress>,
  set?: Set<EmailAddress>,
  clear?: (draft: Draft) => void,
): ItemProperty {
  return {
    uri,
    element,
    read: (item, context) => {
      const one = get(item);
      if (!one) return undefined;
      const mailbox = context.isRow
        ? t("Mailbox", t("Name", one.name ?? one.address ?? ""))
        : mailboxElement("Mailbox", one, context.organisation);
      return t(element, mailbox);
    },
    value: (item) => get(item)?.name ?? get(item)?.address,
    ...(set ? { write: (draft, value) => set(draft, readMailbox(requiredChild(value, "Mailbox"))) } : {}),
    ...(clear ? { clear } : {}),
  };
}

/** A mailbox with what the directory knows of it. */
export function mailboxElement(name: string, one: EmailAddress, organisation: Organisation): XmlElement {
  const { address } = one;
  return t(
    name,
    t("Name", one.name ?? address ?? ""),
    address ? t("EmailAddress", address) : undefined,
    address ? t("RoutingType", one.routingType ?? "SMTP") : undefined,
    t("MailboxType", one.itemId === undefined ? mailboxTypeOf(address ?? "", organisation) : "Contact"),
    one.itemId === undefined ? undefined : t("ItemId", { Id: one.itemId }),
  );
}

export function readMailbox(element: XmlElement): EmailAddress {
  const name = childText(element, "Name");
  const address = childText(element, "EmailAddress");
  const routingType = childText(element, "RoutingType");
  const itemId = childOf(element, "ItemId")?.attributes["Id"];
  return {
    ...(name ? { name } : address ? { name: address } : {}),
    ...(address ? { address } : {}),
    ...(routingType ? { routingType } : {}),
    ...(itemId ? { itemId } : {}),
  };
}

export function requiredChild(element: XmlElement, name: string): XmlElement {
  const child = childOf(element, name);
  if (!child) throw schemaViolation(`The element '${element.name}' lacks its required child '${name}'.`);
  return child;
}

function mailboxTypeOf(address: string, organisation: Organisation): string {
  if (organisation.account(address)) return "Mailbox";
  return organisation.list(address) ? "PublicDL" : "OneOff";
}

function printed(element: string, value: string | undefined): XmlElement | undefined {
  return value === undefined ? undefined : t(element, value);
}
