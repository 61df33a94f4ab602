import type { Clock, Log } from "#spi";
import type { Store } from "../store/store.ts";
import type { Vault } from "./secrets.ts";
import type { HealthCases } from "./use-cases.ts";

export interface HealthParts {
  readonly store: Pick<Store, "canary" | "isSchemaKnown">;
  readonly vault: Pick<Vault, "sealedBecause">;
  readonly clock: Clock;
  readonly log: Log;
}

type StoreState = "ready" | "store" | "migrating";

/** A committed write each five seconds, asked for by whoever asks for readiness; nothing runs otherwise. */
const canaryEveryMs = 5000;

/** Ready = key unsealed, not draining, the store takes a write and has the schema this build knows. Never asks Exchange. */
export function createHealthCases({ store, vault, clock, log }: HealthParts): HealthCases {
  let isDraining = false;
  let last: { readonly at: number; readonly state: StoreState } | undefined;
  let running: Promise<StoreState> | undefined;

  const look = async (): Promise<StoreState> => {
    try {
      await store.canary();
      return (await store.isSchemaKnown()) ? "ready" : "migrating";
    } catch (error) {
      log.error({ error: String(error) }, "the store cannot be written");
      return "store";
    }
  };
  const storeState = async (): Promise<StoreState> => {
    if (last !== undefined && Math.abs(clock.now() - last.at) < canaryEveryMs) return last.state;
    running ??= look().finally(() => {
      running = undefined;
    });
    const state = await running;
    last = { at: clock.now(), state };
    return state;
  };

  return {
    async readiness() {
      if (isDraining) return "draining";
      if (vault.sealedBecause !== undefined) return "sealed";
      return storeState();
    },
    drain() {
      isDraining = true;
    },
  };
}
