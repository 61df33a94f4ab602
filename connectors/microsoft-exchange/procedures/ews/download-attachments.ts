import { invalidQuery, notFound, type Row, unsupported } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { type LookedAtAttachment, lookAtItem } from "../../ews/contents/look-at-item.ts";
import { identityOf } from "../../ews/identity.ts";
import { attachmentsInAnswer, attachmentToFolder } from "./attachment-content.ts";
import { definition, impersonationInputs, optional, output, required, textInput } from "./parameters.ts";

// As on schema MSGraph: a content within an answer may be as large as one in a request.
const limitBytes = 10 * 1024 * 1024;

/** DownloadAttachments: what GetAttachment does, for all attachments of an item, in the words of schema MSGraph. */
export const downloadAttachments = definition(
  {
    name: "DownloadAttachments",
    description:
      "Reads one attachment of a message, event or other item, or all; one row each. Attached items come as MIME text.",
    writes: false,
    inputs: [
      optional(
        "AttachmentSource",
        "string",
        "Kind of parent: Event for an appointment, Message for any other item; either when empty.",
        { allowed: ["Message", "Event"] },
      ),
      required("SourceId", "id", "Id of the message or event."),
      optional("AttachmentId", "id", "One attachment; all when empty."),
      optional(
        "DownloadTo",
        "string",
        "Folder to write the files to as well, under a folder the owner of the service allows. Files above 10 MB need it.",
      ),
      optional("FileStream", "string", "Of desktop drivers: the content is answered in ContentBytes."),
      ...impersonationInputs,
    ],
    outputs: [
      output("Id", "id", "Id of the attachment."),
      output("Name", "string", "Name of the attachment."),
      output("ContentBytes", "binary", "Content in base64; NULL for links to files elsewhere, and above 10 MB."),
      output("LastmodifiedDatetime", "datetime", "When it was last changed."),
      output("ContentType", "string", "MIME type."),
    ],
  },
  download,
);

async function* download(run: ProcedureRun): AsyncIterable<readonly Row[]> {
  if (textInput(run.input["FileStream"]) !== undefined) {
    throw unsupported("FileStream is of desktop drivers: leave it out and read ContentBytes.", {
      target: "FileStream",
    });
  }
  for (const attachment of await attachmentsAsked(run)) yield [await readOne(run, attachment)];
}

async function attachmentsAsked({ caller, input, signal }: ProcedureRun): Promise<readonly LookedAtAttachment[]> {
  const identity = identityOf(caller.config, input);
  const item = await lookAtItem(caller, identity, String(input["SourceId"]), "item:Attachments", signal);
  const source = textInput(input["AttachmentSource"]);
  const isEvent = item.kind === "CalendarItem";
  if (source !== undefined && (source === "Event") !== isEvent) {
    throw invalidQuery(
      `SourceId is the id of ${isEvent ? "an appointment" : "no appointment"}: AttachmentSource is wrong.`,
      {
        target: "AttachmentSource",
      },
    );
  }
  const id = textInput(input["AttachmentId"]);
  if (id === undefined) return item.attachments;
  const wanted = item.attachments.filter((attachment) => attachment.id === id);
  if (wanted.length > 0) return wanted;
  throw notFound("The item has no attachment of this id.").with({ target: "AttachmentId" });
}

async function readOne(run: ProcedureRun, { id, kind }: LookedAtAttachment): Promise<Row> {
  const folder = textInput(run.input["DownloadTo"]);
  // A link has no content to write anywhere.
  if (folder === undefined || kind === "ReferenceAttachment") {
    const request = { ids: [id], includeMimeContent: true, bodyType: "Best" };
    const [row = {}] = await attachmentsInAnswer(run, request, { ids: "AttachmentId", folder: "DownloadTo" });
    return outputs(row, row["Content"]);
  }
  const kept = new KeptContent();
  const row = await attachmentToFolder(run, { id, folder, overwrite: false, seen: (piece) => kept.add(piece) });
  return outputs(row, kept.base64());
}

const outputs = (row: Row, content: Row[string] | undefined): Row => ({
  Id: row["AttachmentId"] ?? null,
  Name: row["Name"] ?? null,
  ContentBytes: content ?? null,
  LastmodifiedDatetime: row["LastModifiedTime"] ?? null,
  ContentType: row["ContentType"] ?? null,
});

/** A content that is kept as long as it is small enough for an answer. */
class KeptContent {
  #pieces: Uint8Array[] = [];
  #sizeBytes = 0;

  add(piece: Uint8Array): void {
    this.#sizeBytes += piece.length;
    // What hands a piece on may write the next into the same memory.
    if (this.#sizeBytes <= limitBytes) this.#pieces.push(piece.slice());
    else this.#pieces = [];
  }

  base64(): string | null {
    return this.#sizeBytes > limitBytes ? null : Buffer.concat(this.#pieces).toString("base64");
  }
}
