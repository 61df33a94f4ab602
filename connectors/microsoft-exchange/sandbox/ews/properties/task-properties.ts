import { emptyTask, type TaskDetails } from "../../mailboxes/index.ts";
import { readDate } from "../dates.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { t, textOf } from "../xml.ts";
import { delegationNames, taskStatusNames } from "./names.ts";
import { choice, type Draft, date, flag, type ItemProperty, integer, text, texts } from "./property.ts";
import { readRecurrence, recurrenceElement } from "./recurrence-element.ts";

function changeTask(draft: Draft, change: Partial<TaskDetails>): void {
  draft.task = { ...(draft.task ?? emptyTask()), ...change };
}

function remove(key: keyof TaskDetails) {
  return (draft: Draft) => {
    if (!draft.task) return;
    const { [key]: _, ...rest } = draft.task;
    draft.task = rest as TaskDetails;
  };
}

type TextKey = "mileage" | "billingInformation";

function taskText(element: string, key: TextKey): ItemProperty {
  return text(
    `task:${element}`,
    element,
    (i) => i.task?.[key],
    (d, v) => changeTask(d, { [key]: v }),
    { clear: remove(key) },
  );
}

const percentComplete: ItemProperty = {
  uri: "task:PercentComplete",
  element: "PercentComplete",
  read: ({ task }) => task && t("PercentComplete", String(task.percentComplete)),
  value: ({ task }) => task?.percentComplete,
  write: (draft, element) => {
    const percent = Number(textOf(element));
    if (Number.isNaN(percent)) throw schemaViolation(`'${textOf(element)}' is not a valid xs:double value.`);
    if (percent < 0 || percent > 100) {
      throw new EwsError(
        "ErrorInvalidPercentCompleteValue",
        "The percentage complete value is out of range: it has to be from 0 to 100.",
      );
    }
    changeTask(draft, { percentComplete: percent });
    if (percent === 100) complete(draft, true);
    else if (draft.task?.status === "completed" || (percent > 0 && draft.task?.status === "notStarted")) {
      changeTask(draft, { status: percent === 0 ? "notStarted" : "inProgress" });
      remove("completedAt")(draft);
    }
  },
};

const status: ItemProperty = {
  ...choice(
    "task:Status",
    "Status",
    taskStatusNames,
    (i) => i.task?.status,
    (d, v) => {
      if (v === "completed") {
        complete(d, true);
        return;
      }
      const wasComplete = d.task?.status === "completed" || d.task?.percentComplete === 100;
      const percentComplete = v === "notStarted" || wasComplete ? 0 : (d.task?.percentComplete ?? 0);
      changeTask(d, { status: v, percentComplete });
      remove("completedAt")(d);
    },
  ),
};

/** Exchange keeps status, percentage and completion date in step. */
function complete(draft: Draft, isComplete: boolean, at?: Date): void {
  if (!isComplete) return;
  const completedAt = at ?? draft.task?.completedAt;
  changeTask(draft, { status: "completed", percentComplete: 100, ...(completedAt ? { completedAt } : {}) });
}

const completeDate: ItemProperty = {
  ...date("task:CompleteDate", "CompleteDate", (i) => i.task?.completedAt),
  write: (draft, element, { timeZone, mailbox }) => {
    const at = readDate(textOf(element), timeZone);
    if (at.getTime() > mailbox.clock().getTime() + 86_400_000) {
      throw new EwsError("ErrorInvalidCompleteDate", "The complete date is later than the current date.");
    }
    complete(draft, true, at);
  },
  clear: remove("completedAt"),
};

/** Properties of tasks, in schema order. */
export const taskProperties: readonly ItemProperty[] = [
  integer(
    "task:ActualWork",
    "ActualWork",
    (i) => i.task?.actualWorkMinutes,
    (d, v) => changeTask(d, { actualWorkMinutes: v }),
    { clear: remove("actualWorkMinutes") },
  ),
  date("task:AssignedTime", "AssignedTime", (i) => i.task?.assignedAt),
  taskText("BillingInformation", "billingInformation"),
  integer("task:ChangeCount", "ChangeCount", (i) => i.task?.changeCount),
  texts(
    "task:Companies",
    "Companies",
    (i) => i.task?.companies,
    (d, v) => changeTask(d, { companies: v }),
  ),
  completeDate,
  texts(
    "task:Contacts",
    "Contacts",
    (i) => i.task?.contacts,
    (d, v) => changeTask(d, { contacts: v }),
  ),
  choice("task:DelegationState", "DelegationState", delegationNames, (i) => i.task?.delegationState ?? "noMatch"),
  text("task:Delegator", "Delegator", (i) => i.task?.delegator),
  date(
    "task:DueDate",
    "DueDate",
    (i) => i.task?.dueAt,
    (d, v) => changeTask(d, { dueAt: v }),
    { clear: remove("dueAt") },
  ),
  integer("task:IsAssignmentEditable", "IsAssignmentEditable", () => 0),
  flag("task:IsComplete", "IsComplete", (i) => i.task && i.task.status === "completed"),
  flag("task:IsRecurring", "IsRecurring", (i) => i.task && i.task.recurrence !== undefined),
  flag("task:IsTeamTask", "IsTeamTask", (i) => i.task?.isTeamTask),
  taskText("Mileage", "mileage"),
  text("task:Owner", "Owner", (i) => i.task?.owner),
  percentComplete,
  {
    uri: "task:Recurrence",
    element: "Recurrence",
    only: "item",
    read: ({ task }) => task?.recurrence && recurrenceElement(task.recurrence, task.timeZone ?? "UTC"),
    write: (draft, element) => changeTask(draft, { recurrence: readRecurrence(element) }),
    clear: remove("recurrence"),
  },
  date(
    "task:StartDate",
    "StartDate",
    (i) => i.task?.startAt,
    (d, v) => changeTask(d, { startAt: v }),
    { clear: remove("startAt") },
  ),
  status,
  text("task:StatusDescription", "StatusDescription", (i) => i.task?.statusDescription),
  integer(
    "task:TotalWork",
    "TotalWork",
    (i) => i.task?.totalWorkMinutes,
    (d, v) => changeTask(d, { totalWorkMinutes: v }),
    { clear: remove("totalWorkMinutes") },
  ),
];

/** Fills in what the server makes of a task. */
export function settleTask(draft: Draft, owner: string, now: Date): void {
  if (!draft.task) return;
  const { startAt, dueAt, status: state, completedAt } = draft.task;
  changeTask(draft, { owner: draft.task.owner ?? owner });
  if (state === "completed" && !completedAt) changeTask(draft, { completedAt: now });
  // a start after the due date drags the due date along, as in Exchange
  if (startAt && dueAt && startAt > dueAt) changeTask(draft, { dueAt: startAt });
}
