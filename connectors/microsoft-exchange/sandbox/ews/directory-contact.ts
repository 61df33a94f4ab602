import type { Account } from "../mailboxes/index.ts";
import { t, type XmlElement } from "./xml.ts";

/** What the directory knows of a person, as a contact. */
export function directoryContact(account: Account): XmlElement {
  const text = (name: string, value?: string) => (value === undefined ? undefined : t(name, value));
  return t(
    "Contact",
    t("DisplayName", account.displayName),
    text("GivenName", account.givenName),
    t("EmailAddresses", t("Entry", { Key: "EmailAddress1" }, `SMTP:${account.address}`)),
    account.phone === undefined ? undefined : t("PhoneNumbers", t("Entry", { Key: "BusinessPhone" }, account.phone)),
    t("ContactSource", "ActiveDirectory"),
    text("Department", account.department),
    text("JobTitle", account.jobTitle),
    text("Surname", account.surname),
  );
}
