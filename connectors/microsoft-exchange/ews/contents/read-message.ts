import { type Content, unsupported } from "#spi";
import { opened } from "../../contents/content-sink.ts";
import type { EwsCaller, Operation } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";
import { lookAtItem } from "./look-at-item.ts";
import { mimeForm } from "./mime-form.ts";
import { Base64Flow } from "./read-attachment.ts";

/** The source of an item by GetItem with IncludeMimeContent, decoded while it arrives. Errors: NOT_FOUND, UNSUPPORTED. */
export async function readMessage(
  caller: EwsCaller,
  identity: CallIdentity,
  id: string,
  signal: AbortSignal,
): Promise<Content> {
  // MimeContent is the first element of an item: subject and version would come after the last byte.
  const look = await lookAtItem(caller, identity, id, "item:Subject", signal);
  return opened(signal, async (sink, inner) => {
    const flow = new Base64Flow(sink);
    let itemElement = "";
    const operation: Operation<CallState> = {
      name: "GetItem",
      get repeatable() {
        return !sink.isOpen;
      },
      limitBytes: Number.POSITIVE_INFINITY,
      taken: () => flow.taken(),
      body: element(
        "m:GetItem",
        undefined,
        element("m:ItemShape", undefined, leaf("t:BaseShape", "IdOnly"), leaf("t:IncludeMimeContent", true)),
        element("m:ItemIds", undefined, element("t:ItemId", { Id: id })),
      ),
      start: callState,
      read: (response) => {
        const item = readMessages(response, "GetItem").child("Items").any();
        item.onOpen((_state, _attributes, name) => {
          itemElement = name;
        });
        flow.attach(item.child("MimeContent"), () => {
          const { contentType, extension } = mimeForm(itemElement);
          const name = `${look.subject === "" ? "message" : look.subject}${extension}`;
          sink.open({ name, contentType, version: `${id} ${look.changeKey}` });
        });
      },
      finish: (state) => {
        throwIfError("GetItem", state);
        flow.end();
      },
    };
    await caller.call(operation, identity, inner);
    if (!sink.isOpen) {
      const remote = { service: "EWS", operation: "GetItem" } as const;
      throw unsupported(`Exchange gives no MIME source of this kind of item (${itemElement || "unknown"}).`, {
        remote,
      });
    }
  });
}
