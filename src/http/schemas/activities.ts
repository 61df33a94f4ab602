import { z } from "zod";
import type { Row, Value } from "#spi";
import type { ExecuteBody, QueryBody, WriteBody } from "../../runtime/use-cases.ts";
import { ndjsonType } from "../formats/ndjson.ts";
import { bodyPageSize, bodyPageToken, dataObject } from "./common.ts";

const sqlText = z.string().min(1).max(100_000);
const names = z.string().min(1).max(200);

const parameters = z
  .custom<readonly Value[] | Readonly<Record<string, Value>>>(
    (value) => typeof value === "object" && value !== null,
    "Expected an array (for ?) or an object (for :name)",
  )
  .optional()
  .meta({
    type: ["array", "object"],
    items: {},
    additionalProperties: true,
    description: "Values of the statement's placeholders: an array for `?`, an object for `:name`.",
  });

const condition = z.unknown().meta({ $ref: "#/components/schemas/Condition" });

/** The members of a query given as data; saved activities use them too. */
export const tableQueryShape = {
  columns: z.array(names).min(1).max(1000).optional(),
  where: condition.optional(),
  orderBy: z
    .array(z.strictObject({ column: names, direction: z.enum(["asc", "desc"]).optional() }))
    .max(100)
    .optional(),
  limit: z.int().min(0).optional(),
  offset: z.int().min(0).optional(),
  pageSize: bodyPageSize,
};
export const sqlShape = { sql: sqlText, parameters };
export const onRowError = z
  .enum(["continue", "stop"])
  .meta({ description: "What happens after a row that failed; `continue` unless given." });

const row = dataObject<Row>("One row: column names and values.");
export const rowList = z.array(row).meta({ description: "At most 2,000 rows a call." });
export const procedureInput = dataObject<Record<string, unknown>>("Inputs by name.");
export { names as memberName };

const byTable = z.strictObject({ table: names, ...tableQueryShape, pageToken: bodyPageToken }).meta({
  id: "TableQuery",
  "x-samples": [
    {
      table: "Inbox",
      columns: ["ItemId", "Subject"],
      where: { column: "Subject", operator: "LIKE", value: "%invoice%" },
      orderBy: [{ column: "DateTimeReceived", direction: "desc" }],
      limit: 50,
    },
  ],
});
const bySql = z
  .strictObject({ ...sqlShape, pageSize: bodyPageSize, pageToken: bodyPageToken })
  .meta({ id: "SqlQuery", "x-samples": [{ sql: "SELECT Subject FROM Inbox WHERE IsRead = ?", parameters: [false] }] });

export const queryBody: z.ZodType<QueryBody> = z.union([byTable, bySql]);

const rowsWrite = z.strictObject({ table: names, rows: rowList, onRowError: onRowError.optional() }).meta({
  id: "RowsWrite",
  "x-samples": [{ table: "Contacts", rows: [{ GivenName: "Ada", Surname: "Example" }], onRowError: "continue" }],
});
const sqlWrite = z.strictObject({ ...sqlShape, onRowError: onRowError.optional() }).meta({ id: "SqlWrite" });
export const writeBody: z.ZodType<WriteBody> = z.union([rowsWrite, sqlWrite]);

const procedureCall = z.strictObject({ procedure: names, input: procedureInput.default({}) }).meta({
  id: "ProcedureCall",
  "x-samples": [{ procedure: "SendMail", input: { ToRecipients: "someone@mail.example", Subject: "Hello" } }],
});
const sqlExecute = z.strictObject(sqlShape).meta({ id: "SqlExecute" });
export const executeBody: z.ZodType<ExecuteBody> = z.union([procedureCall, sqlExecute]);

const override = (level: string, below: string) =>
  names.optional().meta({
    description: `Of an alias in the path: the child alias, or the connection of it or its children, chosen at ${level} level${below}.`,
  });

/** Query string of the activities: what is chosen in place of an alias's own connection. */
export const activityQuery = z.strictObject({
  actionConnection: override("action", "; wins over the other levels"),
  subflowConnection: override("subflow", "; wins over the flow"),
  flowConnection: override("flow", ""),
});

/** The members of a body for the same. */
export const overridesShape = z
  .strictObject({ action: names.optional(), subflow: names.optional(), flow: names.optional() })
  .meta({ description: "Of an alias: child aliases or connections chosen in its place, by level; action wins." });

/** Query string of create, update and delete: `table` and `onRowError` are for uploads only. */
export const uploadQuery = activityQuery.extend({
  table: names.optional().meta({ description: "Table of an NDJSON upload; JSON bodies name it themselves." }),
  onRowError: onRowError.optional(),
});

const warning = z.object({ code: z.string(), detail: z.string() });
const record = z.record(z.string(), z.unknown());
const warnings = z.array(warning);

const connectionUse = {
  connectionRequested: z.string().optional().meta({ description: "The alias asked for; present when there was one." }),
  connectionUsed: z.string().optional().meta({ description: "The connection it stood for." }),
};

const queryPage = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    records: z.array(record),
    nextPageToken: z.string().optional(),
    warnings,
    ...connectionUse,
  })
  .meta({ id: "QueryPage", description: "One page of records." });

const outcome = z.object({
  index: z.int(),
  status: z.enum(["succeeded", "failed", "not-attempted", "indeterminate"]),
  key: record.optional(),
  error: z
    .object({
      code: z.string(),
      detail: z.string(),
      column: z.string().optional(),
      remote: z.unknown().optional(),
      cause: z.string().optional(),
      retryAfterMs: z.number().optional(),
    })
    .optional(),
});
const summary = z.object({ succeeded: z.int(), failed: z.int(), notAttempted: z.int(), indeterminate: z.int() });

const writeResult = z
  .object({ outcomes: z.array(outcome), summary, ...connectionUse })
  .meta({ id: "WriteResult", description: "One outcome for each row, in order." });

const executeResult = z.object({ results: z.array(record), warnings, ...connectionUse }).meta({ id: "ExecuteResult" });

export const explanation = z
  .object({
    pushdown: z.unknown().meta({ description: "What the server does." }),
    residual: z.unknown().meta({ description: "What this service does." }),
    calls: z.array(
      z.object({
        operation: z.string(),
        count: z.union([z.number(), z.object({ min: z.number(), max: z.number().optional() })]),
      }),
    ),
    warnings,
  })
  .meta({ id: "Explanation" });

const framesText = (kind: string) =>
  z.string().meta({
    description: `One JSON object a line: ${kind}, {"type":"warning",...} and exactly one last {"type":"end","count":n} or {"type":"error","problem":{...}}.`,
  });
const csvText = z
  .string()
  .meta({ description: 'RFC 4180 with a header line; NULL is an empty field, empty text is "".' });

/** Documented answers of the routes that carry rows; no serializer runs over rows. */
export const queryAnswers = {
  200: {
    description:
      "JSON: one page. NDJSON and CSV: all records to `limit` or the end. CSV has no place for warnings: those known at its start stand in the header `X-Warnings` as JSON.",
    content: {
      "application/json": { schema: queryPage },
      [ndjsonType]: { schema: framesText('{"type":"columns",...}, {"type":"record","record":{...}}') },
      "text/csv": { schema: csvText },
    },
  },
};
export const writeAnswers = {
  200: {
    description: "The outcome of every row.",
    content: {
      "application/json": { schema: writeResult },
      [ndjsonType]: { schema: framesText('{"type":"outcome","outcome":{...}}') },
    },
  },
};
export const executeAnswers = {
  200: {
    description: "The rows the procedure answered.",
    content: {
      "application/json": { schema: executeResult },
      [ndjsonType]: { schema: framesText('{"type":"record","record":{...}}') },
      "text/csv": { schema: csvText },
    },
  },
};
export const runAnswers = {
  200: {
    description: "The answer of that activity's kind.",
    content: {
      "application/json": { schema: z.union([queryPage, writeResult, executeResult]) },
      [ndjsonType]: { schema: framesText("the frames of that kind") },
      "text/csv": { schema: csvText },
    },
  },
};
