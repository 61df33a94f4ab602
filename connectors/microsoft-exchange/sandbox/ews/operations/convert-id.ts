import { ewsId, graphId, readId } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { m, type XmlElement } from "../xml.ts";

const formats = ["EwsLegacyId", "EwsId", "EntryId", "HexEntryId", "StoreId", "OwaId"];
/** Bytes before the MAPI entry id in an EWS id: storage type, mailbox GUID as text, instruction, length. */
const headBytes = 43;

/** ConvertId: one id in another format. */
export const convertId: Operation = async (call) => {
  const destination = call.request.attributes["DestinationFormat"] ?? "";
  if (!formats.includes(destination))
    throw schemaViolation("The required attribute 'DestinationFormat' is missing or invalid.");
  const name = "ConvertIdResponseMessage";
  const messages = await each(name, entriesOf(call.request, "SourceIds"), (source) => {
    if (source.name !== "AlternateId")
      throw new EwsError("ErrorUnsupportedTypeForConversion", "There are no public folders here.");
    const id = toEwsId(call, source);
    const owner = call.organisation.mailboxOfId(id)?.owner.address ?? call.mailbox.owner.address;
    return success(name, alternateId(destination, fromEwsId(id, destination), owner));
  });
  return responses("ConvertId", messages);
};

/** The one element of the schema whose type an attribute must name. */
function alternateId(format: string, id: string, mailbox: string): XmlElement {
  const element = m("AlternateId", { "xsi:type": "t:AlternateIdType", Format: format, Id: id, Mailbox: mailbox });
  element.attributes = { "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", ...element.attributes };
  return element;
}

function toEwsId(call: EwsCall, source: XmlElement): string {
  const { Format = "", Id = "", Mailbox = "" } = source.attributes;
  if (!formats.includes(Format)) throw schemaViolation("The required attribute 'Format' is missing or invalid.");
  const guid = call.organisation.mailbox(Mailbox)?.guid ?? call.mailbox.guid;
  const id = idOf(Format, Id, guid);
  if (readId(id)) return id;
  throw new EwsError("ErrorInvalidIdMalformed", "Id is malformed.");
}

function idOf(format: string, id: string, mailboxGuid: string): string {
  if (format === "OwaId") return ewsId(decodeURIComponent(id));
  if (format !== "EntryId" && format !== "HexEntryId") return id;
  const entry = Buffer.from(id, format === "HexEntryId" ? "hex" : "base64");
  const head = Buffer.concat([Buffer.from([0, 3, 36, 0]), Buffer.from(mailboxGuid), Buffer.from([0, entry.length, 0])]);
  return Buffer.concat([head, entry]).toString("base64");
}

function fromEwsId(id: string, format: string): string {
  const entry = Buffer.from(id, "base64").subarray(headBytes);
  if (format === "EntryId") return entry.toString("base64");
  if (format === "HexEntryId") return entry.toString("hex").toUpperCase();
  return format === "OwaId" ? graphId(id) : id;
}
