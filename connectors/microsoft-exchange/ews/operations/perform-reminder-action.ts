import type { Operation } from "../call.ts";
import { type CallState, callState, readDirectMessage, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";

export interface ReminderAction {
  readonly id: string;
  readonly changeKey: string | undefined;
  /** When the reminder comes again; without, it is dropped. */
  readonly snoozedTo?: string;
}

/** PerformReminderAction: drops or postpones the reminder of an item. */
export const performReminderAction = ({ id, changeKey, snoozedTo }: ReminderAction): Operation<CallState> => ({
  name: "PerformReminderAction",
  repeatable: true,
  body: element(
    "m:PerformReminderAction",
    undefined,
    element(
      "m:ReminderItemActions",
      undefined,
      element(
        "t:ReminderItemAction",
        undefined,
        leaf("t:ActionType", snoozedTo === undefined ? "Dismiss" : "Snooze"),
        element("t:ItemId", { Id: id, ChangeKey: changeKey }),
        snoozedTo === undefined ? undefined : leaf("t:NewReminderTime", snoozedTo),
      ),
    ),
  ),
  start: callState,
  // The response itself is the message.
  read: readDirectMessage,
  finish: (state) => throwIfError("PerformReminderAction", state),
});
