import { asConnectorError, type ChangeFeed, type Log, unsupported } from "#spi";
import type { SubscriptionRecord } from "../../store/subscription-records.ts";
import { servicePrincipal } from "../principal.ts";
import type { ResolveConnection } from "../resolved-connection.ts";
import { failed } from "./failing.ts";
import { LeaseLost, RecordWork, type WorkParts } from "./record-work.ts";

/** What the turns are made with. */
export interface TurnParts extends WorkParts {
  readonly log: Log;
  /** This process, in leases. */
  readonly instance: string;
  readonly resolve: ResolveConnection;
}

/** The turns of all subscriptions. */
export interface Turns {
  /** Works on the subscriptions whose turn has come and that no other instance holds. */
  run(): Promise<void>;
  /** One turn of a subscription this instance holds the lease of. Errors: as the server answers; the lease stays. */
  once(record: SubscriptionRecord, signal: AbortSignal): Promise<SubscriptionRecord>;
  /** Ends the channel at the server. */
  close(record: SubscriptionRecord, signal: AbortSignal): Promise<void>;
  stop(): void;
}

/** Subscriptions worked on at the same time. */
const atOnce = 8;

export function createTurns(parts: TurnParts): Turns {
  const { store, timing, instance, log } = parts;
  const stopping = new AbortController();

  const withFeed = async <T>(
    record: SubscriptionRecord,
    signal: AbortSignal,
    use: (feed: ChangeFeed) => Promise<T>,
  ): Promise<T> => {
    const call = { principal: servicePrincipal, requestId: `subscription ${record.id}`, signal };
    const connection = await parts.resolve(call, record.connectionId);
    const lease = await connection.session();
    try {
      const { changes } = lease.session;
      if (changes === undefined) throw unsupported(`${connection.definition.displayName} tells of no changes.`);
      return await use(changes);
    } finally {
      lease.release();
    }
  };
  const held = async (
    record: SubscriptionRecord,
    signal: AbortSignal,
    use: (work: RecordWork) => Promise<void>,
  ): Promise<SubscriptionRecord> => {
    const holding = new AbortController();
    const lost = new AbortController();
    holdOn(record.id, holding.signal, () => lost.abort(new LeaseLost()));
    const either = AbortSignal.any([signal, lost.signal]);
    try {
      return await withFeed(record, either, async (feed) => {
        const work = new RecordWork(parts, feed, record, instance, either);
        await use(work);
        return work.record;
      });
    } catch (error) {
      throw lost.signal.aborted ? new LeaseLost() : error;
    } finally {
      holding.abort();
    }
  };
  const once: Turns["once"] = (record, signal) => held(record, signal, (work) => work.turn());
  /** Keeps the lease while a server takes its time. */
  const holdOn = (id: string, signal: AbortSignal, onLoss: () => void): void => {
    const hold = async (): Promise<void> => {
      for (;;) {
        await parts.clock.sleep(timing.leaseMs / 3, signal);
        if (await store.subscriptions.extend(id, instance, timing.leaseMs)) continue;
        onLoss();
        return;
      }
    };
    hold().catch((error: unknown) => {
      if (!signal.aborted) log.warn({ subscription: id, err: error }, "a lease could not be kept");
    });
  };
  const listen = (record: SubscriptionRecord): Promise<SubscriptionRecord> =>
    held(record, stopping.signal, async (work) => {
      await work.turn();
      await work.listen();
    });
  const turn = async (record: SubscriptionRecord): Promise<void> => {
    try {
      const isStreamed = record.kind === "streaming";
      const done = isStreamed ? await listen(record) : await once(record, stopping.signal);
      await store.subscriptions.save(done, instance, isStreamed ? 0 : timing.pollMs);
    } catch (error) {
      if (error instanceof LeaseLost || stopping.signal.aborted) return;
      const known = asConnectorError(error);
      if (known.code === "INTERNAL") log.error({ subscription: record.id, err: error }, "a subscription's turn failed");
      const current = (await store.subscriptions.byId(record.id)) ?? record;
      const { record: next, waitMs } = failed(current, known, parts.clock.now(), timing.pollMs);
      log.warn({ subscription: record.id, code: known.code, state: next.state }, "changes could not be asked for");
      await store.subscriptions.save(next, instance, waitMs);
    }
  };
  return {
    once,
    async run() {
      const taken = await store.subscriptions.claimDue(instance, timing.leaseMs, atOnce);
      const waited: Promise<void>[] = [];
      for (const record of taken) {
        if (record.kind !== "streaming") waited.push(turn(record));
        // A streamed answer may stay open for half an hour: nobody waits for it.
        else
          turn(record).catch((error: unknown) => log.warn({ subscription: record.id, err: error }, "a stream ended"));
      }
      await Promise.all(waited);
    },
    async close(record, signal) {
      const { channel } = record;
      if (channel !== undefined) await withFeed(record, signal, (feed) => feed.close(record.watched, channel, signal));
    },
    stop: () => stopping.abort(new Error("stopped")),
  };
}
