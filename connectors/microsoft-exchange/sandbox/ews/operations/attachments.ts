import { type Attachment, type Item, readId } from "../../mailboxes/index.ts";
import { type EwsCall, mailboxOfId, type Operation } from "../call.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { attachmentElement, attachmentElements } from "../properties/attachment-element.ts";
import { printItem, readShape, type Shape } from "../shape.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findItem } from "../targets.ts";
import { readAttachment } from "../write-item.ts";
import { childOf, m, t, type XmlElement } from "../xml.ts";

/** CreateAttachment: adds files and items to an item. */
export const createAttachment: Operation = async (call) => {
  const parent = childOf(call.request, "ParentItemId");
  if (!parent) throw schemaViolation("The element 'CreateAttachment' lacks its required child 'ParentItemId'.");
  const name = "CreateAttachmentResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "Attachments"),
    async (element) => {
      const { mailbox, item } = findItem(call, { ...parent, name: "ItemId" });
      const attachment = mailbox.addAttachment(item.id, await readAttachment(call, element));
      const owner = mailbox.requireItem(item.id);
      const id = t("AttachmentId", {
        Id: attachment.id,
        RootItemId: owner.id,
        RootItemChangeKey: mailbox.changeKeyOf(owner),
      });
      return success(name, m("Attachments", t(attachmentElements[attachment.kind], id)));
    },
    m("Attachments"),
  );
  return responses("CreateAttachment", messages);
};

/** GetAttachment: attachments with their content. */
export const getAttachment: Operation = async (call) => {
  const shape = readShape(childOf(call.request, "AttachmentShape"));
  const name = "GetAttachmentResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "AttachmentIds"),
    async (id) => {
      const { attachment } = findAttachment(call, id);
      return success(name, m("Attachments", attachmentElement(attachment, await contentOf(call, attachment, shape))));
    },
    m("Attachments"),
  );
  return responses("GetAttachment", messages);
};

/** DeleteAttachment. */
export const deleteAttachment: Operation = async (call) => {
  const name = "DeleteAttachmentResponseMessage";
  const messages = await each(name, entriesOf(call.request, "AttachmentIds"), (id) => {
    const { attachment, owner } = findAttachment(call, id);
    const mailbox = mailboxOfId(call, owner.id);
    if (!mailbox) throw notFound();
    const item = mailbox.removeAttachment(attachment.id);
    return success(name, m("RootItemId", { RootItemId: item.id, RootItemChangeKey: mailbox.changeKeyOf(item) }));
  });
  return responses("DeleteAttachment", messages);
};

function findAttachment(call: EwsCall, element: XmlElement): { attachment: Attachment; owner: Item } {
  const id = element.attributes["Id"] ?? "";
  if (readId(id)?.type !== "attachment")
    throw new EwsError("ErrorInvalidAttachmentId", "The attachment id is invalid.");
  const found = mailboxOfId(call, id)?.attachment(id);
  if (!found) throw notFound();
  return found;
}

function notFound(): EwsError {
  return new EwsError("ErrorItemNotFound", "The specified object was not found in the store.");
}

async function contentOf(call: EwsCall, attachment: Attachment, shape: Shape): Promise<XmlElement> {
  if (attachment.item) {
    const mailbox = mailboxOfId(call, attachment.id) ?? call.mailbox;
    return printItem({ ...attachment.item, id: "" }, { ...shape, base: "AllProperties" }, mailbox, call.organisation);
  }
  return t("Content", (attachment.content ?? Buffer.alloc(0)).toString("base64"));
}
