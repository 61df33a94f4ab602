import { invalidQuery, type Parameter, type Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { getUserAvailability } from "../../ews/operations/get-user-availability.ts";
import { getUserOofSettings, type OofSettings } from "../../ews/operations/get-user-oof-settings.ts";
import { isError, wordOf } from "../../ews/response-messages.ts";
import { formatDateTime } from "../../ews/values.ts";
import { changeOofSettings, type SettingNames } from "./oof-settings.ts";
import { definition, impersonationInputs, optional, output, textInput } from "./parameters.ts";
import { statusOutput, success } from "./response-objects.ts";

const states = [
  ["disabled", "Disabled"],
  ["alwaysEnabled", "Enabled"],
  ["scheduled", "Scheduled"],
] as const;
const audiences = [
  ["none", "None"],
  ["contactsOnly", "Known"],
  ["all", "All"],
] as const;

/** Names that schema MSGraph has for them. */
const names: SettingNames = {
  OofState: "automaticRepliesSetting_status",
  ExternalAudience: "automaticRepliesSetting_externalAudience",
  InternalReply: "automaticRepliesSetting_internalReplyMessage",
  ExternalReply: "automaticRepliesSetting_externalReplyMessage",
  StartTime: "automaticRepliesSetting_scheduledStartDateTime_dateTime",
  EndTime: "automaticRepliesSetting_scheduledEndDateTime_dateTime",
};

const replySettings: readonly Parameter[] = [
  optional(names.OofState, "string", "Whether replies are sent.", { allowed: states.map(([name]) => name) }),
  optional(names.ExternalAudience, "string", "Who outside gets a reply.", { allowed: audiences.map(([name]) => name) }),
  optional(names.InternalReply, "string", "Reply within the organisation."),
  optional(names.ExternalReply, "string", "Reply to others."),
  optional(names.StartTime, "datetime", "Begin of a scheduled absence."),
  optional(names.EndTime, "datetime", "End of a scheduled absence."),
];

const userId = optional("UserId", "string", "Address of the mailbox; the signed-in user's when left out.");

function mailboxOf({ caller, input }: ProcedureRun): string {
  const { config } = caller;
  const address =
    textInput(input["UserId"]) ?? textInput(input["ImpersonationUser"]) ?? config.impersonation?.user ?? config.user;
  if (address?.includes("@") === true) return address;
  throw invalidQuery("Give UserId, the address of the mailbox: the connection's User is none.", { target: "UserId" });
}

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00.0000000`;

async function workingHours({ caller, input, signal }: ProcedureRun, address: string): Promise<Row> {
  const dayMs = 86_400_000;
  const start = Math.floor(caller.context.clock.now() / dayMs) * dayMs;
  const span = { start: formatDateTime(start).slice(0, 19), end: formatDateTime(start + dayMs).slice(0, 19) };
  const operation = getUserAvailability([{ address, attendeeType: "Required", excludeConflicts: false }], span);
  const state = await caller.call(operation, identityOf(caller.config, input), signal);
  const failed = state.messages.find(isError);
  if (failed !== undefined) throw responseError("GetUserAvailability", wordOf(failed)).with({ target: "UserId" });
  const [found] = state.mailboxes;
  const [period] = found?.working ?? [];
  return {
    workingHours_daysOfWeek: period === undefined ? null : period.days,
    workingHours_startTime: period === undefined ? null : clock(period.startMinutes),
    workingHours_endTime: period === undefined ? null : clock(period.endMinutes),
    workingHours_biasMinutes: found?.bias ?? null,
  };
}

/** The word of the other schema; what has none stays. */
function word(pairs: readonly (readonly [string, string])[], from: 0 | 1, value: string | null): string | null {
  return pairs.find((pair) => pair[from] === value)?.[from === 0 ? 1 : 0] ?? value;
}

function replyRow(settings: OofSettings): Row {
  return {
    [names.OofState]: word(states, 1, settings.OofState),
    [names.ExternalAudience]: word(audiences, 1, settings.ExternalAudience),
    [names.InternalReply]: settings.InternalReply,
    [names.ExternalReply]: settings.ExternalReply,
    [names.StartTime]: settings.StartTime,
    [names.EndTime]: settings.EndTime,
  };
}

/** GetMailboxSettings: out-of-office settings and working hours, under the names of schema MSGraph. */
export const getMailboxSettings = definition(
  {
    name: "GetMailboxSettings",
    description: "Out-of-office settings and working hours of a mailbox. Language and formats are not told by EWS.",
    writes: false,
    inputs: [userId, ...impersonationInputs],
    outputs: [
      ...replySettings,
      output("workingHours_daysOfWeek", "string", "Days of work, separated by blanks."),
      output("workingHours_startTime", "string", "Begin of a day of work, on the mailbox's clock."),
      output("workingHours_endTime", "string", "End of a day of work."),
      output(
        "workingHours_biasMinutes",
        "integer",
        "Minutes the mailbox's clock is west of Greenwich in standard time.",
      ),
    ],
  },
  async (run) => {
    const { caller, input, signal } = run;
    const address = mailboxOf(run);
    const { settings } = await caller.call(getUserOofSettings(address), identityOf(caller.config, input), signal);
    return [{ ...replyRow(settings), ...(await workingHours(run, address)) }];
  },
);

/** SetMailboxSettings: changes the settings EWS can change. */
export const setMailboxSettings = definition(
  {
    name: "SetMailboxSettings",
    description:
      "Changes out-of-office settings of a mailbox; what is left out stays as it is. Working hours, language and formats cannot be changed by EWS.",
    writes: true,
    inputs: [...replySettings, userId, ...impersonationInputs],
    outputs: [statusOutput],
  },
  async (run) => {
    const { input } = run;
    const settings = Object.keys(names) as (keyof OofSettings)[];
    const given = settings.filter((setting) => names[setting] in input);
    if (given.length === 0) throw invalidQuery("SetMailboxSettings names no setting to change.");
    const change = Object.fromEntries(
      given.map((setting) => {
        const value = textInput(input[names[setting]]) ?? null;
        if (setting === "OofState") return [setting, word(states, 0, value)];
        return [setting, setting === "ExternalAudience" ? word(audiences, 0, value) : value];
      }),
    );
    await changeOofSettings(run, mailboxOf(run), change, names);
    return [success];
  },
);
