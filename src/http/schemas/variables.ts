import { z } from "zod";
import { pageOf, timestamp } from "./common.ts";

export const variableInput = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^[\]{}/:]*$/, "A variable's name holds none of [ ] { } / :"),
    kind: z.enum(["project", "global"]).default("project"),
    secret: z.boolean().default(false),
    value: z.string().max(100_000).nullable().meta({ description: "Write-only when `secret`." }),
  })
  .meta({
    id: "VariableForm",
    "x-samples": [{ name: "mailHost", kind: "project", secret: false, value: "mail.example" }],
  });

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
