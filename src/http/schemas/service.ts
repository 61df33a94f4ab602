import { z } from "zod";

export const healthBody = z.object({ status: z.string() }).meta({ description: "One word." });

export const metricsText = {
  description: "Prometheus text format.",
  content: { "text/plain": { schema: z.string() } },
};
