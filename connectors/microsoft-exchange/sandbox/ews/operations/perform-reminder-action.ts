import type { EwsCall, Operation } from "../call.ts";
import { readDate } from "../dates.ts";
import { entryError } from "../each.ts";
import { schemaViolation } from "../ews-error.ts";
import { failure, success } from "../soap.ts";
import { findItem } from "../targets.ts";
import { childOf, childrenOf, childText, m, t, type XmlElement } from "../xml.ts";

/** PerformReminderAction: drops reminders, or has them come again later. */
export const performReminderAction: Operation = (call) => {
  const name = "PerformReminderActionResponse";
  try {
    const actions = childrenOf(childOf(call.request, "ReminderItemActions"), "ReminderItemAction");
    return success(
      name,
      m(
        "UpdatedItemIds",
        actions.map((action) => act(call, action)),
      ),
    );
  } catch (error) {
    return failure(name, entryError(error));
  }
};

function act(call: EwsCall, action: XmlElement): XmlElement {
  const id = childOf(action, "ItemId");
  if (!id) throw schemaViolation("The element 'ReminderItemAction' has incomplete content.");
  const { mailbox, item } = findItem(call, id);
  const isSnooze = childText(action, "ActionType") === "Snooze";
  const later = childText(action, "NewReminderTime");
  if (isSnooze && later === undefined)
    throw schemaViolation("The element 'ReminderItemAction' lacks its child 'NewReminderTime'.");
  const time = later === undefined ? undefined : readDate(later, call.timeZone);
  const updated = mailbox.changeItem(item.id, (draft) => {
    if (!isSnooze || time === undefined) {
      draft.reminder = { ...draft.reminder, isSet: false };
      return;
    }
    const start = draft.event?.start ?? draft.reminder.dueBy ?? time;
    const minutesBeforeStart = Math.round((start.getTime() - time.getTime()) / 60_000);
    draft.reminder = { isSet: true, minutesBeforeStart, dueBy: time };
  });
  return t("ItemId", { Id: updated.id, ChangeKey: mailbox.changeKeyOf(updated) });
}
