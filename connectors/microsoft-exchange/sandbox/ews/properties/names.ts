import type {
  AddressKey,
  AttendeeType,
  EventDetails,
  Flag,
  Importance,
  MeetingDetails,
  PhoneKey,
  ResponseStatus,
  Sensitivity,
  ShowAs,
  TaskDetails,
  TaskStatus,
} from "../../mailboxes/index.ts";

/** EWS names of the model's choices. */
export const importanceNames: Record<string, Importance> = { Low: "low", Normal: "normal", High: "high" };
export const sensitivityNames: Record<string, Sensitivity> = {
  Normal: "normal",
  Personal: "personal",
  Private: "private",
  Confidential: "confidential",
};
export const flagNames: Record<string, Flag["status"]> = {
  NotFlagged: "notFlagged",
  Flagged: "flagged",
  Complete: "complete",
};
export const showAsNames: Record<string, ShowAs> = {
  Free: "free",
  Tentative: "tentative",
  Busy: "busy",
  OOF: "oof",
  WorkingElsewhere: "workingElsewhere",
  NoData: "unknown",
};
export const responseNames: Record<string, ResponseStatus> = {
  Unknown: "none",
  Organizer: "organizer",
  Tentative: "tentativelyAccepted",
  Accept: "accepted",
  Decline: "declined",
  NoResponseReceived: "notResponded",
};
export const eventTypeNames: Record<string, EventDetails["type"]> = {
  Single: "single",
  Occurrence: "occurrence",
  Exception: "exception",
  RecurringMaster: "seriesMaster",
};
export const requestTypeNames: Record<string, NonNullable<MeetingDetails["requestType"]>> = {
  NewMeetingRequest: "newMeetingRequest",
  FullUpdate: "fullUpdate",
  InformationalUpdate: "informationalUpdate",
  Outdated: "outdated",
};
export const taskStatusNames: Record<string, TaskStatus> = {
  NotStarted: "notStarted",
  InProgress: "inProgress",
  Completed: "completed",
  WaitingOnOthers: "waitingOnOthers",
  Deferred: "deferred",
};
export const delegationNames: Record<string, NonNullable<TaskDetails["delegationState"]>> = {
  NoMatch: "noMatch",
  OwnNew: "ownNew",
  Owned: "owned",
  Accepted: "accepted",
  Declined: "declined",
  Max: "max",
};
export const phoneNames: Record<string, PhoneKey> = {
  AssistantPhone: "assistantPhone",
  BusinessFax: "businessFax",
  BusinessPhone: "businessPhone",
  BusinessPhone2: "businessPhone2",
  Callback: "callback",
  CarPhone: "carPhone",
  CompanyMainPhone: "companyMainPhone",
  HomeFax: "homeFax",
  HomePhone: "homePhone",
  HomePhone2: "homePhone2",
  Isdn: "isdn",
  MobilePhone: "mobilePhone",
  OtherFax: "otherFax",
  OtherTelephone: "otherTelephone",
  Pager: "pager",
  PrimaryPhone: "primaryPhone",
  RadioPhone: "radioPhone",
  Telex: "telex",
  TtyTddPhone: "ttyTddPhone",
  BusinessMobile: "businessMobile",
  IPPhone: "ipPhone",
  Mms: "mms",
  Msn: "msn",
};
export const addressNames: Record<string, AddressKey> = { Business: "business", Home: "home", Other: "other" };
/** EWS elements of the three attendee lists. */
export const attendeeLists: Record<string, AttendeeType> = {
  RequiredAttendees: "required",
  OptionalAttendees: "optional",
  Resources: "resource",
};
