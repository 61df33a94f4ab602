import { ConnectorError } from "#spi";
import type { GraphCalls, GraphRequest } from "./call.ts";
import { member } from "./errors.ts";
import type { Owner } from "./mailbox.ts";

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
/** Pieces are multiples of 320 KiB, below 4 MB. */
const PIECE = 10 * 320 * 1024;

const DEFAULT_TYPE = "application/octet-stream";

/** Attaches a file to an item at this path, in one request or piece by piece; answers the attachment's id. */
export function attachFile(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  file: FileContent,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (file.bytes.length > LARGEST) {
    throw new ConnectorError("TOO_LARGE", `${file.name} has ${file.bytes.length} bytes; Graph takes ${LARGEST}.`, {
      causeCode: "GRAPH_TOO_LARGE",
    });
  }
  return file.bytes.length <= LARGEST_INLINE
    ? attachInline(calls, owner, itemPath, file, signal)
    : attachInPieces(calls, owner, itemPath, file, signal);
}

/** The attachment as Graph's JSON holds it. */
export const attachmentBody = ({ name, contentType, bytes }: FileContent) => ({
  "@odata.type": "#microsoft.graph.fileAttachment",
  name,
  contentType: contentType ?? DEFAULT_TYPE,
  contentBytes: Buffer.from(bytes).toString("base64"),
});

async function attachInline(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  file: FileContent,
  signal: AbortSignal,
): Promise<string | undefined> {
  const body = attachmentBody(file);
  const path = `${itemPath}/attachments`;
  const made = await calls.json(
    { method: "POST", path, operation: "POST attachments", mailbox: owner.mailbox, body },
    signal,
  );
  const id = member(made, "id");
  return typeof id === "string" ? id : undefined;
}

async function attachInPieces(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  file: FileContent,
  signal: AbortSignal,
): Promise<string | undefined> {
  const size = file.bytes.length;
  const item = { attachmentType: "file", name: file.name, size, contentType: file.contentType ?? DEFAULT_TYPE };
  const session = await calls.json(
    {
      method: "POST",
      path: `${itemPath}/attachments/createUploadSession`,
      operation: "POST createUploadSession",
      mailbox: owner.mailbox,
      body: { AttachmentItem: item },
      // A session that nobody uses leaves nothing behind.
      repeatable: true,
    },
    signal,
  );
  const uploadUrl = checkedUrl(calls, member(session, "uploadUrl"));
  let location: string | undefined;
  for (let start = 0; start < size; start += PIECE) {
    const piece = file.bytes.subarray(start, Math.min(start + PIECE, size));
    location = await putPiece(calls, owner, uploadUrl, piece, start, size, signal);
  }
  return attachmentId(location);
}

/** An upload address lies on another host, so it is taken only over a channel as safe as Graph's own. */
function checkedUrl(calls: GraphCalls, address: unknown): string {
  const url = typeof address === "string" ? URL.parse(address) : null;
  const own = new URL(calls.config.baseUrl);
  if (url === null || (url.protocol !== "https:" && url.origin !== own.origin)) {
    throw new ConnectorError("PROTOCOL", "Microsoft Graph gave no usable address for the upload.", {
      causeCode: "GRAPH_FOREIGN_LINK",
      remote: { service: "MSGraph", operation: "POST createUploadSession" },
    });
  }
  return url.href;
}

async function putPiece(
  calls: GraphCalls,
  owner: Owner,
  uploadUrl: string,
  piece: Uint8Array,
  start: number,
  size: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const request: GraphRequest = {
    method: "PUT",
    path: uploadUrl,
    operation: "PUT upload",
    mailbox: owner.mailbox,
    headers: {
      "content-type": DEFAULT_TYPE,
      "content-range": `bytes ${start}-${start + piece.length - 1}/${size}`,
    },
    body: piece,
    anonymous: true,
    // The same range of the same session again is the same piece.
    repeatable: true,
  };
  const response = await calls.response(request, signal);
  await response.discard();
  return response.headers.location;
}

/** `…/Attachments('AAMk…')` or `…/attachments/AAMk…`. */
function attachmentId(location: string | undefined): string | undefined {
  const found = /attachments(?:\('([^']+)'\)|\/([^/?]+))\/?$/i.exec(location ?? "");
  const id = found?.[1] ?? found?.[2];
  return id === undefined ? undefined : decodeURIComponent(id);
}
