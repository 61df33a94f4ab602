import { type HttpAnswer, type HttpRequest, jsonAnswer } from "../http.ts";
import { graphId, type Mailbox } from "../mailboxes/index.ts";

/** A large attachment on its way; its address needs no token. */
export type UploadSession = {
  readonly mailbox: Mailbox;
  readonly itemId: string;
  readonly owner: string;
  readonly kind: "messages" | "events";
  readonly name: string;
  readonly contentType?: string;
  readonly contentId?: string;
  readonly isInline: boolean;
  readonly sizeBytes: number;
  readonly expiresAt: Date;
  readonly chunks: Buffer[];
  receivedBytes: number;
};

/** Where upload sessions are put to, below the address of the server. */
export const UPLOAD_PATH = "/api/v2.0/upload/";
/** Largest attachment of an upload session. */
export const UPLOAD_LIMIT_BYTES = 150 * 1024 * 1024;
/** Largest piece in one request. */
const CHUNK_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Answers the address of an upload session: PUT a range, GET the state, DELETE to give up. The service refuses an
 * Authorization header there, which lies on another host; here it is the same host, and Microsoft's own client sends one.
 */
export function answerUpload(uploads: Map<string, UploadSession>, request: HttpRequest, now: Date): HttpAnswer {
  const token = request.url.pathname.slice(UPLOAD_PATH.length);
  const session = uploads.get(token);
  if (session === undefined || session.expiresAt <= now) {
    uploads.delete(token);
    return refusal(404, "ErrorItemNotFound", "The upload session was not found.");
  }
  if (request.method === "DELETE") {
    uploads.delete(token);
    return { status: 204 };
  }
  if (request.method === "GET") return state(session);
  if (request.method !== "PUT") return refusal(405, "ErrorInvalidRequest", "Only GET, PUT and DELETE are supported.");
  return put(uploads, token, session, request);
}

function put(
  uploads: Map<string, UploadSession>,
  token: string,
  session: UploadSession,
  request: HttpRequest,
): HttpAnswer {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers["content-range"] ?? "");
  if (!match) return refusal(400, "ErrorInvalidRequest", "The Content-Range header is missing or not valid.");
  const [from, to, total] = match.slice(1).map(Number) as [number, number, number];
  if (total !== session.sizeBytes || to - from + 1 !== request.body.length || to >= total) {
    return refusal(400, "ErrorInvalidRequest", "The Content-Range does not fit the attachment or the body.");
  }
  if (request.body.length > CHUNK_LIMIT_BYTES) {
    return refusal(413, "ErrorAttachmentSizeLimitExceeded", "A range may not exceed 4 MB.");
  }
  if (from !== session.receivedBytes) {
    return refusal(416, "ErrorInvalidRange", `The next expected range is ${session.receivedBytes}-.`);
  }
  session.chunks.push(request.body);
  session.receivedBytes = to + 1;
  if (session.receivedBytes < total) return state(session);
  uploads.delete(token);
  return finish(session, request);
}

/** The whole attachment is there: 201 with its address and no body, as the service answers. */
function finish(session: UploadSession, request: HttpRequest): HttpAnswer {
  const attachment = session.mailbox.addAttachment(session.itemId, {
    kind: "file",
    name: session.name,
    isInline: session.isInline,
    content: Buffer.concat(session.chunks),
    contentType: session.contentType ?? "application/octet-stream",
    ...(session.contentId === undefined ? {} : { contentId: session.contentId }),
  });
  const collection = session.kind === "messages" ? "Messages" : "Events";
  const path = `Users('${session.owner}')/${collection}('${graphId(session.itemId)}')/Attachments('${graphId(attachment.id)}')`;
  return { status: 201, headers: { location: `${request.url.origin}/api/v2.0/${path}` } };
}

function state(session: UploadSession): HttpAnswer {
  return jsonAnswer(200, {
    expirationDateTime: session.expiresAt.toISOString(),
    nextExpectedRanges: [`${session.receivedBytes}-`],
  });
}

function refusal(status: number, code: string, message: string): HttpAnswer {
  return jsonAnswer(status, { error: { code, message } });
}
