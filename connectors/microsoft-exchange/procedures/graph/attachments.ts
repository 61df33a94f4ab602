import { ConnectorError, invalidQuery, type Row, unsupported, type Value } from "#spi";
import { readValue } from "../../graph/contents/read-value.ts";
import { member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { absoluteLink, LinkWatch, readPage } from "../../graph/paging.ts";
import { utcTime } from "../../graph/read-row.ts";
import { attachUpload } from "../../graph/upload.ts";
import { uploadsOf } from "../file-inputs.ts";
import {
  bytes,
  type Execution,
  instant,
  mailboxProcedure,
  required,
  statusOutput,
  success,
  text,
  userId,
} from "./procedure.ts";

/** An answer is held in memory as a whole, so a content within it may be as large as one in a request. */
export const LIMIT_BYTES = 10 * 1024 * 1024;

/** A larger content goes to a file, or is downloaded as such. */
export const tooLarge = (name: string, folderInput = "DownloadTo") =>
  new ConnectorError(
    "TOO_LARGE",
    `${name} is larger than ${LIMIT_BYTES / 1024 / 1024} MB, which is too much for this answer: give ${folderInput}, or download its content (GET …/records/{id}/attachments/{attachment}/content).`,
    { causeCode: "GRAPH_TOO_LARGE" },
  );

const source = (more: { readonly default?: string } = {}) =>
  text("AttachmentSource", "Kind of parent.", { ...required, allowed: ["Message", "Event"], ...more });
const sourceId = text("SourceId", "Id of the message or event.", required);

const parentPath = ({ owner, text: input }: Execution): string => {
  const kind = input("AttachmentSource") === "Event" ? "events" : "messages";
  return `${owner.path}/${kind}/${segment(input("SourceId") ?? "")}`;
};

/** Attaches files to a message. */
export const addAttachments = mailboxProcedure({
  name: "AddAttachments",
  description: "Attaches files to an existing message; one row for each file. Files above 3 MB go in pieces.",
  writes: true,
  inputs: [
    text("MessageId", "Message to attach to.", required),
    text("FileName", "Name of the attachment."),
    text("LocalFile", "Path of a file under a folder the owner of the service allows."),
    text("ContentBytes", "Base64 content."),
    text("Attachments", "Several files as name,base64; name,base64 or @path."),
    text("ContentType", "MIME type of the file that FileName names."),
    userId,
  ],
  outputs: [statusOutput, text("Id", "Id of the attachment.")],
  run: addFiles,
});

async function* addFiles(execution: Execution): AsyncIterable<Row> {
  const { calls, owner, signal } = execution;
  const given = { files: calls.context.files, text: execution.text };
  const files = await uploadsOf(given, execution.text("ContentType"));
  if (files.length === 0) {
    throw invalidQuery("AddAttachments needs Attachments, or FileName with content.", { target: "Attachments" });
  }
  const path = `${owner.path}/messages/${segment(execution.text("MessageId") ?? "")}`;
  for (const file of files) yield { ...success, Id: (await attachUpload(calls, owner, path, file, signal)) ?? null };
}

/** Removes an attachment. */
export const deleteAttachment = mailboxProcedure({
  name: "DeleteAttachment",
  description: "Removes one attachment of a message or event.",
  writes: true,
  inputs: [source({ default: "Message" }), sourceId, text("AttachmentId", "Attachment to remove.", required), userId],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    const { calls, owner, signal } = execution;
    const path = `${parentPath(execution)}/attachments/${segment(execution.text("AttachmentId") ?? "")}`;
    await calls.json({ method: "DELETE", path, operation: "DELETE attachments", mailbox: owner.mailbox }, signal);
    return success;
  },
});

/** Reads attachments. */
export const downloadAttachments = mailboxProcedure({
  name: "DownloadAttachments",
  description:
    "Reads one attachment of a message or event, or all; one row each. Attached items come as MIME or iCalendar text.",
  writes: false,
  inputs: [
    source(),
    sourceId,
    text("AttachmentId", "One attachment; all when empty."),
    text(
      "DownloadTo",
      "Folder to write the files to as well, under a folder the owner of the service allows. Files above 10 MB need it.",
    ),
    text("FileStream", "Not available: the content is answered in ContentBytes."),
    userId,
  ],
  outputs: [
    text("Id", "Id of the attachment."),
    text("Name", "Name of the attachment."),
    bytes("ContentBytes", "Content in base64; NULL for links to files elsewhere, and above 10 MB."),
    instant("LastmodifiedDatetime", "When it was last changed."),
    text("ContentType", "MIME type."),
  ],
  run: download,
});

async function* download(execution: Execution): AsyncIterable<Row> {
  if (execution.text("FileStream") !== undefined) {
    throw unsupported("FileStream cannot be used here: the content is answered in ContentBytes.", {
      target: "FileStream",
    });
  }
  for await (const attachment of listAttachments(execution)) yield await readAttachment(execution, attachment);
}

async function* listAttachments(execution: Execution): AsyncIterable<Value> {
  const { calls, owner, signal } = execution;
  const id = execution.text("AttachmentId");
  const select = "?$select=id,name,contentType,lastModifiedDateTime,size";
  const all = `${parentPath(execution)}/attachments`;
  const request = { method: "GET", operation: "GET attachments", mailbox: owner.mailbox } as const;
  if (id !== undefined) {
    yield await calls.json({ ...request, path: `${all}/${segment(id)}${select}` }, signal);
    return;
  }
  const watch = new LinkWatch();
  let path: string | undefined = `${all}${select}&$top=100`;
  while (path !== undefined) {
    watch.follow(path, request.operation);
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(calls, { ...request, path }, signal);
    yield* page.items;
    path = page.next === undefined ? undefined : absoluteLink(page.next, calls.config.baseUrl, { ...request, path });
  }
}

async function readAttachment(execution: Execution, attachment: Value): Promise<Row> {
  const { calls, owner, signal } = execution;
  const told = (name: string): string | null => {
    const value = member(attachment, name);
    return typeof value === "string" ? value : null;
  };
  const id = told("id") ?? "";
  const name = told("name") ?? "attachment";
  const isLink = member(attachment, "@odata.type") === "#microsoft.graph.referenceAttachment";
  const path = `${parentPath(execution)}/attachments/${segment(id)}/$value`;
  const request = {
    method: "GET",
    path,
    operation: "GET $value",
    mailbox: owner.mailbox,
    limitBytes: LIMIT_BYTES,
  } as const;
  const folder = execution.text("DownloadTo");
  const isLarge = Number(member(attachment, "size") ?? 0) > LIMIT_BYTES;
  if (isLarge && folder === undefined) throw tooLarge(name);
  const content = isLink || isLarge ? undefined : await calls.bytes(request, signal);
  if (isLarge && folder !== undefined) await downloadLarge(execution, path, name, folder);
  if (folder !== undefined && content !== undefined) await calls.context.files.write(folder, name, content, false);
  const modified = told("lastModifiedDateTime");
  return {
    Id: id,
    Name: name,
    ContentBytes: content === undefined ? null : Buffer.from(content).toString("base64"),
    LastmodifiedDatetime: modified === null ? null : utcTime(modified),
    ContentType: told("contentType"),
  };
}

/** A large content goes to its file while it arrives. */
async function downloadLarge({ calls, owner, signal }: Execution, path: string, name: string, folder: string) {
  const head = () => ({ name, contentType: "" });
  const { body } = await readValue(calls, owner, path, undefined, head, signal);
  await calls.context.files.writeStream(folder, name, body, false);
}

/** Reads a message as MIME. */
export const downloadEmail = mailboxProcedure({
  name: "DownloadEmail",
  description: "Reads a message as MIME text (.eml).",
  writes: false,
  inputs: [
    text("MessageId", "Message to read.", required),
    text("DownloadTo", "Folder to write the file to as well, under a folder the owner of the service allows."),
    userId,
  ],
  outputs: [bytes("ContentBytes", "The message in base64."), text("FilePath", "The file written, with DownloadTo.")],
  run: async (execution): Promise<Row> => {
    const { calls, owner, signal } = execution;
    const path = `${owner.path}/messages/${segment(execution.text("MessageId") ?? "")}/$value`;
    const request = {
      method: "GET",
      path,
      operation: "GET $value",
      mailbox: owner.mailbox,
      limitBytes: LIMIT_BYTES,
    } as const;
    const content = await calls.bytes(request, signal);
    const folder = execution.text("DownloadTo");
    const file = folder === undefined ? null : await calls.context.files.write(folder, "message.eml", content, false);
    return { ContentBytes: Buffer.from(content).toString("base64"), FilePath: file };
  },
});
