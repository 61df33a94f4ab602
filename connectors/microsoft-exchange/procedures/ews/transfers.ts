import { folderGiven, folderOfPlatform } from "../../ews/folders.ts";
import { identityOf } from "../../ews/identity.ts";
import { copyItem, moveItem } from "../../ews/operations/move-item.ts";
import { throwIfError } from "../../ews/response-messages.ts";
import { definition, impersonationInputs, output, required } from "./parameters.ts";
import { statusOutput, success } from "./response-objects.ts";

const transfer = (name: "MoveMail" | "CopyMail", description: string, idOutput: string) =>
  definition(
    {
      name,
      description,
      writes: true,
      inputs: [
        required("MessageId", "id", "The message, or another item."),
        required("DestinationId", "string", "Folder by id or well-known name, such as deleteditems."),
        ...impersonationInputs,
      ],
      outputs: [statusOutput, output("Id", "id", idOutput)],
    },
    async ({ caller, input, signal }) => {
      const request = {
        id: String(input["MessageId"]),
        changeKey: undefined,
        to: folderOfPlatform(folderGiven(String(input["DestinationId"])), caller.config.platform, "DestinationId"),
      };
      const operation = name === "MoveMail" ? moveItem(request) : copyItem(request);
      const state = await caller.call(operation, identityOf(caller.config, input), signal);
      throwIfError(operation.name, state);
      return [{ ...success, Id: state.keys[0]?.id ?? null }];
    },
  );

const noneElsewhere = "NULL where Exchange tells none (other mailboxes, public folders).";

/** MoveMail: the message has a new id afterwards. */
export const moveMail = transfer(
  "MoveMail",
  "Moves a message to another folder; its id changes.",
  `Id of the message in its new folder; ${noneElsewhere}`,
);

/** CopyMail: a second message like the first. */
export const copyMail = transfer("CopyMail", "Copies a message to another folder.", `Id of the copy; ${noneElsewhere}`);
