import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

/** Kinds of events a subscription can be about (NotificationEventTypeType, types.xsd). */
export const eventTypes = [
  "CreatedEvent",
  "ModifiedEvent",
  "DeletedEvent",
  "MovedEvent",
  "CopiedEvent",
  "NewMailEvent",
] as const;
export type EventType = (typeof eventTypes)[number];

export interface SubscribeRequest {
  readonly folders: readonly FolderReference[];
  readonly events: readonly EventType[];
  /** The subscription ends when nobody asks for that long. */
  readonly timeoutMinutes: number;
  /** Where to begin; now without one. */
  readonly watermark?: string;
}

export interface SubscribeState extends CallState {
  subscriptionId: string | undefined;
  watermark: string | undefined;
}

/** Subscribe: events are kept at the server until they are asked for. No folders: the whole mailbox. */
export const subscribe = ({ timeoutMinutes, watermark, ...wish }: SubscribeRequest): Operation<SubscribeState> =>
  subscribeBy("m:PullSubscriptionRequest", wish, [
    watermark === undefined ? undefined : leaf("t:Watermark", watermark, { about: "Watermark" }),
    leaf("t:Timeout", timeoutMinutes),
  ]);

/** Subscribe: events are told over GetStreamingEvents (since Exchange2010_SP1). */
export const subscribeStreaming = (
  wish: Omit<SubscribeRequest, "timeoutMinutes" | "watermark">,
): Operation<SubscribeState> => subscribeBy("m:StreamingSubscriptionRequest", wish, []);

const subscribeBy = (
  name: string,
  { folders, events }: Omit<SubscribeRequest, "timeoutMinutes" | "watermark">,
  more: readonly (Xml | undefined)[],
): Operation<SubscribeState> => ({
  name: "Subscribe",
  repeatable: true,
  body: element(
    "m:Subscribe",
    undefined,
    element(
      name,
      folders.length === 0 ? { SubscribeToAllFolders: true } : undefined,
      folders.length === 0 ? undefined : element("t:FolderIds", undefined, folders.map(folderId)),
      element(
        "t:EventTypes",
        undefined,
        events.map((event) => leaf("t:EventType", event)),
      ),
      more,
    ),
  ),
  start: () => ({ ...callState(), subscriptionId: undefined, watermark: undefined }),
  read: (response) => {
    const message = readMessages(response, "Subscribe");
    message.child("SubscriptionId").onText((state, text) => {
      state.subscriptionId = text;
    });
    message.child("Watermark").onText((state, text) => {
      state.watermark = text;
    });
  },
  finish: (state) => throwIfError("Subscribe", state),
});

/** Unsubscribe: the server forgets the subscription. */
export const unsubscribe = (subscriptionId: string): Operation<CallState> => ({
  name: "Unsubscribe",
  repeatable: true,
  body: element("m:Unsubscribe", undefined, leaf("m:SubscriptionId", subscriptionId, { about: "Id" })),
  start: callState,
  read: (response) => {
    readMessages(response, "Unsubscribe");
  },
  finish: (state) => throwIfError("Unsubscribe", state),
});
