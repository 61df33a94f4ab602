import { ConnectorError, type Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { type AttachmentAbout, readAttachment } from "../../ews/contents/read-attachment.ts";
import { identityOf } from "../../ews/identity.ts";
import { type GetAttachmentRequest, getAttachment } from "../../ews/operations/get-attachment.ts";
import { converter } from "../../ews/values.ts";

/** Where the content of an attachment goes. */
interface ToFolder {
  readonly id: string;
  readonly folder: string;
  readonly overwrite: boolean;
  /** Sees the content while it is written. */
  readonly seen?: (piece: Uint8Array) => void;
}

/** The content goes to the folder while it arrives, and ContentLocation tells the file. */
export async function attachmentToFolder(
  { caller, input, signal }: ProcedureRun,
  { id, folder, overwrite, seen = () => undefined }: ToFolder,
): Promise<Row> {
  let about: AttachmentAbout | undefined;
  const { name, body } = await readAttachment(caller, identityOf(caller.config, input), id, signal, (told) => {
    about = told;
  });
  const path = await caller.context.files.writeStream(folder, name || "attachment", watched(body, seen), overwrite);
  const text = (member: keyof AttachmentAbout): string | null => about?.[member] || null;
  return {
    AttachmentId: id,
    Name: text("name"),
    ContentType: text("contentType"),
    ContentId: text("contentId"),
    ContentLocation: path,
    Size: about === undefined || about.size === "" ? null : Number(about.size),
    LastModifiedTime: text("modified") === null ? null : converter("datetime")(about?.modified ?? ""),
    IsInline: about === undefined ? null : about.isInline === "true",
    Content: null,
  };
}

async function* watched(body: AsyncIterable<Uint8Array>, seen: (piece: Uint8Array) => void) {
  for await (const piece of body) {
    seen(piece);
    yield piece;
  }
}

/** Attachments with their content in the answer. Errors: TOO_LARGE, naming the inputs by which it would not be. */
export async function attachmentsInAnswer(
  { caller, input, signal }: ProcedureRun,
  request: GetAttachmentRequest,
  inputs: { readonly ids: string; readonly folder: string },
): Promise<readonly Row[]> {
  try {
    const { attachments } = await caller.call(getAttachment(request), identityOf(caller.config, input), signal);
    return attachments.map((attachment) => ({ ...attachment }));
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.causeCode !== "ANSWER_TOO_LARGE") throw error;
    // An answer is held in memory as a whole: larger contents go to files, or are downloaded as such.
    throw new ConnectorError(
      "TOO_LARGE",
      `The attachments are too large for this answer: give ${inputs.folder}, or download their contents (GET …/records/{id}/attachments/{attachment}/content).`,
      { target: inputs.ids, cause: error },
    );
  }
}
