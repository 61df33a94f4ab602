import { invalidQuery, type Row } from "#spi";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { getItem } from "../../ews/operations/get-item.ts";
import { itemShape } from "../../ews/properties.ts";
import { isError, wordOf } from "../../ews/response-messages.ts";
import { RowReader } from "../../ews/row-reader.ts";
import { ewsTable } from "../../tables/ews/index.ts";
import { definition, impersonationInputs, optional, output, required, textInput } from "./parameters.ts";

// One answer is held in memory as base64 text; beyond it Exchange itself refuses to convert.
const limitBytes = 192 * 1024 * 1024;

/** DownloadEmail: the source of a message. */
export const downloadEmail = definition(
  {
    name: "DownloadEmail",
    description: "Reads a message as MIME text (.eml); of an appointment or a contact as iCalendar or vCard text.",
    writes: false,
    inputs: [
      required("MessageId", "id", "Message to read."),
      optional(
        "DownloadTo",
        "string",
        "Folder to write the file to as well, under a folder the owner of the service allows.",
      ),
      ...impersonationInputs,
    ],
    outputs: [output("ContentBytes", "binary", "The message in base64.")],
  },
  async ({ caller, input, signal }): Promise<readonly Row[]> => {
    const columns = ewsTable("Inbox").columns.filter(({ name }) => name === "MimeContent");
    const operation = getItem({
      ids: [String(input["MessageId"])],
      shape: itemShape(columns),
      rows: new RowReader(columns),
      limitBytes,
    });
    const state = await caller.call(operation, identityOf(caller.config, input), signal);
    const failed = state.messages.find(isError);
    if (failed !== undefined) throw responseError("GetItem", wordOf(failed)).with({ target: "MessageId" });
    const content = state.rows[0]?.["MimeContent"];
    if (typeof content !== "string")
      throw invalidQuery("Exchange has no MIME text of this item.", { target: "MessageId" });
    const folder = textInput(input["DownloadTo"]);
    if (folder !== undefined)
      await caller.context.files.write(folder, "message.eml", Buffer.from(content, "base64"), false);
    return [{ ContentBytes: content }];
  },
);
