import { z } from "zod";
import { pageOf } from "./common.ts";

const link = z.string().meta({ format: "uri-reference" });

export const connectorView = z
  .object({
    name: z.string(),
    version: z.string(),
    displayName: z.string(),
    description: z.string(),
    schemas: z.array(z.object({ name: z.string(), displayName: z.string(), description: z.string() })),
    activities: z.array(z.string()),
    links: z.object({
      self: link,
      properties: link,
      connectionSchema: link,
      validate: link,
      test: link,
      tables: link,
      procedures: link,
    }),
  })
  .meta({ id: "Connector", description: "An installed kind of connection." });

const rule = z
  .unknown()
  .meta({ description: "Condition over other properties: {property, in}, {isSet}, {all}, {any} or {not}." });

export const propertyView = z
  .object({
    key: z.string(),
    displayName: z.string(),
    group: z.string(),
    type: z.string(),
    secret: z.boolean(),
    description: z.string(),
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    defaultsWhen: z
      .array(z.object({ when: rule, value: z.union([z.string(), z.number(), z.boolean()]) }))
      .optional()
      .meta({ description: "Defaults that depend on other properties; the first that holds wins over `default`." }),
    choices: z
      .array(z.object({ value: z.string(), when: rule.optional(), description: z.string().optional() }))
      .optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    visible: rule.optional(),
    required: rule.optional(),
    advanced: z.boolean(),
    movesCredentials: z.boolean().optional(),
    effect: z.unknown().meta({ description: '"active", "not-in-effect-yet", or {none: reason}.' }),
    since: z.string().optional(),
    deprecated: z.string().optional(),
  })
  .meta({ id: "ConnectionProperty", description: "One field of the connection form." });

export const propertyList = pageOf(propertyView).extend({
  groups: z.array(z.string()),
  jointRules: z.array(
    z.object({ when: rule, property: z.string(), detail: z.string(), severity: z.enum(["error", "warning"]) }),
  ),
});

/** Properties as the caller sends them; keys and values are checked by validation, which names the nearest key. */
export const propertiesInput = z.record(z.string(), z.unknown()).meta({
  description: "Flat map of documented keys; values may hold [variable] and [variable{default}].",
  "x-samples": [{ Server: "https://mail.example", User: "USER", Password: "PASSWORD" }],
});

export const propertiesBody = z.strictObject({ properties: propertiesInput }).meta({ id: "PropertiesBody" });

export const validationReport = z
  .object({
    errorCount: z.int(),
    groups: z.array(z.string()),
    properties: z.array(
      z.object({
        key: z.string(),
        visible: z.boolean(),
        required: z.boolean(),
        choices: z.array(z.string()).optional(),
        errors: z.array(z.object({ code: z.string(), detail: z.string() })),
        warnings: z.array(z.object({ code: z.string(), detail: z.string() })),
      }),
    ),
  })
  .meta({ id: "ValidationReport", description: "Every property with what is wrong with it." });

export const formSchema = z.record(z.string(), z.unknown()).meta({ description: "JSON Schema 2020-12 of the form." });
