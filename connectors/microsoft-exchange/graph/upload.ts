import { ConnectorError, type Upload } from "#spi";
import type { GraphCalls } from "./call.ts";
import { DEFAULT_TYPE, type SizedUpload } from "./contents/sized-upload.ts";
import { uploadInPieces } from "./contents/upload-session.ts";
import { member } from "./errors.ts";
import type { Owner } from "./mailbox.ts";

export type { SizedUpload };

/** A file on its way into a message or event. */
export interface FileContent {
  readonly name: string;
  readonly contentType?: string;
  readonly bytes: Uint8Array;
}

/** Larger files need an upload session; smaller ones must not use one (attachment resource, v1.0). */
export const LARGEST_INLINE = 3_000_000;
/** Largest file Graph takes. */
const LARGEST = 150 * 1024 * 1024;

/** Attaches a file to an item at this path, in one request or piece by piece; answers the attachment's id. */
export function attachFile(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  file: FileContent,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { bytes, ...about } = file;
  const upload = {
    ...about,
    sizeBytes: bytes.length,
    isRepeatable: true,
    async *bytes() {
      yield bytes;
    },
  };
  return attachUpload(calls, owner, itemPath, upload, signal);
}

/** The same for a file of any size that arrives while it is sent on. Errors: TOO_LARGE. */
export async function attachUpload(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  upload: SizedUpload,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (upload.sizeBytes > LARGEST) {
    throw new ConnectorError("TOO_LARGE", `${upload.name} has ${upload.sizeBytes} bytes; Graph takes ${LARGEST}.`, {
      causeCode: "GRAPH_TOO_LARGE",
      target: "content",
    });
  }
  if (upload.sizeBytes > LARGEST_INLINE) return uploadInPieces(calls, owner, itemPath, upload, signal);
  const { name, contentType, contentId, isInline } = upload;
  const bytes = await wholeOf(upload);
  const body = {
    ...attachmentBody({ name, bytes, ...(contentType === undefined ? {} : { contentType }) }),
    ...(contentId === undefined ? {} : { contentId }),
    ...(isInline === undefined ? {} : { isInline }),
  };
  const path = `${itemPath}/attachments`;
  const made = await calls.json(
    { method: "POST", path, operation: "POST attachments", mailbox: owner.mailbox, body },
    signal,
  );
  const id = member(made, "id");
  return typeof id === "string" ? id : undefined;
}

/** The bytes of a small upload. */
export async function wholeOf(upload: Upload): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of upload.bytes()) parts.push(part);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

/** The attachment as Graph's JSON holds it. */
export const attachmentBody = ({ name, contentType, bytes }: FileContent) => ({
  "@odata.type": "#microsoft.graph.fileAttachment",
  name,
  contentType: contentType ?? DEFAULT_TYPE,
  contentBytes: Buffer.from(bytes).toString("base64"),
});
