import { invalidQuery } from "#spi";
import { folderGiven } from "../../ews/folders.ts";
import { identityOf } from "../../ews/identity.ts";
import { getItem } from "../../ews/operations/get-item.ts";
import { sendItem as send } from "../../ews/operations/send-item.ts";
import { itemShape } from "../../ews/properties.ts";
import { throwIfError } from "../../ews/response-messages.ts";
import { RowReader } from "../../ews/row-reader.ts";
import { isUnknown } from "../../ews/write/outcomes.ts";
import { definition, optional, required, responseOutputs, textInput } from "./parameters.ts";
import { responseRow } from "./response-row.ts";

/** SendItem: sends a draft by its id. A draft that is gone after a lost answer was sent. */
export const sendItem = definition(
  {
    name: "SendItem",
    description: "Sends an item that already exists, such as a draft.",
    writes: true,
    inputs: [
      required("ItemId", "id", "Draft or other item to send."),
      required("ItemChangeKey", "id", "Its current version."),
      optional("SaveToFolder", "boolean", "Keep a copy.", { default: true }),
      optional(
        "SavedItemFolder",
        "string",
        "Where the copy goes: a well-known name or a folder id; Sent Items when left out.",
      ),
    ],
    outputs: responseOutputs,
  },
  async ({ caller, input, signal }) => {
    const identity = identityOf(caller.config, {});
    const id = String(input["ItemId"]);
    const save = input["SaveToFolder"] !== false;
    const folder = textInput(input["SavedItemFolder"]);
    if (!save && folder !== undefined) {
      throw invalidQuery("SavedItemFolder has no meaning while SaveToFolder is false.", { target: "SavedItemFolder" });
    }
    const target = save ? { folder: folderGiven(folder ?? "sentitems") } : {};
    try {
      const state = await caller.call(
        send({ id, changeKey: String(input["ItemChangeKey"]), save, ...target }),
        identity,
        signal,
      );
      throwIfError("SendItem", state);
      return [responseRow(state)];
    } catch (error) {
      if (!isUnknown(error)) throw error;
      const look = getItem({ ids: [id], shape: itemShape([]), rows: new RowReader([]) });
      const state = await caller.call(look, identity, signal).catch(() => undefined);
      if (state?.messages[0]?.responseCode !== "ErrorItemNotFound") throw error;
      return [{ ResponseClass: "Success", ResponseCode: "NoError", MessageText: null }];
    }
  },
);
