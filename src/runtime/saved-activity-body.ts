import * as z from "zod";
import { type Mistake, mistaken } from "#spi";
import { pointerPart } from "./json-pointer.ts";
import { referencesIn } from "./references.ts";
import type { ActivityKind } from "./use-cases.ts";

type Body = Readonly<Record<string, unknown>>;

/** A number, or a variable that will be one. */
const count = z.union([
  z.number().int().min(0),
  z.string().refine((text) => referencesIn(text).length > 0, "A whole number or a variable."),
]);
const parameters = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional();
const orderBy = z
  .array(z.strictObject({ column: z.string(), direction: z.enum(["asc", "desc"]).optional() }))
  .optional();
const onRowError = z.enum(["continue", "stop"]).optional();
const rows = z.array(z.record(z.string(), z.unknown())).optional();

const query = z.strictObject({
  table: z.string(),
  columns: z.array(z.string()).optional(),
  where: z.unknown().optional(),
  orderBy,
  limit: count.optional(),
  offset: count.optional(),
  pageSize: count.optional(),
});
const queryText = z.strictObject({ sql: z.string(), parameters, pageSize: count.optional() });
const write = z.strictObject({ table: z.string(), rows, onRowError });
const writeText = z.strictObject({ sql: z.string(), parameters, onRowError });
const execute = z.strictObject({ procedure: z.string(), input: z.record(z.string(), z.unknown()).optional() });
const executeText = z.strictObject({ sql: z.string(), parameters });

const shapes: Readonly<Record<ActivityKind, { readonly text: z.ZodType; readonly data: z.ZodType }>> = {
  query: { text: queryText, data: query },
  create: { text: writeText, data: write },
  update: { text: writeText, data: write },
  delete: { text: writeText, data: write },
  execute: { text: executeText, data: execute },
};

/** The shape of a saved body; its meaning is checked when it runs. Errors: INVALID_REQUEST. */
export function checkSavedBody(kind: ActivityKind, body: Body): void {
  const { text, data } = shapes[kind];
  const parsed = ("sql" in body ? text : data).safeParse(body);
  if (!parsed.success) throw mistaken(parsed.error.issues.flatMap(mistakesOf));
}

function mistakesOf(issue: z.core.$ZodIssue): readonly Mistake[] {
  const path = issue.path.map((part) => `/${pointerPart(String(part))}`).join("");
  const at = (pointer: string, detail: string): Mistake => ({ pointer, code: "INVALID_REQUEST", detail });
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => at(`${path}/${pointerPart(key)}`, `${key} is no member of this kind of activity.`));
  return [at(path, issue.message)];
}
