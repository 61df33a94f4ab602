import type { PseudoColumn } from "#spi";
import { impersonationTypes } from "../../ews/config.ts";

const everywhere = ["query", "create", "update", "delete"] as const;

/** Act as another account for this statement. */
export const impersonation: readonly PseudoColumn[] = [
  {
    name: "ImpersonationUser",
    type: "string",
    use: everywhere,
    description: "Account to act as for this statement; overrides the connection's.",
  },
  {
    name: "ImpersonationType",
    type: "string",
    use: everywhere,
    allowed: impersonationTypes,
    description: "Kind of identifier ImpersonationUser holds.",
  },
];

/** Read another mailbox's folder, or another folder. */
export const otherFolder: readonly PseudoColumn[] = [
  {
    name: "SharedMailboxEmail",
    type: "string",
    use: ["query"],
    description: "Read the same folder of another (shared or delegated) mailbox.",
  },
  {
    name: "ParentFolderName",
    type: "string",
    use: ["query"],
    description: "Read this folder instead: a well-known name (inbox, publicfoldersroot) or a folder's display name.",
  },
];

/** One occurrence of a series by its place, or the series by one of its occurrences (OccurrenceItemId, RecurringMasterItemId). */
export const occurrences: readonly PseudoColumn[] = [
  {
    name: "RecurringMasterId",
    type: "id",
    use: ["query"],
    description: "Id of a series, of which InstanceIndex names one occurrence to read.",
  },
  {
    name: "InstanceIndex",
    type: "integer",
    use: ["query", "update", "delete"],
    description:
      "Place of an occurrence in its series, counted from 1, deleted ones included. In a query it goes with RecurringMasterId; in update and delete ItemId names the series.",
  },
  {
    name: "OccurrenceId",
    type: "id",
    use: ["query"],
    description: "Id of an occurrence: reads the series it belongs to.",
  },
];

/** The driver's help spells the column this way, its metadata Recurrence_DayOfWeekIndex; both are understood. */
export const recurrenceSpelling: PseudoColumn = {
  name: "Recurrence_DaysOfWeekIndex",
  type: "string",
  use: ["create", "update"],
  allowed: ["First", "Second", "Third", "Fourth", "Last"],
  description: "Another spelling of Recurrence_DayOfWeekIndex.",
};

/** The values of CreateItem and UpdateItem behind SendMeetingInvitations. */
export const invitationModes = [
  "SendToNone",
  "SendOnlyToAll",
  "SendOnlyToChanged",
  "SendToAllAndSaveCopy",
  "SendToChangedAndSaveCopy",
] as const;

export const sendMeetingInvitations: PseudoColumn = {
  name: "SendMeetingInvitations",
  type: "string",
  use: ["create", "update"],
  allowed: invitationModes,
  default: "SendToNone",
  description:
    "Who is told of a created or changed meeting. SendOnlyToChanged and SendToChangedAndSaveCopy are for updates.",
};

export const cancellationModes = ["SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy"] as const;

export const sendCancellationsMode: PseudoColumn = {
  name: "SendCancellationsMode",
  type: "string",
  use: ["delete"],
  allowed: cancellationModes,
  default: "SendToNone",
  description: "Who is told of a deleted meeting.",
};
