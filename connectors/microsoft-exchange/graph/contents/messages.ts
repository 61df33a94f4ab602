import { type ByteRange, ConnectorError, type Content, type Row, type Upload } from "#spi";
import { base64Length } from "../../contents/base64.ts";
import type { GraphCalls } from "../call.ts";
import { member } from "../errors.ts";
import { type Owner, segment } from "../mailbox.ts";
import { wholeOf } from "../upload.ts";
import { readValue } from "./read-value.ts";

/** The MIME source of the message at this path. Errors: NOT_FOUND. */
export async function readMessage(
  calls: GraphCalls,
  owner: Owner,
  path: string,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<Content> {
  const about = { method: "GET", operation: "GET messages", mailbox: owner.mailbox } as const;
  const message = await calls.json({ ...about, path: `${path}?$select=id,subject,changeKey` }, signal);
  const subject = member(message, "subject");
  const changeKey = member(message, "changeKey");
  const head = {
    name: `${typeof subject === "string" && subject !== "" ? subject : "message"}.eml`,
    // Graph calls it text/plain.
    contentType: "message/rfc822",
    ...(typeof changeKey === "string" ? { version: `${path} ${changeKey}` } : {}),
  };
  return readValue(calls, owner, `${path}/$value`, range, () => head, signal);
}

/** A request with MIME may have 4 MB, base64 counted (Microsoft Graph, "Get MIME content of a message"). */
const largestRequestBytes = 4 * 1024 * 1024;

/** Creates a draft from MIME in a folder; Graph makes nothing but drafts of it. Errors: TOO_LARGE. */
export async function createMessage(
  calls: GraphCalls,
  owner: Owner,
  folder: string | undefined,
  upload: Upload & { readonly sizeBytes: number },
  signal: AbortSignal,
): Promise<Row> {
  if (base64Length(upload.sizeBytes) > largestRequestBytes) {
    const largest = Math.floor(largestRequestBytes / 4) * 3;
    throw new ConnectorError(
      "TOO_LARGE",
      `The message has ${upload.sizeBytes} bytes; as MIME Graph takes ${largest}. Create it smaller and add its attachments afterwards.`,
      { causeCode: "GRAPH_TOO_LARGE", target: "content" },
    );
  }
  const collection = folder === undefined ? "messages" : `mailFolders/${segment(folder)}/messages`;
  const body = Buffer.from(Buffer.from(await wholeOf(upload)).toString("base64"), "latin1");
  const made = await calls.json(
    {
      method: "POST",
      path: `${owner.path}/${collection}`,
      operation: "POST messages",
      mailbox: owner.mailbox,
      headers: { "content-type": "text/plain" },
      body,
    },
    signal,
  );
  const id = member(made, "id");
  return typeof id === "string" ? { id } : {};
}
