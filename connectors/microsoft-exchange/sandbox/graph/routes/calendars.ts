import { busyTimes, type Folder, type Mailbox, mergedFreeBusy } from "../../mailboxes/index.ts";
import { type GraphCall, type GraphResult, jsonBody, mailboxOf, noContent } from "../call.ts";
import { answerCollection, answerEntity } from "../collection.ts";
import { calendarGroupShape, calendarShape, calendarsOf, groupOf } from "../entities/calendar.ts";
import { printWorkingHours } from "../entities/mailbox-settings.ts";
import { GraphError, itemNotFound } from "../errors.ts";
import { type CalendarGroup, newCalendarGroup } from "../mailbox-extras.ts";
import { checkEntity, checkParameters, type JsonObject } from "../schema/validate-body.ts";
import { invalidProperty, printZoned, readZoned } from "../values.ts";
import { folderNamed } from "../well-known-folders.ts";
import { reminderView } from "./event-actions.ts";
import { requiredName } from "./mail-folders.ts";
import { routes } from "./route.ts";

/** Requests for calendars, their groups, and free/busy times. */
export const calendarRoutes = routes("calendar.read", "calendar.write", {
  "GET calendar": (call) => answerEntity(calendarShape, defaultCalendar(call), call),
  "PATCH calendar": (call) => updateCalendar(call, defaultCalendar(call)),
  "GET calendars": (call) => answerCollection(calendarShape, calendarsOf(call), call),
  "POST calendars": (call) => createCalendar(call),
  "GET calendars/*": (call, id) => answerEntity(calendarShape, findCalendar(call, id), call),
  "PATCH calendars/*": (call, id) => updateCalendar(call, findCalendar(call, id)),
  "DELETE calendars/*": (call, id) => deleteCalendar(call, id, "moveToDeletedItems"),
  "POST calendars/*/permanentDelete": (call, id) => deleteCalendar(call, id, "hard"),
  "GET calendarGroups": (call) => answerCollection(calendarGroupShape, groupsOf(call), call),
  "POST calendarGroups": (call) => createGroup(call),
  "GET calendarGroups/*": (call, id) => answerEntity(calendarGroupShape, findGroup(call, id), call),
  "PATCH calendarGroups/*": (call, id) => updateGroup(call, id),
  "DELETE calendarGroups/*": (call, id) => deleteGroup(call, id),
  "GET calendarGroups/*/calendars": (call, id) => answerCollection(calendarShape, calendarsIn(call, id), call),
  "POST calendarGroups/*/calendars": (call, id) => createCalendar(call, findGroup(call, id)),
  "GET reminderView(*)": (call, window) => answerReminders(call, window),
});

/** Free/busy needs no more than reading calendars, though it is a POST. */
export const scheduleRoutes = routes("calendar.read", "calendar.read", {
  "POST getSchedule": (call) => getSchedule(call),
  "POST findMeetingTimes": (call) => findMeetingTimes(call),
});

function defaultCalendar(call: GraphCall): Folder {
  return mailboxOf(call).folders.requireWellKnown("calendar");
}

function findCalendar(call: GraphCall, id: string): Folder {
  const folder = folderNamed(call, id);
  if (folder.folderClass?.startsWith("IPF.Appointment") !== true) throw itemNotFound();
  return folder;
}

function createCalendar(call: GraphCall, group?: CalendarGroup): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const body = checkEntity("calendar", jsonBody(call));
  const folder = mailbox.createFolder(defaultCalendar(call).id, {
    displayName: requiredName(body, "name"),
    folderClass: "IPF.Appointment",
  });
  const extra = call.service.mailboxes.of(mailbox);
  if (group !== undefined) extra.groupOfCalendar.set(folder.id, group.id);
  keepLooks(call, folder, body);
  return answerEntity(calendarShape, folder, call, 201);
}

function updateCalendar(call: GraphCall, folder: Folder): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const body = checkEntity("calendar", jsonBody(call));
  const changed = mailbox.folders.change(folder.id, (draft) => {
    if ("name" in body) draft.displayName = requiredName(body, "name");
  });
  keepLooks(call, folder, body);
  return answerEntity(calendarShape, changed, call);
}

/** Keeps what only Graph knows of a calendar. */
function keepLooks(call: GraphCall, folder: Folder, body: JsonObject): void {
  const { calendarColors, meetingProviders } = call.service.mailboxes.of(mailboxOf(call));
  const { color, defaultOnlineMeetingProvider: provider } = body;
  if (typeof color === "string") calendarColors.set(folder.id, color);
  if (typeof provider === "string") meetingProviders.set(folder.id, provider);
}

function deleteCalendar(call: GraphCall, id: string, disposal: "moveToDeletedItems" | "hard"): GraphResult {
  const folder = findCalendar(call, id);
  if (folder.wellKnown === "calendar") {
    throw new GraphError(400, "ErrorCannotDeleteDefaultCalendar", "The default calendar cannot be deleted.");
  }
  mailboxOf(call).deleteFolder(folder.id, disposal);
  return noContent;
}

function groupsOf(call: GraphCall): CalendarGroup[] {
  return call.service.mailboxes.of(mailboxOf(call)).calendarGroups;
}

function findGroup(call: GraphCall, id: string): CalendarGroup {
  const group = groupsOf(call).find((one) => one.id === id);
  if (group === undefined) throw itemNotFound();
  return group;
}

function calendarsIn(call: GraphCall, id: string): Folder[] {
  const group = findGroup(call, id);
  return calendarsOf(call).filter((folder) => groupOf(call, folder) === group);
}

function createGroup(call: GraphCall): Promise<GraphResult> {
  const body = checkEntity("calendarGroup", jsonBody(call));
  const group = newCalendarGroup(freeName(call, requiredName(body, "name")));
  groupsOf(call).push(group);
  return answerEntity(calendarGroupShape, group, call, 201);
}

function updateGroup(call: GraphCall, id: string): Promise<GraphResult> {
  const group = findGroup(call, id);
  const body = checkEntity("calendarGroup", jsonBody(call));
  if ("name" in body) group.name = freeName(call, requiredName(body, "name"), group);
  group.changeNumber += 1;
  return answerEntity(calendarGroupShape, group, call);
}

function freeName(call: GraphCall, name: string, self?: CalendarGroup): string {
  const taken = groupsOf(call).some((one) => one !== self && one.name.toLowerCase() === name.toLowerCase());
  if (taken) throw new GraphError(409, "ErrorCalendarGroupAlreadyExists", `A calendar group named '${name}' exists.`);
  return name;
}

function deleteGroup(call: GraphCall, id: string): GraphResult {
  const group = findGroup(call, id);
  const groups = groupsOf(call);
  if (groups.indexOf(group) === 0 || calendarsIn(call, id).length > 0) {
    throw new GraphError(
      400,
      "ErrorCannotDeleteObject",
      "A calendar group that is not empty, or is the first one, cannot be deleted.",
    );
  }
  groups.splice(groups.indexOf(group), 1);
  return noContent;
}

function getSchedule(call: GraphCall): GraphResult {
  const given = checkParameters(
    {
      Schedules: "string[]",
      StartTime: "dateTimeTimeZone",
      EndTime: "dateTimeTimeZone",
      AvailabilityViewInterval: "int?",
    },
    jsonBody(call),
  );
  const [from, to] = [readZoned(given["StartTime"]), readZoned(given["EndTime"])];
  if (from === undefined || to === undefined) throw invalidProperty("startTime and endTime are required.");
  const minutes = Number(given["AvailabilityViewInterval"] ?? 30);
  if (minutes < 5 || minutes > 1440)
    throw new GraphError(400, "ErrorInvalidMergedFreeBusyInterval", "The interval lies between 5 and 1440 minutes.");
  if (to.at <= from.at)
    throw new GraphError(400, "ErrorInvalidTimeInterval", "The end of the time window is not after its start.");
  const zone = call.prefer.timeZone ?? "UTC";
  const value = ((given["Schedules"] ?? []) as string[]).map((address) =>
    schedule(call, address, from.at, to.at, minutes, zone),
  );
  return {
    status: 200,
    body: { "@odata.context": `${call.base}/$metadata#Collection(microsoft.graph.scheduleInformation)`, value },
  };
}

function schedule(call: GraphCall, address: string, from: Date, to: Date, minutes: number, zone: string): JsonObject {
  const mailbox = call.service.organisation.mailbox(address);
  if (mailbox === undefined) {
    const message = `Microsoft.Exchange.InfoWorker.Common.Availability.MailRecipientNotFoundException: Unable to resolve e-mail address '${address}' to an Active Directory object.`;
    return {
      scheduleId: address,
      availabilityView: "",
      error: { responseCode: "ErrorMailRecipientNotFound", message },
    };
  }
  const times = busyTimes(mailbox, from, to);
  return {
    scheduleId: address,
    availabilityView: mergedFreeBusy(times, from, to, minutes),
    scheduleItems: times.map(({ start, end, showAs, item }) => ({
      isPrivate: item.sensitivity === "private",
      status: showAs,
      subject: item.sensitivity === "private" ? "" : (item.subject ?? ""),
      location: item.event?.location?.displayName ?? "",
      start: printZoned(start, zone),
      end: printZoned(end, zone),
    })),
    workingHours: printWorkingHours(mailbox),
  };
}

/** Free half hours common to all attendees, within the slots asked for. */
function findMeetingTimes(call: GraphCall): GraphResult {
  const given = checkParameters(
    {
      Attendees: "attendeeBase[]",
      LocationConstraint: "locationConstraint?",
      TimeConstraint: "timeConstraint?",
      MeetingDuration: "duration?",
      MaxCandidates: "int?",
      IsOrganizerOptional: "boolean?",
      ReturnSuggestionReasons: "boolean?",
      MinimumAttendeePercentage: "double?",
    },
    jsonBody(call),
  );
  const lengthMs = durationMs(String(given["MeetingDuration"] ?? "PT30M"));
  const slots = (((given["TimeConstraint"] ?? {}) as JsonObject)["timeSlots"] ?? []) as {
    start: unknown;
    end: unknown;
  }[];
  const people = ((given["Attendees"] ?? []) as { emailAddress?: { address?: string } }[]).map(
    (one) => one.emailAddress?.address ?? "",
  );
  const mailboxes = [mailboxOf(call), ...people.flatMap((address) => call.service.organisation.mailbox(address) ?? [])];
  const starts = slots.flatMap((slot) =>
    freeStarts(mailboxes, readZoned(slot.start)?.at, readZoned(slot.end)?.at, lengthMs),
  );
  const zone = call.prefer.timeZone ?? "UTC";
  const suggestions = starts.slice(0, Number(given["MaxCandidates"] ?? 5)).map((start, index) => ({
    order: index + 1,
    confidence: 100,
    organizerAvailability: "free",
    meetingTimeSlot: { start: printZoned(start, zone), end: printZoned(new Date(start.getTime() + lengthMs), zone) },
    attendeeAvailability: people.map((address) => ({
      availability: "free",
      attendee: { type: "required", emailAddress: { address, name: null } },
    })),
    locations: [],
    suggestionReason: "Suggested because it is one of the nearest times when all attendees are available.",
  }));
  return {
    status: 200,
    body: {
      emptySuggestionsReason: suggestions.length === 0 ? "AttendeesUnavailable" : "",
      meetingTimeSuggestions: suggestions,
    },
  };
}

function freeStarts(
  mailboxes: readonly Mailbox[],
  from: Date | undefined,
  to: Date | undefined,
  lengthMs: number,
): Date[] {
  const starts: Date[] = [];
  if (from === undefined || to === undefined) return starts;
  for (let at = from.getTime(); at + lengthMs <= to.getTime() && starts.length < 100; at += 30 * 60_000) {
    const [start, end] = [new Date(at), new Date(at + lengthMs)];
    const isFree = mailboxes.every((one) => busyTimes(one, start, end).every(({ showAs }) => showAs === "free"));
    if (isFree) starts.push(start);
  }
  return starts;
}

function durationMs(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!match) throw invalidProperty(`'${text}' is not a duration.`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function answerReminders(call: GraphCall, window: string): GraphResult {
  const read = (name: string) => new Date(new RegExp(`${name}='([^']*)'`, "i").exec(window)?.[1] ?? "");
  const [from, to] = [read("StartDateTime"), read("EndDateTime")];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) throw invalidProperty("The window is not valid.");
  const value = reminderView(call, from, to);
  return {
    status: 200,
    body: { "@odata.context": `${call.base}/$metadata#Collection(microsoft.graph.reminder)`, value },
  };
}
