import {
  answerMeeting,
  type Body,
  cloneFields,
  emptyFields,
  headerAddress,
  type Item,
  type Mailbox,
  type MeetingAnswer,
  sendCancellations,
  sendMeetingRequests,
} from "../mailboxes/index.ts";
import { convertBody } from "./body-text.ts";
import type { EwsCall } from "./call.ts";
import { printDate } from "./dates.ts";
import { disposeMessage } from "./dispose-draft.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { readProposal } from "./properties/calendar-properties.ts";
import { itemSchemas } from "./properties/item-schema.ts";
import { type Draft, readMailbox } from "./properties/property.ts";
import { type FolderTarget, findItem } from "./targets.ts";
import { readAttachments, writeContext } from "./write-item.ts";
import { childOf, childrenOf, textOf, type XmlElement } from "./xml.ts";

const answers: Record<string, MeetingAnswer> = {
  AcceptItem: "accepted",
  TentativelyAcceptItem: "tentativelyAccepted",
  DeclineItem: "declined",
  ProposeNewTime: "tentativelyAccepted",
};

const names = new Set([
  ...Object.keys(answers),
  "ReplyToItem",
  "ReplyAllToItem",
  "ForwardItem",
  "CancelCalendarItem",
  "RemoveItem",
  "SuppressReadReceipt",
  "PostReplyItem",
]);

/** Whether an element of CreateItem answers another item instead of being one. */
export function isResponseObject(element: XmlElement): boolean {
  return names.has(element.name);
}

/** Carries out a response object; answers the items it made that the caller may see. */
export async function respond(call: EwsCall, element: XmlElement, target: FolderTarget | undefined): Promise<Item[]> {
  const reference = childOf(element, "ReferenceItemId");
  if (!reference) throw schemaViolation(`The element '${element.name}' lacks its required child 'ReferenceItemId'.`);
  const { mailbox, item, changeNumber } = findItem(call, { ...reference, name: "ItemId" });
  if (changeNumber !== undefined && changeNumber < item.contentNumber) {
    throw new EwsError(
      "ErrorStaleObject",
      "Change key passed in the request does not match the current change key for the item.",
    );
  }
  const answer = answers[element.name];
  if (answer) return answerOne(call, element, item, answer);
  if (element.name === "CancelCalendarItem") return cancelOne(call, element, item);
  if (element.name === "RemoveItem") {
    mailbox.deleteItem(item.id, "moveToDeletedItems");
    const event = item.meeting?.associatedEventId;
    if (event && mailbox.item(event)) mailbox.deleteItem(event, "moveToDeletedItems");
    return [];
  }
  if (element.name === "SuppressReadReceipt") {
    mailbox.changeItem(item.id, (draft) => {
      draft.isReadReceiptRequested = false;
    });
    return [];
  }
  if (element.name === "ForwardItem" && item.event) return forwardMeeting(call, mailbox, element, item);
  const saved = disposeMessage(call, await replyDraft(call, element, item), target);
  return saved ? [saved] : [];
}

function answerOne(call: EwsCall, element: XmlElement, item: Item, answer: MeetingAnswer): Item[] {
  const disposition = call.request.attributes["MessageDisposition"];
  const comment = bodyOf(element, "Body");
  const zone = call.timeZone;
  const proposedStart = readProposal(element, "ProposedStart", zone);
  const proposedEnd = readProposal(element, "ProposedEnd", zone);
  const saveTo = disposition === "SendAndSaveCopy" ? call.mailbox.folders.requireWellKnown("sentitems").id : undefined;
  const { event } = answerMeeting(call.organisation, call.mailbox, item.id, answer, {
    send: disposition !== "SaveOnly",
    ...(comment ? { comment } : {}),
    ...(proposedStart ? { proposedStart } : {}),
    ...(proposedEnd ? { proposedEnd } : {}),
    ...(saveTo ? { saveTo } : {}),
  });
  return event ? [event] : [];
}

function cancelOne(call: EwsCall, element: XmlElement, item: Item): Item[] {
  if (!item.event?.isOrganizer) {
    throw new EwsError("ErrorCalendarIsNotOrganizer", "You must be the organizer to perform this operation.");
  }
  const comment = bodyOf(element, "NewBodyContent") ?? bodyOf(element, "Body");
  sendCancellations(call.organisation, call.mailbox, item.id, {
    ...(comment ? { comment } : {}),
    saveTo: call.mailbox.folders.requireWellKnown("sentitems").id,
  });
  const gone = call.mailbox.deleteItem(item.id, "moveToDeletedItems");
  return gone ? [gone] : [];
}

/** A forwarded meeting invites those it goes to, and shows them among its attendees. */
function forwardMeeting(call: EwsCall, mailbox: Mailbox, element: XmlElement, item: Item): Item[] {
  const people = childrenOf(childOf(element, "ToRecipients"), "Mailbox").map(readMailbox);
  if (people.length === 0) throw new EwsError("ErrorMissingRecipients", "The message has no recipients.");
  if (!item.event?.isOrganizer) {
    throw new EwsError(
      "ErrorCalendarIsNotOrganizer",
      "The sandbox forwards meetings from their organizer's calendar only.",
    );
  }
  const addresses = people.map((one) => (one.address ?? "").toLowerCase());
  mailbox.changeItem(item.id, (draft) => {
    if (!draft.event) return;
    const present = new Set(draft.event.attendees.map((one) => one.address?.toLowerCase()));
    const added = people
      .filter((one) => !present.has(one.address?.toLowerCase()))
      .map((one) => ({ ...one, type: "optional" as const, response: "none" as const }));
    draft.event = { ...draft.event, attendees: [...draft.event.attendees, ...added], isMeeting: true };
  });
  sendMeetingRequests(call.organisation, mailbox, item.id, addresses);
  return [];
}

/** A reply or forward as a draft: recipients, subject, quoted text and threading as Exchange fills them in. */
async function replyDraft(call: EwsCall, element: XmlElement, original: Item): Promise<Draft> {
  const isForward = element.name === "ForwardItem";
  const draft: Draft = {
    ...emptyFields(element.name === "PostReplyItem" ? "post" : "message"),
    kind: element.name === "PostReplyItem" ? "post" : "message",
    isDraft: true,
    isRead: true,
    subject: `${isForward ? "FW" : "RE"}: ${original.conversationTopic ?? original.subject ?? ""}`,
  };
  if (!isForward) draft.to = original.replyTo.length > 0 ? [...original.replyTo] : original.from ? [original.from] : [];
  if (element.name === "ReplyAllToItem") {
    const own = call.mailbox.owner.address.toLowerCase();
    const others = (list: Item["to"]) => list.filter((one) => one.address?.toLowerCase() !== own);
    draft.to = [...draft.to, ...others(original.to)];
    draft.cc = others(original.cc);
  }
  if (isForward) draft.attachments = cloneFields(original).attachments;
  thread(draft, original);
  await applyGiven(call, draft, element);
  draft.body = quoted(bodyOf(element, "NewBodyContent"), original, draft.body);
  return draft;
}

function thread(draft: Draft, original: Item): void {
  if (original.conversationTopic !== undefined) draft.conversationTopic = original.conversationTopic;
  if (original.conversationIndex)
    draft.conversationIndex = Buffer.concat([original.conversationIndex, crypto.getRandomValues(Buffer.alloc(5))]);
  if (original.internetMessageId === undefined) return;
  draft.inReplyTo = original.internetMessageId;
  draft.references = [original.references, original.internetMessageId].filter(Boolean).join(" ");
}

/** What the response object says itself wins over what was filled in. */
async function applyGiven(call: EwsCall, draft: Draft, element: XmlElement): Promise<void> {
  const context = writeContext(call);
  for (const child of childrenOf(element)) {
    if (child.name === "ReferenceItemId" || child.name === "NewBodyContent") continue;
    if (child.name === "Attachments") {
      draft.attachments = [...draft.attachments, ...(await readAttachments(call, child))];
      continue;
    }
    const property = itemSchemas[draft.kind].properties.find((one) => one.element === child.name);
    if (!property?.write)
      throw schemaViolation(`The element '${element.name}' has invalid child element '${child.name}'.`);
    property.write(draft, child, context);
  }
}

function bodyOf(element: XmlElement, name: string): Body | undefined {
  const body = childOf(element, name);
  return body && { type: body.attributes["BodyType"] === "HTML" ? "html" : "text", content: textOf(body) };
}

function quoted(added: Body | undefined, original: Item, given: Body | undefined): Body {
  if (given) return given;
  const old = original.body ?? { type: "text", content: "" };
  const head = [
    ["From", original.from ? headerAddress(original.from) : ""],
    ["Sent", original.sentAt ? printDate(original.sentAt) : ""],
    ["To", original.to.map(headerAddress).join("; ")],
    ["Subject", original.subject ?? ""],
  ];
  if (old.type === "text") {
    const lines = head.map(([name, value]) => `${name}: ${value}`).join("\r\n");
    return {
      type: "text",
      content: `${added ? convertBody(added, "Text").content : ""}\r\n\r\n________________________________\r\n${lines}\r\n\r\n${old.content}`,
    };
  }
  const escapeHtml = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const lines = head.map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value ?? "")}<br>`).join("");
  return {
    type: "html",
    content: `${added ? convertBody(added, "HTML").content : ""}<hr><div>${lines}</div><br>${old.content}`,
  };
}
