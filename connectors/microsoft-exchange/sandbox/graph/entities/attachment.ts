import { type Attachment, graphId, type Item } from "../../mailboxes/index.ts";
import type { GraphCall } from "../call.ts";
import { SMALL_RULES } from "../odata/filter-rules.ts";
import type { Expansion } from "../odata/query-options.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { checkProjection, project, type Shape } from "../shape.ts";
import { printInstant } from "../values.ts";

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

/** An attached item with the type it has; the service knows the shapes, for items hold attachments in turn. */
async function printItem(item: Item, call: GraphCall, expansion: Expansion): Promise<JsonObject> {
  const projection = { expand: expansion.expand ?? [], ...(expansion.select ? { select: expansion.select } : {}) };
  const shape = call.service.shapeOf(item);
  return { "@odata.type": `#microsoft.graph.${shape.type}`, ...(await project(shape, item, call, projection)) };
}

/** Bytes of an attachment as the service counts them. */
function sizeOf(one: Attachment): number {
  if (one.content !== undefined) return one.content.length;
  return Buffer.byteLength(one.item?.body?.content ?? "") + Buffer.byteLength(one.item?.subject ?? "") + 512;
}

function typeOf(one: Attachment): string {
  return { file: "fileAttachment", item: "itemAttachment", reference: "referenceAttachment" }[one.kind];
}
