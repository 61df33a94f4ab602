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
