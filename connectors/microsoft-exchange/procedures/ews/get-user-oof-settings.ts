import { identityOf } from "../../ews/identity.ts";
import { getUserOofSettings as read } from "../../ews/operations/get-user-oof-settings.ts";
import { definition, impersonationInputs, output, required } from "./parameters.ts";

/** GetUserOofSettings: out-of-office settings. */
export const getUserOofSettings = definition(
  {
    name: "GetUserOofSettings",
    description: "Out-of-office settings of a mailbox.",
    writes: false,
    inputs: [required("User", "string", "Address of the mailbox."), ...impersonationInputs],
    outputs: [
      output("OofState", "string", "Disabled, Enabled or Scheduled."),
      output("ExternalAudience", "string", "None, Known or All."),
      output("StartTime", "string", "Begin of a scheduled absence."),
      output("EndTime", "string", "End of a scheduled absence."),
      output("InternalReply", "string", "Reply within the organisation."),
      output("ExternalReply", "string", "Reply to others."),
    ],
  },
  async ({ caller, input, signal }) => {
    const operation = read(String(input["User"]));
    const { settings } = await caller.call(operation, identityOf(caller.config, input), signal);
    return [{ ...settings }];
  },
);
