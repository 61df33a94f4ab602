import type { Deed, Evidence } from "./evidence.ts";

type Reasons = ReadonlyMap<string, ReadonlyMap<Deed, string>>;

/** What is wrong between what is declared, what was executed, and what is said to be impossible. */
export interface Findings {
  /** Declared, not executed by any test that passed, and without a reason. */
  readonly unmarked: readonly string[];
  /** Said to be impossible, though it was executed or is not declared. */
  readonly stale: readonly string[];
}

/** Compares the three. */
export function check(demanded: ReadonlyMap<string, readonly Deed[]>, evidence: Evidence, reasons: Reasons): Findings {
  const unmarked = [...demanded].flatMap(([thing, deeds]) =>
    deeds
      .filter((deed) => evidence[thing]?.[deed] === undefined && reasons.get(thing)?.get(deed) === undefined)
      .map((deed) => `${thing}: ${deed}`),
  );
  const stale = [...reasons].flatMap(([thing, deeds]) =>
    [...deeds.keys()].flatMap((deed) => {
      if (demanded.get(thing)?.includes(deed) !== true) return [`${thing}: ${deed} is not declared`];
      return evidence[thing]?.[deed] === undefined ? [] : [`${thing}: ${deed} was executed`];
    }),
  );
  return { unmarked, stale };
}
