import { acceptItems } from "../../ews/plan.ts";
import { contactProperties, laterContactProperties } from "../columns/ews-contact.ts";
import {
  conversationChangeKey,
  conversationId,
  effectiveRights,
  importance,
  itemIdentity,
  itemPropertiesBesideMail,
  laterItemProperties,
  uniqueBody,
} from "../columns/ews-item.ts";
import { impersonation, otherFolder } from "../columns/ews-pseudo.ts";
import type { EwsTable } from "./ews-table.ts";

/** Personal contacts. */
export const contacts: EwsTable = {
  name: "Contacts",
  kind: { of: "items", folder: "contacts", element: "Contact" },
  description: "Personal contacts.",
  columns: [
    ...itemIdentity,
    ...itemPropertiesBesideMail,
    importance,
    ...effectiveRights("item:EffectiveRights"),
    ...laterItemProperties,
    conversationId,
    ...uniqueBody({ readOnly: true }),
    ...contactProperties,
    ...laterContactProperties,
    conversationChangeKey,
  ],
  pseudoColumns: [...impersonation, ...otherFolder],
  accepts: acceptItems,
};
