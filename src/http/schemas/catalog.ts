import { z } from "zod";

export const columnView = z
  .object({
    name: z.string(),
    type: z.string(),
    nullable: z.boolean(),
    key: z.boolean(),
    readOnly: z.boolean(),
    operators: z.array(z.string()),
    sortable: z.boolean(),
    readCost: z.enum(["list", "item"]).meta({ description: "`item`: every row costs a read of its own." }),
    description: z.string(),
    allowed: z.array(z.string()).optional(),
  })
  .meta({ id: "Column" });

export const tableView = z
  .object({
    name: z.string(),
    kind: z.enum(["TABLE", "VIEW"]),
    schema: z.string(),
    description: z.string(),
    activities: z.array(z.string()),
    columns: z.array(columnView).optional(),
    pseudoColumns: z
      .array(
        z.object({
          name: z.string(),
          type: z.string(),
          use: z.array(z.string()),
          allowed: z.array(z.string()).optional(),
          description: z.string(),
        }),
      )
      .optional(),
    requiredOnCreate: z.array(z.string()).optional(),
  })
  .meta({ id: "Table", description: "A table or view; lists leave its columns out." });

const parameterView = z.object({
  name: z.string(),
  type: z.string(),
  required: z.boolean(),
  description: z.string(),
  default: z.unknown().optional(),
  allowed: z.array(z.string()).optional(),
});

export const procedureView = z
  .object({
    name: z.string(),
    schema: z.string(),
    description: z.string(),
    writes: z.boolean(),
    inputs: z.array(parameterView).optional(),
    outputs: z.array(parameterView).optional(),
  })
  .meta({ id: "Procedure", description: "A procedure; lists leave its parameters out." });

export const schemaQuery = z.strictObject({
  schema: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "Name of a schema of the connector; absent = all." }),
});

const memberName = z.string().min(1).max(1024);
export const tableParam = { table: memberName.meta({ description: "Name of the table or view." }) };
export const procedureParam = { procedure: memberName.meta({ description: "Name of the procedure." }) };
