import type { Expiry } from "#spi";
import type { Store } from "../../store/store.ts";
import type { SubscriptionRecord } from "../../store/subscription-records.ts";
import { isoTime } from "../representation.ts";
import { longestTroubleMs } from "./failing.ts";

/** Renewed at half their life, channels never come so near to their end unless something is wrong. */
const nearMs = 12 * 3_600_000;
const subscriptionsLooked = 1000;

/** Subscriptions of a connection that have ended, or will: for its status. */
export async function endingsOf(
  { subscriptions }: Pick<Store, "subscriptions">,
  connectionId: string,
  now: number,
): Promise<readonly Expiry[]> {
  const records = await subscriptions.list(connectionId, { limit: subscriptionsLooked });
  return records.flatMap((record) => endingOf(record, now) ?? []);
}

function endingOf(record: SubscriptionRecord, now: number): Expiry | undefined {
  const { id, watched, state, reason, failingSince, channel } = record;
  const name = `The subscription ${id} to ${watched.table}`;
  if (state === "ended" && reason !== undefined)
    return { code: reason.code, detail: `${name} has ended: ${reason.detail}` };
  if (failingSince !== undefined)
    return {
      code: "SUBSCRIPTION_ENDING",
      detail: `${name} fails: ${reason?.detail ?? ""}`,
      at: isoTime(failingSince + longestTroubleMs),
    };
  const expiresAt = channel?.expiresAt;
  if (expiresAt === undefined || expiresAt - now > nearMs) return undefined;
  return { code: "SUBSCRIPTION_ENDING", detail: `${name} was not renewed at the server.`, at: isoTime(expiresAt) };
}
