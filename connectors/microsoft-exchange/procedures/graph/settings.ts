import { invalidQuery, type Parameter, type Row, unsupported, type Value } from "#spi";
import { member } from "../../graph/errors.ts";
import { mailboxOwner, type Owner } from "../../graph/mailbox.ts";
import { rowReader } from "../../graph/read-row.ts";
import { bodyOf } from "../../graph/write-row.ts";
import { mailboxSettings } from "../../tables/graph/mailbox-settings.ts";
import {
  type Execution,
  graphProcedure,
  instant,
  mailboxProcedure,
  required,
  statusOutput,
  success,
  text,
  userId,
} from "./procedure.ts";

const { columns } = mailboxSettings.definition;
const settings: readonly Parameter[] = columns.map(({ name, type, description, allowed }) => ({
  name,
  type,
  required: false,
  description,
  ...(allowed === undefined ? {} : { allowed }),
}));
const headers = { prefer: 'outlook.timezone="UTC"' } as const;

function readSettings({ calls, signal }: Execution, owner: Owner): Promise<Value> {
  const path = `${owner.path}/mailboxSettings`;
  return calls.json({ method: "GET", path, operation: "GET mailboxSettings", mailbox: owner.mailbox, headers }, signal);
}

async function changeSettings(
  { calls, signal }: Execution,
  owner: Owner,
  given: Row,
  procedure: string,
): Promise<void> {
  if (Object.keys(given).length === 0) throw invalidQuery(`${procedure} names no setting to change.`);
  const body = bodyOf(mailboxSettings.definition, given);
  const path = `${owner.path}/mailboxSettings`;
  const request = { method: "PATCH", path, operation: "PATCH mailboxSettings", mailbox: owner.mailbox } as const;
  await calls.json({ ...request, headers, body, repeatable: true }, signal);
}

/** Reads the settings of a mailbox. */
export const getMailboxSettings = mailboxProcedure({
  name: "GetMailboxSettings",
  description: "Out-of-office and regional settings of a mailbox, as the table MailboxSettings shows them.",
  writes: false,
  inputs: [userId],
  outputs: settings,
  run: async (execution): Promise<Row> => rowReader(columns, {})(await readSettings(execution, execution.owner)),
});

/** Changes settings of a mailbox. */
export const setMailboxSettings = mailboxProcedure({
  name: "SetMailboxSettings",
  description: "Changes out-of-office and regional settings of a mailbox; what is left out stays as it is.",
  writes: true,
  inputs: [...settings, userId],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    const { input, owner } = execution;
    const names = settings.map(({ name }) => name).filter((name) => name in input);
    const given = Object.fromEntries(names.map((name) => [name, input[name] ?? null]));
    await changeSettings(execution, owner, given, "SetMailboxSettings");
    return success;
  },
});

const states: Readonly<Record<string, string>> = {
  disabled: "Disabled",
  alwaysEnabled: "Enabled",
  scheduled: "Scheduled",
};
const audiences: Readonly<Record<string, string>> = { none: "None", contactsOnly: "Known", all: "All" };

const impersonation: readonly Parameter[] = [
  text("ImpersonationUser", "Only in schema EWS: Graph acts as the signed-in user or the application."),
  text("ImpersonationType", "Only in schema EWS."),
];

function refuseImpersonation(execution: Execution): void {
  for (const { name } of impersonation) {
    if (execution.text(name) === undefined) continue;
    throw unsupported(`${name} is of schema EWS: Microsoft Graph knows no impersonation. User names the mailbox.`, {
      target: name,
    });
  }
}

/** Out-of-office settings under the names of schema EWS. */
export const getUserOofSettings = graphProcedure(
  {
    name: "GetUserOofSettings",
    description: "Out-of-office settings of a mailbox, in the words of schema EWS.",
    writes: false,
    inputs: [text("User", "Mailbox: principal name or object id.", required), ...impersonation],
    outputs: [
      text("OofState", "Disabled, Enabled or Scheduled."),
      text("ExternalAudience", "None, Known or All."),
      text("StartTime", "Begin of a scheduled absence, in UTC."),
      text("EndTime", "End of a scheduled absence, in UTC."),
      text("InternalReply", "Reply within the organisation."),
      text("ExternalReply", "Reply to others."),
    ],
    run: async (execution): Promise<Row> => {
      refuseImpersonation(execution);
      return oofRow(await readSettings(execution, execution.owner));
    },
  },
  (calls, input) => mailboxOwner(calls.config, { UserId: input.User ?? null }),
);

function oofRow(answer: Value): Row {
  const replies = member(answer, "automaticRepliesSetting");
  const told = rowReader(columns, {})(answer);
  const word = (names: Readonly<Record<string, string>>, name: string): Value =>
    names[String(told[name])] ?? told[name] ?? null;
  return {
    OofState: word(states, "automaticRepliesSetting_status"),
    ExternalAudience: word(audiences, "automaticRepliesSetting_externalAudience"),
    StartTime: told.automaticRepliesSetting_scheduledStartDateTime_dateTime ?? null,
    EndTime: told.automaticRepliesSetting_scheduledEndDateTime_dateTime ?? null,
    InternalReply: member(replies, "internalReplyMessage") ?? null,
    ExternalReply: member(replies, "externalReplyMessage") ?? null,
  };
}

/** The column of MailboxSettings behind each input, and its words. */
const oofInputs: Readonly<Record<string, readonly [column: string, words?: Readonly<Record<string, string>>]>> = {
  OofState: ["status", states],
  ExternalAudience: ["externalAudience", audiences],
  StartTime: ["scheduledStartDateTime_dateTime"],
  EndTime: ["scheduledEndDateTime_dateTime"],
  InternalReply: ["internalReplyMessage"],
  ExternalReply: ["externalReplyMessage"],
};

/** Changes out-of-office settings under the names of schema EWS. */
export const setUserOofSettings = graphProcedure(
  {
    name: "SetUserOofSettings",
    description: "Changes out-of-office settings of a mailbox; what is left out stays as it is.",
    writes: true,
    inputs: [
      text("User", "Mailbox: principal name or object id.", required),
      text("OofState", "Whether replies are sent.", { allowed: Object.values(states) }),
      text("ExternalAudience", "Who outside gets a reply.", { allowed: Object.values(audiences) }),
      instant("StartTime", "Begin of a scheduled absence."),
      instant("EndTime", "End of a scheduled absence."),
      text("InternalReply", "Reply within the organisation."),
      text("ExternalReply", "Reply to others."),
      ...impersonation,
    ],
    outputs: [statusOutput],
    run: async (execution): Promise<Row> => {
      refuseImpersonation(execution);
      const given = Object.entries(oofInputs).flatMap(([name, [column, words]]) => {
        const value = execution.input[name];
        if (value === undefined) return [];
        const own = Object.entries(words ?? {}).find(([, word]) => word === value)?.[0] ?? value;
        return [[`automaticRepliesSetting_${column}`, own] as const];
      });
      await changeSettings(execution, execution.owner, Object.fromEntries(given), "SetUserOofSettings");
      return success;
    },
  },
  (calls, input) => mailboxOwner(calls.config, { UserId: input.User ?? null }),
);
