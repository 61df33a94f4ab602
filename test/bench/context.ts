import type { BenchService, Fake } from "./stand.ts";

/** What every measurement works with. */
export interface BenchContext {
  readonly fake: Fake;
  readonly service: BenchService;
  readonly rounds: number;
  /** A folder for what readers write. */
  readonly folder: string;
  /** Says what is going on. */
  progress(text: string): void;
}
