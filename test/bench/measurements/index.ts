import type { BenchContext } from "../context.ts";
import type { Result } from "../result.ts";
import { create } from "./create.ts";
import { memory, start } from "./footprint.ts";
import { front } from "./front.ts";
import { latency } from "./latency.ts";
import { streams } from "./streams.ts";
import { delayed, firstByte } from "./waits.ts";

/** Everything that can be measured, by the name `--only` takes. */
export const measurements: Readonly<Record<string, (context: BenchContext) => Promise<readonly Result[]>>> = {
  latency,
  ...streams,
  delayed,
  "first-byte": firstByte,
  create,
  front,
  start,
  memory,
};
