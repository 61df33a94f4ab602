import type { EwsColumn } from "../../ews/binding.ts";
import { importances } from "./ews-item.ts";
import { choice, double, flag, flagOperators, integer, nth, text, time } from "./ews-makers.ts";
import { recurrence } from "./ews-recurrence.ts";

export const taskStatuses = ["NotStarted", "InProgress", "Completed", "WaitingOnOthers", "Deferred"] as const;

const computed = { nowhere: "Exchange sets it." } as const;
// Days kept as instants of some time zone: compared here.
const day = { local: true } as const;

export const taskProperties: readonly EwsColumn[] = [
  integer("ActualWork", "task:ActualWork", { describe: "Minutes worked." }),
  time("AssignedTime", "task:AssignedTime", computed),
  text("BillingInformation", "task:BillingInformation", { stored: true }),
  integer("ChangeCount", "task:ChangeCount", computed),
  nth("Companies1", "task:Companies", 1),
  nth("Companies2", "task:Companies", 2),
  nth("Companies3", "task:Companies", 3),
  time("CompleteDate", "task:CompleteDate", day),
  nth("Contacts1", "task:Contacts", 1),
  nth("Contacts2", "task:Contacts", 2),
  nth("Contacts3", "task:Contacts", 3),
  text("DelegationState", "task:DelegationState", {
    local: true,
    ...computed,
    allowed: ["NoMatch", "OwnNew", "Owned", "Accepted", "Declined", "Max"],
  }),
  text("Delegator", "task:Delegator", computed),
  time("DueDate", "task:DueDate", day),
  flag("IsAssignmentEditable", "task:IsAssignmentEditable", { local: true, ...computed }),
  flag("IsComplete", "task:IsComplete", { nowhere: "Exchange computes it; set Status or PercentComplete." }),
  flag("IsRecurring", "task:IsRecurring", { readOnly: true, local: true }),
  flag("IsTeamTask", "task:IsTeamTask", computed),
  text("Mileage", "task:Mileage", { stored: true }),
  text("Owner", "task:Owner", computed),
  double("PercentComplete", "task:PercentComplete", { describe: "0 to 100." }),
  ...recurrence("task:Recurrence"),
  time("StartDate", "task:StartDate", day),
  choice("Status", "task:Status", taskStatuses, ["NotStarted"]),
  text("StatusDescription", "task:StatusDescription", { readOnly: true, local: true }),
  integer("TotalWork", "task:TotalWork", { describe: "Minutes planned." }),
];

/** Tasks offer fewer operators on it than mail does. */
export const taskImportance: EwsColumn = choice("Importance", "item:Importance", importances, ["Normal"], {
  operators: flagOperators,
});
