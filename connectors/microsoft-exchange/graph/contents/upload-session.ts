import { Readable } from "node:stream";
import { ConnectorError, type HttpResponse, protocolError } from "#spi";
import { type GraphCalls, type GraphRequest, itemsOf } from "../call.ts";
import { member } from "../errors.ts";
import type { Owner } from "../mailbox.ts";
import { Pieces } from "./pieces.ts";
import { DEFAULT_TYPE, type SizedUpload } from "./sized-upload.ts";

/** A session as createUploadSession opened it. */
interface Session {
  readonly calls: GraphCalls;
  readonly owner: Owner;
  readonly url: string;
  readonly sizeBytes: number;
}

type Send = (request: GraphRequest) => Promise<HttpResponse>;

/**
 * A large attachment through an upload session, piece by piece while it arrives; answers the attachment's id. A piece whose
 * answer is missing is asked for and sent on from where Graph stands. The last piece goes only after the upload has ended
 * without an error; an upload that ends otherwise is taken back, so that nothing half-written stays.
 */
export async function uploadInPieces(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  upload: SizedUpload,
  signal: AbortSignal,
): Promise<string | undefined> {
  const session = await openSession(calls, owner, itemPath, upload, signal);
  let location: string | undefined;
  let isEnding = false;
  try {
    for await (const { start, bytes } of new Pieces(upload)) {
      isEnding = start + bytes.length === upload.sizeBytes;
      location = await sendPiece(session, start, bytes, signal);
    }
  } catch (error) {
    const isGone = await takeBack(session);
    if (!(error instanceof ConnectorError)) throw error;
    // A session that is not there to be given up after its last piece has perhaps done its work.
    throw isGone || !isEnding ? error.with({ effect: "none" }) : error;
  }
  return attachmentId(location) ?? (await newestNamed(calls, owner, itemPath, upload.name, signal));
}

async function openSession(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  { name, sizeBytes, contentType, contentId, isInline }: SizedUpload,
  signal: AbortSignal,
): Promise<Session> {
  const item = {
    attachmentType: "file",
    name,
    size: sizeBytes,
    contentType: contentType ?? DEFAULT_TYPE,
    ...(contentId === undefined ? {} : { contentId }),
    ...(isInline === undefined ? {} : { isInline }),
  };
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
  return { calls, owner, url: checkedUrl(calls, member(session, "uploadUrl")), sizeBytes };
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

const requestOf = ({ owner, url }: Session, method: "PUT" | "GET" | "DELETE"): GraphRequest => ({
  method,
  path: url,
  operation: `${method} upload`,
  mailbox: owner.mailbox,
  anonymous: true,
});

/** Sends one piece, if need be in several goes; answers where the attachment is after the last one. */
async function sendPiece(
  session: Session,
  start: number,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { calls, sizeBytes } = session;
  const end = start + bytes.length;
  let from = start;
  let isFirst = true;
  return calls.tries(
    requestOf(session, "PUT"),
    () => true,
    async (send) => {
      if (!isFirst) from = await nextExpected(session, send, { start, end });
      isFirst = false;
      if (from === end) return undefined;
      const request: GraphRequest = {
        ...requestOf(session, "PUT"),
        headers: {
          "content-type": DEFAULT_TYPE,
          "content-length": String(end - from),
          "content-range": `bytes ${from}-${end - 1}/${sizeBytes}`,
        },
        body: inSlices(bytes.subarray(from - start)),
      };
      const response = await send(request);
      if (response.status >= 300) await calls.answer(response, request);
      await response.discard();
      return response.headers["location"];
    },
    signal,
  );
}

const sliceBytes = 64 * 1024;

/** TLS copies what is written to it at once, so a whole piece would be held twice more. */
const inSlices = (bytes: Uint8Array): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
    })(),
    { objectMode: false, highWaterMark: sliceBytes },
  );

/**
 * Where Graph stands after a piece whose answer is missing: within the piece, or at its end. A session that is gone after
 * the last piece has done its work.
 */
async function nextExpected(
  session: Session,
  send: Send,
  piece: { readonly start: number; readonly end: number },
): Promise<number> {
  const { calls, sizeBytes } = session;
  const request = requestOf(session, "GET");
  const response = await send(request);
  if (response.status === 404 && piece.end === sizeBytes) {
    await response.discard();
    return piece.end;
  }
  const { body } = await calls.answer(response, request);
  const ranges = member(body, "nextExpectedRanges") ?? member(body, "NextExpectedRanges");
  const [range] = Array.isArray(ranges) ? ranges : [];
  const next = Number(/^(\d+)-/.exec(String(range ?? ""))?.[1] ?? piece.end);
  if (next < piece.start || next > piece.end) {
    throw protocolError("Microsoft Graph lost a part of the upload that it had already taken.", {
      effect: "none",
      remote: { service: "MSGraph", operation: "GET upload", status: response.status },
    });
  }
  return next;
}

const takeBackMs = 10_000;

/** Gives the session up, also when the caller has left; true when Graph said so. One that cannot be reached ends by itself. */
async function takeBack(session: Session): Promise<boolean> {
  const { calls } = session;
  const request = requestOf(session, "DELETE");
  const remove = async (send: Send): Promise<number> => {
    const response = await send(request);
    await response.discard();
    return response.status;
  };
  try {
    const status = await calls.tries(request, () => true, remove, AbortSignal.timeout(takeBackMs));
    calls.context.log.info({ operation: request.operation, status }, "an upload was taken back");
    return status < 300;
  } catch (error) {
    calls.context.log.warn({ operation: request.operation, err: error }, "an upload could not be taken back");
    return false;
  }
}

/** `…/Attachments('AAMk…')` or `…/attachments/AAMk…`. */
function attachmentId(location: string | undefined): string | undefined {
  const found = /attachments(?:\('([^']+)'\)|\/([^/?]+))\/?$/i.exec(location ?? "");
  const id = found?.[1] ?? found?.[2];
  return id === undefined ? undefined : decodeURIComponent(id);
}

/** The upload is there, but the answer that names it was lost. */
async function newestNamed(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `${itemPath}/attachments?$select=id,name,lastModifiedDateTime`;
  const request = { method: "GET", path, operation: "GET attachments", mailbox: owner.mailbox } as const;
  const named = itemsOf(await calls.json(request, signal)).filter((one) => member(one, "name") === name);
  const changed = (one: (typeof named)[number]): string => String(member(one, "lastModifiedDateTime") ?? "");
  const newest = named.toSorted((one, other) => changed(other).localeCompare(changed(one)))[0];
  const id = member(newest, "id");
  return typeof id === "string" ? id : undefined;
}
