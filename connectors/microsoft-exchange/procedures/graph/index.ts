import type { Procedure } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import { addAttachments, deleteAttachment, downloadAttachments, downloadEmail } from "./attachments.ts";
import {
  cancelEvent,
  dismissEventReminder,
  forwardEvent,
  getSchedule,
  respondToEvent,
  snoozeEventReminder,
  tentativelyAcceptEvent,
} from "./events.ts";
import { copyMail, forwardMail, moveMail, replyToMessage } from "./messages.ts";
import { sendMail } from "./send-mail.ts";
import { getAdminConsentUrl, getOAuthAuthorizationUrl } from "./sign-in.ts";
import { fetchAdditionalUserFields } from "./users.ts";

/**
 * The procedures of schema MSGraph. GetOAuthAccessToken and RefreshOAuthAccessToken of the driver are not among them:
 * tokens never stand in results; the service gets, renews and keeps them itself.
 */
export const graphProcedures = (): readonly Procedure<GraphBinding>[] => [
  sendMail,
  replyToMessage,
  forwardMail,
  moveMail,
  copyMail,
  addAttachments,
  downloadAttachments,
  deleteAttachment,
  downloadEmail,
  respondToEvent,
  tentativelyAcceptEvent,
  cancelEvent,
  forwardEvent,
  dismissEventReminder,
  snoozeEventReminder,
  getSchedule,
  fetchAdditionalUserFields,
  getOAuthAuthorizationUrl,
  getAdminConsentUrl,
];
