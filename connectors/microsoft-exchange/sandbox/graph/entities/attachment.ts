import {
  type Attachment,
  type AttachmentFields,
  asAttachedItem,
  emptyContact,
  emptyFields,
  graphId,
  type Item,
  type ItemFields,
} from "../../mailboxes/index.ts";
import type { GraphCall } from "../call.ts";
import { GraphError } from "../errors.ts";
import { SMALL_RULES } from "../odata/filter-rules.ts";
import type { Expansion } from "../odata/query-options.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { checkProjection, project, type Shape } from "../shape.ts";
import { printInstant, textOf } from "../values.ts";
import { applyContact, contactShape } from "./contact.ts";
import { applyEvent, eventShape, newEvent } from "./event.ts";
import { applyMessage, messageShape } from "./message.ts";

/** Attachments above this size need an upload session. */
export const DIRECT_LIMIT_BYTES = 3 * 1024 * 1024;

/** How attachments are shown; the concrete type decides about the content members. */
export const attachmentShape: Shape<Attachment> = {
  type: "fileAttachment",
  derivedType: (one) => typeOf(one),
  rules: SMALL_RULES,
  members: {
    id: (one) => graphId(one.id),
    lastModifiedDateTime: (one) => printInstant(one.modifiedAt),
    name: (one) => one.name,
    contentType: (one) => one.contentType ?? null,
    size: (one) => sizeOf(one),
    isInline: (one) => one.isInline,
    contentId: (one) => one.contentId,
    contentLocation: (one) => one.contentLocation,
    contentBytes: (one) => one.content?.toString("base64") ?? null,
  },
};

const fileOnly = ["contentId", "contentLocation", "contentBytes"];

/** An attachment as JSON; only files have content members. */
export async function printAttachment(one: Attachment, call: GraphCall, expansion: Expansion): Promise<JsonObject> {
  checkProjection(attachmentShape, { expand: [], ...(expansion.select ? { select: expansion.select } : {}) });
  const object = await project(attachmentShape, one, call, {
    expand: [],
    ...(expansion.select ? { select: expansion.select } : {}),
  });
  if (one.kind !== "file") for (const name of fileOnly) delete object[name];
  const wanted = expansion.expand?.find(
    ({ name }) => name.replace(/^microsoft\.graph\.itemattachment\//i, "") === "item",
  );
  if (wanted !== undefined && one.item !== undefined) object["item"] = await printItem(one.item, call, wanted);
  return object;
}

/** An attached item with the type it has. */
export async function printItem(item: Item, call: GraphCall, expansion: Expansion): Promise<JsonObject> {
  const projection = { expand: expansion.expand ?? [], ...(expansion.select ? { select: expansion.select } : {}) };
  if (item.kind === "event") {
    return { "@odata.type": "#microsoft.graph.event", ...(await project(eventShape, item, call, projection)) };
  }
  if (item.kind === "contact") {
    return { "@odata.type": "#microsoft.graph.contact", ...(await project(contactShape, item, call, projection)) };
  }
  return { "@odata.type": "#microsoft.graph.message", ...(await project(messageShape, item, call, projection)) };
}

/** Bytes of an attachment as the service counts them. */
export function sizeOf(one: Attachment): number {
  if (one.content !== undefined) return one.content.length;
  return Buffer.byteLength(one.item?.body?.content ?? "") + Buffer.byteLength(one.item?.subject ?? "") + 512;
}

/** What an attachment in a body is made into. */
export function readAttachment(body: JsonObject, call: GraphCall): AttachmentFields {
  const name = textOf(body, "name");
  if (name === undefined) {
    throw new GraphError(400, "ErrorRequiredPropertyMissing", "Required property is missing: name.");
  }
  const contentId = textOf(body, "contentId");
  const contentLocation = textOf(body, "contentLocation");
  const common = {
    name,
    isInline: body["isInline"] === true,
    ...(contentId === undefined ? {} : { contentId }),
    ...(contentLocation === undefined ? {} : { contentLocation }),
  };
  const type = String(body["@odata.type"]).replace(/^#?microsoft\.graph\./, "");
  if (type === "itemAttachment") return { ...common, kind: "item", item: readAttachedItem(body, call) };
  if (type === "referenceAttachment") return { ...common, kind: "reference" };
  return { ...common, kind: "file", ...fileContent(body, name) };
}

function fileContent(body: JsonObject, name: string): { content: Buffer; contentType: string } {
  const bytes = textOf(body, "contentBytes");
  if (bytes === undefined) {
    throw new GraphError(400, "ErrorRequiredPropertyMissing", "Required property is missing: contentBytes.");
  }
  const content = Buffer.from(bytes, "base64");
  if (content.length > DIRECT_LIMIT_BYTES) {
    throw new GraphError(
      413,
      "ErrorMessageSizeExceeded",
      `The attachment '${name}' exceeds the maximum size for a single request; create an upload session.`,
    );
  }
  return { content, contentType: textOf(body, "contentType") ?? "application/octet-stream" };
}

function readAttachedItem(body: JsonObject, call: GraphCall): Item {
  const given = body["item"];
  if (typeof given !== "object" || given === null) {
    throw new GraphError(400, "ErrorRequiredPropertyMissing", "Required property is missing: item.");
  }
  const item = given as JsonObject;
  const type = String(item["@odata.type"]).replace(/^#?microsoft\.graph\./, "");
  if (type === "event") {
    const fields: ItemFields = newEvent(item, call);
    applyEvent(fields, item, call);
    return asAttachedItem(fields, call.now, "event");
  }
  const fields = emptyFields(type === "contact" ? "contact" : "message");
  if (type === "contact") {
    fields.contact = emptyContact();
    applyContact(fields, item, true);
    return asAttachedItem(fields, call.now, "contact");
  }
  applyMessage(fields, item, call, true);
  return asAttachedItem(fields, call.now);
}

function typeOf(one: Attachment): string {
  return { file: "fileAttachment", item: "itemAttachment", reference: "referenceAttachment" }[one.kind];
}
