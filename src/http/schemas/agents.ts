import { z } from "zod";
import { pageOf, timestamp } from "./common.ts";

export const agentPage = pageOf(
  z
    .object({
      name: z.string(),
      group: z.string(),
      version: z.string(),
      connectors: z.array(z.object({ name: z.string(), version: z.string() })),
      startedAt: timestamp,
      seenAt: timestamp,
    })
    .meta({ id: "Agent", description: "A live instance." }),
);
