import type { Operation } from "../call.ts";
import type { ElementReader } from "../element-reader.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { converter } from "../values.ts";
import { element, leaf } from "../write-xml.ts";
import { eventTypes } from "./subscribe.ts";

/** One thing that happened in a mailbox. */
export interface MailboxEvent {
  readonly type: string;
  watermark: string | null;
  at: string | null;
  itemId: string | null;
  changeKey: string | null;
  folderId: string | null;
  parentFolderId: string | null;
  oldItemId: string | null;
  oldParentFolderId: string | null;
}

export interface EventsState extends CallState {
  readonly events: MailboxEvent[];
  watermark: string | undefined;
  more: boolean;
}

/** GetEvents: what happened since a watermark. */
export const getEvents = (subscriptionId: string, watermark: string): Operation<EventsState> => ({
  name: "GetEvents",
  repeatable: true,
  body: element(
    "m:GetEvents",
    undefined,
    leaf("m:SubscriptionId", subscriptionId, { about: "Id" }),
    leaf("m:Watermark", watermark, { about: "Watermark" }),
  ),
  start: () => ({ ...callState(), events: [], watermark: undefined, more: false }),
  read: (response) => readNotification(readMessages(response, "GetEvents").child("Notification")),
  finish: (state) => throwIfError("GetEvents", state),
});

/** Reads the events of a notification, streamed or asked for. */
export function readNotification<S extends EventsState>(notification: ElementReader<S>): void {
  notification.child("MoreEvents").onText((state, text) => {
    state.more = text === "true";
  });
  notification.at(["StatusEvent", "Watermark"]).onText((state, text) => {
    state.watermark = text;
  });
  const last = (state: S) => state.events[state.events.length - 1] as MailboxEvent;
  for (const type of eventTypes) {
    const event = notification.child(type);
    event.onOpen((state) => {
      state.events.push({
        type,
        watermark: null,
        at: null,
        itemId: null,
        changeKey: null,
        folderId: null,
        parentFolderId: null,
        oldItemId: null,
        oldParentFolderId: null,
      });
    });
    event.child("Watermark").onText((state, text) => {
      last(state).watermark = text;
      state.watermark = text;
    });
    event.child("TimeStamp").onText((state, text) => {
      last(state).at = String(converter("datetime")(text));
    });
    event.child("ItemId").onOpen((state, attributes) => {
      last(state).itemId = attributes["Id"] ?? null;
      last(state).changeKey = attributes["ChangeKey"] ?? null;
    });
    for (const [name, member] of [
      ["FolderId", "folderId"],
      ["ParentFolderId", "parentFolderId"],
      ["OldItemId", "oldItemId"],
      ["OldParentFolderId", "oldParentFolderId"],
    ] as const) {
      event.child(name).onOpen((state, attributes) => {
        last(state)[member] = attributes["Id"] ?? null;
      });
    }
  }
}
