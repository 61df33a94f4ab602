import type { ContactDetails, PhoneKey, PostalAddress } from "./model.ts";

const phoneTypes: Partial<Record<PhoneKey, string>> = {
  businessPhone: "WORK",
  businessPhone2: "WORK",
  homePhone: "HOME",
  homePhone2: "HOME",
  mobilePhone: "CELL",
  businessFax: "WORK,FAX",
  homeFax: "HOME,FAX",
  pager: "PAGER",
  primaryPhone: "PREF",
};

/** A contact as vCard 3.0, RFC 2426. */
export function contactText(contact: ContactDetails, note: string): string {
  const lines = [
    "BEGIN:VCARD",
    "VERSION:3.0",
    `N:${[contact.surname, contact.givenName, contact.middleName, contact.title, contact.generation].map(escapeText).join(";")}`,
    `FN:${escapeText(contact.displayName ?? contact.fileAs)}`,
  ];
  const add = (name: string, value?: string) => value && lines.push(`${name}:${escapeText(value)}`);
  add("NICKNAME", contact.nickname);
  if (contact.companyName || contact.department) {
    lines.push(`ORG:${escapeText(contact.companyName)};${escapeText(contact.department)}`);
  }
  add("TITLE", contact.jobTitle);
  add("URL", contact.businessHomePage);
  for (const email of Object.values(contact.emails)) add("EMAIL;TYPE=INTERNET", email.address);
  for (const [key, number] of Object.entries(contact.phones))
    add(`TEL;TYPE=${phoneTypes[key as PhoneKey] ?? "VOICE"}`, number);
  for (const [key, address] of Object.entries(contact.addresses)) lines.push(addressLine(key, address));
  if (contact.birthday) lines.push(`BDAY;VALUE=DATE:${contact.birthday.toISOString().slice(0, 10)}`);
  add("NOTE", note);
  lines.push("END:VCARD");
  return `${lines.join("\r\n")}\r\n`;
}

function addressLine(key: string, address: PostalAddress): string {
  const type = { business: "WORK", home: "HOME" }[key] ?? "POSTAL";
  const { street, city, state, postalCode, countryOrRegion } = address;
  return `ADR;TYPE=${type}:;;${[street, city, state, postalCode, countryOrRegion].map(escapeText).join(";")}`;
}

function escapeText(text: string | undefined): string {
  return (text ?? "")
    .replace(/\\/g, "\\\\")
    .replace(/;/g, "\\;")
    .replace(/,/g, "\\,")
    .replace(/\r?\n|\r/g, "\\n");
}
