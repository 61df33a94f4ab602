import { type Account, guidOf, type Item, type Mailbox } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { EwsError } from "../ews-error.ts";
import { pageOf, readPage } from "../paging.ts";
import { failure } from "../soap.ts";
import { targetFolder } from "../targets.ts";
import { childOf, childText, m, t, type XmlElement } from "../xml.ts";

interface Person {
  id: string;
  displayName: string;
  givenName?: string | undefined;
  surname?: string | undefined;
  title?: string | undefined;
  department?: string | undefined;
  companyName?: string | undefined;
  address?: string | undefined;
  type: "Person" | "Room" | "PersonalContact";
}

/** FindPeople: people of the directory, or of a contact folder. */
export const findPeople: Operation = (call) => {
  const query = childText(call.request, "QueryString")?.trim().toLowerCase() ?? "";
  const all = peopleOf(call).filter((person) => matches(person, query));
  const { entries } = pageOf(all, readPage(call.request, "Item"), 1000);
  return m(
    "FindPeopleResponse",
    { ResponseClass: "Success" },
    m("ResponseCode", "NoError"),
    m("People", entries.map(personaElement)),
    m("TotalNumberOfPeopleInView", String(all.length)),
    m("FirstMatchingRowIndex", "0"),
    m("FirstLoadedRowIndex", "0"),
  );
};

/** GetPersona: one of them whole. */
export const getPersona: Operation = (call) => {
  const id = childOf(call.request, "PersonaId")?.attributes["Id"];
  const address = childText(childOf(call.request, "EmailAddress"), "EmailAddress")?.toLowerCase();
  const all = [...directory(call), ...contacts(call.mailbox, call.mailbox.folders.requireWellKnown("contacts").id)];
  const person = all.find((one) => one.id === id || (address !== undefined && one.address?.toLowerCase() === address));
  if (!person) {
    // the schema wants a persona even then
    const none = m("Persona", t("PersonaId", { Id: id ?? "" }));
    return failure(
      "GetPersonaResponseMessage",
      new EwsError("ErrorItemNotFound", "The persona could not be found."),
      none,
    );
  }
  const { children } = personaElement(person);
  return m(
    "GetPersonaResponseMessage",
    { ResponseClass: "Success" },
    m("ResponseCode", "NoError"),
    m(
      "Persona",
      children.filter((one) => typeof one !== "string"),
    ),
  );
};

function peopleOf(call: EwsCall): Person[] {
  const parent = childOf(call.request, "ParentFolderId");
  const [id] = parent ? parent.children.filter((one) => typeof one !== "string") : [];
  if (!parent || !id || id.attributes["Id"] === "directory") return directory(call);
  if (id.name === "AddressListId") return listMembers(call, id.attributes["Id"] ?? "");
  const target = targetFolder(call, parent);
  return target ? contacts(target.mailbox, target.folder.id) : [];
}

/** The one address list there is: everybody. */
const globalAddressList = "3a1b7c0e-6f5d-4c57-9b43-2f3e5c7d9a10";

function listMembers(call: EwsCall, id: string): Person[] {
  if (id.toLowerCase() === globalAddressList) return directory(call);
  throw new EwsError("ErrorItemNotFound", "The address list could not be found.");
}

function directory({ organisation }: EwsCall): Person[] {
  return organisation.accounts.map((account: Account) => ({
    id: personaId(account.objectId),
    displayName: account.displayName,
    givenName: account.givenName,
    surname: account.surname,
    title: account.jobTitle,
    department: account.department,
    companyName: "Sandbox",
    address: account.address,
    type: account.kind === "room" ? ("Room" as const) : ("Person" as const),
  }));
}

function contacts(mailbox: Mailbox, folderId: string): Person[] {
  return mailbox.items(folderId).flatMap((item: Item) => {
    const { contact } = item;
    if (!contact) return [];
    return {
      id: personaId(item.id),
      displayName: contact.displayName ?? contact.fileAs ?? "",
      givenName: contact.givenName,
      surname: contact.surname,
      title: contact.jobTitle,
      department: contact.department,
      companyName: contact.companyName,
      address: contact.emails["1"]?.address,
      type: "PersonalContact" as const,
    };
  });
}

function matches(person: Person, query: string): boolean {
  const texts = [person.displayName, person.givenName, person.surname, person.address];
  return texts.some((text) => text?.toLowerCase().startsWith(query) === true);
}

function personaId(text: string): string {
  return Buffer.from(`persona ${guidOf(text)} ${guidOf(`tail ${text}`)}`).toString("base64");
}

function personaElement(person: Person): XmlElement {
  const text = (name: string, value: string | undefined) => (value === undefined ? undefined : t(name, value));
  const address =
    person.address === undefined
      ? undefined
      : [
          t("Name", person.displayName),
          t("EmailAddress", person.address),
          t("RoutingType", "SMTP"),
          t("MailboxType", person.type === "PersonalContact" ? "Contact" : "Mailbox"),
        ];
  return t(
    "Persona",
    t("PersonaId", { Id: person.id }),
    t("PersonaType", person.type === "PersonalContact" ? "Person" : person.type),
    t("DisplayName", person.displayName),
    text("GivenName", person.givenName),
    text("Surname", person.surname),
    text("Title", person.title),
    text("Department", person.department),
    text("CompanyName", person.companyName),
    address && t("EmailAddress", address),
    address && t("EmailAddresses", t("Address", address)),
    t("RelevanceScore", "2147483647"),
  );
}
