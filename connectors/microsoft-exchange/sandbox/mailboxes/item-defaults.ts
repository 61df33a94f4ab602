import type {
  Attendee,
  ContactDetails,
  EventDetails,
  ItemFields,
  ItemKind,
  MeetingDetails,
  TaskDetails,
} from "./model.ts";

/** The message class an item of this kind has when nobody says otherwise. */
export const defaultItemClass: Record<ItemKind, string> = {
  message: "IPM.Note",
  event: "IPM.Appointment",
  contact: "IPM.Contact",
  distributionList: "IPM.DistList",
  task: "IPM.Task",
  post: "IPM.Post",
  meetingRequest: "IPM.Schedule.Meeting.Request",
  meetingResponse: "IPM.Schedule.Meeting.Resp.Pos",
  meetingCancellation: "IPM.Schedule.Meeting.Canceled",
  item: "IPM.Note",
};

/** The kind of item a message class makes. */
export function kindOfClass(itemClass: string): ItemKind {
  const name = itemClass.toLowerCase();
  const rows: [string, ItemKind][] = [
    ["ipm.appointment", "event"],
    ["ipm.contact", "contact"],
    ["ipm.distlist", "distributionList"],
    ["ipm.task", "task"],
    ["ipm.post", "post"],
    ["ipm.schedule.meeting.request", "meetingRequest"],
    ["ipm.schedule.meeting.resp", "meetingResponse"],
    ["ipm.schedule.meeting.canceled", "meetingCancellation"],
    ["ipm.note", "message"],
    ["report.", "message"],
  ];
  return rows.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "item";
}

/** Fields of an item nobody has filled in yet. */
export function emptyFields(kind: ItemKind): ItemFields {
  return {
    itemClass: defaultItemClass[kind],
    sensitivity: "normal",
    importance: "normal",
    categories: [],
    flag: { status: "notFlagged" },
    reminder: { isSet: false },
    extended: new Map(),
    attachments: [],
    headers: [],
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    isRead: kind !== "message",
    isDraft: false,
    isSubmitted: false,
    isFromMe: false,
    isResend: false,
    isUnmodified: false,
    isAssociated: false,
    isReadReceiptRequested: false,
    isDeliveryReceiptRequested: false,
  };
}

/** An appointment of half an hour; give at least the start. */
export function emptyEvent(start: Date, uid: string): EventDetails {
  return {
    uid,
    start,
    end: new Date(start.getTime() + 30 * 60_000),
    startTimeZone: "UTC",
    endTimeZone: "UTC",
    isAllDay: false,
    showAs: "busy",
    attendees: [],
    isMeeting: false,
    isCancelled: false,
    isOrganizer: true,
    requestWasSent: false,
    isResponseRequested: true,
    allowNewTimeProposals: true,
    hideAttendees: false,
    response: "organizer",
    sequenceNumber: 0,
    isOnlineMeeting: false,
    type: "single",
  };
}

export function emptyContact(): ContactDetails {
  return { companies: [], emails: {}, phones: {}, addresses: {}, imAddresses: {}, children: [] };
}

export function emptyTask(): TaskDetails {
  return {
    status: "notStarted",
    percentComplete: 0,
    changeCount: 1,
    isTeamTask: false,
    companies: [],
    contacts: [],
    checklist: [],
    linkedResources: [],
  };
}

export function emptyMeeting(): MeetingDetails {
  return { response: "none", hasBeenProcessed: false, isOutOfDate: false, isDelegated: false };
}

/** An attendee who has not answered yet. */
export function attendee(address: string, name?: string, type: Attendee["type"] = "required"): Attendee {
  return { address, name: name ?? address, type, response: "none" };
}
