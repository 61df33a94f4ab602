import { randomBytes, randomUUID } from "node:crypto";
import type { Random } from "#spi";

/** The machine's own randomness; `fraction` is for jitter only. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
  uuid: () => randomUUID(),
};
