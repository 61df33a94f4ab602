import { z } from "zod";
import { connectionParams, flag } from "./common.ts";

const name = z.string().min(1).max(255).meta({ description: "File name." });
const contentType = z.string().min(1).max(255).meta({ description: "Media type." });
const contentId = z.string().min(1).max(1000).meta({ description: "Content-ID the body of the message refers to." });
const id = (what: string) =>
  z
    .string()
    .min(1)
    .max(1024)
    .meta({ description: `${what}, percent-encoded.` });
const table = z.string().min(1).max(200).meta({ description: "Table the record belongs to." });

export const tableParams = connectionParams.extend({ table });
export const recordParams = tableParams.extend({ record: id("Key of the record") });
export const attachmentParams = recordParams.extend({ attachment: id("Id of the attachment") });

/** Other query parameters are pseudo columns of the table. */
const pseudoColumn = z.string().min(1).max(1024);
export const contentQuery = z.object({}).catchall(pseudoColumn);
export const uploadQuery = z
  .object({
    name: name.optional(),
    contentType: contentType.optional(),
    contentId: contentId.optional(),
    isInline: flag.optional().meta({ description: "Shown within the body of the message." }),
  })
  .catchall(pseudoColumn);
export const messageQuery = z
  .object({
    folder: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .meta({ description: "Folder to create it in, by id or well-known name; the table's own without it." }),
  })
  .catchall(pseudoColumn);

/** What is said of a content beside its bytes. */
export interface UploadAbout {
  readonly name?: string | undefined;
  readonly contentType?: string | undefined;
  readonly contentId?: string | undefined;
  readonly isInline?: boolean | undefined;
}

/** Fields of a form before its file. */
export const formFields = z.strictObject({
  name: name.optional(),
  contentType: contentType.optional(),
  contentId: contentId.optional(),
  isInline: flag.optional(),
});

/** A small attachment as JSON. */
export const attachmentBody = z
  .strictObject({
    name,
    contentType: contentType.optional(),
    contentId: contentId.optional(),
    isInline: z.boolean().optional(),
    contentBytes: z
      .string()
      .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "Expected base64")
      .meta({ description: "The content in base64." }),
  })
  .meta({
    id: "AttachmentUpload",
    "x-samples": [{ name: "note.txt", contentType: "text/plain", contentBytes: "SGVsbG8=" }],
  });
export type AttachmentBody = z.output<typeof attachmentBody>;

const binary = { schema: { type: "string", format: "binary" } };

/** Bodies of an upload beside JSON, as documented. */
export const uploadBodies = {
  "multipart/form-data": {
    schema: {
      type: "object",
      required: ["file"],
      properties: {
        name: { type: "string" },
        contentType: { type: "string" },
        contentId: { type: "string" },
        isInline: { type: "string", enum: ["true", "false"] },
        file: { type: "string", format: "binary", description: "The one file; fields come before it." },
      },
    },
  },
  "*/*": binary,
};
export const messageBodies = { "message/rfc822": binary };

export const storedAttachment = z
  .object({
    id: z.string().nullable().meta({ description: "Id of the attachment." }),
    recordId: z.string(),
    recordVersion: z.string().optional().meta({ description: "The record's new version, where it has one." }),
    name: z.string(),
  })
  .meta({ id: "StoredAttachment" });
export const storedMessage = z
  .object({ key: z.record(z.string(), z.unknown()).meta({ description: "Key columns of the new record." }) })
  .meta({ id: "StoredMessage" });

const bytes = { schema: z.string().meta({ format: "binary" }) };

/** Documented answers of a download. */
export const contentAnswers = {
  200: {
    description:
      "The content. `Content-Disposition` names it (RFC 6266), `Content-Length` where the server tells its size, `ETag` where it tells a version.",
    content: { "*/*": bytes },
  },
  206: { description: "The part that `Range` asks for; `Content-Range` names it.", content: { "*/*": bytes } },
};
