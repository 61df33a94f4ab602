import { folderGiven, folderOfPlatform } from "../../ews/folders.ts";
import { identityOf } from "../../ews/identity.ts";
import { moveItem as move } from "../../ews/operations/move-item.ts";
import { throwIfError } from "../../ews/response-messages.ts";
import { definition, optional, output, required, responseOutputs, textInput } from "./parameters.ts";
import { responseRow } from "./response-row.ts";

/** MoveItem: the item has a new id afterwards. */
export const moveItem = definition(
  {
    name: "MoveItem",
    description: "Moves an item to another folder; it has a new id there.",
    writes: true,
    inputs: [
      required("ItemId", "id", "Item to move."),
      optional("ItemChangeKey", "id", "Its version."),
      required("FolderId", "string", "Destination: a folder id or a well-known name."),
    ],
    outputs: [
      output("ItemId", "id", "The new id; NULL where Exchange tells none (other mailboxes, public folders)."),
      output("ItemChangeKey", "id", "The new version."),
      ...responseOutputs,
    ],
  },
  async ({ caller, input, signal }) => {
    const operation = move({
      id: String(input["ItemId"]),
      changeKey: textInput(input["ItemChangeKey"]),
      to: folderOfPlatform(folderGiven(String(input["FolderId"])), caller.config.platform, "FolderId"),
    });
    const state = await caller.call(operation, identityOf(caller.config, {}), signal);
    throwIfError("MoveItem", state);
    const key = state.keys[0];
    return [{ ItemId: key?.id ?? null, ItemChangeKey: key?.changeKey ?? null, ...responseRow(state) }];
  },
);
