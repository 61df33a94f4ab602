import type { Recurrence } from "./recurrence.ts";

export type TaskStatus = "notStarted" | "inProgress" | "completed" | "waitingOnOthers" | "deferred";

export interface ChecklistItem {
  id: string;
  displayName: string;
  isChecked: boolean;
  createdAt: Date;
  checkedAt?: Date;
}

export interface LinkedResource {
  id: string;
  applicationName?: string;
  displayName?: string;
  externalId?: string;
  webUrl?: string;
}

export interface TaskDetails {
  status: TaskStatus;
  /** 0 to 100. */
  percentComplete: number;
  startAt?: Date;
  dueAt?: Date;
  completedAt?: Date;
  /** Zone names as the client gave them (Graph shows them back). */
  timeZone?: string;
  owner?: string;
  delegator?: string;
  delegationState?: "noMatch" | "ownNew" | "owned" | "accepted" | "declined" | "max";
  assignedAt?: Date;
  changeCount: number;
  isTeamTask: boolean;
  actualWorkMinutes?: number;
  totalWorkMinutes?: number;
  mileage?: string;
  billingInformation?: string;
  companies: string[];
  contacts: string[];
  statusDescription?: string;
  recurrence?: Recurrence;
  checklist: ChecklistItem[];
  linkedResources: LinkedResource[];
}
