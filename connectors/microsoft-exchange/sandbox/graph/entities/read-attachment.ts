import {
  type AttachmentFields,
  asAttachedItem,
  emptyContact,
  emptyFields,
  type Item,
  type ItemFields,
} from "../../mailboxes/index.ts";
import type { GraphCall } from "../call.ts";
import { GraphError } from "../errors.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { textOf } from "../values.ts";
import { applyContact } from "./contact.ts";
import { applyEvent, newEvent } from "./event.ts";
import { applyMessage } from "./message.ts";

/** Attachments above this size need an upload session. */
const DIRECT_LIMIT_BYTES = 3 * 1024 * 1024;

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
