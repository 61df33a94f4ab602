import { z } from "zod";
import type { RetryPolicy } from "../../runtime/use-cases.ts";

const fields = ["method", "status", "header", "body", "error", "responseCode"] as const;

const condition = z
  .strictObject({
    field: z.enum(fields).meta({
      description:
        "`status`, `header` and `body` are of the server's answer (of the body: the first 64 KiB of an error answer); `error` is a code or cause of this service; `responseCode` is the server's own code, also one inside a SOAP body.",
    }),
    name: z.string().min(1).max(200).optional().meta({ description: "Of the header." }),
    operator: z.enum(["is", "is not", "contains", "not contains"]),
    value: z.string().min(1).max(1000).meta({ description: "Compared ignoring case." }),
  })
  .refine(({ field, name }) => (field === "header") === (name !== undefined), {
    message: "A header needs its name; other fields take none",
    path: ["name"],
  });

const dayOfSeconds = 86_400;

/** When failed upstream calls are repeated. */
export const retryPolicy: z.ZodType<RetryPolicy> = z
  .strictObject({
    conditions: z
      .array(z.strictObject({ all: z.array(condition).min(1).max(20) }))
      .min(1)
      .max(50)
      .meta({ description: "One must hold; it holds when all of its lines do." }),
    strategy: z.enum(["fixed-interval", "exponential-backoff", "retry-after"]).meta({
      description:
        "`exponential-backoff` doubles the interval from try to try; `retry-after` waits as long as the server asks and does not repeat when it asks nothing.",
    }),
    intervalSeconds: z.number().min(0).max(3600).default(10),
    count: z.int().min(0).max(100).default(0).meta({ description: "Repetitions; 0 = none. Not for `retry-after`." }),
    maxElapsedSeconds: z
      .number()
      .min(0)
      .max(7 * dayOfSeconds)
      .default(dayOfSeconds)
      .meta({
        description:
          "All waits of one call; a synchronous activity still ends by ACTIVITY_TIMEOUT_SECONDS, a streamed one waits 30 seconds at most and at a fixed interval.",
      }),
  })
  .meta({
    id: "RetryPolicy",
    description:
      "For failures that match a condition this holds in place of the service's own rules. A write that may have been acted upon is never repeated, nor a refused login.",
  });
