import type { Row, Value } from "#spi";
import type { Samples, TableSamples } from "../support/samples.ts";
import type { WalkContext } from "../support/walk.ts";
import { hiddenSample, itemSample } from "./mail-samples.ts";
import { seriesSamples } from "./recurrence-samples.ts";

const people = (name: string): Row[] => [{ Name: name, EmailAddress: `${name.toLowerCase()}@elsewhere.example` }];

/** The hour of the first occurrence of a series. */
const hourOn = (day: Value | undefined): Row => ({
  Start: `${String(day)}T09:00:00Z`,
  End: `${String(day)}T10:00:00Z`,
  StartTimeZone_Id: "UTC",
});

const create: Row = {
  ...itemSample.create,
  ItemClass: "IPM.Appointment.Sample",
  Start: "2031-05-04T09:00:00Z",
  End: "2031-05-04T10:00:00Z",
  IsAllDayEvent: false,
  LegacyFreeBusyStatus: "OOF",
  Location: "Room <1>",
  When: "Sunday morning",
  StartTimeZone_Id: "W. Europe Standard Time",
  EndTimeZone_Id: "W. Europe Standard Time",
  ConferenceType: 1,
  AllowNewTimeProposal: false,
  IsOnlineMeeting: true,
  MeetingWorkspaceUrl: "https://workspace.example/1",
  NetShowUrl: "https://show.example/1",
  RequiredAttendees: people("Carla"),
  OptionalAttendees: people("Dora"),
  Resources: people("Beamer"),
};

const update: Row = {
  ...itemSample.update,
  ItemClass: "IPM.Appointment",
  Start: "2031-06-05T00:00:00Z",
  End: "2031-06-06T00:00:00Z",
  IsAllDayEvent: true,
  LegacyFreeBusyStatus: "Free",
  Location: "Room 2",
  When: "All Thursday",
  StartTimeZone_Id: "UTC",
  EndTimeZone_Id: "UTC",
  ConferenceType: 2,
  AllowNewTimeProposal: true,
  IsOnlineMeeting: false,
  MeetingWorkspaceUrl: "https://workspace.example/2",
  NetShowUrl: "https://show.example/2",
  RequiredAttendees: people("Eve"),
  OptionalAttendees: people("Frank"),
  Resources: people("Flipchart"),
};

/** Samples of one kind of attendees, of a meeting that has some. */
const attendees =
  (address: string) =>
  async (context: WalkContext): Promise<TableSamples> => {
    const [meeting] = await context.rows("Calendar", ["ItemId"], { Subject: "Answered meeting" });
    const ItemId = meeting?.["ItemId"] ?? null;
    return {
      where: { ItemId },
      rows: [{ create: { ItemId, EmailAddress: address, Name: "Grace" }, update: { Name: "Grace Hill" } }],
    };
  };

/** The series whose occurrences were changed and deleted when the mailbox was filled. */
async function changedSeries(context: WalkContext): Promise<TableSamples> {
  const [series] = await context.rows("Calendar", ["ItemId"], { Subject: "Changed series" });
  return { where: { CalendarItemId: series?.["ItemId"] ?? null } };
}

/** Sample values of the calendar. */
export const calendarSamples: Samples = {
  Calendar: async (context) => {
    const { FolderId = null } = await context.create("Folders", {
      DisplayName: "Shifts",
      FolderClass: "IPF.Appointment",
    });
    return {
      also: [
        {
          and: [
            { column: "Start", operator: ">=", value: "2031-03-01T00:00:00Z" },
            { column: "End", operator: "<=", value: "2031-04-01T00:00:00Z" },
          ],
        },
      ],
      rows: [
        { create: { ...create, ParentFolderId: FolderId }, update },
        hiddenSample,
        ...seriesSamples.map(({ create: series, update: other }) => ({
          create: { ...hourOn(series["Recurrence_StartDate"]), ...series },
          ...(other && { update: other }),
        })),
      ],
    };
  },
  Calendar_RequiredAttendees: attendees("grace@elsewhere.example"),
  Calendar_OptionalAttendees: attendees("heidi@elsewhere.example"),
  Calendar_Resources: attendees("room1@sandbox.example"),
  Calendar_ModifiedOccurrences: changedSeries,
  Calendar_DeletedOccurrences: changedSeries,
};
