import type { Batch, RecordStream, Session } from "#spi";
import { type RetryPolicy, underPolicy } from "../net/retry-policy.ts";

/** A streamed answer keeps its reader waiting: at most this long, and never longer from try to try. */
const streamedSeconds = 30;

/** The policy as it holds for an answer that streams. */
export const streamedPolicy = (policy: RetryPolicy): RetryPolicy => ({
  ...policy,
  strategy: "fixed-interval",
  maxElapsedSeconds: Math.min(streamedSeconds, policy.maxElapsedSeconds),
});

/** The same session, its five activities under a retry policy. */
export function sessionUnder(policy: RetryPolicy, session: Session): Session {
  const { contents, changes } = session;
  const under = <T>(run: () => T): T => underPolicy(policy, run);
  return {
    test: (steps, signal) => session.test(steps, signal),
    query: (query, signal) => streamUnder(policy, () => session.query(query, signal)),
    create: (table, rows, signal) => under(() => session.create(table, rows, signal)),
    update: (table, rows, signal) => under(() => session.update(table, rows, signal)),
    delete: (table, rows, signal) => under(() => session.delete(table, rows, signal)),
    execute: (procedure, signal) => streamUnder(policy, () => session.execute(procedure, signal)),
    ...(contents === undefined ? {} : { contents }),
    ...(changes === undefined ? {} : { changes }),
    close: () => session.close(),
  };
}

/** A generator runs in the context of whoever pulls it, so each pull is put under the policy. */
function streamUnder(policy: RetryPolicy, open: () => RecordStream): RecordStream {
  return {
    [Symbol.asyncIterator](): AsyncIterator<Batch> {
      const iterator = underPolicy(policy, () => open()[Symbol.asyncIterator]());
      return {
        next: () => underPolicy(policy, () => iterator.next()),
        return: (value) =>
          underPolicy(policy, () => iterator.return?.(value) ?? Promise.resolve({ done: true, value: undefined })),
      };
    },
  };
}
