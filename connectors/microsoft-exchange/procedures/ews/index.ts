import { knows } from "../../ews/config.ts";
import { createAttachments } from "./create-attachments.ts";
import { deleteAttachment } from "./delete-attachment.ts";
import { getAttachment } from "./get-attachment.ts";
import { getUserAvailability } from "./get-user-availability.ts";
import { getUserOofSettings } from "./get-user-oof-settings.ts";
import { moveItem } from "./move-item.ts";
import type { EwsProcedureDefinition } from "./parameters.ts";
import { getRoomLists, getRooms } from "./rooms.ts";
import { sendItem } from "./send-item.ts";
import { sendMail } from "./send-mail.ts";

const procedures: readonly (EwsProcedureDefinition & { readonly since?: string })[] = [
  sendMail,
  sendItem,
  moveItem,
  createAttachments,
  getAttachment,
  deleteAttachment,
  getUserAvailability,
  getUserOofSettings,
  { ...getRoomLists, since: "Exchange2010" },
  { ...getRooms, since: "Exchange2010" },
];

/** The procedures of schema EWS that this platform knows. */
export const ewsProcedures = ({ platform }: { readonly platform: string }): readonly EwsProcedureDefinition[] =>
  procedures.filter(({ since }) => knows(platform, since));
