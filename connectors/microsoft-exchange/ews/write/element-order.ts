import type { ItemElement } from "../../tables/ews/ews-table.ts";

/*
 * Exchange refuses items whose elements stand in another order than types.xsd has them. These are the writable ones in
 * that order: those of ItemType first, then those of the item's own type.
 */

const item = [
  "ItemClass",
  "Subject",
  "Sensitivity",
  "Body",
  "Categories",
  "Importance",
  "InReplyTo",
  "ReminderDueBy",
  "ReminderIsSet",
  "ReminderMinutesBeforeStart",
  "ExtendedProperty",
  "Culture",
  "IsAssociated",
  "Flag",
];

const own: Readonly<Record<ItemElement, readonly string[]>> = {
  Message: [
    "Sender",
    "ToRecipients",
    "CcRecipients",
    "BccRecipients",
    "IsReadReceiptRequested",
    "IsDeliveryReceiptRequested",
    "From",
    "InternetMessageId",
    "IsRead",
    "IsResponseRequested",
    "References",
  ],
  CalendarItem: [
    "Start",
    "End",
    "IsAllDayEvent",
    "LegacyFreeBusyStatus",
    "Location",
    "When",
    "RequiredAttendees",
    "OptionalAttendees",
    "Resources",
    "Recurrence",
    "MeetingTimeZone",
    "StartTimeZone",
    "EndTimeZone",
    "ConferenceType",
    "AllowNewTimeProposal",
    "IsOnlineMeeting",
    "MeetingWorkspaceUrl",
    "NetShowUrl",
  ],
  Contact: [
    "FileAs",
    "FileAsMapping",
    "DisplayName",
    "GivenName",
    "Initials",
    "MiddleName",
    "Nickname",
    "CompanyName",
    "EmailAddresses",
    "PhysicalAddresses",
    "PhoneNumbers",
    "AssistantName",
    "Birthday",
    "BusinessHomePage",
    "Children",
    "Companies",
    "Department",
    "Generation",
    "ImAddresses",
    "JobTitle",
    "Manager",
    "Mileage",
    "OfficeLocation",
    "PostalAddressIndex",
    "Profession",
    "SpouseName",
    "Surname",
    "WeddingAnniversary",
  ],
  DistributionList: ["DisplayName", "FileAs", "Members"],
  Task: [
    "ActualWork",
    "BillingInformation",
    "Companies",
    "CompleteDate",
    "Contacts",
    "DueDate",
    "Mileage",
    "PercentComplete",
    "Recurrence",
    "StartDate",
    "Status",
    "TotalWork",
  ],
};

const places: Readonly<Record<ItemElement, ReadonlyMap<string, number>>> = {
  Message: placesOf("Message"),
  CalendarItem: placesOf("CalendarItem"),
  Contact: placesOf("Contact"),
  DistributionList: placesOf("DistributionList"),
  Task: placesOf("Task"),
};

function placesOf(element: ItemElement): ReadonlyMap<string, number> {
  return new Map([...item, ...own[element]].map((name, place) => [name, place]));
}

/** The place of an element within an item; undefined for one that is never written. */
export const placeOf = (element: ItemElement, child: string): number | undefined => places[element].get(child);
