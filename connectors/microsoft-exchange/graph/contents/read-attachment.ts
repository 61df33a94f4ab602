import { type ByteRange, type Content, unsupported } from "#spi";
import type { GraphCalls } from "../call.ts";
import { member } from "../errors.ts";
import { type Owner, segment } from "../mailbox.ts";
import { readValue } from "./read-value.ts";

const extensions: Readonly<Record<string, string>> = { "text/calendar": ".ics", "text/vcard": ".vcf" };

/** One attachment of an item at this path. Errors: NOT_FOUND, UNSUPPORTED for links. */
export async function readAttachment(
  calls: GraphCalls,
  owner: Owner,
  itemPath: string,
  id: string,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<Content> {
  const path = `${itemPath}/attachments/${segment(id)}`;
  const select = "?$select=id,name,contentType,lastModifiedDateTime,size";
  const request = {
    method: "GET",
    path: `${path}${select}`,
    operation: "GET attachments",
    mailbox: owner.mailbox,
  } as const;
  const about = await calls.json(request, signal);
  const told = (name: string): string => {
    const value = member(about, name);
    return typeof value === "string" ? value : "";
  };
  const name = told("name") || "attachment";
  const kind = told("@odata.type");
  if (kind === "#microsoft.graph.referenceAttachment") {
    throw unsupported(`The attachment "${name}" is a link to a file elsewhere: the mailbox holds no content of it.`, {
      remote: { service: "MSGraph", operation: "GET attachments" },
    });
  }
  const version = `${id} ${told("lastModifiedDateTime")}`;
  const headOf = (contentType: string) => {
    if (kind !== "#microsoft.graph.itemAttachment")
      return { name, contentType: told("contentType") || "application/octet-stream", version };
    const extension = extensions[contentType];
    // Graph calls the MIME of a message text/plain.
    return { name: `${name}${extension ?? ".eml"}`, contentType: extension ? contentType : "message/rfc822", version };
  };
  return readValue(calls, owner, `${path}/$value`, range, headOf, signal);
}
