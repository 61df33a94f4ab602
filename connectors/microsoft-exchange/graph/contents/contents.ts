import { type Contents, invalidRequest, type RecordPlace, type Upload, unsupported } from "#spi";
import { resourceOf } from "../../tables/graph/index.ts";
import { mailFolderNames } from "../../tables/graph/well-known.ts";
import type { GraphBinding } from "../binding.ts";
import type { GraphCalls } from "../call.ts";
import { groupOwner, mailboxOwner, type Owner, segment } from "../mailbox.ts";
import { attachUpload } from "../upload.ts";
import { createMessage, readMessage } from "./messages.ts";
import { readAttachment } from "./read-attachment.ts";
import type { SizedUpload } from "./sized-upload.ts";

type Place = RecordPlace<GraphBinding>;

/** Attachments and MIME sources over Microsoft Graph. */
export function graphContents(calls: GraphCalls): Contents<GraphBinding> {
  const ownerOf = ({ table, pseudo }: Pick<Place, "table" | "pseudo">): Owner => {
    const group = resourceOf(table).owner === "mailbox-or-group" ? groupOwner(calls.config, pseudo) : undefined;
    return group ?? mailboxOwner(calls.config, pseudo);
  };
  const itemPath = (place: Place, kinds: readonly string[], what: string): string => {
    const { table, key } = place;
    const { items, collection } = resourceOf(table);
    const kind = items ?? collection;
    if (kinds.includes(kind)) return `${ownerOf(place).path}/${kind}/${segment(key)}`;
    throw unsupported(`Rows of ${table.name} have no ${what} in Microsoft Graph.`, { target: table.name });
  };
  const withAttachments = (place: Place) => itemPath(place, ["messages", "events"], "attachments");
  return {
    needsSize: true,
    async readAttachment(place, id, range, signal) {
      return readAttachment(calls, ownerOf(place), withAttachments(place), id, range, signal);
    },
    async addAttachment(place, upload, signal) {
      const id = await attachUpload(calls, ownerOf(place), withAttachments(place), sized(upload), signal);
      return { id: id ?? null, recordId: place.key };
    },
    async readMessage(place, range, signal) {
      return readMessage(calls, ownerOf(place), itemPath(place, ["messages"], "MIME source"), range, signal);
    },
    async createMessage(place, upload, signal) {
      if (resourceOf(place.table).collection !== "messages")
        throw unsupported(`Microsoft Graph makes messages of MIME only, and ${place.table.name} has none.`, {
          target: place.table.name,
        });
      const { folder } = place;
      const wellKnown = mailFolderNames.find((name) => name.toLowerCase() === folder?.toLowerCase());
      return createMessage(calls, ownerOf(place), wellKnown ?? folder, sized(upload), signal);
    },
  };
}

function sized(upload: Upload): SizedUpload {
  const { sizeBytes } = upload;
  if (sizeBytes === undefined) throw invalidRequest("The size of the content must be known.");
  return { ...upload, sizeBytes, bytes: () => upload.bytes() };
}
