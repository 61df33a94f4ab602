import { ConnectorError, type Row, unsupported } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { type AttachmentAbout, readAttachment } from "../../ews/contents/read-attachment.ts";
import { identityOf } from "../../ews/identity.ts";
import { getAttachment as read } from "../../ews/operations/get-attachment.ts";
import { converter } from "../../ews/values.ts";
import { attachmentIds } from "./attachment-ids.ts";
import { definition, optional, output, required, textInput } from "./parameters.ts";

/** With a folder the content goes there while it arrives, and ContentLocation tells the file. */
async function stored({ caller, input, signal }: ProcedureRun, folder: string, id: string): Promise<Row> {
  let about: AttachmentAbout | undefined;
  const { name, body } = await readAttachment(caller, identityOf(caller.config, {}), id, signal, (told) => {
    about = told;
  });
  const path = await caller.context.files.writeStream(folder, name || "attachment", body, input["Overwrite"] !== false);
  const text = (member: keyof AttachmentAbout): string | null => about?.[member] || null;
  return {
    AttachmentId: id,
    Name: text("name"),
    ContentType: text("contentType"),
    ContentId: text("contentId"),
    ContentLocation: path,
    Size: about === undefined || about.size === "" ? null : Number(about.size),
    LastModifiedTime: text("modified") === null ? null : converter("datetime")(about?.modified ?? ""),
    IsInline: about === undefined ? null : about.isInline === "true",
    Content: null,
  };
}

/** An answer is held in memory as a whole: larger contents go to files, or are downloaded as such. */
function explained(error: unknown): unknown {
  if (!(error instanceof ConnectorError) || error.causeCode !== "ANSWER_TOO_LARGE") return error;
  return new ConnectorError(
    "TOO_LARGE",
    "The attachments are too large for this answer: give AttachmentFolder, or download their contents (GET …/records/{id}/attachments/{attachment}/content).",
    { target: "AttachmentIds", cause: error },
  );
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
    const { caller, input, signal } = run;
    if (textInput(input["FileStream"]) !== undefined) {
      throw unsupported("FileStream is of desktop drivers: leave it out and read Content.", { target: "FileStream" });
    }
    const ids = attachmentIds(input["AttachmentIds"], "AttachmentIds");
    const folder = textInput(input["AttachmentFolder"]);
    if (folder !== undefined) {
      const rows: Row[] = [];
      for (const id of ids) rows.push(await stored(run, folder, id));
      return rows;
    }
    const operation = read({
      ids,
      includeMimeContent: input["IncludeMimeContent"] !== false,
      bodyType: textInput(input["BodyType"]) ?? "Best",
    });
    try {
      const { attachments } = await caller.call(operation, identityOf(caller.config, {}), signal);
      return attachments.map((attachment) => ({ ...attachment }));
    } catch (error) {
      throw explained(error);
    }
  },
);
