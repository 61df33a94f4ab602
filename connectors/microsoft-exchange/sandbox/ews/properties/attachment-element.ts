import { type Attachment, itemSize } from "../../mailboxes/index.ts";
import { printDate } from "../dates.ts";
import { t, type XmlElement } from "../xml.ts";

/** An attachment with its metadata; `content` is what GetAttachment adds at the end. */
export function attachmentElement(attachment: Attachment, content?: XmlElement, id?: XmlElement): XmlElement {
  const { kind, name, contentType, contentId, contentLocation, isInline, modifiedAt } = attachment;
  const size = attachment.content?.length ?? (attachment.item ? itemSize(attachment.item) : 0);
  return t(
    attachmentElements[kind],
    id ?? t("AttachmentId", { Id: attachment.id }),
    t("Name", name),
    contentType ? t("ContentType", contentType) : undefined,
    contentId ? t("ContentId", contentId) : undefined,
    contentLocation ? t("ContentLocation", contentLocation) : undefined,
    t("Size", String(size)),
    t("LastModifiedTime", printDate(modifiedAt)),
    t("IsInline", String(isInline)),
    kind === "file" ? t("IsContactPhoto", String(attachment.isContactPhoto ?? false)) : undefined,
    kind === "reference" && attachment.sourceUrl ? t("AttachLongPathName", attachment.sourceUrl) : undefined,
    kind === "reference" ? undefined : content,
  );
}

/** The element of each kind of attachment. */
export const attachmentElements = {
  item: "ItemAttachment",
  file: "FileAttachment",
  reference: "ReferenceAttachment",
} as const;
