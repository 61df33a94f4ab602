import { type Contents, type RecordPlace, unsupported } from "#spi";
import { ewsTable } from "../../tables/ews/index.ts";
import type { EwsBinding } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import { identityOf } from "../identity.ts";
import { addAttachment } from "./add-attachment.ts";
import { createMessage } from "./create-message.ts";
import { readAttachment } from "./read-attachment.ts";
import { readMessage } from "./read-message.ts";

type Place = Pick<RecordPlace<EwsBinding>, "table">;

function itemsOf({ table }: Place) {
  const { kind } = ewsTable(table.name);
  if (kind.of === "items") return kind;
  throw unsupported(`Rows of ${table.name} are not items: they have no attachments and no content.`, {
    target: table.name,
  });
}

/** Attachments and MIME sources over Exchange Web Services. EWS knows no ranges: the caller takes its part of the whole. */
export function ewsContents(caller: EwsCaller): Contents<EwsBinding> {
  const { config } = caller;
  return {
    needsSize: false,
    async readAttachment(place, id, _range, signal) {
      itemsOf(place);
      return readAttachment(caller, identityOf(config, place.pseudo), id, signal);
    },
    async addAttachment(place, upload, signal) {
      itemsOf(place);
      return addAttachment(caller, identityOf(config, place.pseudo), place.key, upload, signal);
    },
    async readMessage(place, _range, signal) {
      itemsOf(place);
      return readMessage(caller, identityOf(config, place.pseudo), place.key, signal);
    },
    async createMessage(place, upload, signal) {
      const target = { kind: itemsOf(place), folder: place.folder };
      return createMessage(caller, identityOf(config, place.pseudo), target, upload, signal);
    },
  };
}
