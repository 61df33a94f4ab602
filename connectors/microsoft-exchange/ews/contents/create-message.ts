import { type Row, type Upload, unsupported } from "#spi";
import type { EwsTableKind } from "../../tables/ews/ews-table.ts";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { folderGiven } from "../folders.ts";
import { createItem } from "../operations/create-item.ts";
import { throwIfError } from "../response-messages.ts";
import { contentPlace } from "../streamed-body.ts";
import { itemKey } from "../write/row-values.ts";
import { element, leaf } from "../write-xml.ts";

// PidTagMessageFlags: without it Exchange makes a draft of whatever comes as MIME; 1 is "read, and not unsent".
const received = element(
  "t:ExtendedProperty",
  undefined,
  element("t:ExtendedFieldURI", { PropertyTag: "0x0E07", PropertyType: "Integer" }),
  leaf("t:Value", 1),
);

export interface MessageTarget {
  readonly kind: Extract<EwsTableKind, { of: "items" }>;
  readonly folder: string | undefined;
}

/** Creates a message from its MIME source by CreateItem, written while it arrives. In Drafts it stays a draft. */
export async function createMessage(
  caller: EwsCaller,
  identity: CallIdentity,
  { kind, folder }: MessageTarget,
  upload: Upload,
  signal: AbortSignal,
): Promise<Row> {
  if (kind.element !== "Message")
    throw unsupported("Messages are created in tables of mail, such as Inbox; this table has no mail.");
  const target = folder === undefined ? { name: kind.folder } : folderGiven(folder, identity.mailbox);
  const isDraft = "name" in target ? target.name === "drafts" : kind.folder === "drafts";
  const message = element(
    "t:Message",
    undefined,
    element("t:MimeContent", { CharacterSet: "UTF-8" }, contentPlace),
    isDraft ? undefined : received,
  );
  const operation = createItem({ items: [message], folder: target, disposition: "SaveOnly" });
  const state = await caller.call({ ...operation, content: upload }, identity, signal);
  throwIfError("CreateItem", state);
  const [key] = state.keys;
  return key === undefined ? {} : itemKey(key.id, key.changeKey);
}
