import { randomUUID } from "node:crypto";
import { type Attachment, ewsId, type Item, writeMime } from "../../mailboxes/index.ts";
import { type GraphCall, type GraphResult, jsonBody, mailboxOf, noContent } from "../call.ts";
import { answerPage, contextOf } from "../collection.ts";
import { attachmentShape, printAttachment } from "../entities/attachment.ts";
import { readAttachment } from "../entities/read-attachment.ts";
import { GraphError, itemNotFound } from "../errors.ts";
import { ranged } from "../ranged.ts";
import { asObject, checkEntity, checkParameters, type JsonObject } from "../schema/validate-body.ts";
import { applyQuery } from "../shape.ts";
import { UPLOAD_LIMIT_BYTES, UPLOAD_PATH } from "../uploads.ts";
import { textOf } from "../values.ts";
import { findEvent } from "./events.ts";
import { findMessage } from "./messages.ts";
import { type Handler, type Route, routes } from "./route.ts";

/** Requests for attachments of messages and events. */
export const attachmentRoutes: readonly Route[] = [
  ...routes("mail.read", "mail.write", handlersFor("messages")),
  ...routes("calendar.read", "calendar.write", handlersFor("events")),
];

function handlersFor(kind: "messages" | "events"): Record<string, Handler> {
  const find = (call: GraphCall, id: string) => (kind === "messages" ? findMessage(call, id) : findEvent(call, id));
  return {
    [`GET ${kind}/*/attachments`]: (call, id) => listAttachments(call, find(call, id)),
    [`GET ${kind}/*/attachments/$count`]: (call, id) => ({
      status: 200,
      body: Buffer.from(String(find(call, id).attachments.length)),
      contentType: "text/plain",
    }),
    [`POST ${kind}/*/attachments`]: (call, id) => addAttachment(call, find(call, id)),
    [`POST ${kind}/*/attachments/createUploadSession`]: (call, id) => openUpload(call, find(call, id), kind),
    [`GET ${kind}/*/attachments/*`]: (call, id, attachment) => oneAttachment(call, find(call, id), attachment),
    [`GET ${kind}/*/attachments/*/$value`]: (call, id, attachment) => bytesOf(call, find(call, id), attachment),
    [`DELETE ${kind}/*/attachments/*`]: (call, id, attachment) => {
      const found = findAttachment(find(call, id), attachment);
      mailboxOf(call).removeAttachment(found.id);
      return noContent;
    },
  };
}

async function listAttachments(call: GraphCall, item: Item): Promise<GraphResult> {
  const query = { ...call.query, expand: [] };
  const found = applyQuery(attachmentShape, item.attachments, call, query);
  const result = await answerPage(attachmentShape, found, { ...call, query: { ...query, select: ["id"] } });
  const body = result.body as { value: { id: string }[] };
  const value = [];
  for (const { id } of body.value) value.push(await printed(call, findAttachment(item, id)));
  return { ...result, body: { ...body, "@odata.context": contextOf(call, attachmentShape), value } };
}

async function oneAttachment(call: GraphCall, item: Item, id: string): Promise<GraphResult> {
  const object = await printed(call, findAttachment(item, id));
  return { status: 200, body: { "@odata.context": `${contextOf(call, attachmentShape)}/$entity`, ...object } };
}

function printed(call: GraphCall, attachment: Attachment): Promise<JsonObject> {
  const { select, expand } = call.query;
  return printAttachment(attachment, call, {
    name: "attachments",
    expand,
    ...(select === undefined ? {} : { select }),
  });
}

async function addAttachment(call: GraphCall, item: Item): Promise<GraphResult> {
  const body = checkEntity("attachment", jsonBody(call));
  const made = mailboxOf(call).addAttachment(item.id, readAttachment(body, call));
  const object = await printAttachment(made, call, { name: "attachments" });
  return { status: 201, body: { "@odata.context": `${contextOf(call, attachmentShape)}/$entity`, ...object } };
}

async function bytesOf(call: GraphCall, item: Item, id: string): Promise<GraphResult> {
  const attachment = findAttachment(item, id);
  if (attachment.kind === "reference") {
    throw new GraphError(405, "ErrorInvalidRequest", "A reference attachment has no raw contents.");
  }
  const bytes =
    attachment.item === undefined ? (attachment.content ?? Buffer.alloc(0)) : await writeMime(attachment.item);
  return ranged(call, { status: 200, body: bytes, contentType: attachment.contentType ?? "application/octet-stream" });
}

function findAttachment(item: Item, id: string): Attachment {
  const wanted = ewsId(id);
  const found = item.attachments.find((one) => one.id === wanted);
  if (found === undefined) throw itemNotFound();
  return found;
}

function openUpload(call: GraphCall, item: Item, kind: "messages" | "events"): GraphResult {
  const given = checkParameters({ AttachmentItem: "attachmentItem" }, jsonBody(call))["AttachmentItem"];
  const description = asObject(given);
  const [name, sizeBytes] = [textOf(description, "name"), Number(description["size"] ?? 0)];
  if (name === undefined || sizeBytes <= 0) {
    throw new GraphError(400, "ErrorInvalidRequest", "An attachment item needs name and size.");
  }
  if (sizeBytes > UPLOAD_LIMIT_BYTES) {
    throw new GraphError(
      413,
      "ErrorAttachmentSizeLimitExceeded",
      `The attachment exceeds ${UPLOAD_LIMIT_BYTES} bytes.`,
    );
  }
  const token = randomUUID();
  const expiresAt = new Date(call.now.getTime() + 3 * 3_600_000);
  const [contentType, contentId] = [textOf(description, "contentType"), textOf(description, "contentId")];
  call.service.uploads.set(token, {
    mailbox: mailboxOf(call),
    itemId: item.id,
    owner: call.owner?.objectId ?? "",
    kind,
    name,
    isInline: description["isInline"] === true,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentId === undefined ? {} : { contentId }),
    sizeBytes,
    expiresAt,
    chunks: [],
    receivedBytes: 0,
  });
  return {
    status: 201,
    body: {
      uploadUrl: `${call.request.url.origin}${UPLOAD_PATH}${token}`,
      expirationDateTime: expiresAt.toISOString(),
      nextExpectedRanges: ["0-"],
    },
  };
}
