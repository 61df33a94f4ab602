import { invalidQuery, type RecordFiles, type Row, unsupported, type Value } from "#spi";
import { member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { attachFile } from "../../graph/upload.ts";
import { createAttachments as createOnEws } from "../../procedures/ews/create-attachments.ts";
import { deleteAttachment as deleteOnEws } from "../../procedures/ews/delete-attachment.ts";
import { getAttachment } from "../../procedures/ews/get-attachment.ts";
import { deleteAttachment as deleteOnGraph, downloadAttachments } from "../../procedures/graph/attachments.ts";
import {
  bytes,
  count,
  flag,
  id,
  instant,
  mailbox,
  onGraph,
  orNull,
  required,
  type SpokeAction,
  type SpokeParameter,
  text,
  user,
} from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";

interface File {
  readonly name: string;
  readonly content: Uint8Array;
  readonly contentType: string | undefined;
}

/** The file of the inputs: given, or of a folder of the service. Errors: INVALID_QUERY. */
async function fileOf(work: EwsWork | GraphWork): Promise<File> {
  const { inputs } = work;
  const [path, content] = [inputs.text("file"), inputs.text("content")];
  const contentType = inputs.text("contentType");
  if ((path === undefined) === (content === undefined))
    throw invalidQuery("Give the file either as content or by the path of a file of the service.", { target: "file" });
  if (path === undefined)
    return { name: inputs.needed("name"), content: Buffer.from(content ?? "", "base64"), contentType };
  const name = inputs.text("name") ?? path.split(/[\\/]/).at(-1) ?? "attachment";
  return { name, content: await work.context.files.read(path), contentType };
}

interface Made {
  readonly attachmentId: Value;
  readonly changeKey: Value;
}

async function attachOnEws(work: EwsWork): Promise<Made> {
  const { name, content, contentType } = await fileOf(work);
  const [made = {}] = await work.execute(createOnEws, {
    ItemId: work.inputs.needed("eventId"),
    FileName: name,
    Content: Buffer.from(content).toString("base64"),
    ...(contentType === undefined ? {} : { ContentType: contentType }),
  });
  return { attachmentId: orNull(made["AttachmentId"]), changeKey: orNull(made["RootItemChangeKey"]) };
}

async function attachOnGraph(work: GraphWork): Promise<Made> {
  const { name, content, contentType } = await fileOf(work);
  const event = `events/${segment(work.inputs.needed("eventId"))}`;
  const file = { name, bytes: content, ...(contentType === undefined ? {} : { contentType }) };
  const path = `${work.owner.path}/${event}`;
  const attachmentId = await attachFile(work.calls, work.owner, path, file, work.signal);
  const changed = await work.json({ method: "GET", path: `${event}?$select=changeKey` });
  return { attachmentId: attachmentId ?? null, changeKey: orNull(changed["changeKey"]) };
}

async function removeOnEws(work: EwsWork): Promise<readonly Row[]> {
  const [removed = {}] = await work.execute(deleteOnEws, { AttachmentId: work.inputs.needed("attachmentId") });
  return [
    {
      status: "success",
      rootItemId: orNull(removed["RootItemId"]),
      rootItemChangeKey: orNull(removed["RootItemChangeKey"]),
    },
  ];
}

async function removeOnGraph(work: GraphWork): Promise<readonly Row[]> {
  const eventId = work.inputs.needed("eventId");
  const place = { AttachmentSource: "Event", SourceId: eventId, AttachmentId: work.inputs.needed("attachmentId") };
  await work.execute(deleteOnGraph, place);
  const changed = await work.json({ method: "GET", path: `events/${segment(eventId)}?$select=changeKey` });
  return [{ status: "success", rootItemId: eventId, rootItemChangeKey: orNull(changed["changeKey"]) }];
}

// ---- reading -------------------------------------------------------------------------------------------------------

interface Content {
  readonly id: Value;
  readonly name: string;
  readonly contentType: Value;
  readonly base64: string;
}

async function contentOnEws(work: EwsWork): Promise<Content> {
  const [found = {}] = await work.execute(getAttachment, { AttachmentIds: work.inputs.needed("attachmentId") });
  return {
    id: orNull(found["AttachmentId"]),
    name: String(found["Name"] ?? "attachment"),
    contentType: orNull(found["ContentType"]),
    base64: String(found["Content"] ?? ""),
  };
}

async function contentOnGraph(work: GraphWork): Promise<Content> {
  const [found = {}] = await work.execute(downloadAttachments, {
    AttachmentSource: "Event",
    SourceId: work.inputs.needed("eventId"),
    AttachmentId: work.inputs.needed("attachmentId"),
  });
  return {
    id: orNull(found["Id"]),
    name: String(found["Name"] ?? "attachment"),
    contentType: orNull(found["ContentType"]),
    base64: String(found["ContentBytes"] ?? ""),
  };
}

const told = ({ id: attachmentId, name, contentType, base64 }: Content): Row => ({
  attachmentId,
  name,
  contentType,
  size: Buffer.byteLength(base64, "base64"),
  content: base64,
});

function recordsOf({ context }: EwsWork | GraphWork): RecordFiles {
  if (context.records !== undefined) return context.records;
  throw unsupported("This service keeps no files.", { target: "record" });
}

async function keep(work: EwsWork | GraphWork, content: Content): Promise<readonly Row[]> {
  const data = Buffer.from(content.base64, "base64");
  const file = await recordsOf(work).keep(work.inputs.needed("record"), content.name, data);
  return [{ file, name: content.name, contentType: content.contentType, size: data.length }];
}

async function discard(work: EwsWork | GraphWork): Promise<readonly Row[]> {
  return [{ count: await recordsOf(work).discard(work.inputs.needed("record")) }];
}

async function* listOnEws(work: EwsWork): AsyncIterable<readonly Row[]> {
  const where = [["ItemId", "=", work.inputs.needed("eventId")] as const];
  for await (const rows of work.read("Calendar", { columns: ["Attachments"], where }))
    for (const { Attachments } of rows) yield (Array.isArray(Attachments) ? Attachments : []).map(ewsEntry);
}

const ewsEntry = (each: Value): Row => ({
  attachmentId: orNull(member(each, "AttachmentId") ?? member(each, "Id")),
  name: orNull(member(each, "Name")),
  contentType: orNull(member(each, "ContentType")),
  size: orNull(member(each, "Size")),
  isInline: orNull(member(each, "IsInline")),
  lastModified: orNull(member(each, "LastModifiedTime")),
});

async function* listOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const select = "id,name,contentType,size,isInline,lastModifiedDateTime";
  const path = `events/${segment(work.inputs.needed("eventId"))}/attachments?$select=${select}&$top=100`;
  for await (const items of work.pages(path))
    yield items.map((each) => ({
      attachmentId: orNull(member(each, "id")),
      name: orNull(member(each, "name")),
      contentType: orNull(member(each, "contentType")),
      size: orNull(member(each, "size")),
      isInline: orNull(member(each, "isInline")),
      lastModified: orNull(member(each, "lastModifiedDateTime")),
    }));
}

const server = { spokes: ["Exchange Server"], group: "Attachment management" } as const;
const eventId = id("eventId", "The event.", required);
const attachmentId = id("attachmentId", "The attachment.", required);
const eventOnGraph = id("eventId", "The event it belongs to; Microsoft Graph needs it.", { ...required, ...onGraph });
const record = text("record", "Name of the event record of the service that the files belong to.", required);
const fileInputs: readonly SpokeParameter[] = [
  text("contentType", "MIME type."),
  bytes("content", "The file, in base64."),
  text("file", "Instead of content: path of a file of the service."),
];

/** Files of events. */
export const attachmentActions: readonly SpokeAction[] = [
  {
    ...server,
    name: "Copy Attachment to Event Record",
    description: "Keeps an attachment as a file of the service, under the record of an event.",
    writes: true,
    inputs: [mailbox, eventOnGraph, attachmentId, record],
    outputs: [
      text("file", "Path of the file; input file of other actions takes it."),
      text("name", "Name of the attachment."),
      text("contentType", "MIME type."),
      count("size", "Bytes."),
    ],
    ews: { run: async (work) => keep(work, await contentOnEws(work)), calls: "GetAttachment" },
    graph: { run: async (work) => keep(work, await contentOnGraph(work)), calls: "GET …/attachments/{id}/$value" },
  },
  {
    ...server,
    name: "Create Attachment",
    description: "Adds a file to an event.",
    writes: true,
    inputs: [mailbox, eventId, text("name", "Name of the file."), ...fileInputs],
    outputs: [id("attachmentId", "Id of the attachment."), id("changeKey", "New version of the event.")],
    ews: { run: async (work) => [{ ...(await attachOnEws(work)) }], calls: "CreateAttachment" },
    graph: {
      run: async (work) => [{ ...(await attachOnGraph(work)) }],
      calls: "POST …/events/{id}/attachments below 3 MB, else createUploadSession",
    },
  },
  {
    name: "Delete Attachment",
    spokes: ["Exchange Server", "Exchange Online"],
    group: "Attachment management",
    description: "Removes a file of an event.",
    writes: true,
    inputs: [mailbox, user, eventOnGraph, attachmentId],
    outputs: [text("status", "success."), id("rootItemId", "The event."), id("rootItemChangeKey", "Its new version.")],
    ews: { run: removeOnEws, calls: "DeleteAttachment" },
    graph: { run: removeOnGraph, calls: "DELETE …/events/{id}/attachments/{id}" },
  },
  {
    ...server,
    name: "Delete Attachments from Event Record",
    description: "Removes the files of the service that Copy Attachment to Event Record kept for a record.",
    writes: true,
    inputs: [record],
    outputs: [count("count", "Files removed.")],
    ews: { run: discard, calls: "none: files of the service" },
    graph: { run: discard, calls: "none: files of the service" },
  },
  {
    ...server,
    name: "Look up Attachment by Attachment ID",
    description: "Reads a file of an event.",
    writes: false,
    inputs: [mailbox, eventOnGraph, attachmentId],
    outputs: [
      id("attachmentId", "Id of the attachment."),
      text("name", "Its name."),
      text("contentType", "MIME type."),
      count("size", "Bytes."),
      bytes("content", "The file, in base64."),
    ],
    ews: { run: async (work) => [told(await contentOnEws(work))], calls: "GetAttachment" },
    graph: { run: async (work) => [told(await contentOnGraph(work))], calls: "GET …/attachments/{id} and /$value" },
  },
  {
    name: "Copy Attachment to Calendar Event",
    spokes: ["Exchange Online"],
    group: "Calendar",
    description: "Adds a file of the service, or a file given, to an event.",
    writes: true,
    inputs: [user, eventId, text("name", "Name of the file; that of file when left out."), ...fileInputs],
    outputs: [id("attachmentId", "Id of the attachment.")],
    ews: { run: async (work) => [{ attachmentId: (await attachOnEws(work)).attachmentId }], calls: "CreateAttachment" },
    graph: {
      run: async (work) => [{ attachmentId: (await attachOnGraph(work)).attachmentId }],
      calls: "POST …/attachments below 3 MB, else createUploadSession",
    },
  },
  {
    name: "Look up Attachments by Event ID",
    spokes: ["Exchange Online"],
    group: "Calendar",
    description: "Files of an event, without their contents.",
    writes: false,
    inputs: [user, eventId],
    outputs: [
      id("attachmentId", "Id of the attachment."),
      text("name", "Its name."),
      text("contentType", "MIME type."),
      count("size", "Bytes."),
      flag("isInline", "Shown within the body."),
      instant("lastModified", "Last change."),
    ],
    ews: { run: listOnEws, calls: "GetItem" },
    graph: { run: listOnGraph, calls: "GET …/events/{e}/attachments" },
  },
];
