import { ConnectorError, invalidQuery, type Row } from "#spi";
import { itemsOf } from "../../graph/call.ts";
import { type JsonObject, member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { utcTime } from "../../graph/read-row.ts";
import { LARGEST_INLINE } from "../../graph/upload.ts";
import { act } from "./messages.ts";
import { count, type Execution, flag, instant, json, mailboxProcedure, required, text, userId } from "./procedure.ts";

/** Files up to this size go within one request; an upload session is refused for them (attachment resource, v1.0). */
const SMALLEST_BYTES = LARGEST_INLINE;
const LARGEST_BYTES = 150 * 1024 * 1024;

/** Opens an address to which a large file is sent in pieces. */
export const createUploadSession = mailboxProcedure({
  name: "CreateUploadSession",
  description:
    "Opens an address to which a file of 3 to 150 MB is put in pieces and attached to a message or event. AddAttachments does all of that by itself.",
  writes: true,
  inputs: [
    text("AttachmentSource", "Kind of parent.", { default: "Message", allowed: ["Message", "Event"] }),
    text("SourceId", "Id of the message or event.", required),
    text("FileName", "Name of the attachment.", required),
    count("Size", "Size of the file in bytes.", required),
    text("ContentType", "MIME type."),
    flag("IsInline", "Shown within the body.", { default: false }),
    text("ContentId", "Content-ID the body refers to."),
    userId,
  ],
  outputs: [
    text("UploadUrl", "Address for the pieces (PUT with Content-Range, without a token); whoever knows it can write."),
    instant("ExpirationDateTime", "When the address ends; each piece prolongs it."),
    json("NextExpectedRanges", "Ranges of bytes still missing."),
  ],
  run: async (execution): Promise<Row> => {
    const kind = execution.text("AttachmentSource") === "Event" ? "events" : "messages";
    const path = `${kind}/${segment(execution.text("SourceId") ?? "")}/attachments/createUploadSession`;
    const session = await act(execution, path, { AttachmentItem: itemOf(execution) });
    const ends = member(session, "expirationDateTime");
    return {
      UploadUrl: member(session, "uploadUrl") ?? null,
      ExpirationDateTime: typeof ends === "string" ? utcTime(ends) : null,
      NextExpectedRanges: itemsOf({ value: member(session, "nextExpectedRanges") ?? [] }),
    };
  },
});

function itemOf(execution: Execution): JsonObject {
  const size = Number(execution.input.Size);
  if (size <= SMALLEST_BYTES) {
    throw invalidQuery(
      `Size: an upload session is for files above ${SMALLEST_BYTES} bytes; AddAttachments sends smaller ones at once.`,
      { target: "Size" },
    );
  }
  if (size > LARGEST_BYTES) {
    throw new ConnectorError("TOO_LARGE", `Size is ${size} bytes; Microsoft Graph takes ${LARGEST_BYTES}.`, {
      causeCode: "GRAPH_TOO_LARGE",
      target: "Size",
    });
  }
  const contentType = execution.text("ContentType");
  const contentId = execution.text("ContentId");
  return {
    attachmentType: "file",
    name: execution.text("FileName") ?? "",
    size,
    isInline: execution.flag("IsInline"),
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentId === undefined ? {} : { contentId }),
  };
}
