import { z } from "zod";
import { aliasName } from "../../runtime/alias-input.ts";
import { pageOf, shownMembers, timestamp } from "./common.ts";
import { retryPolicy } from "./retry-policy.ts";

const name = z
  .string()
  .regex(aliasName, "An alias has 1 to 100 letters, digits and underscores")
  .meta({ description: "Letters, digits and underscores; used as `alias:NAME` where a connection is expected." });

const definition = {
  name,
  description: z.string().max(4000).optional(),
  parent: name.optional().meta({ description: "The alias this one is a child of." }),
  supportMultipleActiveConnections: z
    .boolean()
    .default(false)
    .meta({ description: "Allows several active connections; the first active one in order is used." }),
  connections: z
    .array(z.string().min(1).max(200))
    .max(100)
    .default([])
    .meta({ description: "Names or ids of connections, in order." }),
  retryPolicy: retryPolicy.optional(),
};

const samples = {
  "x-samples": [{ name: "Calendars", supportMultipleActiveConnections: false, connections: ["my-connection"] }],
};

export const aliasInput = z.strictObject(definition).meta({ id: "AliasForm", ...samples });

export const aliasReplacement = z
  .strictObject({
    ...definition,
    ...shownMembers,
    children: z.array(z.string()).optional().meta({ readOnly: true, description: "As it was read." }),
  })
  .meta({ id: "AliasReplacement", ...samples });

export const aliasView = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().optional(),
    parent: z.string().optional(),
    children: z.array(z.string()).meta({ description: "Aliases whose parent this is." }),
    supportMultipleActiveConnections: z.boolean(),
    connections: z.array(z.string()).meta({ description: "Names, those the caller's key may use." }),
    retryPolicy: retryPolicy.optional(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Alias", description: "A name that stands for connections, resolved when it is used." });

export const aliasPage = pageOf(aliasView);
export const aliasParams = z.object({ alias: z.string().min(1).max(1024) });
