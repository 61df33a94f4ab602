import { identityOf } from "../../ews/identity.ts";
import { createAttachment } from "../../ews/operations/create-attachment.ts";
import { base64Input } from "./base64-input.ts";
import { definition, optional, output, required, responseOutputs, textInput } from "./parameters.ts";
import { responseRow } from "./response-row.ts";

/** CreateAttachments: adds a file to an item, which has a new version afterwards. */
export const createAttachments = definition(
  {
    name: "CreateAttachments",
    description: "Adds a file to an existing item; use the returned RootItemChangeKey for the next change of it.",
    writes: true,
    inputs: [
      required("ItemId", "id", "Message, appointment or other item to attach to."),
      optional("ItemChangeKey", "id", "Its version."),
      required("FileName", "string", "Name of the attachment."),
      required("Content", "string", "The file, base64."),
      optional("ContentType", "string", "MIME type."),
      optional("IsInline", "boolean", "Shown within the body.", { default: false }),
      optional("ContentId", "string", "Content-ID the body refers to."),
    ],
    outputs: [
      output("AttachmentId", "id", "Id of the new attachment."),
      output("RootItemId", "id", "The item."),
      output("RootItemChangeKey", "id", "The item's new version."),
      ...responseOutputs,
    ],
  },
  async ({ caller, input, signal }) => {
    const contentType = textInput(input["ContentType"]);
    const contentId = textInput(input["ContentId"]);
    const operation = createAttachment(
      { id: String(input["ItemId"]), changeKey: textInput(input["ItemChangeKey"]) },
      {
        name: String(input["FileName"]),
        content: base64Input(String(input["Content"]), "Content"),
        ...(contentType === undefined ? {} : { contentType }),
        ...(contentId === undefined ? {} : { contentId }),
        // Exchange 2007 does not know the element; false is what it means without.
        ...(input["IsInline"] === true ? { isInline: true } : {}),
      },
    );
    const state = await caller.call(operation, identityOf(caller.config, {}), signal);
    return [
      {
        AttachmentId: state.attachmentId ?? null,
        RootItemId: state.rootItemId ?? null,
        RootItemChangeKey: state.rootItemChangeKey ?? null,
        ...responseRow(state),
      },
    ];
  },
);
