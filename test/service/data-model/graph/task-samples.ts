import type { Row } from "#spi";
import type { Samples, TableSamples } from "../support/samples.ts";
import { seriesSamples } from "./recurrence-samples.ts";

const create: Row = {
  title: "Order toner",
  body_content: "Black & white",
  body_contentType: "text",
  categories: ["Red", "Blue"],
  dueDateTime_dateTime: "2031-05-06T00:00:00Z",
  dueDateTime_timeZone: "UTC",
  importance: "high",
  isReminderOn: true,
  reminderDateTime_dateTime: "2031-05-05T09:00:00Z",
  reminderDateTime_timeZone: "UTC",
  startDateTime_dateTime: "2031-05-04T00:00:00Z",
  startDateTime_timeZone: "UTC",
  status: "inProgress",
};

const update: Row = {
  title: "Order paper",
  body_content: "<p>White</p>",
  body_contentType: "html",
  categories: ["Yellow"],
  dueDateTime_dateTime: "2031-06-06T00:00:00Z",
  dueDateTime_timeZone: "UTC",
  importance: "low",
  isReminderOn: false,
  startDateTime_dateTime: "2031-06-04T00:00:00Z",
  startDateTime_timeZone: "UTC",
  status: "waitingOnOthers",
};

const due: Row = { dueDateTime_dateTime: "2031-05-05T00:00:00Z", dueDateTime_timeZone: "UTC" };

const reminded: Row = {
  isReminderOn: true,
  reminderDateTime_dateTime: "2031-06-05T09:00:00Z",
  reminderDateTime_timeZone: "UTC",
};

const zoned = (zone: string): Row => ({
  status: "completed",
  ...Object.fromEntries(
    ["completed", "due", "reminder", "start"].flatMap((part) => [
      [`${part}DateTime_dateTime`, "2025-05-04T00:00:00Z"],
      [`${part}DateTime_timeZone`, zone],
    ]),
  ),
});

const complete = (day: string): Row => ({
  status: "completed",
  completedDateTime_dateTime: `${day}T00:00:00Z`,
  completedDateTime_timeZone: "UTC",
});

/** Sample values of Microsoft To Do. */
export const taskSamples: Samples = {
  TodoTaskLists: { rows: [{ create: { displayName: "Errands" }, update: { displayName: "Old errands" } }] },
  TodoTasks: async (context): Promise<TableSamples> => {
    const list = await context.create("TodoTaskLists", { displayName: "Office" });
    const listId = list["id"] ?? null;
    return {
      rows: [
        { create: { ...create, listId }, update },
        {
          create: { title: "Done", listId, ...complete("2025-05-04") },
          update: complete("2025-05-06"),
        },
        { create: { title: "Later", listId }, update: reminded },
        { create: { title: "Elsewhere", listId }, unlike: zoned("W. Europe Standard Time"), update: zoned("UTC") },
        ...seriesSamples.map(({ create: series, update: other }) => ({
          create: { ...due, ...series, title: "Again", listId },
          ...(other && { update: other }),
        })),
      ],
    };
  },
};
