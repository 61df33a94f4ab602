import type { SubscriptionEvent, SubscriptionOwner, SubscriptionRecord } from "../../store/subscription-records.ts";
import { isoTime } from "../representation.ts";
import type { EventView, OwnerView, SubscriptionView } from "./cases.ts";

export function viewOf(
  record: SubscriptionRecord,
  owners: readonly SubscriptionOwner[],
  lastEvent: SubscriptionEvent | undefined,
): SubscriptionView {
  const { watched, channel, reason, reconciledAt } = record;
  return {
    id: record.id,
    state: record.state,
    ...(reason === undefined ? {} : { reason }),
    kind: record.kind,
    table: watched.table,
    ...(watched.folder === undefined ? {} : { folder: watched.folder }),
    ...(watched.mailbox === undefined ? {} : { mailbox: watched.mailbox }),
    owners: owners.map(ownerView),
    ...(channel?.expiresAt === undefined ? {} : { expiresAt: isoTime(channel.expiresAt) }),
    ...(lastEvent === undefined ? {} : { lastEventAt: isoTime(lastEvent.keptAt) }),
    ...(reconciledAt === undefined ? {} : { reconciledAt: isoTime(reconciledAt) }),
    createdAt: isoTime(record.createdAt),
    warnings: record.warnings,
  };
}

function ownerView({ keyId, changeTypes, addedAt, delivery }: SubscriptionOwner): OwnerView {
  const common = { keyId, changeTypes, addedAt: isoTime(addedAt) };
  if (delivery === undefined) return common;
  const { url, state, reason, deliveredAt } = delivery;
  return {
    ...common,
    delivery: {
      url,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(deliveredAt === undefined ? {} : { deliveredAt: isoTime(deliveredAt) }),
    },
  };
}

export const eventView = (event: SubscriptionEvent): EventView => ({
  id: `${event.subscriptionId}.${event.seq}`,
  at: isoTime(event.at),
  changeType: event.changeType,
  key: event.key,
  ...(event.oldKey === undefined ? {} : { oldKey: event.oldKey }),
  table: event.table,
  source: event.source,
  ...(event.duplicate ? { duplicate: true } : {}),
});

/**
 * Does an owner want this event? A move is a coming for the folder it leads to and a going for the one it leads from, so
 * it is told to whoever asked for these. Comparing cannot tell a moved item from one that came or went, nor new mail
 * from any other new item: what it found is told to whoever asked for either.
 */
export function isWanted({ changeTypes }: SubscriptionOwner, { changeType, source }: SubscriptionEvent): boolean {
  if (changeTypes.includes(changeType)) return true;
  if (changeType === "moved") return changeTypes.includes("created") || changeTypes.includes("deleted");
  if (source === "notification") return false;
  if (changeType === "deleted") return changeTypes.includes("moved");
  return changeType === "created" && (changeTypes.includes("moved") || changeTypes.includes("newMail"));
}
