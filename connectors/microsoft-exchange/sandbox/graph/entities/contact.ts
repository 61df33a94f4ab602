import type {
  ContactDetails,
  EmailAddress,
  Item,
  ItemFields,
  PhoneKey,
  PostalAddress,
  SlotKey,
} from "../../mailboxes/index.ts";
import { etagOf, folderIdOf, idOf, mailboxOf } from "../call.ts";
import { expandExtended, printExtended, writeExtended } from "../extended-property-ids.ts";
import { CONTACT_RULES } from "../odata/filter-rules.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import type { Shape } from "../shape.ts";
import { invalidProperty, printEmailAddress, printInstant, readEmailAddress } from "../values.ts";

const slots: readonly SlotKey[] = ["1", "2", "3"];

/** Text members Graph and the mailboxes name alike or nearly so. */
const texts: Readonly<Record<string, keyof ContactDetails & string>> = {
  assistantName: "assistantName",
  businessHomePage: "businessHomePage",
  companyName: "companyName",
  department: "department",
  displayName: "displayName",
  fileAs: "fileAs",
  generation: "generation",
  givenName: "givenName",
  initials: "initials",
  jobTitle: "jobTitle",
  manager: "manager",
  middleName: "middleName",
  nickName: "nickname",
  officeLocation: "officeLocation",
  profession: "profession",
  spouseName: "spouseName",
  surname: "surname",
  title: "title",
  yomiCompanyName: "yomiCompanyName",
  yomiGivenName: "yomiGivenName",
  yomiSurname: "yomiSurname",
};

const phoneLists: Readonly<Record<string, readonly PhoneKey[]>> = {
  businessPhones: ["businessPhone", "businessPhone2"],
  homePhones: ["homePhone", "homePhone2"],
};

const addresses: Readonly<Record<string, "business" | "home" | "other">> = {
  businessAddress: "business",
  homeAddress: "home",
  otherAddress: "other",
};

const details = (item: Item): ContactDetails | undefined => item.contact;

/** How contacts are shown. */
export const contactShape: Shape<Item> = {
  type: "contact",
  etag: (item, call) => etagOf(mailboxOf(call), item),
  rules: CONTACT_RULES,
  unsortable: ["photo"],
  members: {
    id: (item, call) => idOf(call, item),
    createdDateTime: (item) => printInstant(item.createdAt),
    lastModifiedDateTime: (item) => printInstant(item.modifiedAt),
    changeKey: (item, call) => mailboxOf(call).changeKeyOf(item),
    categories: (item) => item.categories,
    parentFolderId: (item) => (item.folderId === "" ? null : folderIdOf(item.folderId)),
    birthday: (item) => printInstant(item.contact?.birthday),
    ...Object.fromEntries(Object.entries(texts).map(([name, own]) => [name, (item: Item) => details(item)?.[own]])),
    mobilePhone: (item) => item.contact?.phones.mobilePhone,
    ...Object.fromEntries(
      Object.entries(phoneLists).map(([name, keys]) => [
        name,
        (item: Item) => present(keys.map((key) => item.contact?.phones[key])),
      ]),
    ),
    imAddresses: (item) => present(slots.map((slot) => item.contact?.imAddresses[slot])),
    children: (item) => item.contact?.children ?? [],
    personalNotes: (item) => item.body?.content ?? "",
    emailAddresses: (item) => present(slots.map((slot) => item.contact?.emails[slot])).map(printEmailAddress),
    primaryEmailAddress: (item) => emailIn(item, "1"),
    secondaryEmailAddress: (item) => emailIn(item, "2"),
    tertiaryEmailAddress: (item) => emailIn(item, "3"),
    ...Object.fromEntries(
      Object.entries(addresses).map(([name, key]) => [
        name,
        (item: Item) => printAddress(item.contact?.addresses[key]),
      ]),
    ),
  },
  expanders: {
    singleValueExtendedProperties: (item, _call, { filter }) => expandExtended(item.extended, filter, false),
    multiValueExtendedProperties: (item, _call, { filter }) => expandExtended(item.extended, filter, true),
    extensions: () => [],
  },
  searchables: { singleValueExtendedProperties: (item) => printExtended(item.extended, false) },
};

/** Writes a body's members to a contact; the display name is made anew unless the body gives one. */
export function applyContact(draft: ItemFields, body: JsonObject, isNew: boolean): void {
  const contact = copyOf(draft.contact);
  draft.extended = new Map(draft.extended);
  for (const [name, value] of Object.entries(body)) {
    const own = texts[name];
    if (own !== undefined) setText(contact, own, value);
    else memberSetters[name]?.(contact, value, draft);
  }
  // "Later updates to other properties may cause an automatically generated value to overwrite the displayName."
  if (!("displayName" in body)) regenerateName(contact, isNew);
  if (contact.fileAs === undefined && isNew) setText(contact, "fileAs", fileAsOf(contact));
  draft.contact = contact;
  draft.subject = contact.displayName ?? contact.fileAs ?? "";
}

type MemberSetter = (contact: ContactDetails, value: unknown, draft: ItemFields) => void;

const memberSetters: Readonly<Record<string, MemberSetter>> = {
  categories: (_contact, value, draft) => {
    draft.categories = [...(value as string[])];
  },
  birthday: (contact, value) => {
    if (value === null) delete contact.birthday;
    else contact.birthday = new Date(String(value));
  },
  mobilePhone: (contact, value) => setPhone(contact, "mobilePhone", value),
  businessPhones: (contact, value) => setPhones(contact, "businessPhones", value),
  homePhones: (contact, value) => setPhones(contact, "homePhones", value),
  imAddresses: (contact, value) => {
    contact.imAddresses = inSlots("imAddresses", value as string[]);
  },
  children: (contact, value) => {
    contact.children = [...(value as string[])];
  },
  personalNotes: (_contact, value, draft) => {
    draft.body = { type: "text", content: value === null ? "" : String(value) };
  },
  emailAddresses: (contact, value) => {
    contact.emails = inSlots<EmailAddress>("emailAddresses", (value as unknown[]).map(readEmailAddress));
  },
  primaryEmailAddress: (contact, value) => setEmail(contact, "1", value),
  secondaryEmailAddress: (contact, value) => setEmail(contact, "2", value),
  tertiaryEmailAddress: (contact, value) => setEmail(contact, "3", value),
  businessAddress: (contact, value) => setAddress(contact, "business", value),
  homeAddress: (contact, value) => setAddress(contact, "home", value),
  otherAddress: (contact, value) => setAddress(contact, "other", value),
  singleValueExtendedProperties: (_contact, value, draft) => writeExtended(draft.extended, value),
  multiValueExtendedProperties: (_contact, value, draft) => writeExtended(draft.extended, value),
};

function copyOf(contact: ContactDetails | undefined): ContactDetails {
  const source = contact ?? { companies: [], emails: {}, phones: {}, addresses: {}, imAddresses: {}, children: [] };
  return {
    ...source,
    emails: { ...source.emails },
    phones: { ...source.phones },
    addresses: { ...source.addresses },
    imAddresses: { ...source.imAddresses },
  };
}

function setText(contact: ContactDetails, name: keyof ContactDetails & string, value: unknown): void {
  if (value === null || value === undefined) delete contact[name];
  else Object.assign(contact, { [name]: String(value) });
}

function setPhone(contact: ContactDetails, key: PhoneKey, value: unknown): void {
  if (value === null || value === undefined) delete contact.phones[key];
  else contact.phones[key] = String(value);
}

function setPhones(contact: ContactDetails, name: string, value: unknown): void {
  const keys = phoneLists[name] ?? [];
  const list = value as string[];
  if (list.length > keys.length) throw invalidProperty(`${name} takes ${keys.length} entries.`);
  for (const [index, key] of keys.entries()) setPhone(contact, key, list[index]);
}

function inSlots<T>(name: string, list: readonly T[]): Partial<Record<SlotKey, T>> {
  if (list.length > slots.length) throw invalidProperty(`${name} takes ${slots.length} entries.`);
  return Object.fromEntries(list.map((one, index) => [slots[index], one]));
}

function setEmail(contact: ContactDetails, slot: SlotKey, value: unknown): void {
  if (value === null) delete contact.emails[slot];
  else contact.emails[slot] = readEmailAddress(value);
}

function setAddress(contact: ContactDetails, key: "business" | "home" | "other", value: unknown): void {
  if (value === null) {
    delete contact.addresses[key];
    return;
  }
  const given = value as Record<keyof PostalAddress, string | null | undefined>;
  const merged: PostalAddress = { ...contact.addresses[key] };
  for (const part of ["street", "city", "state", "countryOrRegion", "postalCode"] as const) {
    if (!(part in given)) continue;
    const text = given[part];
    if (text === null || text === undefined) delete merged[part];
    else merged[part] = text;
  }
  contact.addresses[key] = merged;
}

function regenerateName(contact: ContactDetails, isNew: boolean): void {
  const { title, givenName, middleName, surname, generation } = contact;
  const made = [title, givenName, middleName, surname, generation].filter(Boolean).join(" ");
  if (made !== "") contact.displayName = made;
  else if (isNew && contact.companyName) contact.displayName = contact.companyName;
}

function fileAsOf({ givenName, surname, companyName, displayName }: ContactDetails): string | undefined {
  if (surname && givenName) return `${surname}, ${givenName}`;
  return surname ?? givenName ?? companyName ?? displayName;
}

function printAddress(address: PostalAddress | undefined): Record<string, string> {
  const entries = Object.entries(address ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}

function emailIn(item: Item, slot: SlotKey): unknown {
  const one = item.contact?.emails[slot];
  return one === undefined ? null : printEmailAddress(one);
}

function present<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((one) => one !== undefined);
}
