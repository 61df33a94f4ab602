import { type Row, unsupported } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { identityOf } from "../../ews/identity.ts";
import { type AttachmentContent, getAttachment as read } from "../../ews/operations/get-attachment.ts";
import { attachmentIds } from "./attachment-ids.ts";
import { definition, optional, output, required, textInput } from "./parameters.ts";

/** With a folder the content goes there, and ContentLocation tells the file. */
async function stored({ caller, input }: ProcedureRun, folder: string, attachment: AttachmentContent): Promise<Row> {
  const content = Buffer.from(attachment.Content ?? "", "base64");
  const name = attachment.Name ?? "attachment";
  const path = await caller.context.files.write(folder, name, content, input["Overwrite"] !== false);
  return { ...attachment, ContentLocation: path, Content: null };
}

/** GetAttachment: attachments with their content, or written to a folder. */
export const getAttachment = definition(
  {
    name: "GetAttachment",
    description: "Reads attachments: their content in base64, or as files in a folder of the service.",
    writes: false,
    inputs: [
      required("AttachmentIds", "string", "Ids separated by semicolons."),
      optional("IncludeMimeContent", "boolean", "Give the MIME source of attached items; true unless said otherwise."),
      optional("BodyType", "string", "Form of the body of attached items.", {
        default: "Best",
        allowed: ["Best", "HTML", "Text"],
      }),
      optional(
        "AttachmentFolder",
        "string",
        "Folder of the service to write files to; without it Content has the bytes.",
      ),
      optional("Overwrite", "boolean", "Replace files of equal name, else number them.", { default: true }),
      optional("FileStream", "string", "Of desktop drivers; here Content has the bytes, so it cannot be given."),
    ],
    outputs: [
      output("AttachmentId", "id", "Id of the attachment."),
      output("Name", "string", "File name, or subject of an attached item."),
      output("ContentType", "string", "MIME type."),
      output("ContentId", "string", "Content-ID."),
      output("ContentLocation", "string", "Content-Location; with AttachmentFolder the file written."),
      output("Size", "integer", "Size in bytes, as Exchange counts it."),
      output("LastModifiedTime", "datetime", "Last change."),
      output("IsInline", "boolean", "Shown within the body."),
      output("Content", "binary", "The bytes; of an attached item its MIME source. NULL with AttachmentFolder."),
    ],
  },
  async (run) => {
    const { caller, input, signal } = run;
    if (textInput(input["FileStream"]) !== undefined) {
      throw unsupported("FileStream is of desktop drivers: leave it out and read Content.", { target: "FileStream" });
    }
    const operation = read({
      ids: attachmentIds(input["AttachmentIds"], "AttachmentIds"),
      includeMimeContent: input["IncludeMimeContent"] !== false,
      bodyType: textInput(input["BodyType"]) ?? "Best",
    });
    const { attachments } = await caller.call(operation, identityOf(caller.config, {}), signal);
    const folder = textInput(input["AttachmentFolder"]);
    const rows: Row[] = [];
    for (const attachment of attachments)
      rows.push(folder === undefined ? { ...attachment } : await stored(run, folder, attachment));
    return rows;
  },
);
