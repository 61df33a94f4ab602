import { z } from "zod";
import type { Row } from "#spi";
import { memberName, onRowError, procedureInput, rowList, sqlShape, tableQueryShape } from "./activities.ts";
import { bodyPageToken, dataObject, pageOf, resourceName, timestamp } from "./common.ts";

const head = {
  name: resourceName,
  connection: z.string().min(1).max(200).meta({ description: "Name or id of the connection." }),
  description: z.string().max(4000).optional(),
};
const sql = { sql: sqlShape.sql.optional(), parameters: sqlShape.parameters };
const table = memberName.optional();

const query = z.strictObject({ ...head, kind: z.literal("query"), table, ...tableQueryShape, ...sql });
const write = <K extends "create" | "update" | "delete">(kind: K) =>
  z.strictObject({
    ...head,
    kind: z.literal(kind),
    table,
    rows: rowList.optional(),
    onRowError: onRowError.optional(),
    ...sql,
  });
const execute = z.strictObject({
  ...head,
  kind: z.literal("execute"),
  procedure: memberName.optional(),
  input: procedureInput.optional(),
  ...sql,
});

interface Named {
  readonly table?: string | undefined;
  readonly procedure?: string | undefined;
  readonly sql?: string | undefined;
}

const namesOneSource = (activity: Named): boolean =>
  (activity.sql === undefined) !== (activity.table === undefined && activity.procedure === undefined);

/** A saved activity: its name, connection and kind, and the body of that activity beside them. */
export const savedActivityInput = z
  .discriminatedUnion("kind", [query, write("create"), write("update"), write("delete"), execute])
  .refine(namesOneSource, { message: "Give either sql, or the table or procedure" })
  .meta({
    id: "SavedActivityForm",
    "x-samples": [{ name: "Unread", connection: "my-connection", kind: "query", table: "Inbox", limit: 10 }],
  });

export const savedActivityView = z
  .object({
    id: z.string(),
    name: z.string(),
    connection: z.string(),
    kind: z.enum(["query", "create", "update", "delete", "execute"]),
    description: z.string().optional(),
    createdAt: timestamp,
    updatedAt: timestamp,
    table: z.string().optional(),
    columns: z.array(z.string()).optional(),
    where: z.unknown().optional(),
    orderBy: z.array(z.object({ column: z.string(), direction: z.string().optional() })).optional(),
    limit: z.number().optional(),
    offset: z.number().optional(),
    pageSize: z.number().optional(),
    sql: z.string().optional(),
    parameters: z.unknown().optional(),
    rows: z.array(z.unknown()).optional(),
    onRowError: z.string().optional(),
    procedure: z.string().optional(),
    input: z.unknown().optional(),
  })
  .meta({ id: "SavedActivity", description: "A saved activity." });

export const savedActivityPage = pageOf(savedActivityView);

export const runBody = z
  .strictObject({
    variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    rows: z.array(dataObject<Row>("One row.")).optional(),
    input: procedureInput.optional(),
    pageToken: bodyPageToken,
  })
  .nullish()
  .meta({ description: "Values for this run; they win over stored variables, rows and inputs." });

export const activityParams = z.object({ activity: z.string().min(1).max(1024) });
