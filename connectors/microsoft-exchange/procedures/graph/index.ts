import type { Procedure } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import { graphSpokeProcedures } from "../../spokes/index.ts";
import { addAttachments, deleteAttachment, downloadAttachments, downloadEmail } from "./attachments.ts";
import { createSubscription, deleteSubscription, messagesDelta, renewSubscription } from "./change-tracking.ts";
import { createSchema } from "./create-schema.ts";
import {
  cancelEvent,
  dismissEventReminder,
  forwardEvent,
  respondToEvent,
  snoozeEventReminder,
  tentativelyAcceptEvent,
} from "./events.ts";
import { createAttachments, moveItem, sendItem } from "./ews-names.ts";
import { getAttachment } from "./get-attachment.ts";
import { getEvents } from "./get-events.ts";
import { copyMail, forwardMail, moveMail, replyToMessage } from "./messages.ts";
import { getRoomLists, getRooms } from "./rooms.ts";
import { findMeetingTimes, getSchedule, getUserAvailability } from "./scheduling.ts";
import { sendMail } from "./send-mail.ts";
import { getMailboxSettings, getUserOofSettings, setMailboxSettings, setUserOofSettings } from "./settings.ts";
import { getAdminConsentUrl, getOAuthAuthorizationUrl } from "./sign-in.ts";
import { getOAuthAccessToken, refreshOAuthAccessToken } from "./tokens.ts";
import { createUploadSession } from "./upload-session.ts";
import { fetchAdditionalUserFields } from "./users.ts";

/** The procedures of schema MSGraph: the driver's, those it lacks, and those of schema EWS that Graph can do as well. */
export const graphProcedures = (): readonly Procedure<GraphBinding>[] => [
  sendMail,
  replyToMessage,
  forwardMail,
  moveMail,
  copyMail,
  addAttachments,
  downloadAttachments,
  deleteAttachment,
  createUploadSession,
  downloadEmail,
  messagesDelta,
  createSubscription,
  renewSubscription,
  deleteSubscription,
  respondToEvent,
  tentativelyAcceptEvent,
  cancelEvent,
  forwardEvent,
  dismissEventReminder,
  snoozeEventReminder,
  getSchedule,
  findMeetingTimes,
  getUserAvailability,
  getMailboxSettings,
  setMailboxSettings,
  getUserOofSettings,
  setUserOofSettings,
  getRoomLists,
  getRooms,
  moveItem,
  sendItem,
  createAttachments,
  getAttachment,
  getEvents,
  fetchAdditionalUserFields,
  getOAuthAuthorizationUrl,
  getOAuthAccessToken,
  refreshOAuthAccessToken,
  getAdminConsentUrl,
  createSchema,
  ...graphSpokeProcedures(),
];
