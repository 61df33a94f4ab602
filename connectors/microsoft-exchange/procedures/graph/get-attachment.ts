import { type Row, unsupported } from "#spi";
import { readAttachment } from "../../graph/contents/read-attachment.ts";
import { type JsonObject, member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { utcTime } from "../../graph/read-row.ts";
import { attachmentIds } from "../ews/attachment-ids.ts";
import { LIMIT_BYTES, tooLarge } from "./attachments.ts";
import { bytes, count, type Execution, flag, instant, mailboxProcedure, required, text, userId } from "./procedure.ts";

/** Room for the largest content in base64, and for what is said of it. */
const ANSWER_LIMIT_BYTES = 1.5 * LIMIT_BYTES;

/** Attachments under the names of schema EWS; Microsoft Graph finds none by its own id alone. */
export const getAttachment = mailboxProcedure({
  name: "GetAttachment",
  description:
    "Reads attachments of a message or event: their content in base64, or as files in a folder of the service.",
  writes: false,
  inputs: [
    text("AttachmentIds", "Ids separated by semicolons.", required),
    text("ItemId", "The message or event they belong to.", required),
    text("AttachmentSource", "Kind of that item.", { default: "Message", allowed: ["Message", "Event"] }),
    flag("IncludeMimeContent", "Give the MIME source of attached items; true unless said otherwise."),
    text("BodyType", "Form of the body of attached items: their MIME source has all forms there are.", {
      default: "Best",
      allowed: ["Best"],
    }),
    text(
      "AttachmentFolder",
      "Folder of the service to write files to; without it Content has the bytes. Files above 10 MB need it.",
    ),
    flag("Overwrite", "Replace files of equal name, else number them.", { default: true }),
    text("FileStream", "Of desktop drivers; here Content has the bytes, so it cannot be given."),
    userId,
  ],
  outputs: [
    text("AttachmentId", "Id of the attachment."),
    text("Name", "File name, or subject of an attached item."),
    text("ContentType", "MIME type."),
    text("ContentId", "Content-ID; NULL above 10 MB."),
    text("ContentLocation", "Content-Location; with AttachmentFolder the file written."),
    count("Size", "Size in bytes, as Exchange counts it."),
    instant("LastModifiedTime", "Last change."),
    flag("IsInline", "Shown within the body."),
    bytes("Content", "The bytes; of an attached item its MIME source. NULL with AttachmentFolder, and of links."),
  ],
  run: readAttachments,
});

async function* readAttachments(execution: Execution): AsyncIterable<Row> {
  if (execution.text("FileStream") !== undefined) {
    throw unsupported("FileStream is of desktop drivers: leave it out and read Content.", { target: "FileStream" });
  }
  for (const id of attachmentIds(execution.text("AttachmentIds"), "AttachmentIds")) yield await readOne(execution, id);
}

const itemPath = ({ owner, text: input }: Execution): string => {
  const kind = input("AttachmentSource") === "Event" ? "events" : "messages";
  return `${owner.path}/${kind}/${segment(input("ItemId") ?? "")}`;
};

async function readOne(execution: Execution, id: string): Promise<Row> {
  const { calls, owner, signal } = execution;
  const path = `${itemPath(execution)}/attachments/${segment(id)}`;
  const request = { method: "GET", operation: "GET attachments", mailbox: owner.mailbox } as const;
  const select = "?$select=id,name,contentType,lastModifiedDateTime,size,isInline";
  const about = await calls.json({ ...request, path: `${path}${select}` }, signal);
  const isLarge = Number(member(about, "size") ?? 0) > LIMIT_BYTES;
  const folder = execution.text("AttachmentFolder");
  if (isLarge && folder === undefined) throw tooLarge(textOf(about, "name") ?? "The attachment", "AttachmentFolder");
  // Content-ID and Content-Location are members of files only, which $select of an attachment does not know.
  const isFile = textOf(about, "@odata.type") === "#microsoft.graph.fileAttachment";
  const whole =
    isFile && !isLarge ? await calls.json({ ...request, path, limitBytes: ANSWER_LIMIT_BYTES }, signal) : about;
  const row = rowOf(id, whole);
  if (folder !== undefined)
    return { ...row, Content: null, ContentLocation: await write(execution, whole, folder, id) };
  if (textOf(about, "@odata.type") !== "#microsoft.graph.itemAttachment") return row;
  return execution.input.IncludeMimeContent === false ? row : { ...row, Content: await mimeOf(execution, path) };
}

const textOf = (attachment: JsonObject, name: string): string | null => {
  const value = member(attachment, name);
  return typeof value === "string" ? value : null;
};

function rowOf(id: string, attachment: JsonObject): Row {
  const modified = textOf(attachment, "lastModifiedDateTime");
  return {
    AttachmentId: id,
    Name: textOf(attachment, "name"),
    ContentType: textOf(attachment, "contentType"),
    ContentId: textOf(attachment, "contentId"),
    ContentLocation: textOf(attachment, "contentLocation"),
    Size: member(attachment, "size") ?? null,
    LastModifiedTime: modified === null ? null : utcTime(modified),
    IsInline: member(attachment, "isInline") ?? null,
    Content: textOf(attachment, "contentBytes"),
  };
}

/** The source of an attached item. */
async function mimeOf({ calls, owner, signal }: Execution, path: string): Promise<string> {
  const request = { method: "GET", path: `${path}/$value`, operation: "GET $value", mailbox: owner.mailbox } as const;
  return Buffer.from(await calls.bytes({ ...request, limitBytes: LIMIT_BYTES }, signal)).toString("base64");
}

/** The file written: what is here already, else what is read while it arrives. Errors: UNSUPPORTED for links. */
async function write(execution: Execution, attachment: JsonObject, folder: string, id: string): Promise<string> {
  const { calls, owner, signal, input } = execution;
  const { files } = calls.context;
  const overwrite = input.Overwrite !== false;
  const content = textOf(attachment, "contentBytes");
  if (content !== null) {
    return files.write(folder, textOf(attachment, "name") ?? "attachment", Buffer.from(content, "base64"), overwrite);
  }
  const { name, body } = await readAttachment(calls, owner, itemPath(execution), id, undefined, signal);
  return files.writeStream(folder, name, body, overwrite);
}
