import type { EwsColumn } from "../../ews/binding.ts";
import type { DistinguishedFolder } from "../../ews/folders.ts";
import { acceptItems } from "../../ews/plan.ts";
import {
  attachmentLists,
  attachments,
  bodyType,
  conversationChangeKey,
  conversationId,
  effectiveRights,
  followUpFlag,
  importance,
  itemIdentity,
  itemProperties,
  laterItemProperties,
  uniqueBody,
} from "../columns/ews-item.ts";
import { messageProperties, receivedProperties, recipientLists, reminderMessageData } from "../columns/ews-message.ts";
import { impersonation, otherFolder } from "../columns/ews-pseudo.ts";
import type { EwsTable } from "./ews-table.ts";

/** Names of attachment columns: the reference has them in the singular on Inbox alone. */
export interface MailVariant {
  readonly attachmentColumns: readonly [ids: string, names: string];
  /** Plural recipient columns; Drafts goes without. */
  readonly readForms: boolean;
}

export const usualMail: MailVariant = { attachmentColumns: ["AttachmentIds", "AttachmentNames"], readForms: true };

const mailColumns = ({ attachmentColumns, readForms }: MailVariant): readonly EwsColumn[] => [
  ...itemIdentity,
  ...attachmentLists(...attachmentColumns),
  ...itemProperties,
  importance,
  ...messageProperties,
  ...effectiveRights("item:EffectiveRights"),
  ...receivedProperties,
  ...laterItemProperties,
  conversationId,
  conversationChangeKey,
  ...uniqueBody({ readOnly: true }),
  ...reminderMessageData,
  ...(readForms ? recipientLists : []),
  attachments,
  bodyType,
  ...followUpFlag,
];

/** A table of one mail folder. */
export const mailTable = (
  name: string,
  folder: DistinguishedFolder,
  description: string,
  variant: MailVariant = usualMail,
): EwsTable => ({
  name,
  kind: { of: "items", folder, element: "Message" },
  description,
  columns: mailColumns(variant),
  pseudoColumns: [...impersonation, ...otherFolder],
  accepts: acceptItems,
});
