import { z } from "zod";
import { aliasInput } from "./aliases.ts";
import { connectionInput } from "./connections.ts";
import { retryPolicy } from "./retry-policy.ts";

const connection = z.strictObject({ ...connectionInput.shape, credentialActive: z.boolean().optional() });
const activity = z.strictObject({
  name: z.string().min(1).max(200),
  connection: z.string().min(1).max(200),
  kind: z.enum(["query", "create", "update", "delete", "execute"]),
  description: z.string().max(4000).optional(),
  body: z
    .looseObject({ retryPolicy: retryPolicy.optional() })
    .meta({ description: "The body of that activity, and its retry policy." }),
});
const variable = z.strictObject({
  name: z.string().min(1).max(200),
  kind: z.enum(["project", "global"]),
  secret: z.boolean(),
  value: z.string().max(100_000).optional().meta({ description: "Never of a secret variable." }),
});

/** What an export answers and an import takes. */
export const transferDocument = z
  .strictObject({
    connections: z.array(connection).max(10_000).default([]),
    aliases: z.array(aliasInput).max(10_000).default([]),
    activities: z.array(activity).max(10_000).default([]),
    variables: z.array(variable).max(10_000).default([]),
  })
  .meta({
    id: "TransferDocument",
    description:
      'Definitions by name. A secret reads {"isSet": true}: where it is imported, the connection is `unconfigured` until that secret is sent.',
    "x-samples": [{ connections: [], aliases: [], activities: [], variables: [] }],
  });

export const conflictRule = z
  .enum(["fail", "skip", "replace"])
  .default("fail")
  .meta({ description: "What becomes of a name that exists: all is refused, it stays, or it is replaced." });

const counts = z.object({ created: z.int(), replaced: z.int() });

export const importSummary = z
  .object({
    connections: counts,
    aliases: counts,
    activities: counts,
    variables: counts,
    skipped: z.array(z.string()),
    unconfigured: z.array(z.object({ name: z.string(), missingSecrets: z.array(z.string()) })),
  })
  .meta({ id: "ImportSummary", description: "What an import wrote, and which connections miss secrets." });
