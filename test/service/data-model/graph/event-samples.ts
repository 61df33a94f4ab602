import type { Row, Value } from "#spi";
import type { Samples } from "../support/samples.ts";
import type { WalkContext } from "../support/walk.ts";
import { seriesSamples } from "./recurrence-samples.ts";

const attendee = (name: string, type: string): Row => ({
  type,
  emailAddress: { name, address: `${name.toLowerCase()}@elsewhere.example` },
});

const hour: Row = {
  start_dateTime: "2031-05-05T09:00:00Z",
  start_timeZone: "UTC",
  end_dateTime: "2031-05-05T10:00:00Z",
  end_timeZone: "UTC",
};

const create: Row = {
  ...hour,
  subject: "Planning & <plans>",
  categories: ["Red", "Blue"],
  attendees: [attendee("Carla", "required"), attendee("Dora", "optional")],
  body_contentType: "text",
  body_content: "First line",
  importance: "high",
  isAllDay: false,
  isReminderOn: true,
  reminderMinutesBeforeStart: 45,
  location_displayName: "Room <1>",
  location_locationEmailAddress: "room1@sandbox.example",
  location_address_street: "Via Roma 1",
  location_address_city: "Milano",
  location_address_state: "MI",
  location_address_countryOrRegion: "Italy",
  location_address_postalCode: "20100",
  location_coordinates_latitude: 45.5,
  location_coordinates_longitude: 9.25,
  location_locationUri: "https://rooms.example/1",
  location_locationType: "conferenceRoom",
  location_uniqueId: "room-1",
  allowNewTimeProposals: false,
  hideAttendees: true,
  isOnlineMeeting: true,
  onlineMeetingProvider: "teamsForBusiness",
  responseRequested: false,
  sensitivity: "private",
  showAs: "oof",
  transactionId: "00000000-0000-0000-0000-000000000001",
};

const update: Row = {
  start_dateTime: "2031-06-05T00:00:00Z",
  start_timeZone: "UTC",
  end_dateTime: "2031-06-06T00:00:00Z",
  end_timeZone: "UTC",
  subject: "Review",
  categories: ["Yellow"],
  attendees: [attendee("Eve", "required")],
  body_contentType: "html",
  body_content: "<html><head></head><body><p>Second line</p></body></html>",
  importance: "low",
  isAllDay: true,
  isReminderOn: false,
  reminderMinutesBeforeStart: 90,
  location_displayName: "Room 2",
  location_locationEmailAddress: "room2@sandbox.example",
  location_address_street: "High Street 2",
  location_address_city: "London",
  location_address_state: "Greater London",
  location_address_countryOrRegion: "United Kingdom",
  location_address_postalCode: "N1 9GU",
  location_coordinates_latitude: 51.5,
  location_coordinates_longitude: -0.25,
  location_locationUri: "https://rooms.example/2",
  location_locationType: "hotel",
  location_uniqueId: "room-2",
  allowNewTimeProposals: true,
  hideAttendees: false,
  responseRequested: true,
  sensitivity: "normal",
  showAs: "free",
};

/** The time of the series that the mailbox was filled with, and further conditions. */
const inMarch = (...further: readonly object[]): object => ({
  and: [
    { column: "start_dateTime", operator: ">=", value: "2031-03-01T00:00:00Z" },
    { column: "end_dateTime", operator: "<=", value: "2031-04-01T00:00:00Z" },
    ...further,
  ],
});

const equals = (column: string, value: Value | undefined): object => ({ column, operator: "=", value });

const changedSeries = async (context: WalkContext): Promise<Value | undefined> =>
  (await context.rows("Events", ["id"], { subject: "Changed series" }))[0]?.["id"];

/** Sample values of events and calendars. */
export const eventSamples: Samples = {
  Events: async (context) => {
    const calendar = await context.create("Calendars", { name: "Shifts" });
    const where = inMarch(equals("eventId", await changedSeries(context)));
    const { records } = await context.run("query", { table: "EventInstances", columns: ["id"], where });
    const places: Row[] = [{ displayName: "Room 3" }, { displayName: "Room 4" }];
    return {
      also: records.map((occurrence) => equals("id", occurrence["id"])),
      rows: [
        { create: { ...create, calendarId: calendar["id"] ?? null }, update },
        { create: { ...hour, locations: places }, update: { locations: places.slice(0, 1) } },
        {
          create: { start_dateTime: "2031-05-05T09:00:00Z", end_dateTime: "2031-05-05T10:00:00Z" },
          unlike: { start_timeZone: "W. Europe Standard Time", end_timeZone: "W. Europe Standard Time" },
          update: {
            start_dateTime: "2031-05-05T10:00:00Z",
            start_timeZone: "UTC",
            end_dateTime: "2031-05-05T11:00:00Z",
            end_timeZone: "UTC",
          },
        },
        {
          create: hour,
          update: { isOnlineMeeting: true, onlineMeetingProvider: "teamsForBusiness" },
        },
        ...seriesSamples.map(({ create: series, update: other }) => ({
          create: { ...hour, ...series },
          ...(other && { update: other }),
        })),
      ],
    };
  },
  CalendarView: async (context) => {
    const calendars = await context.rows("Calendars", ["id", "isDefaultCalendar"]);
    const own = calendars.find((row) => row["isDefaultCalendar"] === true);
    return { also: [inMarch(), inMarch(equals("calendarId", own?.["id"]))] };
  },
  EventInstances: async (context) => {
    const eventId = (await changedSeries(context)) ?? null;
    return { where: { eventId }, also: [inMarch(equals("eventId", eventId))] };
  },
  EventAttachments: async (context) => ({ where: { eventId: (await changedSeries(context)) ?? null } }),
  Calendars: async (context) => {
    const group = await context.create("CalendarGroups", { name: "Teams" });
    return {
      rows: [
        {
          create: {
            name: "Holidays",
            color: "lightGreen",

            defaultOnlineMeetingProvider: "teamsForBusiness",
            calendarGroupId: group["id"] ?? null,
          },
          update: { name: "Days off", color: "lightRed", defaultOnlineMeetingProvider: "unknown" },
        },
      ],
    };
  },
  CalendarGroups: { rows: [{ create: { name: "Projects" }, update: { name: "Old projects" } }] },
};
