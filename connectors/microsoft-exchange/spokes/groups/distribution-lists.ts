import { ConnectorError, type Row } from "#spi";
import { expandDl } from "../../ews/operations/expand-dl.ts";
import { member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { quoted } from "../../graph/odata.ts";
import { orNull, required, type SpokeAction, text } from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";

const unknown = (list: string): ConnectorError =>
  new ConnectorError("NOT_FOUND", `There is no distribution list or group "${list}".`, { target: "list" });

async function onEws(work: EwsWork): Promise<readonly Row[]> {
  const list = work.inputs.needed("list");
  try {
    const { members } = await work.call(expandDl(list));
    return members.map(({ name, emailAddress, mailboxType }) => ({ name, emailAddress, type: mailboxType }));
  } catch (error) {
    if (error instanceof ConnectorError && error.remote?.code === "ErrorNameResolutionNoResults") throw unknown(list);
    throw error;
  }
}

async function* onGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const list = work.inputs.needed("list");
  const filter = encodeURIComponent(`mail eq ${quoted(list)}`);
  let id: string | undefined;
  for await (const [found] of work.pages(`/groups?$filter=${filter}&$select=id`)) {
    const told = member(found, "id");
    if (typeof told === "string") id = told;
  }
  if (id === undefined) throw unknown(list);
  for await (const items of work.pages(`/groups/${segment(id)}/members?$select=id,displayName,mail`))
    yield items.map((each) => ({
      name: orNull(member(each, "displayName")),
      emailAddress: orNull(member(each, "mail")),
      type: orNull(member(each, "@odata.type")),
    }));
}

/** What is wished for beside the spokes' actions: who is in a distribution list. */
export const distributionListActions: readonly SpokeAction[] = [
  {
    name: "Look up Distribution List Members",
    spokes: ["Exchange Server", "Exchange Online"],
    kind: "neighbour",
    group: "Distribution lists",
    description: "Direct members of a distribution list or group. No spoke has it, and users ask for it next.",
    writes: false,
    inputs: [text("list", "Address of the list.", required)],
    outputs: [
      text("name", "Name of the member."),
      text("emailAddress", "Address."),
      text("type", "Over EWS Mailbox, PublicDL and so on; over Microsoft Graph the type of the object."),
    ],
    cmdlet: "Get-DistributionGroupMember",
    ews: { run: onEws, calls: "ExpandDL" },
    graph: { run: onGraph, calls: "GET /groups, GET /groups/{id}/members" },
  },
];
