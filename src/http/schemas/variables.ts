import { z } from "zod";
import { variableName } from "../../runtime/references.ts";
import { pageOf, shownMembers, timestamp } from "./common.ts";

const definition = {
  name: z
    .string()
    .regex(variableName, "A variable's name is a letter, _ or $, then letters, digits, or one of _ . - $; at most 200"),
  kind: z.enum(["project", "global"]).default("project"),
  secret: z.boolean().default(false),
};
const text = z.string().max(100_000);
const samples = { "x-samples": [{ name: "mailHost", kind: "project", secret: false, value: "mail.example" }] };

export const variableInput = z
  .strictObject({ ...definition, value: text.nullable().meta({ description: "Write-only when `secret`." }) })
  .meta({ id: "VariableForm", ...samples });

export const variableReplacement = z
  .strictObject({
    ...definition,
    value: z
      .union([text, z.null(), z.strictObject({ isSet: z.boolean() })])
      .optional()
      .meta({
        description: "Of a secret variable: left out or as it was read keeps the stored value, `null` clears it.",
      }),
    updatedAt: shownMembers.updatedAt,
  })
  .meta({ id: "VariableReplacement", ...samples });

export const variableView = z
  .object({
    name: z.string(),
    kind: z.enum(["project", "global"]),
    secret: z.boolean(),
    value: z
      .union([z.string(), z.null(), z.object({ isSet: z.boolean() })])
      .meta({ description: 'Of a secret variable: {"isSet": true}.' }),
    updatedAt: timestamp,
  })
  .meta({ id: "Variable" });

export const variablePage = pageOf(variableView);
export const variableParams = z.object({ variable: z.string().min(1).max(1024) });
