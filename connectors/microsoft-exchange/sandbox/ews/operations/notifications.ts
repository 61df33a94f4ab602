import type { MailboxEvent } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { printDate, readInteger } from "../dates.ts";
import { entryError } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { failure, responses, success } from "../soap.ts";
import { readWatermark, type Subscription, watermark } from "../subscriptions.ts";
import { findFolders } from "../targets.ts";
import { childOf, childrenOf, childText, m, t, textOf, type XmlElement } from "../xml.ts";

const eventTypes: Record<string, MailboxEvent["type"] | undefined> = {
  CopiedEvent: "copied",
  CreatedEvent: "created",
  DeletedEvent: "deleted",
  ModifiedEvent: "modified",
  MovedEvent: "moved",
  NewMailEvent: "newMail",
  FreeBusyChangedEvent: undefined,
};

/** Events one GetEvents gives at most. */
const eventsLimit = 100;

/** A streaming subscription lives so long without a connection. */
const streamingTimeoutMs = 30 * 60_000;

/** Subscribe: pull and streaming subscriptions. */
export const subscribe: Operation = (call) =>
  one("Subscribe", () => {
    const streaming = childOf(call.request, "StreamingSubscriptionRequest");
    if (streaming) return [m("SubscriptionId", newStreaming(call, streaming).id)];
    const pull = childOf(call.request, "PullSubscriptionRequest");
    if (!pull) throw new EwsError("ErrorInvalidSubscriptionRequest", "The sandbox has no push subscriptions.");
    const given = childText(pull, "Watermark");
    const from = given === undefined ? undefined : readWatermark(given);
    if (given !== undefined && from === undefined) throw invalidWatermark();
    const subscription = newSubscription(call, pull);
    const start = from ?? lastEvent(subscription);
    return [m("SubscriptionId", subscription.id), m("Watermark", watermark(start))];
  });

/** GetEvents: what happened since a watermark. */
export const getEvents: Operation = (call) =>
  one("GetEvents", () => {
    const id = childText(call.request, "SubscriptionId") ?? "";
    const previous = childText(call.request, "Watermark") ?? "";
    const subscription = call.subscriptions.use(id, call.account.address);
    const since = readWatermark(previous);
    if (since === undefined) throw invalidWatermark();
    const all = subscription.mailbox.eventsSince(since).filter((event) => concerns(subscription, event));
    const some = all.slice(0, eventsLimit);
    const elements = some.map((event) => eventElement(subscription, event));
    const status = t("StatusEvent", t("Watermark", watermark(Math.max(since, lastEvent(subscription)))));
    const notification = m(
      "Notification",
      t("SubscriptionId", id),
      t("PreviousWatermark", previous),
      t("MoreEvents", String(some.length < all.length)),
      elements.length > 0 ? elements : status,
    );
    return [notification];
  });

/** Unsubscribe. */
export const unsubscribe: Operation = (call) =>
  one("Unsubscribe", () => {
    call.subscriptions.remove(childText(call.request, "SubscriptionId") ?? "", call.account.address);
    return [];
  });

const invalidWatermark = () => new EwsError("ErrorInvalidWatermark", "The specified watermark is invalid.");

function one(operation: string, work: () => XmlElement[]): XmlElement {
  const name = `${operation}ResponseMessage`;
  try {
    return responses(operation, [success(name, ...work())]);
  } catch (error) {
    return responses(operation, [failure(name, entryError(error))]);
  }
}

function newStreaming(call: EwsCall, request: XmlElement): Subscription {
  const watched = watchedBy(call, request);
  return call.subscriptions.add({
    ...watched,
    streams: true,
    toldUpTo: watched.mailbox.log.number,
    timeoutMs: streamingTimeoutMs,
  });
}

function newSubscription(call: EwsCall, pull: XmlElement): Subscription {
  const watched = watchedBy(call, pull);
  const minutes = readInteger(childText(pull, "Timeout") ?? "0");
  if (minutes < 1 || minutes > 1440)
    throw schemaViolation("The 'Timeout' element is invalid: it must be from 1 to 1440.");
  return call.subscriptions.add({ ...watched, timeoutMs: minutes * 60_000 });
}

function watchedBy(call: EwsCall, pull: XmlElement): Pick<Subscription, "account" | "mailbox" | "folderIds" | "types"> {
  const folders = findFolders(call, childOf(pull, "FolderIds"));
  const isAll = pull.attributes["SubscribeToAllFolders"] === "true";
  if (isAll === folders.length > 0) {
    throw new EwsError(
      "ErrorInvalidSubscriptionRequest",
      "Subscribe to all folders or to named ones, not both and not none.",
    );
  }
  const names = childrenOf(childOf(pull, "EventTypes")).map(textOf);
  const unknown = names.find((name) => !(name in eventTypes));
  if (names.length === 0 || unknown !== undefined) throw schemaViolation("The 'EventType' element is invalid.");
  return {
    account: call.account.address,
    mailbox: folders[0]?.mailbox ?? call.mailbox,
    ...(isAll ? {} : { folderIds: new Set(folders.map(({ folder }) => folder.id)) }),
    types: new Set(names.flatMap((name) => eventTypes[name] ?? [])),
  };
}

/** Is a subscription about this event? */
export function concerns({ folderIds, types }: Subscription, event: MailboxEvent): boolean {
  // new mail is created as well
  const isWanted = types.has(event.type) || (event.type === "newMail" && types.has("created"));
  if (!isWanted) return false;
  return (
    !folderIds ||
    folderIds.has(event.parentFolderId) ||
    (event.oldParentFolderId !== undefined && folderIds.has(event.oldParentFolderId))
  );
}

/** An event as notifications tell it; those of streaming subscriptions have no watermark. */
export function eventElement({ mailbox, types }: Subscription, event: MailboxEvent, isMarked = true): XmlElement {
  const type = event.type === "newMail" && !types.has("newMail") ? "created" : event.type;
  const idName = event.object === "item" ? "ItemId" : "FolderId";
  const current = event.object === "item" ? mailbox.item(event.id) : mailbox.folders.get(event.id);
  const key = current ? mailbox.changeKeyOf(current) : undefined;
  const parent = (name: string, id: string) => {
    const folder = mailbox.folders.get(id);
    return t(name, { Id: id, ChangeKey: folder && mailbox.changeKeyOf(folder) });
  };
  const isTransfer = type === "moved" || type === "copied";
  return t(
    `${type.slice(0, 1).toUpperCase()}${type.slice(1)}Event`,
    isMarked ? t("Watermark", watermark(event.number)) : undefined,
    t("TimeStamp", printDate(event.at)),
    t(idName, { Id: event.id, ChangeKey: key }),
    parent("ParentFolderId", event.parentFolderId),
    isTransfer ? t(`Old${idName}`, { Id: event.oldId ?? event.id }) : undefined,
    isTransfer ? parent("OldParentFolderId", event.oldParentFolderId ?? event.parentFolderId) : undefined,
  );
}

function lastEvent({ mailbox }: Subscription): number {
  return mailbox.log.number;
}
