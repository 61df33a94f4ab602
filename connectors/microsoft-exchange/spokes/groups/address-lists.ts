import type { Row } from "#spi";
import { findPeople } from "../../ews/operations/find-people.ts";
import { count, list, onEws, required, type SpokeAction, type SpokeParameter, text } from "../action.ts";
import type { EwsWork } from "../ews-work.ts";

const instead =
  "Run the cmdlet in the Exchange Management Shell (Exchange Online PowerShell in the cloud); a query with a condition over the table Users, or the action Look up Relevant Users Stream, often replaces an address list.";

const hostname = text("hostname", "Name of the Exchange host the cmdlet is for.");
const domain = text("domain", "Its domain.");
const identity = text("identity", "Name, path or GUID of the address list.", required);
const included = list(
  "includedRecipients",
  "Kinds of recipients: AllRecipients, MailboxUsers, Resources, MailContacts, MailGroups, MailUsers, None.",
  required,
);
const filter = text("recipientFilter", "OPATH filter.", required);
const object = text("output", "The address list.");
const result = text("result", "success.");

const byCmdlet = (
  name: string,
  description: string,
  cmdlet: string,
  writes: boolean,
  inputs: readonly SpokeParameter[],
  outputs: readonly SpokeParameter[],
): SpokeAction => ({
  name,
  spokes: ["Exchange Server"],
  group: "Address list management",
  description: `${description} Only the cmdlet ${cmdlet} does it: the call is refused and says so.`,
  writes,
  inputs: [hostname, domain, ...inputs],
  outputs,
  cmdlet,
  ews: { cmdlet, instead },
  graph: { cmdlet, instead },
});

const pageSize = 1000;

async function* members(work: EwsWork): AsyncIterable<readonly Row[]> {
  const addressListId = work.inputs.needed("identity");
  let offset = 0;
  for (;;) {
    const { people, total } = await work.call(findPeople({ addressListId, offset, count: pageSize }));
    if (people.length > 0) yield people.map((person) => ({ ...person }));
    offset += people.length;
    if (people.length === 0 || offset >= total) return;
  }
}

/** Address lists: their members where Exchange tells them, all else by cmdlets. */
export const addressListActions: readonly SpokeAction[] = [
  byCmdlet(
    "Create Address List Using Included Recipients",
    "Makes an address list of kinds of recipients.",
    "New-AddressList -IncludedRecipients",
    true,
    [
      text("name", "Name of the new list.", required),
      included,
      text("container", "Where it is made."),
      text("displayName", "Name people see."),
    ],
    [object],
  ),
  byCmdlet(
    "Create Address List Using Recipient Filter",
    "Makes an address list of what a filter finds.",
    "New-AddressList -RecipientFilter",
    true,
    [
      text("name", "Name of the new list.", required),
      filter,
      text("container", "Where it is made."),
      text("recipientContainer", "Organisational unit the filter looks in."),
    ],
    [object],
  ),
  byCmdlet(
    "Delete Address List",
    "Removes an address list.",
    "Remove-AddressList",
    true,
    [identity, text("recursive", "true: with the lists below it.")],
    [result],
  ),
  byCmdlet("Get Address List Details", "Reads an address list.", "Get-AddressList", false, [identity], [object]),
  byCmdlet(
    "Look Up Address List",
    "Finds address lists by their names.",
    "Get-AddressList -SearchText",
    false,
    [text("searchText", "Text to look for.")],
    [object],
  ),
  {
    name: "Look up Address List Details",
    spokes: ["Exchange Server"],
    group: "Address list management",
    description:
      "Members of an address list over EWS, by the GUID of the list. Properties of the list itself are told by the cmdlet Get-AddressList only.",
    writes: false,
    inputs: [
      text("identity", "Over EWS the GUID of the address list.", required),
      text("mailbox", "SMTP address of the mailbox whose view of the directory is meant.", onEws),
    ],
    outputs: [
      text("personaType", "Person, Room and so on.", onEws),
      text("displayName", "Display name.", onEws),
      text("givenName", "Given name.", onEws),
      text("surname", "Surname.", onEws),
      text("title", "Job title.", onEws),
      text("department", "Department.", onEws),
      text("companyName", "Company.", onEws),
      text("emailAddress", "Address.", onEws),
      count("relevanceScore", "Rank.", onEws),
    ],
    cmdlet: "Get-AddressList -Identity",
    ews: {
      run: members,
      since: "Exchange2013",
      part: "the members of the list, not its properties",
      calls: "FindPeople with AddressListId",
    },
    graph: { cmdlet: "Get-AddressList -Identity", instead },
  },
  byCmdlet(
    "Move Address List",
    "Moves an address list; Synchronize Address List applies it.",
    "Move-AddressList",
    true,
    [
      identity,
      text("target", "Path to move it to.", required),
      text("domainController", "Domain controller to write to."),
      text("whatif", "true: only tell what would happen."),
    ],
    [result, text("error", "What the cmdlet said.")],
  ),
  byCmdlet(
    "Synchronize Address List",
    "Applies what was changed of an address list.",
    "Update-AddressList",
    true,
    [identity],
    [result],
  ),
  byCmdlet(
    "Update Address List Using Included Recipients",
    "Changes the kinds of recipients of an address list.",
    "Set-AddressList -IncludedRecipients",
    true,
    [identity, included],
    [result],
  ),
  byCmdlet(
    "Update Address List Using Recipient Filter",
    "Changes the filter of an address list.",
    "Set-AddressList -RecipientFilter",
    true,
    [identity, filter],
    [result],
  ),
];
