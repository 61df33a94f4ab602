import type { Row } from "#spi";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { deleteAttachment as remove } from "../../ews/operations/delete-attachment.ts";
import { isError, wordOf } from "../../ews/response-messages.ts";
import { attachmentIds } from "./attachment-ids.ts";
import { definition, output, required, responseOutputs } from "./parameters.ts";

/** DeleteAttachment: one row for each attachment; only when none could be removed is it an error. */
export const deleteAttachment = definition(
  {
    name: "DeleteAttachment",
    description: "Removes attachments from their items.",
    writes: true,
    inputs: [required("AttachmentId", "string", "Attachment to remove; several separated by semicolons.")],
    outputs: [
      output("RootItemId", "id", "The item."),
      output("RootItemChangeKey", "id", "The item's new version."),
      ...responseOutputs,
    ],
  },
  async ({ caller, input, signal }) => {
    const ids = attachmentIds(input["AttachmentId"], "AttachmentId");
    const state = await caller.call(remove(ids), identityOf(caller.config, {}), signal);
    const failed = state.messages.find(isError);
    if (failed !== undefined && state.messages.every(isError)) throw responseError("DeleteAttachment", wordOf(failed));
    return state.messages.map(
      (message, at): Row => ({
        RootItemId: state.roots[at]?.id ?? null,
        RootItemChangeKey: state.roots[at]?.changeKey ?? null,
        ResponseClass: message.responseClass,
        ResponseCode: message.responseCode,
        MessageText: message.text === "" ? null : message.text,
      }),
    );
  },
);
