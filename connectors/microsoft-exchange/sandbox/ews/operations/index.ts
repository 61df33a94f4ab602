import type { Operation } from "../call.ts";
import { createAttachment, deleteAttachment, getAttachment } from "./attachments.ts";
import { convertId } from "./convert-id.ts";
import { createFolder } from "./create-folder.ts";
import { createItem } from "./create-item.ts";
import { deleteFolder, emptyFolder } from "./delete-folder.ts";
import { deleteItem } from "./delete-item.ts";
import { expandDl } from "./expand-dl.ts";
import { findFolderOperation } from "./find-folder.ts";
import { findItemOperation } from "./find-item.ts";
import { getFolder } from "./get-folder.ts";
import { getItem } from "./get-item.ts";
import { getMailTips } from "./mail-tips.ts";
import { markAllItemsAsRead } from "./mark-read.ts";
import { copyFolder, moveFolder } from "./move-folder.ts";
import { copyItem, moveItem } from "./move-item.ts";
import { getEvents, subscribe, unsubscribe } from "./notifications.ts";
import { getUserOofSettings, setUserOofSettings } from "./oof-settings.ts";
import { findPeople, getPersona } from "./people.ts";
import { performReminderAction } from "./perform-reminder-action.ts";
import { resolveNames } from "./resolve-names.ts";
import { getRoomLists, getRooms } from "./rooms.ts";
import { sendItemOperation } from "./send-item.ts";
import { getServerTimeZones } from "./server-time-zones.ts";
import { getStreamingEvents } from "./streaming-events.ts";
import { syncFolderHierarchy } from "./sync-folder-hierarchy.ts";
import { syncFolderItems } from "./sync-folder-items.ts";
import { updateFolder } from "./update-folder.ts";
import { updateItem } from "./update-item.ts";
import { getUserAvailability } from "./user-availability.ts";
import { getUserConfiguration } from "./user-configuration.ts";

/** Operations by the name of the request element. */
export const operations: Readonly<Record<string, Operation>> = {
  ConvertId: convertId,
  CopyFolder: copyFolder,
  CopyItem: copyItem,
  CreateAttachment: createAttachment,
  CreateFolder: createFolder,
  CreateItem: createItem,
  DeleteAttachment: deleteAttachment,
  DeleteFolder: deleteFolder,
  DeleteItem: deleteItem,
  EmptyFolder: emptyFolder,
  ExpandDL: expandDl,
  FindFolder: findFolderOperation,
  FindItem: findItemOperation,
  FindPeople: findPeople,
  GetAttachment: getAttachment,
  GetEvents: getEvents,
  GetFolder: getFolder,
  GetItem: getItem,
  GetMailTips: getMailTips,
  GetPersona: getPersona,
  GetRoomLists: getRoomLists,
  GetRooms: getRooms,
  GetServerTimeZones: getServerTimeZones,
  GetUserAvailabilityRequest: getUserAvailability,
  GetUserConfiguration: getUserConfiguration,
  GetUserOofSettingsRequest: getUserOofSettings,
  MarkAllItemsAsRead: markAllItemsAsRead,
  MoveFolder: moveFolder,
  MoveItem: moveItem,
  PerformReminderAction: performReminderAction,
  ResolveNames: resolveNames,
  SendItem: sendItemOperation,
  SetUserOofSettingsRequest: setUserOofSettings,
  GetStreamingEvents: getStreamingEvents,
  Subscribe: subscribe,
  SyncFolderHierarchy: syncFolderHierarchy,
  SyncFolderItems: syncFolderItems,
  Unsubscribe: unsubscribe,
  UpdateFolder: updateFolder,
  UpdateItem: updateItem,
};
