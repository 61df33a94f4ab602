import type { Store } from "../store/store.ts";
import { isoTime } from "./representation.ts";
import type { AgentCases, AgentView } from "./use-cases.ts";

export interface AgentParts {
  readonly store: Store;
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly connectors: readonly { readonly name: string; readonly version: string }[];
}

/** This instance among the others that share the store. */
export interface AgentPresence {
  /** At start. */
  register(): Promise<void>;
  /** Each `heartbeatEveryMs`. */
  heartbeat(): Promise<void>;
  /** On the way out: the others need not wait for it to be missed. */
  withdraw(): Promise<void>;
}

export const heartbeatEveryMs = 10_000;
/** Three missed heartbeats. */
const liveWithinMs = 3 * heartbeatEveryMs;
const forgottenAfterMs = 24 * 60 * 60 * 1000;

/** Live instances, as the store's clock sees them. */
export function createAgentCases(parts: AgentParts): AgentCases & AgentPresence {
  const { store, name, group, version, connectors } = parts;
  const agent = { name, group, version, connectors };
  return {
    list: async () => (await store.agents.live(liveWithinMs)).map(show),
    async register() {
      await store.agents.seen(agent, true);
      await store.agents.prune(forgottenAfterMs);
    },
    heartbeat: () => store.agents.seen(agent, false),
    withdraw: () => store.agents.remove(name),
  };
}

const show = ({ startedAt, seenAt, ...agent }: Awaited<ReturnType<Store["agents"]["live"]>>[number]): AgentView => ({
  ...agent,
  startedAt: isoTime(startedAt),
  seenAt: isoTime(seenAt),
});
