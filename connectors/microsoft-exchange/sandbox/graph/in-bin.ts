import type { Folder } from "../mailboxes/index.ts";
import { type GraphCall, mailboxOf } from "./call.ts";

/** Whether a folder lies below Deleted Items: calendars and task lists there are gone. */
export function isInBin(call: GraphCall, folder: Folder): boolean {
  const { folders } = mailboxOf(call);
  const bin = folders.requireWellKnown("deleteditems").id;
  for (
    let one: Folder | undefined = folder;
    one !== undefined;
    one = one.parentId === undefined ? undefined : folders.get(one.parentId)
  ) {
    if (one.id === bin) return true;
  }
  return false;
}
