import { type Row, unsupported } from "#spi";
import { attachmentsInAnswer, attachmentToFolder } from "./attachment-content.ts";
import { attachmentIds } from "./attachment-ids.ts";
import { definition, optional, output, required, textInput } from "./parameters.ts";

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
        "Folder of the service to write files to; without it Content has the bytes. Files above 10 MB need it.",
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
    const { input } = run;
    if (textInput(input["FileStream"]) !== undefined) {
      throw unsupported("FileStream is of desktop drivers: leave it out and read Content.", { target: "FileStream" });
    }
    const ids = attachmentIds(input["AttachmentIds"], "AttachmentIds");
    const folder = textInput(input["AttachmentFolder"]);
    if (folder !== undefined) {
      const rows: Row[] = [];
      const overwrite = input["Overwrite"] !== false;
      for (const id of ids) rows.push(await attachmentToFolder(run, { id, folder, overwrite }));
      return rows;
    }
    const request = {
      ids,
      includeMimeContent: input["IncludeMimeContent"] !== false,
      bodyType: textInput(input["BodyType"]) ?? "Best",
    };
    return attachmentsInAnswer(run, request, { ids: "AttachmentIds", folder: "AttachmentFolder" });
  },
);
