import { invalidQuery, type Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { addAttachment } from "../../ews/contents/add-attachment.ts";
import { identityOf } from "../../ews/identity.ts";
import { uploadsOf } from "../file-inputs.ts";
import { definition, impersonationInputs, optional, output, required, textInput } from "./parameters.ts";
import { statusOutput, success } from "./response-objects.ts";

/** AddAttachments: what CreateAttachments does, for several files and files of the service, in the words of schema MSGraph. */
export const addAttachments = definition(
  {
    name: "AddAttachments",
    description: "Attaches files to an existing message or other item; one row for each file.",
    writes: true,
    inputs: [
      required("MessageId", "id", "Message or other item to attach to."),
      optional("FileName", "string", "Name of the attachment."),
      optional("LocalFile", "string", "Path of a file under a folder the owner of the service allows."),
      optional("ContentBytes", "string", "Base64 content."),
      optional("Attachments", "string", "Several files as name,base64; name,base64 or @path."),
      optional("ContentType", "string", "MIME type of the file that FileName names."),
      ...impersonationInputs,
    ],
    outputs: [statusOutput, output("Id", "id", "Id of the attachment.")],
  },
  addFiles,
);

async function* addFiles({ caller, input, signal }: ProcedureRun): AsyncIterable<readonly Row[]> {
  const given = { files: caller.context.files, text: (name: string) => textInput(input[name]) };
  const files = await uploadsOf(given, textInput(input["ContentType"]));
  if (files.length === 0)
    throw invalidQuery("AddAttachments needs Attachments, or FileName with content.", { target: "Attachments" });
  const identity = identityOf(caller.config, input);
  for (const file of files) {
    const made = await addAttachment(caller, identity, String(input["MessageId"]), file, signal);
    yield [{ ...success, Id: made["id"] ?? null }];
  }
}
