import { EwsError, schemaViolation } from "./ews-error.ts";
import { childOf, childrenOf, m, parseXml, printXml, t, type XmlElement } from "./xml.ts";

/** Build the sandbox says it is: Exchange Server SE. */
export const serverBuild = {
  MajorVersion: "15",
  MinorVersion: "2",
  MajorBuildNumber: "2562",
  MinorBuildNumber: "17",
  Version: "V2017_07_11",
};

/** Values of RequestServerVersion, from the schema. */
const versions = new Set([
  "Exchange2007",
  "Exchange2007_SP1",
  "Exchange2010",
  "Exchange2010_SP1",
  "Exchange2010_SP2",
  "Exchange2012",
  "Exchange2013",
  "Exchange2013_SP1",
  "Exchange2015",
  "Exchange2016",
  "V2015_10_05",
  "V2016_01_06",
  "V2016_04_13",
  "V2016_07_13",
  "V2016_10_10",
  "V2017_01_07",
  "V2017_04_14",
  "V2017_07_11",
  "V2017_10_09",
  "V2018_01_08",
]);

/** Header blocks read so far as they matter here. */
export interface SoapRequest {
  operation: XmlElement;
  version: string;
  /** The address, principal name or SID named by ExchangeImpersonation. */
  impersonates?: { kind: string; value: string };
  timeZone?: string;
}

/** Reads an envelope; a document that is none is a fault. */
export function readEnvelope(text: string): SoapRequest {
  const envelope = parseXml(text);
  if (envelope.ns !== "s" || envelope.name !== "Envelope")
    throw schemaViolation("The root element is not a SOAP 1.1 Envelope.");
  const operation = childOf(childOf(envelope, "Body"));
  if (operation?.ns !== "m") throw schemaViolation("The SOAP Body holds no operation.");
  const header = childOf(envelope, "Header");
  const request: SoapRequest = { operation, version: versionOf(header) };
  const sid = childOf(childOf(childOf(header, "ExchangeImpersonation"), "ConnectingSID"));
  if (sid) request.impersonates = { kind: sid.name, value: sid.children.join("").trim() };
  else if (childOf(header, "ExchangeImpersonation")) {
    throw new EwsError("ErrorInvalidExchangeImpersonationHeaderData", "ExchangeImpersonation SOAP header is invalid.", {
      isFault: true,
    });
  }
  const zone = childOf(childOf(header, "TimeZoneContext"), "TimeZoneDefinition")?.attributes["Id"];
  if (zone !== undefined) request.timeZone = zone;
  return request;
}

/** The version asked for; a missing header counts as the oldest version. */
function versionOf(header: XmlElement | undefined): string {
  const wanted = childOf(header, "RequestServerVersion");
  if (!wanted) return "Exchange2007_SP1";
  const version = wanted.attributes["Version"] ?? "Exchange2007_SP1";
  if (versions.has(version)) return version;
  throw new EwsError(
    "ErrorInvalidServerVersion",
    `The specified server version is invalid. Server version '${version}' is not known.`,
    { isFault: true },
  );
}

/** A whole answer. */
export function printEnvelope(body: XmlElement): string {
  const envelope = (child: XmlElement, header?: XmlElement): XmlElement => ({
    ns: "s",
    name: "Envelope",
    attributes: {},
    children: [
      ...(header ? [{ ns: "s", name: "Header", attributes: {}, children: [header] }] : []),
      { ns: "s", name: "Body", attributes: {}, children: [child] },
    ],
  });
  return printXml(envelope(body, t("ServerVersionInfo", serverBuild)));
}

/** The fault Exchange sends, with the detail clients read the response code and the wait from. */
export function faultBody(error: EwsError): XmlElement {
  const values = Object.entries(error.values).map(([Name, value]) => t("Value", { Name }, value));
  const errors = (name: string, text: string): XmlElement => ({ ns: "e", name, attributes: {}, children: [text] });
  const detail = [
    errors("ResponseCode", error.code),
    errors("Message", error.message),
    ...(values.length > 0 ? [t("MessageXml", values)] : []),
  ];
  return {
    ns: "s",
    name: "Fault",
    attributes: {},
    children: [
      { ns: "", name: "faultcode", attributes: {}, children: [`t:${error.code}`] },
      { ns: "", name: "faultstring", attributes: { "xml:lang": "en-US" }, children: [error.message] },
      { ns: "", name: "detail", attributes: {}, children: detail },
    ],
  };
}

/** `<m:XResponse><m:ResponseMessages>…`: the answer of most operations. */
export function responses(operation: string, messages: readonly XmlElement[]): XmlElement {
  return m(`${operation}Response`, m("ResponseMessages", [...messages]));
}

/** One response message that went well. */
export function success(name: string, ...content: (XmlElement | undefined)[]): XmlElement {
  return m(name, { ResponseClass: "Success" }, m("ResponseCode", "NoError"), content);
}

/** One response message that failed; what must follow even then is `content`. */
export function failure(name: string, error: EwsError, ...content: (XmlElement | undefined)[]): XmlElement {
  const values = Object.entries(error.values).map(([Name, value]) => t("Value", { Name }, value));
  return m(
    name,
    { ResponseClass: "Error" },
    m("MessageText", error.message),
    m("ResponseCode", error.code),
    m("DescriptiveLinkKey", "0"),
    values.length > 0 ? m("MessageXml", values) : undefined,
    content,
  );
}

/** The entry elements of a request list such as ItemIds; a missing list is a schema violation. */
export function entriesOf(request: XmlElement, list: string): XmlElement[] {
  const parent = childOf(request, list);
  if (!parent) throw schemaViolation(`The element '${request.name}' lacks its required child '${list}'.`);
  const entries = childrenOf(parent);
  if (entries.length === 0) throw schemaViolation(`The element '${list}' has incomplete content.`);
  return entries;
}
