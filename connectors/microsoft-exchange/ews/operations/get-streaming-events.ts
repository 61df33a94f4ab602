import type { Operation } from "../call.ts";
import { callState, readMessages, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";
import { type EventsState, readNotification } from "./get-events.ts";

export interface StreamState extends EventsState {
  isClosed: boolean;
}

/** GetStreamingEvents: an answer that stays open for so many minutes (1 to 30), in envelopes that come one after another. */
export const getStreamingEvents = (subscriptionId: string, minutes: number): Operation<StreamState> => ({
  name: "GetStreamingEvents",
  repeatable: true,
  body: element(
    "m:GetStreamingEvents",
    undefined,
    element("m:SubscriptionIds", undefined, leaf("t:SubscriptionId", subscriptionId, { about: "Id" })),
    leaf("m:ConnectionTimeout", minutes),
  ),
  start: () => ({ ...callState(), events: [], watermark: undefined, more: false, isClosed: false }),
  read: (response) => {
    const message = readMessages(response, "GetStreamingEvents");
    readNotification(message.at(["Notifications", "Notification"]));
    message.child("ConnectionStatus").onText((state, text) => {
      state.isClosed = text === "Closed";
    });
  },
  finish: (state) => throwIfError("GetStreamingEvents", state),
});
