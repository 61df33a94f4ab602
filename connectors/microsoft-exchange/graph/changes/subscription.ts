import { type Channel, ConnectorError, type NoticeReceiver, protocolError, type Watched } from "#spi";
import type { GraphCalls } from "../call.ts";
import { type JsonObject, member } from "../errors.ts";
import { directory, segment } from "../mailbox.ts";
import { noticedBy } from "./watch.ts";

/** The longest life of a subscription to mail, events and contacts (subscription resource, v1.0), with room for a clock that differs. */
const lifeMs = (10_080 - 5) * 60_000;

/** Asks Graph to post notices. It tests the address before it answers. */
export async function openSubscription(
  calls: GraphCalls,
  watched: Watched,
  { url, secret }: NoticeReceiver,
  signal: AbortSignal,
): Promise<Channel> {
  const { owner, resource } = noticedBy(calls.config, watched);
  const body = {
    resource,
    changeType: "created,updated,deleted",
    notificationUrl: url,
    lifecycleNotificationUrl: url,
    expirationDateTime: endOf(calls),
    clientState: secret,
  };
  const operation = "POST subscriptions";
  const request = { method: "POST", path: "/subscriptions", operation, mailbox: owner.mailbox, body } as const;
  const made = await calls.json(request, signal);
  const id = member(made, "id");
  if (typeof id !== "string")
    throw protocolError("Microsoft Graph did not tell the id of the new subscription.", {
      causeCode: "GRAPH_ANSWER_NOT_JSON",
      remote: { service: "MSGraph", operation },
    });
  return { id, ...expiryOf(made) };
}

/** Moves its end away; a subscription that waits for its permission to be shown again takes that as such. */
export async function renewSubscription(
  calls: GraphCalls,
  channel: Channel,
  signal: AbortSignal,
): Promise<Channel | "lost"> {
  const request = {
    method: "PATCH",
    path: `/subscriptions/${segment(channel.id)}`,
    operation: "PATCH subscriptions",
    mailbox: directory.mailbox,
    repeatable: true,
    body: { expirationDateTime: endOf(calls) },
  } as const;
  const answer = await calls.json(request, signal).catch(lostWhenMissing);
  return answer === "lost" ? answer : { ...channel, ...expiryOf(answer) };
}

export async function closeSubscription(calls: GraphCalls, channel: Channel, signal: AbortSignal): Promise<void> {
  const request = {
    method: "DELETE",
    path: `/subscriptions/${segment(channel.id)}`,
    operation: "DELETE subscriptions",
    mailbox: directory.mailbox,
    repeatable: true,
  } as const;
  await calls.json(request, signal).catch(lostWhenMissing);
}

const endOf = ({ context }: GraphCalls): string => new Date(context.clock.now() + lifeMs).toISOString();

function expiryOf(subscription: JsonObject): { readonly expiresAt?: number } {
  const at = Date.parse(String(member(subscription, "expirationDateTime")));
  return Number.isNaN(at) ? {} : { expiresAt: at };
}

function lostWhenMissing(error: unknown): "lost" {
  if (error instanceof ConnectorError && error.code === "NOT_FOUND") return "lost";
  throw error;
}
