import { knows } from "../../ews/config.ts";
import { ewsSpokeProcedures } from "../../spokes/index.ts";
import { addAttachments } from "./add-attachments.ts";
import { createAttachments } from "./create-attachments.ts";
import { deleteAttachment } from "./delete-attachment.ts";
import { downloadAttachments } from "./download-attachments.ts";
import { downloadEmail } from "./download-email.ts";
import { findMeetingTimes } from "./find-meeting-times.ts";
import { getAttachment } from "./get-attachment.ts";
import { getSchedule } from "./get-schedule.ts";
import { getUserAvailability } from "./get-user-availability.ts";
import { getUserOofSettings } from "./get-user-oof-settings.ts";
import { forwardEvent, forwardMail, replyToMessage } from "./mail-answers.ts";
import { getMailboxSettings, setMailboxSettings } from "./mailbox-settings.ts";
import { cancelEvent, respondToEvent, tentativelyAcceptEvent } from "./meeting-answers.ts";
import { messagesDelta } from "./messages-delta.ts";
import { moveItem } from "./move-item.ts";
import { setUserOofSettings } from "./oof-settings.ts";
import type { EwsProcedureDefinition } from "./parameters.ts";
import { dismissEventReminder, snoozeEventReminder } from "./reminders.ts";
import { getRoomLists, getRooms } from "./rooms.ts";
import { sendItem } from "./send-item.ts";
import { sendMail } from "./send-mail.ts";
import {
  createSchema,
  getAdminConsentUrl,
  getOAuthAccessToken,
  getOAuthAuthorizationUrl,
  refreshOAuthAccessToken,
} from "./sign-in.ts";
import { createSubscription, deleteSubscription, getEvents, renewSubscription } from "./subscriptions.ts";
import { copyMail, moveMail } from "./transfers.ts";

const procedures: readonly (EwsProcedureDefinition & { readonly since?: string })[] = [
  sendMail,
  sendItem,
  replyToMessage,
  forwardMail,
  moveItem,
  moveMail,
  copyMail,
  createAttachments,
  addAttachments,
  getAttachment,
  downloadAttachments,
  deleteAttachment,
  downloadEmail,
  messagesDelta,
  createSubscription,
  getEvents,
  renewSubscription,
  deleteSubscription,
  respondToEvent,
  tentativelyAcceptEvent,
  cancelEvent,
  forwardEvent,
  { ...dismissEventReminder, since: "Exchange2013" },
  { ...snoozeEventReminder, since: "Exchange2013" },
  getUserAvailability,
  getSchedule,
  findMeetingTimes,
  getUserOofSettings,
  setUserOofSettings,
  getMailboxSettings,
  setMailboxSettings,
  { ...getRoomLists, since: "Exchange2010" },
  { ...getRooms, since: "Exchange2010" },
  getOAuthAuthorizationUrl,
  getOAuthAccessToken,
  refreshOAuthAccessToken,
  getAdminConsentUrl,
  createSchema,
];

/** The procedures of schema EWS that this platform knows. */
export const ewsProcedures = ({ platform }: { readonly platform: string }): readonly EwsProcedureDefinition[] => [
  ...procedures.filter(({ since }) => knows(platform, since)),
  ...ewsSpokeProcedures({ platform }),
];
