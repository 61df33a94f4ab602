import type { Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { performReminderAction } from "../../ews/operations/perform-reminder-action.ts";
import { wordOf } from "../../ews/response-messages.ts";
import { formatDateTime, timeOf } from "../../ews/values.ts";
import { currentItems } from "../../ews/write/current-items.ts";
import { clockInstant, requireIanaZone } from "../../time/zones.ts";
import { definition, impersonationInputs, optional, required, textInput } from "./parameters.ts";
import { statusOutput, success } from "./response-objects.ts";

async function act({ caller, input, signal }: ProcedureRun, snoozedTo?: string): Promise<readonly Row[]> {
  const id = String(input["EventId"]);
  const identity = identityOf(caller.config, input);
  const item = (await currentItems(caller, identity, [id], [], signal)).get(id);
  if (item?.problem !== undefined) throw responseError("GetItem", wordOf(item.problem)).with({ target: "EventId" });
  const action = { id, changeKey: item?.changeKey, ...(snoozedTo === undefined ? {} : { snoozedTo }) };
  await caller.call(performReminderAction(action), identity, signal);
  return [success];
}

/** DismissEventReminder: drops a reminder. */
export const dismissEventReminder = definition(
  {
    name: "DismissEventReminder",
    description: "Drops the reminder of an event or task.",
    writes: true,
    inputs: [required("EventId", "id", "Event whose reminder is dropped."), ...impersonationInputs],
    outputs: [statusOutput],
  },
  (run) => act(run),
);

/** SnoozeEventReminder: postpones a reminder. */
export const snoozeEventReminder = definition(
  {
    name: "SnoozeEventReminder",
    description: "Postpones the reminder of an event or task.",
    writes: true,
    inputs: [
      required("EventId", "id", "Event whose reminder is postponed."),
      required("DateTime", "datetime", "New time of the reminder, on the clocks of TimeZone."),
      optional("TimeZone", "string", "Zone of DateTime, such as UTC or W. Europe Standard Time.", { default: "UTC" }),
      ...impersonationInputs,
    ],
    outputs: [statusOutput],
  },
  (run) => {
    const zone = requireIanaZone(textInput(run.input["TimeZone"]) ?? "UTC", "TimeZone");
    return act(run, formatDateTime(clockInstant(zone, timeOf(run.input["DateTime"] ?? null, "DateTime"))));
  },
);
