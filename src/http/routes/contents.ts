import type { FastifyReply, FastifyRequest } from "fastify";
import type { Row, Upload } from "#spi";
import type { Call, StoredAnswer } from "../../runtime/use-cases.ts";
import { callOf } from "../call.ts";
import { receiveUpload } from "../contents/body.ts";
import { rangeRequest } from "../contents/range.ts";
import { sendContent } from "../contents/send.ts";
import type { HttpParts } from "../parts.ts";
import { answerOnce, idempotencyKeyOf, refuseAsync } from "../plugins/idempotency.ts";
import {
  attachmentBody,
  attachmentParams,
  contentAnswers,
  contentQuery,
  messageBodies,
  messageQuery,
  recordParams,
  storedAttachment,
  storedMessage,
  tableParams,
  type UploadAbout,
  uploadBodies,
  uploadQuery,
} from "../schemas/contents.ts";
import type { Server } from "../server.ts";

const tags = ["Contents"];
const pseudoText = "Pseudo columns of the table, such as whose mailbox it is about, are further query parameters.";
const rangeText = "`Range` gives one part (206); `If-Range` and `If-None-Match` take the answer's `ETag`.";

function downloadRoutes(app: Server, { cases }: HttpParts): void {
  const config = { access: ["operator"], upstream: true, download: true, answers: contentAnswers } as const;
  app.get(
    "/v1/connections/:connection/tables/:table/records/:record/attachments/:attachment/content",
    {
      config: { ...config },
      schema: {
        operationId: "readAttachment",
        tags,
        summary: "Download an attachment",
        description: `The bytes of a file, of any size, while they arrive from the server; an attached message comes as message/rfc822. A link to a file elsewhere has no content: 422 UNSUPPORTED. ${rangeText} ${pseudoText}`,
        params: attachmentParams,
        querystring: contentQuery,
      },
    },
    async (request, reply) => {
      const { connection, ...target } = request.params;
      const content = await cases.contents.read(
        callOf(request),
        connection,
        { ...target, pseudo: request.query },
        rangeRequest(request.headers),
      );
      return sendContent(reply, content);
    },
  );
  app.get(
    "/v1/connections/:connection/tables/:table/records/:record/content",
    {
      config: { ...config },
      schema: {
        operationId: "readMessage",
        tags,
        summary: "Download a message as it travels",
        description: `The record as message/rfc822 (.eml), while it arrives from the server. ${rangeText} ${pseudoText}`,
        params: recordParams,
        querystring: contentQuery,
      },
    },
    async (request, reply) => {
      const { connection, ...target } = request.params;
      const content = await cases.contents.read(
        callOf(request),
        connection,
        { ...target, pseudo: request.query },
        rangeRequest(request.headers),
      );
      return sendContent(reply, content);
    },
  );
}

const created = (location: string | undefined, body: object): StoredAnswer => ({
  status: 201,
  headers: { "content-type": "application/json; charset=utf-8", ...(location === undefined ? {} : { location }) },
  body: JSON.stringify(body),
});

/**
 * Takes the body and does the work once. With an Idempotency-Key the body is written to a file first: its fingerprint must
 * be known before anything is done.
 */
async function answerUpload(
  parts: HttpParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { connection, about }: { readonly connection: string; readonly about: UploadAbout },
  work: (call: Call, upload: Upload) => Promise<StoredAnswer>,
): Promise<FastifyReply> {
  refuseAsync(request);
  const call = callOf(request);
  const isKeyed = idempotencyKeyOf(request) !== undefined;
  const received = await receiveUpload(parts, request, about);
  try {
    if (!isKeyed) {
      return await answerOnce(parts, request, reply, call, { body: () => "", work: () => work(call, received.upload) });
    }
    const { upload, digest, close } = await parts.cases.contents.spool(call, connection, received.upload);
    const { name, contentType, contentId, isInline } = upload;
    const fingerprint = JSON.stringify([name, contentType, contentId, isInline, digest]);
    try {
      return await answerOnce(parts, request, reply, call, { body: () => fingerprint, work: () => work(call, upload) });
    } finally {
      await close();
    }
  } finally {
    received.close();
  }
}

const encoded = (parts: readonly string[]): string => parts.map(encodeURIComponent).join("/");

function uploadRoutes(app: Server, parts: HttpParts): void {
  const { cases, settings } = parts;
  const config = { access: ["operator"], writes: true, idempotent: true, upstream: true } as const;
  app.post(
    "/v1/connections/:connection/tables/:table/records/:record/attachments",
    {
      bodyLimit: settings.limits.largeBodyBytes,
      config: { ...config, contents: uploadBodies },
      schema: {
        operationId: "addAttachment",
        tags,
        summary: "Upload an attachment",
        description: `A file of up to 150 MB, sent on while it arrives: as the raw body with \`?name=\`, as a form with one file, or in base64 as JSON (10 MiB). It is stored whole or not at all: a body that is cut, or is not what \`Content-Digest\`, \`Repr-Digest\` or \`Content-MD5\` says, leaves nothing behind. ${pseudoText}`,
        params: recordParams,
        querystring: uploadQuery,
        body: attachmentBody,
        response: { 201: storedAttachment },
      },
    },
    async (request, reply) => {
      const { name, contentType, contentId, isInline, ...pseudo } = request.query;
      const { connection, table, record } = request.params;
      const about = { name, contentType, contentId, isInline };
      return answerUpload(parts, request, reply, { connection, about }, async (call, upload) => {
        const target = { table, record, pseudo: pseudo as Record<string, string> };
        const row: Row = await cases.contents.add(call, connection, target, upload);
        const { id } = row;
        const path = ["v1", "connections", connection, "tables", table, "records", record, "attachments"];
        const location = typeof id === "string" ? `/${encoded([...path, id])}/content` : undefined;
        return created(location, { ...row, name: upload.name });
      });
    },
  );
  app.post(
    "/v1/connections/:connection/tables/:table/records",
    {
      config: { ...config, contents: messageBodies },
      schema: {
        operationId: "createMessage",
        tags,
        summary: "Create a message from message/rfc822",
        description: `Creates a record in the table's folder, or the one \`folder\` names, from an .eml file of up to 150 MB. ${pseudoText}`,
        params: tableParams,
        querystring: messageQuery,
        response: { 201: storedMessage },
      },
    },
    async (request, reply) => {
      const { folder, ...pseudo } = request.query;
      const { connection, table } = request.params;
      const about = { name: "message.eml", contentType: "message/rfc822" };
      return answerUpload(parts, request, reply, { connection, about }, async (call, upload) => {
        const target = { table, pseudo: pseudo as Record<string, string>, ...(folder === undefined ? {} : { folder }) };
        const key = await cases.contents.create(call, connection, target, upload);
        const [id] = Object.values(key);
        const path = ["v1", "connections", connection, "tables", table, "records"];
        const location = typeof id === "string" ? `/${encoded([...path, id])}/content` : undefined;
        return created(location, { key });
      });
    },
  );
}

/** Attachments and messages of any size, in and out. */
export function contentRoutes(app: Server, parts: HttpParts): void {
  downloadRoutes(app, parts);
  uploadRoutes(app, parts);
}
