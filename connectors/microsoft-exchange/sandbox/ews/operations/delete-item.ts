import { type Disposal, sendCancellations } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findItem } from "../targets.ts";
import type { XmlElement } from "../xml.ts";

const disposals: Record<string, Disposal> = {
  HardDelete: "hard",
  SoftDelete: "soft",
  MoveToDeletedItems: "moveToDeletedItems",
};

/** What a DeleteType attribute means. */
export function readDisposal(request: XmlElement): Disposal {
  const disposal = disposals[request.attributes["DeleteType"] ?? ""];
  if (!disposal) throw schemaViolation("The required attribute 'DeleteType' is missing or invalid.");
  return disposal;
}

/** DeleteItem: for good, into the dumpster or into Deleted Items; meetings are cancelled on request. */
export const deleteItem: Operation = async (call) => {
  const disposal = readDisposal(call.request);
  const name = "DeleteItemResponseMessage";
  const messages = await each(name, entriesOf(call.request, "ItemIds"), (id) => {
    deleteOne(call, id, disposal);
    return success(name);
  });
  return responses("DeleteItem", messages);
};

function deleteOne(call: EwsCall, id: XmlElement, disposal: Disposal): void {
  const { mailbox, item } = findItem(call, id);
  const { SendMeetingCancellations, AffectedTaskOccurrences } = call.request.attributes;
  if (item.kind === "task" && AffectedTaskOccurrences === undefined) {
    throw new EwsError(
      "ErrorAffectedTaskOccurrencesRequired",
      "AffectedTaskOccurrences attribute is required for task items.",
    );
  }
  if (item.kind === "event") {
    if (SendMeetingCancellations === undefined) {
      throw new EwsError(
        "ErrorSendMeetingCancellationsRequired",
        "SendMeetingCancellations attribute is required for calendar items.",
      );
    }
    if (SendMeetingCancellations !== "SendToNone" && item.event?.isMeeting && item.event.isOrganizer) {
      const sent = mailbox.folders.requireWellKnown("sentitems").id;
      const saveTo = SendMeetingCancellations === "SendToAllAndSaveCopy" ? { saveTo: sent } : {};
      sendCancellations(call.organisation, mailbox, item.id, saveTo);
    }
  }
  mailbox.deleteItem(item.id, disposal);
}
