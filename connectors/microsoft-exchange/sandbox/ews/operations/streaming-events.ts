import type { MailboxEvent } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { readInteger } from "../dates.ts";
import { entryError } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { failure, responses, success } from "../soap.ts";
import type { Subscription } from "../subscriptions.ts";
import { childOf, childrenOf, childText, m, t, textOf, type XmlElement } from "../xml.ts";
import { concerns, eventElement } from "./notifications.ts";

const name = "GetStreamingEventsResponseMessage";
/** An empty word now and then tells that the connection lives. */
const heartbeatMs = 45_000;
const eventsPerMessage = 100;

/** GetStreamingEvents: an answer that stays open and tells events as they happen, each message an envelope of its own. */
export const getStreamingEvents: Operation = (call) => {
  try {
    const subscriptions = named(call);
    const minutes = readInteger(childText(call.request, "ConnectionTimeout") ?? "0");
    if (minutes < 1 || minutes > 30)
      throw schemaViolation("The 'ConnectionTimeout' element is invalid: it must be from 1 to 30.");
    call.follow((send, closed) => stream(call, subscriptions, minutes * 60_000, send, closed));
    return message(m("ConnectionStatus", "OK"));
  } catch (error) {
    return responses("GetStreamingEvents", [failure(name, entryError(error))]);
  }
};

const message = (...children: XmlElement[]): XmlElement =>
  responses("GetStreamingEvents", [success(name, ...children)]);

function named(call: EwsCall): readonly Subscription[] {
  const ids = childrenOf(childOf(call.request, "SubscriptionIds")).map(textOf);
  const found = ids.map((id) => call.subscriptions.use(id, call.account.address));
  const pull = found.find(({ streams }) => streams !== true);
  if (found.length === 0) throw schemaViolation("The element 'SubscriptionIds' has incomplete content.");
  if (pull !== undefined)
    throw new EwsError("ErrorInvalidSubscription", "A pull subscription cannot be used for streaming notifications.");
  return found;
}

async function stream(
  call: EwsCall,
  subscriptions: readonly Subscription[],
  timeoutMs: number,
  send: (element: XmlElement) => void,
  closed: AbortSignal,
): Promise<void> {
  const ending = AbortSignal.any([closed, AbortSignal.timeout(timeoutMs)]);
  const beat = setInterval(() => send(message(m("ConnectionStatus", "OK"))), heartbeatMs);
  const stops = subscriptions.map((subscription) => tellAll(call, subscription, send));
  await new Promise<void>((resolve) => {
    if (ending.aborted) resolve();
    else ending.addEventListener("abort", () => resolve(), { once: true });
  });
  clearInterval(beat);
  for (const stop of stops) stop();
  if (!closed.aborted) send(message(m("ConnectionStatus", "Closed")));
}

/** What waits is told at once, and from then on what happens; answers how to stop. */
function tellAll(call: EwsCall, subscription: Subscription, send: (element: XmlElement) => void): () => void {
  const { log } = subscription.mailbox;
  let isScheduled = false;
  let isOver = false;
  const tell = () => {
    isScheduled = false;
    if (isOver) return;
    const events = subscription.mailbox
      .eventsSince(subscription.toldUpTo ?? 0)
      .filter((event) => concerns(subscription, event));
    subscription.toldUpTo = log.number;
    for (let at = 0; at < events.length; at += eventsPerMessage)
      for (const [waitMs, some] of fated(call, events.slice(at, at + eventsPerMessage)))
        if (waitMs === 0) send(notification(subscription, some));
        else setTimeout(() => isOver || send(notification(subscription, some)), waitMs).unref();
  };
  // Several changes of one turn are told together.
  const listener = () => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(tell);
  };
  log.listeners.add(listener);
  listener();
  return () => {
    isOver = true;
    log.listeners.delete(listener);
  };
}

/** Events by the wait after which they are sent; a fault switch can lose, double and delay each. */
function fated(call: EwsCall, events: readonly MailboxEvent[]): ReadonlyMap<number, MailboxEvent[]> {
  const byWait = new Map<number, MailboxEvent[]>();
  for (const event of events)
    for (const waitMs of call.fate()) {
      const of = byWait.get(waitMs);
      if (of === undefined) byWait.set(waitMs, [event]);
      else of.push(event);
    }
  return byWait;
}

const notification = (subscription: Subscription, events: readonly MailboxEvent[]): XmlElement =>
  message(
    m(
      "Notifications",
      t(
        "Notification",
        t("SubscriptionId", subscription.id),
        events.map((event) => eventElement(subscription, event, false)),
      ),
    ),
  );
