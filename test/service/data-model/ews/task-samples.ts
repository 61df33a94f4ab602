import type { Samples } from "../support/samples.ts";
import type { WalkContext } from "../support/walk.ts";
import { hiddenSample, itemSample } from "./mail-samples.ts";
import { seriesSamples } from "./recurrence-samples.ts";

const regeneration = {
  Recurrence_Type: "DailyRegeneration",
  Recurrence_Interval: 4,
  Recurrence_Duration: "NoEndRecurrence",
  Recurrence_StartDate: "2031-05-05",
};

/** Sample values of tasks. */
export const taskSamples: Samples = {
  Tasks: async (context: WalkContext) => {
    const { FolderId = null } = await context.create("Folders", { DisplayName: "Chores", FolderClass: "IPF.Task" });
    return {
      rows: [
        {
          create: {
            ...itemSample.create,
            ParentFolderId: FolderId,
            ItemClass: "IPM.Task.Sample",
            ActualWork: 30,
            TotalWork: 90,
            BillingInformation: "Project 7",
            Companies1: "Costa",
            Companies2: "Contoso",
            Companies3: "Adatum",
            Contacts1: "Carla",
            Contacts2: "Dora",
            Contacts3: "Eve",
            Mileage: "12 km",
            StartDate: "2031-05-04T00:00:00Z",
            DueDate: "2031-05-09T00:00:00Z",
            Status: "InProgress",
            PercentComplete: 25,
          },
          update: {
            ...itemSample.update,
            ItemClass: "IPM.Task",
            ActualWork: 60,
            TotalWork: 120,
            BillingInformation: "Project 8",
            Companies1: "Dunn",
            Companies2: "Fabrikam",
            Companies3: "Tailspin",
            Contacts1: "Frank",
            Contacts2: "Grace",
            Contacts3: "Heidi",
            Mileage: "34 km",
            StartDate: "2031-06-04T00:00:00Z",
            DueDate: "2031-06-09T00:00:00Z",
            Status: "WaitingOnOthers",
            PercentComplete: 50,
          },
        },
        {
          create: { Subject: "Done", Status: "Completed", CompleteDate: "2025-05-04T00:00:00Z" },
          update: { CompleteDate: "2025-05-06T00:00:00Z" },
        },
        hiddenSample,
        ...seriesSamples,
        { create: regeneration, update: { ...regeneration, Recurrence_Type: "MonthlyRegeneration" } },
      ],
    };
  },
};
