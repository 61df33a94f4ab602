import { z } from "zod";
import { scopes } from "../../runtime/use-cases.ts";
import { pageOf, timestamp } from "./common.ts";

const keyShape = {
  name: z.string().min(1).max(200).optional(),
  scopes: z.array(z.enum(scopes)).min(1),
  connections: z
    .array(z.string().min(1).max(200))
    .min(1)
    .optional()
    .meta({ description: "Names or ids the key is limited to; absent = all." }),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
};

export const keyInput = z
  .strictObject(keyShape)
  .meta({ id: "KeyForm", "x-samples": [{ name: "nightly", scopes: ["operator"], connections: ["my-connection"] }] });
export const keyPatch = z
  .strictObject({
    name: keyShape.name.nullable(),
    scopes: keyShape.scopes.optional(),
    connections: keyShape.connections.nullable(),
    expiresAt: keyShape.expiresAt.nullable(),
  })
  .meta({ id: "KeyPatch", description: "JSON merge patch (RFC 7396) of a key: `null` takes a name or limit away." });

export const keyView = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    scopes: z.array(z.enum(scopes)),
    connections: z.array(z.string()).optional(),
    expiresAt: timestamp.optional(),
    createdAt: timestamp,
    lastUsedAt: timestamp.optional(),
  })
  .meta({ id: "Key", description: "An API key without the key itself." });

export const createdKey = keyView
  .extend({ key: z.string().meta({ description: "Shown this once." }) })
  .meta({ id: "CreatedKey", description: "A new API key; the key itself is shown this once." });

export const keyPage = pageOf(keyView);
export const keyParams = z.object({ key: z.string().min(1).max(200).meta({ description: "Id of the key." }) });
