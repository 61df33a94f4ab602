import { invalidRequest, unsupported, type Watched, type WatchRequest } from "#spi";
import { mailFolderNames } from "../../tables/graph/well-known.ts";
import type { GraphBinding } from "../binding.ts";
import type { GraphConfig } from "../config.ts";
import { mailboxOwner, type Owner, segment } from "../mailbox.ts";

/** How changes of a table are asked for; paths below the owner. */
interface Source {
  /** Folder meant when none is named; absent = the collection of all. */
  readonly folder?: string;
  /** Path of the delta function's collection. */
  tracked(folder: string | undefined): string;
  /** The resource of a subscription to notices. */
  noticed(folder: string | undefined): string;
  /** Members a delta query asks for; absent where it knows no `$select`. */
  readonly select?: string;
}

const within = (container: string, collection: string) => (folder: string | undefined) =>
  folder === undefined ? collection : `${container}/${segment(folder)}/${collection}`;

const quoted = (folder: string): string => folder.replaceAll("'", "''");

const sources: Readonly<Record<string, Source>> = {
  Messages: {
    folder: "inbox",
    tracked: within("mailFolders", "messages"),
    noticed: (folder) => `mailFolders('${quoted(folder ?? "inbox")}')/messages`,
    select: "id,changeKey,createdDateTime,lastModifiedDateTime",
  },
  Events: { tracked: within("calendars", "events"), noticed: within("calendars", "events") },
  Contacts: {
    tracked: within("contactFolders", "contacts"),
    noticed: within("contactFolders", "contacts"),
    select: "id,changeKey,createdDateTime,lastModifiedDateTime",
  },
};

/** The watched collection in one form for all its spellings. Errors: UNSUPPORTED, INVALID_REQUEST. */
export function watchCollection({ table, folder, mailbox }: WatchRequest<GraphBinding>): Watched {
  if (table === undefined && folder === undefined) throw invalidRequest("Name the table or the folder to watch.");
  const name = table?.name ?? "Messages";
  const given = folder ?? sourceOf(name).folder;
  const plain = mailFolderNames.find((known) => known === given?.toLowerCase()) ?? given;
  const address = mailbox?.trim().toLowerCase();
  return {
    resource: `${address ?? ""}|${name}|${plain ?? ""}`,
    table: name,
    ...(plain === undefined ? {} : { folder: plain }),
    ...(address === undefined ? {} : { mailbox: address }),
  };
}

function sourceOf(table: string): Source {
  const source = sources[table];
  if (source !== undefined) return source;
  const known = Object.keys(sources).join(", ");
  throw unsupported(`Microsoft Graph tells no changes of ${table} here; watch one of ${known}.`, { target: "table" });
}

/** Whose changes they are, and the path of the tracked collection. */
export function trackedBy(
  config: GraphConfig,
  watched: Watched,
): { owner: Owner; collection: string; select?: string } {
  const owner = ownerOf(config, watched);
  const { select, tracked } = sourceOf(watched.table);
  const collection = `${owner.path}/${tracked(watched.folder)}`;
  return { owner, collection, ...(select === undefined ? {} : { select }) };
}

/** The resource as a subscription to notices names it. */
export function noticedBy(config: GraphConfig, watched: Watched): { owner: Owner; resource: string } {
  const owner = ownerOf(config, watched);
  const resource = `${owner.path.slice(1)}/${sourceOf(watched.table).noticed(watched.folder)}`;
  return { owner, resource };
}

const ownerOf = (config: GraphConfig, { mailbox }: Watched): Owner =>
  mailboxOwner(config, mailbox === undefined ? {} : { UserId: mailbox });
