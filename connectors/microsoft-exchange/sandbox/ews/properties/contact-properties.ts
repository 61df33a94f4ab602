import {
  type AddressKey,
  type ContactDetails,
  emptyContact,
  type PhoneKey,
  type PostalAddress,
  readExtended,
  type SlotKey,
} from "../../mailboxes/index.ts";
import { schemaViolation } from "../ews-error.ts";
import { childrenOf, t, textOf, type XmlElement } from "../xml.ts";
import { addressNames, phoneNames } from "./names.ts";
import { choice, type Draft, date, flag, type ItemProperty, people, person, text, texts } from "./property.ts";

/** Changes a contact by a copy, so that stored ones stay whole. */
export function changeContact(draft: Draft, change: Partial<ContactDetails>): void {
  draft.contact = { ...(draft.contact ?? emptyContact()), ...change };
}

type TextKey = {
  [K in keyof ContactDetails]-?: string extends NonNullable<ContactDetails[K]>
    ? NonNullable<ContactDetails[K]> extends string
      ? K
      : never
    : never;
}[keyof ContactDetails];

/** A plain text member of a contact. */
function contactText(element: string, key: TextKey): ItemProperty {
  return text(
    `contacts:${element}`,
    element,
    (i) => i.contact?.[key],
    (d, v) => changeContact(d, { [key]: v }),
    { clear: (d) => removeKey(d, key) },
  );
}

function removeKey(draft: Draft, key: keyof ContactDetails): void {
  if (!draft.contact) return;
  const { [key]: _, ...rest } = draft.contact;
  draft.contact = rest as ContactDetails;
}

function keyOf(entry: XmlElement, element: string): string {
  const key = entry.attributes["Key"];
  if (key === undefined) throw schemaViolation(`The required attribute 'Key' is missing in '${element}'.`);
  return key;
}

function slotOf(key: string, prefix: string): SlotKey {
  const slot = key.startsWith(prefix) ? key.slice(prefix.length) : "";
  if (slot === "1" || slot === "2" || slot === "3") return slot;
  throw schemaViolation(`The 'Key' attribute is invalid - The value '${key}' is invalid.`);
}

const fileAsNames = [
  "None",
  "LastCommaFirst",
  "FirstSpaceLast",
  "Company",
  "LastCommaFirstCompany",
  "CompanyLastFirst",
  "LastFirst",
  "LastFirstCompany",
  "CompanyLastCommaFirst",
  "LastFirstSuffix",
  "LastSpaceFirstCompany",
  "CompanyLastSpaceFirst",
  "LastSpaceFirst",
  "DisplayName",
  "FirstName",
  "LastFirstMiddleSuffix",
  "LastName",
  "Empty",
];

const emailAddresses: ItemProperty = {
  uri: "contacts:EmailAddresses",
  element: "EmailAddresses",
  read: ({ contact }) => {
    const entries = Object.entries(contact?.emails ?? {}).filter(([, one]) => one.address !== undefined);
    if (entries.length === 0) return undefined;
    const print = ([slot, one]: (typeof entries)[number]) =>
      t(
        "Entry",
        {
          Key: `EmailAddress${slot}`,
          Name: one.name ?? one.address,
          RoutingType: one.routingType ?? "SMTP",
          MailboxType: "Contact",
        },
        one.address,
      );
    return t("EmailAddresses", entries.map(print));
  },
  write: (draft, element) => {
    const emails = { ...draft.contact?.emails };
    for (const entry of childrenOf(element, "Entry")) {
      const { Name, RoutingType } = entry.attributes;
      const address = textOf(entry);
      const slot = slotOf(keyOf(entry, "EmailAddresses"), "EmailAddress");
      emails[slot] = {
        ...emails[slot],
        address,
        name: Name ?? emails[slot]?.name ?? address,
        routingType: RoutingType ?? "SMTP",
      };
      if (address === "") delete emails[slot];
    }
    changeContact(draft, { emails });
  },
  clear: (draft) => changeContact(draft, { emails: {} }),
  value: (item) => Object.values(item.contact?.emails ?? {}).map((one) => one.address ?? ""),
};

const phoneNumbers: ItemProperty = {
  uri: "contacts:PhoneNumbers",
  element: "PhoneNumbers",
  read: ({ contact }) => {
    const entries = Object.entries(phoneNames).flatMap(([Key, key]) => {
      const number = contact?.phones[key];
      return number === undefined ? [] : [t("Entry", { Key }, number)];
    });
    return entries.length > 0 ? t("PhoneNumbers", entries) : undefined;
  },
  write: (draft, element) => {
    const phones = { ...draft.contact?.phones };
    for (const entry of childrenOf(element, "Entry")) phones[phoneKey(keyOf(entry, "PhoneNumbers"))] = textOf(entry);
    changeContact(draft, { phones });
  },
  clear: (draft) => changeContact(draft, { phones: {} }),
  value: (item) => Object.values(item.contact?.phones ?? {}),
};

function phoneKey(key: string): PhoneKey {
  const known = phoneNames[key];
  if (!known) throw schemaViolation(`The 'Key' attribute is invalid - The value '${key}' is invalid.`);
  return known;
}

const imAddresses: ItemProperty = {
  uri: "contacts:ImAddresses",
  element: "ImAddresses",
  read: ({ contact }) => {
    const entries = Object.entries(contact?.imAddresses ?? {});
    return entries.length > 0
      ? t(
          "ImAddresses",
          entries.map(([slot, value]) => t("Entry", { Key: `ImAddress${slot}` }, value)),
        )
      : undefined;
  },
  write: (draft, element) => {
    const all = { ...draft.contact?.imAddresses };
    for (const entry of childrenOf(element, "Entry"))
      all[slotOf(keyOf(entry, "ImAddresses"), "ImAddress")] = textOf(entry);
    changeContact(draft, { imAddresses: all });
  },
  clear: (draft) => changeContact(draft, { imAddresses: {} }),
  value: (item) => Object.values(item.contact?.imAddresses ?? {}),
};

/** Elements of a postal address with the member each one is. */
export const addressParts: readonly (readonly [element: string, key: keyof PostalAddress])[] = [
  ["Street", "street"],
  ["City", "city"],
  ["State", "state"],
  ["CountryOrRegion", "countryOrRegion"],
  ["PostalCode", "postalCode"],
];

const physicalAddresses: ItemProperty = {
  uri: "contacts:PhysicalAddresses",
  element: "PhysicalAddresses",
  read: ({ contact }) => {
    const entries = Object.entries(addressNames).flatMap(([Key, key]) => {
      const address = contact?.addresses[key];
      if (!address || Object.values(address).every((part) => part === undefined)) return [];
      const parts = addressParts.flatMap(([element, part]) =>
        address[part] === undefined ? [] : [t(element, address[part])],
      );
      return [t("Entry", { Key }, parts)];
    });
    return entries.length > 0 ? t("PhysicalAddresses", entries) : undefined;
  },
  write: (draft, element) => {
    const addresses = { ...draft.contact?.addresses };
    for (const entry of childrenOf(element, "Entry")) {
      const key = addressKey(keyOf(entry, "PhysicalAddresses"));
      const address = { ...addresses[key] };
      for (const part of childrenOf(entry)) {
        const known = addressParts.find(([name]) => name === part.name);
        if (!known) throw schemaViolation(`The element 'Entry' has invalid child element '${part.name}'.`);
        address[known[1]] = textOf(part);
      }
      addresses[key] = address;
    }
    changeContact(draft, { addresses });
  },
  clear: (draft) => changeContact(draft, { addresses: {} }),
  value: (item) =>
    Object.values(item.contact?.addresses ?? {}).flatMap((one) =>
      Object.values(one).filter((part) => part !== undefined),
    ),
};

export function addressKey(key: string): AddressKey {
  const known = addressNames[key];
  if (!known) throw schemaViolation(`The 'Key' attribute is invalid - The value '${key}' is invalid.`);
  return known;
}

const completeName: ItemProperty = {
  uri: "contacts:CompleteName",
  element: "CompleteName",
  read: (item) => {
    const { contact } = item;
    if (!contact) return undefined;
    const title = readExtended(item, { by: "tag", tag: 0x3a45 })?.value;
    const rows: [string, string | undefined][] = [
      ["Title", typeof title === "string" ? title : undefined],
      ["FirstName", contact.givenName],
      ["MiddleName", contact.middleName],
      ["LastName", contact.surname],
      ["Suffix", contact.generation],
      ["Initials", contact.initials],
      ["FullName", contact.displayName],
      ["Nickname", contact.nickname],
      ["YomiFirstName", contact.yomiGivenName],
      ["YomiLastName", contact.yomiSurname],
    ];
    const parts = rows.flatMap(([name, value]) => (value === undefined ? [] : [t(name, value)]));
    return parts.length > 0 ? t("CompleteName", parts) : undefined;
  },
};

/** Properties of contacts, in schema order. */
export const contactProperties: readonly ItemProperty[] = [
  contactText("FileAs", "fileAs"),
  choice(
    "contacts:FileAsMapping",
    "FileAsMapping",
    Object.fromEntries(fileAsNames.map((name) => [name, name])),
    (i) => i.contact?.fileAsMapping,
    (d, v) => changeContact(d, { fileAsMapping: v }),
    { clear: (d) => removeKey(d, "fileAsMapping") },
  ),
  contactText("DisplayName", "displayName"),
  contactText("GivenName", "givenName"),
  contactText("Initials", "initials"),
  contactText("MiddleName", "middleName"),
  contactText("Nickname", "nickname"),
  completeName,
  contactText("CompanyName", "companyName"),
  emailAddresses,
  physicalAddresses,
  phoneNumbers,
  contactText("AssistantName", "assistantName"),
  date(
    "contacts:Birthday",
    "Birthday",
    (i) => i.contact?.birthday,
    (d, v) => changeContact(d, { birthday: v }),
    { clear: (d) => removeKey(d, "birthday") },
  ),
  contactText("BusinessHomePage", "businessHomePage"),
  texts(
    "contacts:Children",
    "Children",
    (i) => i.contact?.children,
    (d, v) => changeContact(d, { children: v }),
  ),
  texts(
    "contacts:Companies",
    "Companies",
    (i) => i.contact?.companies,
    (d, v) => changeContact(d, { companies: v }),
  ),
  choice("contacts:ContactSource", "ContactSource", { Store: "store", ActiveDirectory: "directory" }, () => "store"),
  contactText("Department", "department"),
  contactText("Generation", "generation"),
  imAddresses,
  contactText("JobTitle", "jobTitle"),
  contactText("Manager", "manager"),
  contactText("Mileage", "mileage"),
  contactText("OfficeLocation", "officeLocation"),
  choice(
    "contacts:PostalAddressIndex",
    "PostalAddressIndex",
    { None: "none", ...addressNames },
    (i) => i.contact?.mailingAddress ?? "none",
    (d, v) => {
      removeKey(d, "mailingAddress");
      if (v !== "none") changeContact(d, { mailingAddress: v });
    },
    { clear: (d) => removeKey(d, "mailingAddress") },
  ),
  contactText("Profession", "profession"),
  contactText("SpouseName", "spouseName"),
  contactText("Surname", "surname"),
  date(
    "contacts:WeddingAnniversary",
    "WeddingAnniversary",
    (i) => i.contact?.anniversary,
    (d, v) => changeContact(d, { anniversary: v }),
    {
      clear: (d) => removeKey(d, "anniversary"),
    },
  ),
  flag("contacts:HasPicture", "HasPicture", (i) => i.attachments.some((one) => one.isContactPhoto === true)),
  contactText("PhoneticFullName", "phoneticFullName"),
  contactText("PhoneticFirstName", "phoneticFirstName"),
  contactText("PhoneticLastName", "phoneticLastName"),
  text("contacts:Alias", "Alias", (i) => i.contact?.alias),
  text("contacts:Notes", "Notes", (i) => i.body?.content, undefined, { only: "item" }),
  {
    uri: "contacts:Photo",
    element: "Photo",
    only: "item",
    read: (item) => {
      const photo = item.attachments.find((one) => one.isContactPhoto === true)?.content;
      return photo && t("Photo", photo.toString("base64"));
    },
  },
  certificates("UserSMIMECertificate", (contact) => contact.userSmimeCertificates),
  certificates("MSExchangeCertificate", (contact) => contact.msExchangeCertificates),
  text("contacts:DirectoryId", "DirectoryId", (i) => i.contact?.directoryId),
  person("contacts:ManagerMailbox", "ManagerMailbox", (i) => i.contact?.managerMailbox),
  people("contacts:DirectReports", "DirectReports", (i) => i.contact?.directReports ?? []),
  contactText("AccountName", "accountName"),
];

/** Certificates of a contact; only whole items show them. */
function certificates(element: string, get: (contact: ContactDetails) => readonly Buffer[] | undefined): ItemProperty {
  return {
    uri: `contacts:${element}`,
    element,
    only: "item",
    read: ({ contact }) => {
      const all = (contact && get(contact)) ?? [];
      return all.length === 0
        ? undefined
        : t(
            element,
            all.map((one) => t("Base64Binary", one.toString("base64"))),
          );
    },
  };
}

/** Fills in what the server makes of a contact's names. */
export function settleContact(draft: Draft): void {
  const { contact } = draft;
  if (!contact) return;
  const fullName = [contact.givenName, contact.middleName, contact.surname].filter(Boolean).join(" ");
  const displayName = contact.displayName ?? (fullName || contact.companyName);
  if (displayName !== undefined && contact.displayName === undefined) changeContact(draft, { displayName });
  const fileAs = fileAsOf(draft.contact ?? contact);
  if (fileAs !== undefined) changeContact(draft, { fileAs });
  const subject = draft.contact?.displayName ?? draft.contact?.fileAs;
  if (draft.subject === undefined && subject !== undefined) draft.subject = subject;
}

/** FileAs as the mapping says; undefined leaves what was given. */
function fileAsOf(contact: ContactDetails): string | undefined {
  const {
    givenName: first = "",
    surname: last = "",
    companyName: company = "",
    displayName = "",
    middleName = "",
    generation = "",
  } = contact;
  const commaName = [last, first].filter(Boolean).join(", ");
  const spaceName = [last, first].filter(Boolean).join(" ");
  const lines = (...parts: string[]) => parts.filter(Boolean).join("\r\n");
  const made: Record<string, string> = {
    LastCommaFirst: commaName,
    FirstSpaceLast: [first, last].filter(Boolean).join(" "),
    Company: company,
    LastCommaFirstCompany: lines(commaName, company),
    CompanyLastCommaFirst: lines(company, commaName),
    LastFirst: `${last}${first}`,
    LastSpaceFirst: spaceName,
    LastSpaceFirstCompany: lines(spaceName, company),
    CompanyLastSpaceFirst: lines(company, spaceName),
    CompanyLastFirst: lines(company, `${last}${first}`),
    LastFirstCompany: lines(`${last}${first}`, company),
    LastFirstSuffix: [`${last}${first}`, generation].filter(Boolean).join(" "),
    LastFirstMiddleSuffix: [last, first, middleName, generation].filter(Boolean).join(" "),
    DisplayName: displayName,
    FirstName: first,
    LastName: last,
    Empty: "",
  };
  return contact.fileAsMapping === undefined ? undefined : made[contact.fileAsMapping];
}
