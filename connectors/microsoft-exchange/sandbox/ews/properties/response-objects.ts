import type { Item } from "../../mailboxes/index.ts";
import { t, type XmlElement } from "../xml.ts";

/** What one may answer an item with; clients offer these buttons. */
export function responseObjects(item: Item): XmlElement | undefined {
  const names = answersTo(item);
  return names.length > 0
    ? t(
        "ResponseObjects",
        names.map((name) => t(name)),
      )
    : undefined;
}

function answersTo(item: Item): string[] {
  if (item.kind === "meetingRequest") return [...meetingAnswers, "ReplyToItem", "ReplyAllToItem", "ForwardItem"];
  if (item.kind === "meetingCancellation") return ["RemoveItem", "ReplyToItem", "ReplyAllToItem", "ForwardItem"];
  if (item.kind === "event") {
    if (!item.event?.isMeeting) return ["ForwardItem"];
    return item.event.isOrganizer ? ["CancelCalendarItem", "ForwardItem"] : [...meetingAnswers, "ForwardItem"];
  }
  if (item.kind === "post") return ["PostReplyItem", "ReplyToItem", "ForwardItem"];
  if (item.kind !== "message" && item.kind !== "meetingResponse") return [];
  return item.isDraft ? ["ForwardItem"] : ["ReplyToItem", "ReplyAllToItem", "ForwardItem"];
}

const meetingAnswers = ["AcceptItem", "TentativelyAcceptItem", "DeclineItem"];
