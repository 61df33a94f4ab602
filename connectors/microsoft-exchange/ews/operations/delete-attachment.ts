import type { Operation } from "../call.ts";
import { type CallState, callState, readMessages } from "../response-messages.ts";
import { element } from "../write-xml.ts";

/** DeleteAttachment: removes attachments; a response message for each. */
export const deleteAttachment = (ids: readonly string[]): Operation<DetachedState> => ({
  name: "DeleteAttachment",
  repeatable: false,
  body: element(
    "m:DeleteAttachment",
    undefined,
    element(
      "m:AttachmentIds",
      undefined,
      ids.map((id) => element("t:AttachmentId", { Id: id })),
    ),
  ),
  start: () => ({ ...callState(), roots: [] }),
  read: (response) => {
    const message = readMessages(response, "DeleteAttachment");
    message.child("RootItemId").onOpen((state, attributes) => {
      state.roots[state.messages.length - 1] = {
        id: attributes["RootItemId"] ?? null,
        changeKey: attributes["RootItemChangeKey"] ?? null,
      };
    });
  },
});

export interface DetachedState extends CallState {
  /** By response message; items whose attachment was removed. */
  readonly roots: ({ readonly id: string | null; readonly changeKey: string | null } | undefined)[];
}
