import { z } from "zod";
import { type Code, codeInfo } from "#spi";

const codes = Object.keys(codeInfo) as [Code, ...Code[]];

const remoteSchema = z
  .object({
    service: z.string(),
    operation: z.string().optional(),
    code: z.string().optional(),
    requestId: z.string().optional(),
    status: z.int().optional(),
  })
  .meta({ description: "What the mail server, identity provider or proxy said." });

const mistakeSchema = z.object({
  pointer: z.string().meta({ description: "JSON Pointer into the request body." }),
  parameter: z.string().optional().meta({ description: "Name of the query parameter, when that is to blame." }),
  code: z.enum(codes),
  detail: z.string(),
});

/** RFC 9457 problem with our members. */
export const problemSchema = z
  .object({
    type: z.string().meta({ format: "uri", description: "Derived from `code`, never changes." }),
    title: z.string().meta({ description: "Constant for a code." }),
    status: z.int(),
    detail: z.string().meta({ description: "For people; may be reworded at any time." }),
    code: z.enum(codes).meta({ description: "Stable; decide on this." }),
    requestId: z.string(),
    cause: z.string().optional().meta({ description: "The finer cause, one of the connector's cause codes." }),
    effect: z
      .enum(["none", "unknown"])
      .optional()
      .meta({ description: "Of a writing activity: could something have happened." }),
    errors: z.array(mistakeSchema).optional(),
    remote: remoteSchema.optional(),
    retryAfterMs: z.int().optional(),
    authorize: z.string().optional().meta({ description: "Path that starts an authorization." }),
  })
  .meta({ description: "A problem (RFC 9457)." });
