import { invalidQuery, type Row, type Value } from "#spi";
import { getMailTips } from "../../ews/operations/get-mail-tips.ts";
import { getServerTimeZones } from "../../ews/operations/get-server-time-zones.ts";
import { member } from "../../graph/errors.ts";
import { zonedTime } from "../../graph/read-row.ts";
import { getUserOofSettings } from "../../procedures/ews/get-user-oof-settings.ts";
import { setUserOofSettings } from "../../procedures/ews/oof-settings.ts";
import { getUserOofSettings as getOnGraph, setUserOofSettings as setOnGraph } from "../../procedures/graph/settings.ts";
import {
  count,
  flag,
  instant,
  list,
  mailbox,
  onEws,
  onGraph,
  orNull,
  required,
  resultOutput,
  type SpokeAction,
  text,
  user,
} from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";
import type { Inputs } from "../inputs.ts";

interface Reply {
  readonly state: string;
  readonly start: string | undefined;
  readonly end: string | undefined;
}

function reply(inputs: Inputs): Reply {
  const [one, other] = [inputs.text("state"), inputs.text("status")];
  if (one !== undefined && other !== undefined && one !== other)
    throw invalidQuery("state and status say different things: give one of them.", { target: "status" });
  const state = one ?? other;
  if (state === undefined) throw invalidQuery("state is empty.", { target: "state" });
  return { state, start: inputs.instant("start", undefined), end: inputs.instant("end", undefined) };
}

const said = (settings: Row): Row => ({
  result: "success",
  state: orNull(settings["OofState"]),
  externalAudience: orNull(settings["ExternalAudience"]),
  start: orNull(settings["StartTime"]),
  end: orNull(settings["EndTime"]),
  internalMessage: orNull(settings["InternalReply"]),
  externalMessage: orNull(settings["ExternalReply"]),
});

const given = (values: Readonly<Record<string, Value | undefined>>): Row =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));

function changeOf(inputs: Inputs, whose: Value): Row {
  const { state, start, end } = reply(inputs);
  return given({
    User: whose,
    OofState: state,
    ExternalAudience: inputs.text("externalAudience"),
    StartTime: start,
    EndTime: end,
    InternalReply: inputs.text("internalMessage"),
    ExternalReply: inputs.text("externalMessage"),
  });
}

async function replyOnEws(work: EwsWork): Promise<readonly Row[]> {
  const User = work.address;
  await work.execute(setUserOofSettings, changeOf(work.inputs, User));
  return (await work.execute(getUserOofSettings, { User })).map(said);
}

async function replyOnGraph(work: GraphWork): Promise<readonly Row[]> {
  const User = work.calls.config.userId ?? null;
  await work.execute(setOnGraph, changeOf(work.inputs, User));
  return (await work.execute(getOnGraph, { User })).map(said);
}

async function tipsOnEws(work: EwsWork): Promise<readonly Row[]> {
  const recipients = work.inputs.addresses("recipients") ?? [];
  const { tips } = await work.call(getMailTips(work.address, recipients));
  return tips.map((tip, at) => ({
    recipient: tip.address ?? recipients[at] ?? null,
    message: tip.message === "" ? null : tip.message,
    start: tip.start,
    end: tip.end,
    mailboxFull: tip.mailboxFull,
    maxMessageSize: tip.maxMessageSize,
    deliveryRestricted: tip.deliveryRestricted,
    invalidRecipient: tip.invalidRecipient,
  }));
}

async function tipsOnGraph(work: GraphWork): Promise<readonly Row[]> {
  const answer = await work.json({
    method: "POST",
    path: "getMailTips",
    body: {
      EmailAddresses: work.inputs.addresses("recipients") ?? [],
      MailTipsOptions: "automaticReplies,mailboxFullStatus,deliveryRestriction,maxMessageSize",
    },
    repeatable: true,
  });
  return (answer["value"] as readonly Value[]).map((tip) => {
    const away = member(tip, "automaticReplies");
    const message = member(away, "message");
    return {
      recipient: orNull(member(member(tip, "emailAddress"), "address")),
      message: message === "" ? null : orNull(message),
      start: orNull(zonedTime(member(away, "scheduledStartTime"))),
      end: orNull(zonedTime(member(away, "scheduledEndTime"))),
      mailboxFull: orNull(member(tip, "mailboxFull")),
      maxMessageSize: orNull(member(tip, "maxMessageSize")),
      deliveryRestricted: orNull(member(tip, "deliveryRestricted")),
      error: orNull(member(member(tip, "error"), "message")),
    };
  });
}

async function* zonesOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const isIana = work.inputs.text("standard") === "Iana";
  const path = `outlook/supportedTimeZones${isIana ? "(TimeZoneStandard='Iana')" : ""}`;
  for await (const items of work.pages(path))
    yield items.map((each) => ({ id: orNull(member(each, "alias")), name: orNull(member(each, "displayName")) }));
}

async function zonesOnEws(work: EwsWork): Promise<readonly Row[]> {
  const { zones } = await work.call(getServerTimeZones());
  return zones.map(({ id, name }) => ({ id, name }));
}

/** Automatic replies and time zones. */
export const settingsActions: readonly SpokeAction[] = [
  {
    name: "Set Mailbox Auto Reply",
    spokes: ["Exchange Server", "Exchange Online"],
    group: "Mailbox management",
    description: "Switches automatic replies of a mailbox on, off or on for a time; what is left out stays as it is.",
    writes: true,
    inputs: [
      mailbox,
      user,
      text("state", "Whether replies are sent.", { allowed: ["Disabled", "Enabled", "Scheduled"] }),
      text("status", "The same as state.", { allowed: ["Disabled", "Enabled", "Scheduled"] }),
      text("start", "Beginning of a scheduled absence, with Z or offset, else in UTC."),
      text("end", "Its end."),
      text("internalMessage", "Reply within the organisation."),
      text("externalMessage", "Reply to others."),
      text("externalAudience", "Who outside gets a reply.", { allowed: ["None", "Known", "All"] }),
    ],
    outputs: [
      resultOutput,
      text("state", "Disabled, Enabled or Scheduled, as it is now."),
      text("externalAudience", "None, Known or All."),
      instant("start", "Beginning of a scheduled absence."),
      instant("end", "Its end."),
      text("internalMessage", "Reply within the organisation."),
      text("externalMessage", "Reply to others."),
    ],
    cmdlet: "Set-MailboxAutoReplyConfiguration",
    ews: { run: replyOnEws, calls: "SetUserOofSettings, GetUserOofSettings" },
    graph: { run: replyOnGraph, calls: "PATCH and GET /users/{id}/mailboxSettings" },
  },
  {
    name: "Look up Out of Office Settings",
    spokes: ["Exchange Online"],
    group: "Calendar",
    description: "What recipients answer automatically, and when; one row for each.",
    writes: false,
    inputs: [user, list("recipients", "SMTP addresses.", required)],
    outputs: [
      text("recipient", "Address."),
      text("message", "The reply; NULL when none is sent."),
      instant("start", "Beginning of a scheduled absence."),
      instant("end", "Its end."),
      flag("mailboxFull", "The mailbox is full."),
      count("maxMessageSize", "Largest message it takes, in bytes."),
      flag("deliveryRestricted", "Not everybody may write to it."),
      flag("invalidRecipient", "There is no such recipient.", onEws),
      text("error", "Why nothing is known of this address.", onGraph),
    ],
    ews: { run: tipsOnEws, since: "Exchange2010", calls: "GetMailTips" },
    graph: { run: tipsOnGraph, calls: "POST /users/{u}/getMailTips" },
  },
  {
    name: "Look up Time Zones",
    spokes: ["Exchange Online"],
    group: "Calendar",
    description: "Time zones the server knows.",
    writes: false,
    inputs: [
      user,
      text("standard", "Names of Windows, or of IANA.", {
        default: "Windows",
        allowed: ["Windows", "Iana"],
        ...onGraph,
      }),
    ],
    outputs: [text("id", "Name to give to other actions."), text("name", "Name to show.")],
    ews: { run: zonesOnEws, since: "Exchange2010", part: "Windows names only", calls: "GetServerTimeZones" },
    graph: { run: zonesOnGraph, calls: "GET /users/{u}/outlook/supportedTimeZones" },
  },
];
