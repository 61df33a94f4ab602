import type { EwsConfig, Impersonation, Platform } from "./config.ts";
import { type Attributes, element, leaf, type Xml } from "./write-xml.ts";

export const messagesNamespace = "http://schemas.microsoft.com/exchange/services/2006/messages";
export const typesNamespace = "http://schemas.microsoft.com/exchange/services/2006/types";
const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/";

const namespaces: Attributes = {
  "xmlns:soap": soapNamespace,
  "xmlns:t": typesNamespace,
  "xmlns:m": messagesNamespace,
};

/**
 * Platform names are the RequestServerVersion values themselves, but for Exchange Online: the enumeration has no value
 * of that name, and none for 2019 and SE; all of them take Exchange2016.
 */
export const requestServerVersion = (platform: Platform): string =>
  platform === "Exchange_Online" ? "Exchange2016" : platform;

/** Operations whose WSDL message lists TimeZoneContext (services.wsdl); others must go without. */
const withTimeZone: ReadonlySet<string> = new Set([
  "FindItem",
  "GetItem",
  "CreateItem",
  "UpdateItem",
  "FindFolder",
  "GetFolder",
  "CreateFolder",
  "UpdateFolder",
  "GetAttachment",
  "CreateAttachment",
  "GetUserAvailability",
]);

/** Operations whose WSDL binding lists no RequestServerVersion. */
const withoutVersion: ReadonlySet<string> = new Set(["GetUserOofSettings", "SetUserOofSettings"]);

const timeZoneSince: ReadonlySet<Platform> = new Set(["Exchange2007", "Exchange2007_SP1"]);

/** Who the call acts as, and whose mailbox it is about. */
export interface CallIdentity {
  readonly impersonation?: Impersonation;
  /** Another mailbox addressed by its folders (SharedMailboxEmail). */
  readonly mailbox?: string;
}

function impersonationHeader({ type, user }: Impersonation): Xml {
  return element(
    "t:ExchangeImpersonation",
    undefined,
    element("t:ConnectingSID", undefined, leaf(`t:${type}`, user, { about: "ImpersonationUser" })),
  );
}

/** UTC, so that every time without an offset means UTC. Exchange 2007 does not know the header. */
function timeZoneHeader(): Xml {
  return element("t:TimeZoneContext", undefined, element("t:TimeZoneDefinition", { Id: "UTC" }));
}

/** The whole SOAP request of one operation. */
export function envelope(operation: string, body: Xml, config: EwsConfig, identity: CallIdentity): string {
  const version = element("t:RequestServerVersion", { Version: requestServerVersion(config.platform) });
  const withZone = withTimeZone.has(operation) && !timeZoneSince.has(config.platform);
  const header = element(
    "soap:Header",
    undefined,
    withoutVersion.has(operation) ? undefined : version,
    identity.impersonation && impersonationHeader(identity.impersonation),
    withZone ? timeZoneHeader() : undefined,
  );
  const markup = element("soap:Envelope", namespaces, header, element("soap:Body", undefined, body));
  return `<?xml version="1.0" encoding="utf-8"?>${markup}`;
}

/** The mailbox that Exchange's front end should route to: wrong or missing, it costs a hop or a 421/456 answer. */
export function anchorMailbox(config: EwsConfig, identity: CallIdentity): string | undefined {
  const candidates = [
    identity.mailbox,
    identity.impersonation?.type === "SID" ? undefined : identity.impersonation?.user,
    config.user,
  ];
  return candidates.find((candidate) => candidate !== undefined && /^[\x21-\x7E]+@[\x21-\x7E]+$/.test(candidate));
}

export const soapAction = (operation: string): string => `"${messagesNamespace}/${operation}"`;
