import { z } from "zod";
import type { Row } from "#spi";
import {
  memberName,
  onRowError,
  overridesShape,
  procedureInput,
  rowList,
  sqlShape,
  tableQueryShape,
} from "./activities.ts";
import { bodyPageToken, dataObject, pageOf, resourceName, shownMembers, timestamp } from "./common.ts";
import { retryPolicy } from "./retry-policy.ts";

const head = {
  name: resourceName,
  connection: z.string().min(1).max(200).meta({
    description: "Name or id of the connection, or `alias:` and the name of an alias, which is resolved at each run.",
  }),
  description: z.string().max(4000).optional(),
  retryPolicy: retryPolicy.optional(),
};
const sql = { sql: sqlShape.sql.optional(), parameters: sqlShape.parameters };
const table = memberName.optional();

/** A whole number, or a variable that will be one. */
const count = z
  .union([
    z.int().min(0),
    z
      .string()
      .max(300)
      .regex(/\[.+\]/, "Expected a whole number or a variable"),
  ])
  .optional();
const counts = { limit: count, offset: count, pageSize: count };

const query = { ...head, kind: z.literal("query"), table, ...tableQueryShape, ...counts, ...sql };
const write = <K extends "create" | "update" | "delete">(kind: K) => ({
  ...head,
  kind: z.literal(kind),
  table,
  rows: rowList.optional(),
  onRowError: onRowError.optional(),
  ...sql,
});
const execute = {
  ...head,
  kind: z.literal("execute"),
  procedure: memberName.optional(),
  input: procedureInput.optional(),
  ...sql,
};

interface Named {
  readonly table?: string | undefined;
  readonly procedure?: string | undefined;
  readonly sql?: string | undefined;
}

const namesOneSource = (activity: Named): boolean =>
  (activity.sql === undefined) !== (activity.table === undefined && activity.procedure === undefined);

const samples = {
  "x-samples": [{ name: "Unread", connection: "my-connection", kind: "query", table: "Inbox", limit: 10 }],
};
const oneSource = { message: "Give either sql, or the table or procedure" };

const forms = [
  z.strictObject(query),
  z.strictObject(write("create")),
  z.strictObject(write("update")),
  z.strictObject(write("delete")),
  z.strictObject(execute),
] as const;
const [queryForm, createForm, updateForm, deleteForm, executeForm] = forms;

/** A saved activity: its name, connection and kind, and the body of that activity beside them. */
export const savedActivityInput = z
  .discriminatedUnion("kind", forms)
  .refine(namesOneSource, oneSource)
  .meta({ id: "SavedActivityForm", ...samples });

/** The same as it replaces the stored one. */
export const savedActivityReplacement = z
  .discriminatedUnion("kind", [
    queryForm.extend(shownMembers),
    createForm.extend(shownMembers),
    updateForm.extend(shownMembers),
    deleteForm.extend(shownMembers),
    executeForm.extend(shownMembers),
  ])
  .refine(namesOneSource, oneSource)
  .meta({ id: "SavedActivityReplacement", ...samples });

const shownCount = z.union([z.number(), z.string()]).optional();

export const savedActivityView = z
  .object({
    id: z.string(),
    name: z.string(),
    connection: z.string(),
    kind: z.enum(["query", "create", "update", "delete", "execute"]),
    description: z.string().optional(),
    retryPolicy: retryPolicy.optional(),
    createdAt: timestamp,
    updatedAt: timestamp,
    table: z.string().optional(),
    columns: z.array(z.string()).optional(),
    where: z.unknown().optional(),
    orderBy: z.array(z.object({ column: z.string(), direction: z.string().optional() })).optional(),
    limit: shownCount,
    offset: shownCount,
    pageSize: shownCount,
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
    overrides: overridesShape.optional(),
  })
  .nullish()
  .meta({ description: "Values for this run; they win over stored variables, rows and inputs." });

export const activityParams = z.object({ activity: z.string().min(1).max(1024) });
