import type { Folder } from "../../mailboxes/index.ts";
import { etagOf, folderIdOf, type GraphCall, mailboxOf } from "../call.ts";
import { expandExtended } from "../extended-property-ids.ts";
import { isInBin } from "../in-bin.ts";
import type { CalendarGroup } from "../mailbox-extras.ts";
import { SMALL_RULES } from "../odata/filter-rules.ts";
import type { Shape } from "../shape.ts";
import { printEmailAddress } from "../values.ts";

/** How calendars are shown: folders of the appointment class. */
export const calendarShape: Shape<Folder> = {
  type: "calendar",
  etag: (folder, call) => etagOf(mailboxOf(call), folder),
  rules: SMALL_RULES,
  members: {
    id: (folder) => folderIdOf(folder),
    name: (folder) => folder.displayName,
    color: (folder, call) => colorOf(call, folder),
    hexColor: (folder, call) => hexColors[colorOf(call, folder)] ?? "",
    isDefaultCalendar: (folder) => folder.wellKnown === "calendar",
    changeKey: (folder, call) => mailboxOf(call).changeKeyOf(folder),
    canShare: (_folder, call) => isOwn(call),
    canViewPrivateItems: () => true,
    canEdit: () => true,
    allowedOnlineMeetingProviders: () => ["teamsForBusiness"],
    defaultOnlineMeetingProvider: (folder, call) =>
      call.service.mailboxes.of(mailboxOf(call)).meetingProviders.get(folder.id) ?? "teamsForBusiness",
    isTallyingResponses: (folder) => folder.wellKnown === "calendar",
    isRemovable: (folder) => folder.wellKnown !== "calendar",
    owner: (_folder, call) => printEmailAddress(mailboxOf(call).owner),
  },
  expanders: {
    singleValueExtendedProperties: (folder, _call, { filter }) => expandExtended(folder.extended, filter, false),
    multiValueExtendedProperties: (folder, _call, { filter }) => expandExtended(folder.extended, filter, true),
  },
};

/** How groups of calendars are shown. */
export const calendarGroupShape: Shape<CalendarGroup> = {
  type: "calendarGroup",
  rules: SMALL_RULES,
  members: {
    id: (group) => group.id,
    name: (group) => group.name,
    classId: (group) => group.classId,
    changeKey: (group) => Buffer.from(`group ${group.changeNumber}`).toString("base64"),
  },
};

/** The calendars of a mailbox, the default one first. */
export function calendarsOf(call: GraphCall): Folder[] {
  const { folders } = mailboxOf(call);
  const found = folders
    .descendants(folders.requireWellKnown("msgfolderroot").id)
    .filter((folder) => folder.folderClass?.startsWith("IPF.Appointment") === true && !isInBin(call, folder));
  return found.sort((one, other) => Number(other.wellKnown === "calendar") - Number(one.wellKnown === "calendar"));
}

/** The group a calendar is in: the first one unless it was put elsewhere. */
export function groupOf(call: GraphCall, folder: Folder): CalendarGroup | undefined {
  const extra = call.service.mailboxes.of(mailboxOf(call));
  const id = extra.groupOfCalendar.get(folder.id);
  return extra.calendarGroups.find((group) => group.id === id) ?? extra.calendarGroups[0];
}

const hexColors: Readonly<Record<string, string>> = {
  auto: "",
  lightBlue: "#a6d1f5",
  lightGreen: "#4bb74b",
  lightOrange: "#ff8c00",
  lightGray: "#c0c0c0",
  lightYellow: "#e8c000",
  lightTeal: "#4fb3b3",
  lightPink: "#ff6fb5",
  lightBrown: "#a0785a",
  lightRed: "#ff4f4f",
  maxColor: "",
};

function colorOf(call: GraphCall, folder: Folder): string {
  return call.service.mailboxes.of(mailboxOf(call)).calendarColors.get(folder.id) ?? "auto";
}

function isOwn(call: GraphCall): boolean {
  return call.principal.kind === "app" || call.caller === call.owner;
}
