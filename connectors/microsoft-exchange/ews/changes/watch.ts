import { invalidRequest, unsupported, type Watched, type WatchRequest } from "#spi";
import type { EwsTableKind } from "../../tables/ews/ews-table.ts";
import { ewsTable } from "../../tables/ews/index.ts";
import type { EwsBinding } from "../binding.ts";
import type { EwsConfig } from "../config.ts";
import type { CallIdentity } from "../envelope.ts";
import { distinguishedFolder, type FolderReference, folderGiven } from "../folders.ts";
import { identityOf } from "../identity.ts";

/** Where changes of a watched resource are asked for, and as whom. */
export interface Place {
  readonly folder: FolderReference;
  readonly identity: CallIdentity;
}

/** A folder without a table is watched as one of messages. */
const plainTable = "Inbox";

/** The watched folder in one form for all its spellings. Errors: UNSUPPORTED, INVALID_REQUEST. */
export function watchFolder({ table, folder, mailbox }: WatchRequest<EwsBinding>): Watched {
  if (table === undefined && folder === undefined) throw invalidRequest("Name the table or the folder to watch.");
  const name = table?.name ?? plainTable;
  const given = folder ?? folderOf(name, ewsTable(name).kind);
  const plain = distinguishedFolder(given) ?? given;
  const address = mailbox?.trim().toLowerCase();
  return {
    resource: `${address ?? ""}|${name}|${plain}`,
    table: name,
    folder: plain,
    ...(address === undefined ? {} : { mailbox: address }),
  };
}

function folderOf(table: string, kind: EwsTableKind): string {
  if (kind.of !== "items" || kind.itemClass !== undefined)
    throw unsupported(
      `Exchange tells no changes of ${table} by themselves; watch the table of the folder they lie in.`,
      { target: "table" },
    );
  return kind.folder;
}

/** An impersonating connection acts as the mailbox; any other opens its folder by its own rights. */
export function placeOf(config: EwsConfig, { folder, mailbox }: Watched): Place {
  const given = folder ?? "inbox";
  if (mailbox === undefined) return { folder: folderGiven(given), identity: identityOf(config, {}) };
  if (config.impersonation !== undefined)
    return { folder: folderGiven(given), identity: identityOf(config, { ImpersonationUser: mailbox }) };
  return { folder: folderGiven(given, mailbox), identity: identityOf(config, { SharedMailboxEmail: mailbox }) };
}
