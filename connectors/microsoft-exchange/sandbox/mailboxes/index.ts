export type { MailboxEvent, Tombstone } from "./change-log.ts";
export type { FolderChange, ItemChange } from "./changes-since.ts";
export { conversationGuid, conversationIndex, normalizedSubject } from "./conversation.ts";
export { receive, resolve, sendFields, sendItem } from "./delivery.ts";
export { MailboxError } from "./errors.ts";
export * from "./extended-properties.ts";
export type { FolderFields } from "./folder-tree.ts";
export { type BusyTime, busyTimes, mergedFreeBusy } from "./free-busy.ts";
export * from "./ids.ts";
export { cloneFields } from "./item-copy.ts";
export * from "./item-defaults.ts";
export { type LoadReport, loadMail, loadMessage } from "./load-mail.ts";
export { type AttachmentFields, type Disposal, Mailbox } from "./mailbox.ts";
export { clearExtended, itemSize, readExtended, writeExtended } from "./mapi-properties.ts";
export {
  answerMeeting,
  eventOfMessage,
  type MeetingAnswer,
  namedAttendees,
  sendCancellations,
  sendMeetingRequests,
} from "./meetings.ts";
export { composedHeaders, customHeaders, headerAddress } from "./message-headers.ts";
export type * from "./model.ts";
export { eventsWithin, occurrenceItem, originalStarts } from "./occurrences.ts";
export * from "./organisation.ts";
export { asAttachedItem, readMime } from "./read-mime.ts";
export * from "./recurrence.ts";
export * from "./time-zones.ts";
export { windowsZones } from "./windows-zones.ts";
export { calendarText } from "./write-calendar.ts";
export { writeMime } from "./write-mime.ts";
export { type ZoneRules, type ZoneTransition, zoneRules } from "./zone-rules.ts";
