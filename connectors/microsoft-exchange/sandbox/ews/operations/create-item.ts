import { type Item, sendMeetingRequests } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { disposeMessage, saveDraft } from "../dispose-draft.ts";
import { each } from "../each.ts";
import { EwsError } from "../ews-error.ts";
import { itemSchemas } from "../properties/item-schema.ts";
import type { Draft } from "../properties/property.ts";
import { isResponseObject, respond } from "../response-objects.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { type FolderTarget, targetFolder } from "../targets.ts";
import { readItem } from "../write-item.ts";
import { childOf, m, t, type XmlElement } from "../xml.ts";

/** CreateItem: saves, sends or both; answers to meetings and mails too. */
export const createItem: Operation = async (call) => {
  const target = targetFolder(call, childOf(call.request, "SavedItemFolderId"));
  const name = "CreateItemResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "Items"),
    async (element) => success(name, m("Items", await createOne(call, element, target))),
    m("Items"),
  );
  return responses("CreateItem", messages);
};

async function createOne(call: EwsCall, element: XmlElement, target: FolderTarget | undefined): Promise<XmlElement[]> {
  if (isResponseObject(element)) return (await respond(call, element, target)).map((item) => itemIdElement(call, item));
  const draft = await readItem(call, element);
  const saved = draft.kind === "event" ? createEvent(call, draft, target) : createOther(call, draft, target);
  return saved ? [itemIdElement(call, saved)] : [];
}

function createOther(call: EwsCall, draft: Draft, target: FolderTarget | undefined): Item | undefined {
  if (draft.kind !== "message") return saveDraft(call, draft, target);
  return disposeMessage(call, draft, target);
}

function createEvent(call: EwsCall, draft: Draft, target: FolderTarget | undefined): Item {
  const send = call.request.attributes["SendMeetingInvitations"];
  if (send !== "SendToNone" && send !== "SendOnlyToAll" && send !== "SendToAllAndSaveCopy") {
    throw new EwsError(
      "ErrorSendMeetingInvitationsRequired",
      "SendMeetingInvitations attribute is required for calendar items.",
    );
  }
  const item = saveDraft(call, draft, target);
  const mailbox = target?.mailbox ?? call.mailbox;
  if (send === "SendToNone" || item.event?.attendees.length === 0) return item;
  sendMeetingRequests(call.organisation, mailbox, item.id);
  if (send === "SendToAllAndSaveCopy") saveRequestCopy(call, mailbox.requireItem(item.id));
  return mailbox.requireItem(item.id);
}

/** The copy of a request in Sent Items. */
export function saveRequestCopy(call: EwsCall, item: Item): void {
  const { event } = item;
  if (!event) return;
  const sent = call.mailbox.folders.requireWellKnown("sentitems");
  const { kind: _, id: __, ...fields } = item;
  call.mailbox.createItem("meetingRequest", sent.id, {
    ...fields,
    itemClass: "IPM.Schedule.Meeting.Request",
    to: event.attendees.map(({ name, address }) => ({ ...(name ? { name } : {}), ...(address ? { address } : {}) })),
    from: { ...call.mailbox.owner },
    sender: { ...call.mailbox.owner },
    isRead: true,
    isFromMe: true,
    isSubmitted: true,
    sentAt: call.mailbox.clock(),
    receivedAt: call.mailbox.clock(),
    meeting: {
      response: "organizer",
      hasBeenProcessed: true,
      isOutOfDate: false,
      isDelegated: false,
      requestType: "newMeetingRequest",
      associatedEventId: item.id,
    },
  });
}

/** An item by its id and change key, with the ids of attachments that came with it. */
export function itemIdElement(call: EwsCall, item: Item): XmlElement {
  const mailbox = call.organisation.mailboxOfId(item.id) ?? call.mailbox;
  const attachments = item.attachments.map((one) =>
    t(one.kind === "item" ? "ItemAttachment" : "FileAttachment", t("AttachmentId", { Id: one.id })),
  );
  return t(
    itemSchemas[item.kind].element,
    t("ItemId", { Id: item.id, ChangeKey: mailbox.changeKeyOf(item) }),
    attachments.length > 0 ? t("Attachments", attachments) : undefined,
  );
}
