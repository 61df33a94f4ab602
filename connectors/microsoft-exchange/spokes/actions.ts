import type { SpokeAction } from "./action.ts";
import { addressListActions } from "./groups/address-lists.ts";
import { attachmentActions } from "./groups/attachments.ts";
import { onlineCalendarActions } from "./groups/calendar-online.ts";
import { serverCalendarActions } from "./groups/calendar-server.ts";
import { calendarStreamActions } from "./groups/calendar-streams.ts";
import { distributionListActions } from "./groups/distribution-lists.ts";
import { folderActions } from "./groups/folders.ts";
import { mailActions } from "./groups/mail.ts";
import { mailboxActions } from "./groups/mailboxes.ts";
import { peopleActions } from "./groups/people.ts";
import { scheduleActions } from "./groups/schedules.ts";
import { settingsActions } from "./groups/settings.ts";
import { subscriptionActions } from "./groups/subscriptions.ts";
import { webhookActions } from "./groups/webhooks.ts";

/** All actions of the spokes of ServiceNow that this connector has. */
export const spokeActions: readonly SpokeAction[] = [
  ...addressListActions,
  ...mailboxActions,
  ...settingsActions,
  ...serverCalendarActions,
  ...scheduleActions,
  ...folderActions,
  ...subscriptionActions,
  ...webhookActions,
  ...attachmentActions,
  ...onlineCalendarActions,
  ...calendarStreamActions,
  ...mailActions,
  ...peopleActions,
  ...distributionListActions,
];
