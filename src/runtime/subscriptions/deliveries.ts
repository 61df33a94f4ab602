import { createHmac } from "node:crypto";
import { asConnectorError, type Clock, ConnectorError, type HttpClient, type Log, type Secret } from "#spi";
import type { Store } from "../../store/store.ts";
import type { Delivery, Reason, SubscriptionOwner } from "../../store/subscription-records.ts";
import type { Vault } from "../secrets.ts";
import { deliveryOwner, deliveryPlace } from "./delivery-address.ts";
import { withdrawnRight } from "./owner-rights.ts";
import { eventsFor } from "./read-events.ts";
import { eventView } from "./views.ts";

export interface DeliveryParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  /** Reaches owners' addresses under the egress rules, and follows no redirect. */
  readonly http: HttpClient;
  /** This process, in leases. */
  readonly instance: string;
}

/** Events posted to the addresses of owners. */
export interface Deliveries {
  /** One round over everything due. */
  run(): Promise<void>;
  stop(): void;
}

/** Events of one request. */
const eventsPerDelivery = 100;
const deliveriesAtOnce = 8;
/** Requests of one round, so that a busy owner does not keep the others waiting for ever. */
const roundsPerRun = 20;
const answerLimitMs = 15_000;
const leaseMs = 30_000;
const shortestWaitMs = 1000;
const longestWaitMs = 3_600_000;
/** An address that has failed for so long is given up. */
const longestTroubleMs = 24 * 3_600_000;

export function createDeliveries(parts: DeliveryParts): Deliveries {
  const { store, instance, log } = parts;
  const stopping = new AbortController();
  const deliver = async (owner: SubscriptionOwner, delivery: Delivery): Promise<void> => {
    const { items, upTo } = await eventsFor(
      store,
      owner.subscriptionId,
      delivery.deliveredSeq,
      eventsPerDelivery,
      owner,
    );
    const trouble =
      items.length === 0 ? undefined : await post(parts, owner, delivery, items.map(eventView), stopping.signal);
    if (stopping.signal.aborted) return;
    const now = parts.clock.now();
    const next =
      trouble === undefined ? arrived(delivery, upTo, items.length > 0, now) : failed(delivery, trouble, now);
    if (next.state === "ended")
      log.warn({ subscription: owner.subscriptionId, owner: owner.keyId }, "a delivery ended");
    const waitMs =
      next.failures === 0 ? 0 : Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.min(next.failures - 1, 12));
    await store.subscriptions.saveDelivery({ ...owner, delivery: next }, instance, waitMs);
  };
  return {
    async run() {
      for (let round = 0; round < roundsPerRun && !stopping.signal.aborted; round++) {
        const due = await store.subscriptions.claimDeliveries(instance, leaseMs, deliveriesAtOnce);
        if (due.length === 0) return;
        await Promise.all(
          due.map((owner) => (owner.delivery === undefined ? undefined : deliver(owner, owner.delivery))),
        );
      }
    },
    stop: () => stopping.abort(new Error("stopped")),
  };
}

interface Trouble extends Reason {
  /** The address wants no more. */
  readonly isFinal?: true;
}

/** Undefined = taken. */
async function post(
  { store, vault, clock, http }: DeliveryParts,
  { subscriptionId, keyId }: SubscriptionOwner,
  { url, secret }: Delivery,
  items: readonly object[],
  signal: AbortSignal,
): Promise<Trouble | undefined> {
  try {
    // Rights are looked at anew: they may have been taken since the address was named.
    const withdrawn = await withdrawnRight({ store, clock }, { subscriptionId, keyId });
    if (withdrawn !== undefined) return { code: "DELIVERY_REFUSED", detail: withdrawn, isFinal: true };
    const dataKey = await store.secrets.dataKey(deliveryOwner(subscriptionId));
    if (dataKey === undefined) throw new ConnectorError("INTERNAL", "The secret of this delivery is lost.");
    const body = JSON.stringify({ subscription: subscriptionId, items });
    const timestamp = Math.floor(clock.now() / 1000).toString();
    const opened = vault.open(dataKey, deliveryPlace({ id: subscriptionId, keyId }), secret);
    const answer = await http.request({
      method: "POST",
      url,
      headers: {
        "content-type": "application/json",
        "x-subscription-timestamp": timestamp,
        "x-subscription-signature": `sha256=${signed(opened, timestamp, body)}`,
      },
      body,
      signal,
      operation: "deliver events",
      credentials: false,
      timeoutMs: answerLimitMs,
      limitBytes: 1024 * 1024,
    });
    answer.body.destroy();
    if (answer.status >= 200 && answer.status < 300) return undefined;
    const detail = `The address answered with status ${answer.status}.`;
    return { code: "DELIVERY_REFUSED", detail, ...(answer.status === 410 ? { isFinal: true } : {}) };
  } catch (error) {
    const { code, causeCode, message } = asConnectorError(error);
    return { code: causeCode ?? code, detail: message };
  }
}

/** What the receiver computes as well: over the time, a point and the body as it came. */
const signed = (secret: Secret, timestamp: string, body: string): string =>
  createHmac("sha256", secret.reveal()).update(`${timestamp}.${body}`).digest("hex");

function arrived(
  { url, secret, deliveredAt }: Delivery,
  deliveredSeq: number,
  hasItems: boolean,
  now: number,
): Delivery {
  const at = hasItems ? now : deliveredAt;
  return { url, secret, state: "active", deliveredSeq, failures: 0, ...(at === undefined ? {} : { deliveredAt: at }) };
}

function failed(delivery: Delivery, { code, detail, isFinal }: Trouble, now: number): Delivery {
  const failingSince = delivery.failingSince ?? now;
  const isOver = isFinal === true || now - failingSince >= longestTroubleMs;
  const reason = isOver
    ? { code: "DELIVERY_ENDED", detail: `${detail} The events stay to be read.` }
    : { code, detail };
  return {
    ...delivery,
    state: isOver ? "ended" : "retrying",
    reason,
    failures: delivery.failures + 1,
    failingSince,
  };
}
