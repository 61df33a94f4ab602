import { operators } from "#spi";

const self = { $ref: "#/components/schemas/Condition" };

/** A `where` condition; binding checks it, so that its mistakes are INVALID_QUERY with their place. */
export const conditionSchema = {
  description: "A condition: one comparison, or `and`, `or`, `not` over conditions.",
  anyOf: [
    {
      type: "object",
      required: ["column", "operator"],
      additionalProperties: false,
      properties: {
        column: { type: "string" },
        operator: { enum: operators },
        value: { description: "Absent for IS NULL and IS NOT NULL; an array for IN, NOT IN and BETWEEN." },
      },
    },
    {
      type: "object",
      required: ["and"],
      additionalProperties: false,
      properties: { and: { type: "array", items: self } },
    },
    {
      type: "object",
      required: ["or"],
      additionalProperties: false,
      properties: { or: { type: "array", items: self } },
    },
    { type: "object", required: ["not"], additionalProperties: false, properties: { not: self } },
  ],
} as const;
