import type { EmailAddress, Item, Mailbox } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { readBoolean } from "../dates.ts";
import { directoryContact } from "../directory-contact.ts";
import { entryError } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { mailboxElement } from "../properties/property.ts";
import { idOnly, printItem, type Shape } from "../shape.ts";
import { failure, responses, success } from "../soap.ts";
import { findFolders } from "../targets.ts";
import { childOf, childText, m, t, type XmlElement } from "../xml.ts";

const resultLimit = 100;

/** ResolveNames: people of the directory and of contact folders by name or address. */
export const resolveNames: Operation = async (call) => {
  const name = "ResolveNamesResponseMessage";
  const entry = childText(call.request, "UnresolvedEntry")?.trim();
  if (!entry) throw schemaViolation("The 'UnresolvedEntry' element is invalid.");
  try {
    const all = await resolutions(call, entry);
    if (all.length === 0) throw new EwsError("ErrorNameResolutionNoResults", "No results were found.");
    const shown = all.slice(0, resultLimit);
    const attributes = {
      TotalItemsInView: String(shown.length),
      IncludesLastItemInRange: String(shown.length === all.length),
    };
    const set = m("ResolutionSet", attributes, shown);
    if (all.length === 1) return responses("ResolveNames", [success(name, set)]);
    return responses("ResolveNames", [severalFound(name, set)]);
  } catch (error) {
    return responses("ResolveNames", [failure(name, entryError(error))]);
  }
};

function severalFound(name: string, set: XmlElement): XmlElement {
  return m(
    name,
    { ResponseClass: "Warning" },
    m("MessageText", "Multiple results were found."),
    m("ResponseCode", "ErrorNameResolutionMultipleResults"),
    m("DescriptiveLinkKey", "0"),
    set,
  );
}

async function resolutions(call: EwsCall, entry: string): Promise<XmlElement[]> {
  const scope = call.request.attributes["SearchScope"] ?? "ActiveDirectoryContacts";
  const wantsContact = readBoolean(call.request.attributes["ReturnFullContactData"] ?? "false");
  const directory = scope === "Contacts" ? [] : call.organisation.resolve(entry);
  const fromDirectory = directory.map(({ account, ...person }) =>
    t(
      "Resolution",
      mailboxElement("Mailbox", person, call.organisation),
      wantsContact && account ? directoryContact(account) : undefined,
    ),
  );
  const fromContacts = scope === "ActiveDirectory" ? [] : await contactResolutions(call, entry, wantsContact);
  return scope.startsWith("Contacts") ? [...fromContacts, ...fromDirectory] : [...fromDirectory, ...fromContacts];
}

const contactShape: Shape = { ...idOnly, base: "Default", bodyType: "Text" };

async function contactResolutions(call: EwsCall, entry: string, wantsContact: boolean): Promise<XmlElement[]> {
  const given = findFolders(call, childOf(call.request, "ParentFolderIds"));
  const places =
    given.length > 0 ? given : [{ mailbox: call.mailbox, folder: call.mailbox.folders.requireWellKnown("contacts") }];
  const found: XmlElement[] = [];
  for (const { mailbox, folder } of places) {
    for (const item of mailbox.items(folder.id)) {
      for (const person of matchingEmails(item, entry))
        found.push(await contactResolution(call, mailbox, item, person, wantsContact));
    }
  }
  return found;
}

async function contactResolution(
  call: EwsCall,
  mailbox: Mailbox,
  item: Item,
  person: EmailAddress,
  wantsContact: boolean,
): Promise<XmlElement> {
  const { Name, ...rest } = { Name: person.name ?? item.contact?.displayName ?? "", address: person.address ?? "" };
  return t(
    "Resolution",
    t(
      "Mailbox",
      t("Name", Name),
      t("EmailAddress", rest.address),
      t("RoutingType", "SMTP"),
      t("MailboxType", "Contact"),
      t("ItemId", { Id: item.id, ChangeKey: mailbox.changeKeyOf(item) }),
    ),
    wantsContact ? await printItem(item, contactShape, mailbox, call.organisation) : undefined,
  );
}

/** The addresses of a contact whose names or addresses begin with the text. */
function matchingEmails(item: Item, entry: string): EmailAddress[] {
  const { contact } = item;
  if (!contact) return [];
  const wanted = entry.replace(/^smtp:/i, "").toLowerCase();
  const begins = (text: string | undefined) => text?.toLowerCase().startsWith(wanted) === true;
  const emails = Object.values(contact.emails).filter((one) => one.address !== undefined);
  const isNamed = [contact.displayName, contact.givenName, contact.surname, contact.fileAs, contact.nickname].some(
    begins,
  );
  return isNamed ? emails : emails.filter((one) => begins(one.address) || begins(one.name));
}
