import { ConnectorError, type Row, unsupported, type Value } from "#spi";
import { findPeople } from "../../ews/operations/find-people.ts";
import { getMailTips } from "../../ews/operations/get-mail-tips.ts";
import { resolveNames } from "../../ews/operations/resolve-names.ts";
import { member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { flag, id, json, onEws, onGraph, orNull, type SpokeAction, type SpokeParameter, text } from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";
import { checkMailboxIdentity } from "../mailbox-identity.ts";

const select = "id,displayName,userPrincipalName,mail,mailNickname,proxyAddresses,accountEnabled,department,jobTitle";

const userRow = (found: Value): Row => {
  const of = (name: string) => orNull(member(found, name));
  return {
    userId: of("id"),
    displayName: of("displayName"),
    userPrincipalName: of("userPrincipalName"),
    emailAddress: of("mail"),
    alias: of("mailNickname"),
    proxyAddresses: of("proxyAddresses"),
    accountEnabled: of("accountEnabled"),
    department: of("department"),
    jobTitle: of("jobTitle"),
    userPurpose: null,
    timeZone: null,
    autoReplyState: null,
  };
};

async function* lookUpOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  await checkMailboxIdentity(work);
  const whose = work.inputs.text("user");
  if (whose === undefined) {
    for await (const items of work.pages(`/users?$select=${select}&$top=100`))
      yield items.filter((each) => typeof member(each, "mail") === "string").map(userRow);
    return;
  }
  const path = `/users/${segment(whose)}`;
  const found = await work.json({ method: "GET", path: `${path}?$select=${select}` });
  const settings = await work.json({ method: "GET", path: `${path}/mailboxSettings` });
  yield [
    {
      ...userRow(found),
      userPurpose: orNull(member(settings, "userPurpose")),
      timeZone: orNull(member(settings, "timeZone")),
      autoReplyState: orNull(member(member(settings, "automaticRepliesSetting"), "status")),
    },
  ];
}

async function* lookUpOnEws(work: EwsWork): AsyncIterable<readonly Row[]> {
  await checkMailboxIdentity(work);
  const whose = work.inputs.text("user");
  if (whose === undefined) {
    yield* everybody(work);
    return;
  }
  const { resolutions } = await work.call(resolveNames(whose));
  const rows: Row[] = [];
  for (const found of resolutions) {
    if (found.mailboxType !== "Mailbox" || found.emailAddress === null) continue;
    rows.push({
      displayName: found.displayName ?? found.name,
      emailAddress: found.emailAddress,
      department: found.department,
      jobTitle: found.jobTitle,
      ...(await tips(work, found.emailAddress)),
    });
  }
  if (rows.length === 0)
    throw new ConnectorError("NOT_FOUND", `No mailbox is found for "${whose}".`, { target: "user" });
  yield rows;
}

/** What Exchange tells senders of a mailbox; from 2010 on. */
async function tips(work: EwsWork, address: string): Promise<Row> {
  if (!work.knows("Exchange2010")) return { mailboxFull: null, autoReply: null };
  const { tips: found } = await work.call(getMailTips(work.address, [address]));
  return { mailboxFull: found[0]?.mailboxFull ?? null, autoReply: found[0]?.message ?? null };
}

const pageSize = 100;

async function* everybody(work: EwsWork): AsyncIterable<readonly Row[]> {
  if (!work.knows("Exchange2013"))
    throw unsupported("Exchange lists all people from 2013 on: give user.", { target: "user" });
  for (let offset = 0; ; ) {
    const { people, total } = await work.call(findPeople({ offset, count: pageSize }));
    yield people.map((person) => ({
      displayName: person.displayName,
      emailAddress: person.emailAddress,
      department: person.department,
      jobTitle: person.title,
      mailboxFull: null,
      autoReply: null,
    }));
    offset += people.length;
    if (people.length === 0 || offset >= total) return;
  }
}

const lookUpOutputs: readonly SpokeParameter[] = [
  id("userId", "Id of the user.", onGraph),
  text("displayName", "Display name."),
  text("userPrincipalName", "Name to sign in with.", onGraph),
  text("emailAddress", "SMTP address."),
  text("alias", "Alias.", onGraph),
  json("proxyAddresses", "All addresses.", onGraph),
  flag("accountEnabled", "The account can sign in.", onGraph),
  text("department", "Department."),
  text("jobTitle", "Job title."),
  text("userPurpose", "user, shared, room, equipment and so on; with input user only.", onGraph),
  text("timeZone", "Time zone of the mailbox; with input user only.", onGraph),
  text("autoReplyState", "Whether it replies automatically; with input user only.", onGraph),
  flag("mailboxFull", "It is full; with input user only.", onEws),
  text("autoReply", "What it replies automatically; with input user only.", onEws),
];

/** Reads mailboxes. */
export const lookUpMailbox: SpokeAction = {
  name: "Look up Mailbox",
  spokes: ["Exchange Server", "Exchange Online"],
  group: "Mailbox management",
  actsIn: false,
  description: "Reads a mailbox, or lists those there are.",
  writes: false,
  inputs: [text("user", "Address, name or id; all when left out.")],
  outputs: lookUpOutputs,
  cmdlet: "Get-Mailbox",
  ews: {
    run: lookUpOnEws,
    part: "what the directory and MailTips tell, not quotas and forwarding",
    calls: "ResolveNames, GetMailTips; FindPeople for all",
  },
  graph: {
    run: lookUpOnGraph,
    part: "what users and mailboxSettings tell, not quotas and forwarding",
    calls: "GET /users, GET /users/{id}/mailboxSettings",
  },
};
