import { invalidQuery, type Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { identityOf } from "../../ews/identity.ts";
import { getUserOofSettings, type OofSettings } from "../../ews/operations/get-user-oof-settings.ts";
import { setUserOofSettings as write } from "../../ews/operations/set-user-oof-settings.ts";
import { formatDateTime, timeOf } from "../../ews/values.ts";
import { definition, impersonationInputs, optional, required } from "./parameters.ts";
import { statusOutput, success } from "./response-objects.ts";

type Change = Partial<Record<keyof OofSettings, string | null>>;

/** Names of the settings as inputs have them, for messages. */
export type SettingNames = Readonly<Record<keyof OofSettings, string>>;

const ownNames: SettingNames = {
  OofState: "OofState",
  ExternalAudience: "ExternalAudience",
  StartTime: "StartTime",
  EndTime: "EndTime",
  InternalReply: "InternalReply",
  ExternalReply: "ExternalReply",
};

/** The settings with a change; Exchange takes all at once. Errors: INVALID_QUERY naming the input. */
function changed(before: OofSettings, change: Change, names: SettingNames): OofSettings {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const settings = { ...before, ...given } as OofSettings;
  for (const name of ["StartTime", "EndTime"] as const) {
    const value = settings[name];
    if (value !== null) settings[name] = formatDateTime(timeOf(value, names[name]));
  }
  if (settings.OofState !== "Scheduled") return settings;
  const { StartTime: start, EndTime: end } = settings;
  if (start === null || end === null) {
    const missing = start === null ? names.StartTime : names.EndTime;
    throw invalidQuery(`${missing} is needed for a scheduled absence.`, { target: missing });
  }
  if (timeOf(end, names.EndTime) <= timeOf(start, names.StartTime))
    throw invalidQuery(`${names.EndTime} must lie after ${names.StartTime}.`, { target: names.EndTime });
  return settings;
}

/** Changes out-of-office settings of a mailbox; what a change leaves out stays. */
export async function changeOofSettings(
  { caller, input, signal }: ProcedureRun,
  address: string,
  change: Change,
  names: SettingNames = ownNames,
): Promise<void> {
  const identity = identityOf(caller.config, input);
  const { settings } = await caller.call(getUserOofSettings(address), identity, signal);
  await caller.call(write(address, changed(settings, change, names)), identity, signal);
}

/** SetUserOofSettings: changes out-of-office settings. */
export const setUserOofSettings = definition(
  {
    name: "SetUserOofSettings",
    description: "Changes out-of-office settings of a mailbox; what is left out stays as it is.",
    writes: true,
    inputs: [
      required("User", "string", "Address of the mailbox."),
      optional("OofState", "string", "Whether replies are sent.", { allowed: ["Disabled", "Enabled", "Scheduled"] }),
      optional("ExternalAudience", "string", "Who outside gets a reply.", { allowed: ["None", "Known", "All"] }),
      optional("StartTime", "datetime", "Begin of a scheduled absence."),
      optional("EndTime", "datetime", "End of a scheduled absence."),
      optional("InternalReply", "string", "Reply within the organisation."),
      optional("ExternalReply", "string", "Reply to others."),
      ...impersonationInputs,
    ],
    outputs: [statusOutput],
  },
  async (run): Promise<readonly Row[]> => {
    const { input } = run;
    const names = Object.keys(ownNames) as (keyof OofSettings)[];
    const change = Object.fromEntries(
      names.filter((name) => name in input).map((name) => [name, input[name]]),
    ) as Change;
    if (Object.keys(change).length === 0) throw invalidQuery("SetUserOofSettings names no setting to change.");
    await changeOofSettings(run, String(input["User"]), change);
    return [success];
  },
);
