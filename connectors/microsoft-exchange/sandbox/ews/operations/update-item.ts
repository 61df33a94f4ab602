import { type Item, type Mailbox, sendCancellations, sendItem, sendMeetingRequests } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import type { Draft } from "../properties/property.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { type FolderTarget, findItem, type ItemTarget, targetFolder } from "../targets.ts";
import { applyUpdates } from "../update-item-fields.ts";
import { childOf, childrenOf, m, t, type XmlElement } from "../xml.ts";
import { itemIdElement, saveRequestCopy } from "./create-item.ts";

/** UpdateItem: sets, appends to and deletes fields, and sends what the update calls for. */
export const updateItem: Operation = async (call) => {
  const target = targetFolder(call, childOf(call.request, "SavedItemFolderId"));
  const name = "UpdateItemResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "ItemChanges"),
    async (change) => {
      const updated = await updateOne(call, change, target);
      return success(
        name,
        m("Items", updated ? itemIdElement(call, updated) : undefined),
        m("ConflictResults", t("Count", "0")),
      );
    },
    m("Items"),
  );
  return responses("UpdateItem", messages);
};

async function updateOne(
  call: EwsCall,
  change: XmlElement,
  target: FolderTarget | undefined,
): Promise<Item | undefined> {
  const [id] = childrenOf(change);
  const updates = childOf(change, "Updates");
  if (!id || !updates) throw schemaViolation("The element 'ItemChange' has incomplete content.");
  const found = findItem(call, id);
  checkConflict(call, id, found);
  checkDispositions(call, found.item);
  const before = found.item.event;
  const draft: Draft = { ...found.item };
  await applyUpdates(call, draft, updates);
  const updated = found.mailbox.changeItem(found.item.id, (item) => replaceFields(item, draft));
  if (updated.kind === "event")
    tellAttendees(call, found.mailbox, updated, before?.attendees.map((one) => one.address?.toLowerCase() ?? "") ?? []);
  if (updated.kind === "event") return found.mailbox.requireItem(updated.id);
  return dispose(call, found.mailbox, updated, target);
}

function replaceFields(item: Item, draft: Draft): void {
  for (const key of Object.keys(item) as (keyof Item)[]) if (!(key in draft)) delete item[key as keyof object];
  Object.assign(item, draft);
}

/** The change key must be there unless everything is overwritten, and must not be older than the last real change. */
function checkConflict(call: EwsCall, id: XmlElement, { item, changeNumber }: ItemTarget): void {
  const resolution = call.request.attributes["ConflictResolution"];
  if (resolution === "AlwaysOverwrite") return;
  if (resolution !== "NeverOverwrite" && resolution !== "AutoResolve") {
    throw schemaViolation("The required attribute 'ConflictResolution' is missing or invalid.");
  }
  if (changeNumber === undefined) {
    if (id.name !== "ItemId") return;
    throw new EwsError("ErrorChangeKeyRequired", "Must specify a change key.");
  }
  // a change of the read flag alone is what AutoResolve can settle
  const relevant = resolution === "AutoResolve" ? Math.min(item.contentNumber, item.changeNumber) : item.changeNumber;
  if (changeNumber < relevant) {
    throw new EwsError(
      "ErrorIrresolvableConflict",
      "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
    );
  }
}

function checkDispositions(call: EwsCall, item: Item): void {
  const { MessageDisposition, SendMeetingInvitationsOrCancellations } = call.request.attributes;
  if (item.kind === "event" && SendMeetingInvitationsOrCancellations === undefined) {
    throw new EwsError(
      "ErrorSendMeetingInvitationsOrCancellationsRequired",
      "SendMeetingInvitationsOrCancellations attribute is required for calendar items.",
    );
  }
  if (item.kind === "message" && MessageDisposition === undefined) {
    throw new EwsError("ErrorMessageDispositionRequired", "MessageDisposition is required for messages.");
  }
}

function tellAttendees(call: EwsCall, mailbox: Mailbox, item: Item, before: readonly string[]): void {
  const mode = call.request.attributes["SendMeetingInvitationsOrCancellations"] ?? "SendToNone";
  if (mode === "SendToNone" || !item.event?.isOrganizer) return;
  const now = item.event.attendees.map((one) => one.address?.toLowerCase() ?? "");
  const added = now.filter((address) => !before.includes(address));
  const removed = before.filter((address) => !now.includes(address));
  const onlyChanged = mode.startsWith("SendToChanged");
  if (now.length > 0) sendMeetingRequests(call.organisation, mailbox, item.id, onlyChanged ? added : undefined);
  if (removed.length > 0) cancelFor(call, mailbox, item, removed);
  if (mode.endsWith("AndSaveCopy")) saveRequestCopy(call, mailbox.requireItem(item.id));
}

/** Those who were taken off the list are told that the meeting is off for them. */
function cancelFor(call: EwsCall, mailbox: Mailbox, item: Item, addresses: readonly string[]): void {
  const kept = item.event?.attendees ?? [];
  const gone = addresses.map((address) => ({
    address,
    name: address,
    type: "required" as const,
    response: "none" as const,
  }));
  mailbox.changeItem(item.id, (draft) => {
    if (draft.event) draft.event = { ...draft.event, attendees: gone };
  });
  sendCancellations(call.organisation, mailbox, item.id, { only: addresses });
  mailbox.changeItem(item.id, (draft) => {
    if (draft.event) draft.event = { ...draft.event, attendees: kept };
  });
}

function dispose(call: EwsCall, mailbox: Mailbox, item: Item, target: FolderTarget | undefined): Item | undefined {
  const disposition = call.request.attributes["MessageDisposition"] ?? "SaveOnly";
  if (disposition === "SaveOnly" || item.kind !== "message") return item;
  const sent = target?.folder.id ?? mailbox.folders.requireWellKnown("sentitems").id;
  sendItem(call.organisation, mailbox, item.id, disposition === "SendAndSaveCopy" ? sent : undefined);
  return undefined;
}
