import type { ConnectorDefinition } from "#spi";
import { openTransport } from "../../net/client.ts";
import type { SessionSurroundings } from "../open-session.ts";
import type { Chore } from "../schedule.ts";
import type { SubscriptionCases } from "./cases.ts";
import { createDeliveries } from "./deliveries.ts";
import { createNotices, type NoticeCases } from "./notices.ts";
import { keptEvents, keptMs } from "./read-events.ts";
import { createSubscriptions, type SubscriptionParts } from "./subscriptions.ts";
import { createTurns } from "./turns.ts";

export interface OpenParts extends Omit<SubscriptionParts, "turns" | "egress" | "noticeUrl"> {
  readonly surroundings: SessionSurroundings;
  readonly pollMs: number;
  /** Base address of this service as others see it. */
  publicUrl(): string;
  getConnector(name: string): ConnectorDefinition;
}

/** Subscriptions with all the work behind them. */
export interface Subscribing {
  readonly cases: SubscriptionCases;
  readonly notices: NoticeCases;
  readonly chores: readonly Chore[];
  /** Ends the work under way; leases run out. */
  stop(): void;
  close(): Promise<void>;
}

/** So often it is looked whose turn has come. */
const turnEveryMs = 1000;
const timing = { reconcileMs: 15 * 60_000, leaseMs: 15_000 };
const pruneEveryMs = 600_000;

/** How owners are reached: directly, without any credentials of ours. */
const deliveryOptions = {
  authentication: { scheme: "none" },
  credentialOrigins: [],
  tls: {},
  timeoutMs: 15_000,
  concurrency: { perMailbox: 8, perConnection: 8 },
  headers: {},
} as const;

export function openSubscriptions(parts: OpenParts): Subscribing {
  const { store, surroundings, publicUrl, pollMs } = parts;
  const transport = openTransport(deliveryOptions, surroundings);
  const deliveries = createDeliveries({ ...parts, http: transport.http });
  const noticeUrl = (id: string): string | undefined => {
    const base = publicUrl();
    return base.startsWith("https:") ? new URL(`/v1/notifications/${id}`, base).href : undefined;
  };
  const turns = createTurns({ ...parts, noticeUrl, timing: { ...timing, pollMs } });
  return {
    cases: createSubscriptions({ ...parts, turns, egress: surroundings.egress, noticeUrl }),
    notices: createNotices(parts),
    chores: [
      { name: "subscriptions", everyMs: turnEveryMs, run: () => turns.run() },
      { name: "deliveries", everyMs: turnEveryMs, run: () => deliveries.run() },
      {
        name: "subscription events",
        everyMs: pruneEveryMs,
        run: () => store.subscriptions.pruneEvents(keptMs, keptEvents),
      },
    ],
    stop() {
      turns.stop();
      deliveries.stop();
    },
    close: () => transport.close(),
  };
}
