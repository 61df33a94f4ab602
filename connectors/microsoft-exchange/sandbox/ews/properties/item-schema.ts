import type { ItemKind } from "../../mailboxes/index.ts";
import { calendarProperties } from "./calendar-properties.ts";
import { contactProperties } from "./contact-properties.ts";
import { itemProperties } from "./item-properties.ts";
import { listProperties } from "./list-properties.ts";
import { cancellationProperties, requestProperties, responseProperties } from "./meeting-properties.ts";
import { messageProperties, postProperties } from "./message-properties.ts";
import type { ItemProperty } from "./property.ts";
import { taskProperties } from "./task-properties.ts";

/** One kind of item in EWS: its element, its properties in schema order, and what the Default shape gives. */
export interface ItemSchema {
  readonly element: string;
  readonly properties: readonly ItemProperty[];
  /** Elements of the Default shape besides ItemId. */
  readonly defaults: readonly string[];
}

const messageDefaults = [
  "Subject",
  "Sensitivity",
  "Body",
  "Attachments",
  "Size",
  "DateTimeSent",
  "DateTimeCreated",
  "ResponseObjects",
  "HasAttachments",
  "Importance",
  "ToRecipients",
  "CcRecipients",
  "BccRecipients",
  "IsReadReceiptRequested",
  "IsDeliveryReceiptRequested",
  "From",
  "IsRead",
];
const eventDefaults = [
  "Subject",
  "Sensitivity",
  "Body",
  "Attachments",
  "ResponseObjects",
  "HasAttachments",
  "Start",
  "End",
  "LegacyFreeBusyStatus",
  "Location",
  "IsRecurring",
  "CalendarItemType",
  "Organizer",
  "RequiredAttendees",
  "OptionalAttendees",
  "Resources",
  "Recurrence",
];
const contactDefaults = [
  "Attachments",
  "HasAttachments",
  "Culture",
  "FileAs",
  "DisplayName",
  "GivenName",
  "CompleteName",
  "CompanyName",
  "EmailAddresses",
  "PhysicalAddresses",
  "PhoneNumbers",
  "ImAddresses",
  "JobTitle",
  "Surname",
];
const taskDefaults = [
  "Subject",
  "Body",
  "Attachments",
  "HasAttachments",
  "DueDate",
  "PercentComplete",
  "StartDate",
  "Status",
];
const meetingDefaults = [
  ...messageDefaults,
  "AssociatedCalendarItemId",
  "IsOutOfDate",
  "HasBeenProcessed",
  "ResponseType",
  "Start",
  "End",
  "Location",
  "MeetingRequestType",
];

const message: ItemSchema = {
  element: "Message",
  properties: [...itemProperties, ...messageProperties],
  defaults: messageDefaults,
};

/** The kinds of items as EWS shows them; classes it has no type for are messages. */
export const itemSchemas: Readonly<Record<ItemKind, ItemSchema>> = {
  message,
  item: message,
  event: { element: "CalendarItem", properties: [...itemProperties, ...calendarProperties], defaults: eventDefaults },
  contact: { element: "Contact", properties: [...itemProperties, ...contactProperties], defaults: contactDefaults },
  distributionList: {
    element: "DistributionList",
    properties: [...itemProperties, ...listProperties],
    defaults: ["Subject", "HasAttachments", "DisplayName", "FileAs", "ContactSource"],
  },
  task: { element: "Task", properties: [...itemProperties, ...taskProperties], defaults: taskDefaults },
  post: {
    element: "PostItem",
    properties: [...itemProperties, ...postProperties],
    defaults: [
      "Subject",
      "Sensitivity",
      "Body",
      "Attachments",
      "Size",
      "HasAttachments",
      "From",
      "IsRead",
      "PostedTime",
    ],
  },
  meetingRequest: {
    element: "MeetingRequest",
    properties: [...itemProperties, ...messageProperties, ...requestProperties],
    defaults: meetingDefaults,
  },
  meetingResponse: {
    element: "MeetingResponse",
    properties: [...itemProperties, ...messageProperties, ...responseProperties],
    defaults: meetingDefaults,
  },
  meetingCancellation: {
    element: "MeetingCancellation",
    properties: [...itemProperties, ...messageProperties, ...cancellationProperties],
    defaults: meetingDefaults,
  },
};

/** The kind of item an element of a request stands for. */
export function kindOfElement(element: string): ItemKind | undefined {
  if (element === "Item") return "message";
  const found = Object.entries(itemSchemas).find(([, schema]) => schema.element === element);
  return found?.[0] as ItemKind | undefined;
}

const byKind = new Map(
  Object.entries(itemSchemas).map(([kind, schema]) => [kind, new Map(schema.properties.map((one) => [one.uri, one]))]),
);
const byUri = new Map([...byKind.values()].flatMap((properties) => [...properties]).toReversed());

/** A property by its FieldURI: of one kind of item, else of whichever kind has it first. */
export function propertyOf(uri: string, kind?: ItemKind): ItemProperty | undefined {
  return kind ? byKind.get(kind)?.get(uri) : byUri.get(uri);
}
