/**
 * The neutral model both faces (EWS and Graph) print and change. Enumerations are spelled in lower camel case;
 * instants are Date; an absent member is undefined, never null.
 */
import type { ExtendedProperties } from "./extended-properties.ts";
import type { Recurrence } from "./recurrence.ts";
import type { TaskDetails } from "./task-model.ts";

export type * from "./task-model.ts";

/** A mailbox, list or outside person as named in an item. */
export interface EmailAddress {
  name?: string;
  address?: string;
  /** "SMTP" unless said otherwise. */
  routingType?: string;
  /** The contact or private list of the mailbox that was named. */
  itemId?: string;
}

export interface Body {
  type: "text" | "html";
  content: string;
}

export type ItemKind =
  | "message"
  | "event"
  | "contact"
  | "distributionList"
  | "task"
  | "post"
  | "meetingRequest"
  | "meetingResponse"
  | "meetingCancellation"
  /** Anything else (notes, journal, configuration): shown as a bare item. */
  | "item";

export type Importance = "low" | "normal" | "high";
export type Sensitivity = "normal" | "personal" | "private" | "confidential";
export type ShowAs = "free" | "tentative" | "busy" | "oof" | "workingElsewhere" | "unknown";
export type ResponseStatus = "none" | "organizer" | "tentativelyAccepted" | "accepted" | "declined" | "notResponded";
export type AttendeeType = "required" | "optional" | "resource";

export interface Flag {
  status: "notFlagged" | "flagged" | "complete";
  start?: Date;
  due?: Date;
  completed?: Date;
}

export interface Header {
  name: string;
  value: string;
}

export interface Attachment {
  id: string;
  kind: "file" | "item" | "reference";
  name: string;
  contentType?: string;
  contentId?: string;
  contentLocation?: string;
  isInline: boolean;
  isContactPhoto?: boolean;
  modifiedAt: Date;
  /** Of a file. */
  content?: Buffer;
  /** Of an attached item; it has no folder of its own. */
  item?: Item;
  /** Of a reference. */
  sourceUrl?: string;
}

export interface Attendee extends EmailAddress {
  type: AttendeeType;
  response: ResponseStatus;
  respondedAt?: Date;
  proposedStart?: Date;
  proposedEnd?: Date;
}

export interface PostalAddress {
  street?: string;
  city?: string;
  state?: string;
  countryOrRegion?: string;
  postalCode?: string;
}

/** Where an event takes place. */
export interface Place {
  displayName: string;
  annotation?: string;
  locationType?: string;
  uri?: string;
  address?: PostalAddress;
  latitude?: number;
  longitude?: number;
  altitude?: number;
  accuracy?: number;
  altitudeAccuracy?: number;
  emailAddress?: string;
  uniqueId?: string;
  uniqueIdType?: string;
}

export interface EventDetails {
  uid: string;
  start: Date;
  end: Date;
  /** Names as the client gave them, Windows or IANA. */
  startTimeZone: string;
  endTimeZone: string;
  isAllDay: boolean;
  location?: Place;
  /** Free text about the time, as the client gave it. */
  when?: string;
  /** Graph's list; when absent, `location` is the only one. */
  locations?: Place[];
  showAs: ShowAs;
  intendedShowAs?: ShowAs;
  organizer?: EmailAddress;
  attendees: Attendee[];
  isMeeting: boolean;
  isCancelled: boolean;
  /** True in the mailbox of whoever called the meeting (and for plain appointments). */
  isOrganizer: boolean;
  requestWasSent: boolean;
  isResponseRequested: boolean;
  allowNewTimeProposals: boolean;
  hideAttendees: boolean;
  response: ResponseStatus;
  repliedAt?: Date;
  sequenceNumber: number;
  stampedAt?: Date;
  isOnlineMeeting: boolean;
  onlineMeetingProvider?: string;
  joinUrl?: string;
  /** How to dial in. */
  dialIn?: { conferenceId: string; tollNumber: string; tollFreeNumbers: string[]; quickDial: string };
  /** Of meetings of Skype for Business. */
  onlineMeetingUrl?: string;
  conferenceType?: number;
  meetingWorkspaceUrl?: string;
  netShowUrl?: string;
  doNotForward?: boolean;
  transactionId?: string;
  recurrence?: Recurrence;
  type: "single" | "occurrence" | "exception" | "seriesMaster";
  /** Of an occurrence or exception: the start the pattern gives it, and its series. */
  originalStart?: Date;
  seriesMasterId?: string;
  /** Of a series: changed occurrences by the ISO time of their original start, and removed ones likewise. */
  exceptions?: Map<string, OccurrenceChange>;
  deletedOccurrences?: string[];
}

/** What an exception says differently from its series: whole members of the item and of its event. */
export interface OccurrenceChange {
  item: Partial<Item>;
  event: Partial<EventDetails>;
  changeNumber: number;
}

export type PhoneKey =
  | "assistantPhone"
  | "businessFax"
  | "businessPhone"
  | "businessPhone2"
  | "callback"
  | "carPhone"
  | "companyMainPhone"
  | "homeFax"
  | "homePhone"
  | "homePhone2"
  | "isdn"
  | "mobilePhone"
  | "otherFax"
  | "otherTelephone"
  | "pager"
  | "primaryPhone"
  | "radioPhone"
  | "telex"
  | "ttyTddPhone"
  | "businessMobile"
  | "ipPhone"
  | "mms"
  | "msn";
export type AddressKey = "business" | "home" | "other";
export type SlotKey = "1" | "2" | "3";

export interface ContactDetails {
  fileAs?: string;
  fileAsMapping?: string;
  displayName?: string;
  title?: string;
  givenName?: string;
  middleName?: string;
  surname?: string;
  initials?: string;
  nickname?: string;
  /** Suffix: "Jr.", "III". */
  generation?: string;
  yomiGivenName?: string;
  yomiSurname?: string;
  yomiCompanyName?: string;
  companyName?: string;
  companies: string[];
  department?: string;
  jobTitle?: string;
  profession?: string;
  officeLocation?: string;
  manager?: string;
  assistantName?: string;
  emails: Partial<Record<SlotKey, EmailAddress & { originalName?: string }>>;
  phones: Partial<Record<PhoneKey, string>>;
  addresses: Partial<Record<AddressKey, PostalAddress>>;
  imAddresses: Partial<Record<SlotKey, string>>;
  mailingAddress?: AddressKey;
  businessHomePage?: string;
  birthday?: Date;
  anniversary?: Date;
  spouseName?: string;
  children: string[];
  mileage?: string;
  phoneticFullName?: string;
  phoneticFirstName?: string;
  phoneticLastName?: string;
  accountName?: string;
  userSmimeCertificates?: Buffer[];
  msExchangeCertificates?: Buffer[];
  /** Of an entry that was taken over from the directory. */
  alias?: string;
  directoryId?: string;
  managerMailbox?: EmailAddress;
  directReports?: EmailAddress[];
}

/** What a meeting request, response or cancellation says besides its message; `item.event` holds the meeting itself. */
export interface MeetingDetails {
  associatedEventId?: string;
  requestType?: "newMeetingRequest" | "fullUpdate" | "informationalUpdate" | "outdated";
  response: ResponseStatus;
  hasBeenProcessed: boolean;
  isOutOfDate: boolean;
  isDelegated: boolean;
  proposedStart?: Date;
  proposedEnd?: Date;
}

/** What Exchange says in a message it wrote to remind of an event. */
export interface ReminderMessage {
  text: string;
  location?: string;
  start: Date;
  end: Date;
  associatedEventId?: string;
}

export interface ListMember extends EmailAddress {
  key: string;
  mailboxType?: string;
}

export interface DistributionList {
  displayName?: string;
  fileAs?: string;
  members: ListMember[];
}

/** What a caller gives to make an item; everything may be left out. */
export interface ItemFields {
  itemClass: string;
  subject?: string;
  body?: Body;
  sensitivity: Sensitivity;
  importance: Importance;
  categories: string[];
  flag: Flag;
  culture?: string;
  reminder: { isSet: boolean; minutesBeforeStart?: number; dueBy?: Date };
  extended: ExtendedProperties;
  attachments: Attachment[];
  headers: Header[];
  /** The message as bytes while it still says what the fields say; cleared when a field it carries is changed. */
  mime?: Buffer;
  inferenceClassification?: "focused" | "other";

  from?: EmailAddress;
  sender?: EmailAddress;
  to: EmailAddress[];
  cc: EmailAddress[];
  bcc: EmailAddress[];
  replyTo: EmailAddress[];
  receivedBy?: EmailAddress;
  receivedRepresenting?: EmailAddress;
  isRead: boolean;
  isDraft: boolean;
  isSubmitted: boolean;
  isFromMe: boolean;
  isResend: boolean;
  isUnmodified: boolean;
  isAssociated: boolean;
  isReadReceiptRequested: boolean;
  isDeliveryReceiptRequested: boolean;
  isResponseRequested?: boolean;
  internetMessageId?: string;
  inReplyTo?: string;
  references?: string;
  conversationIndex?: Buffer;
  conversationTopic?: string;
  sentAt?: Date;
  receivedAt?: Date;

  event?: EventDetails;
  meeting?: MeetingDetails;
  reminderMessage?: ReminderMessage;
  contact?: ContactDetails;
  distributionList?: DistributionList;
  task?: TaskDetails;
}

export interface Item extends ItemFields {
  kind: ItemKind;
  /** EWS form of the id; `graphId()` gives the url-safe form. Changes when the item moves, as in Exchange. */
  id: string;
  folderId: string;
  /** Rises with each change within the mailbox; `changeKey()` prints it. */
  changeNumber: number;
  /** Number at which it came into this folder. */
  addedNumber: number;
  /** Number of the last change other than of the read flag. */
  contentNumber: number;
  /** PidTagInternetArticleNumber: unique and rising within a mailbox. */
  articleNumber: number;
  /** Survives moves (Graph's immutable id is made of it). */
  entryNumber: number;
  createdAt: Date;
  modifiedAt: Date;
  modifiedBy: string;
}

/** What an administrator says of a folder that is managed, up to Exchange 2010. */
export interface ManagedFolder {
  canDelete: boolean;
  canRenameOrMove: boolean;
  mustDisplayComment: boolean;
  isRoot: boolean;
  id: string;
  comment: string;
  storageQuotaKb: number;
  sizeKb: number;
  homePage: string;
}

export interface Folder {
  id: string;
  parentId?: string;
  displayName: string;
  /** "IPF.Note", "IPF.Appointment", ... */
  folderClass?: string;
  /** Distinguished name as EWS spells it ("inbox"), when it is one. */
  wellKnown?: string;
  isHidden: boolean;
  isSearchFolder: boolean;
  managed?: ManagedFolder;
  extended: ExtendedProperties;
  changeNumber: number;
  addedNumber: number;
  folderNumber: number;
  createdAt: Date;
  modifiedAt: Date;
}

/** Automatic replies. */
export interface OofSettings {
  state: "disabled" | "enabled" | "scheduled";
  externalAudience: "none" | "known" | "all";
  start?: Date;
  end?: Date;
  internalReply: string;
  externalReply: string;
}

export interface WorkingHours {
  timeZone: string;
  days: ("sunday" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday")[];
  startMinutes: number;
  endMinutes: number;
}
