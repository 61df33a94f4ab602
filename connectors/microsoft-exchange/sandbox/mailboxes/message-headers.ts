import { propertySets } from "./extended-properties.ts";
import type { EmailAddress, Header, ItemFields } from "./model.ts";

/** An address as a header shows it: `"Name" <address>`. */
export function headerAddress({ name, address }: EmailAddress): string {
  if (!address) return name ?? "";
  if (!name || name === address) return address;
  return /^[\w !#$%&'*+/=?^`{|}~-]+$/.test(name)
    ? `${name} <${address}>`
    : `"${name.replace(/["\\]/g, "\\$&")}" <${address}>`;
}

/** The date as a header shows it: "Fri, 21 Nov 2025 11:36:00 +0000". */
export function headerDate(at: Date): string {
  return at.toUTCString().replace("GMT", "+0000");
}

/** Headers of a message the mailboxes compose themselves, in the order Exchange writes them. */
export function composedHeaders(fields: ItemFields): Header[] {
  const rows: [string, string | undefined][] = [
    ["From", fields.from && headerAddress(fields.from)],
    ["Sender", differs(fields.sender, fields.from) ? headerAddress(fields.sender!) : undefined],
    ["To", list(fields.to)],
    ["CC", list(fields.cc)],
    ["Reply-To", list(fields.replyTo)],
    ["Subject", fields.subject],
    ["Thread-Topic", fields.conversationTopic],
    ["Thread-Index", fields.conversationIndex?.toString("base64")],
    ["Importance", fields.importance === "normal" ? undefined : fields.importance],
    ["Date", fields.sentAt && headerDate(fields.sentAt)],
    ["Message-ID", fields.internetMessageId],
    ["References", fields.references],
    ["In-Reply-To", fields.inReplyTo],
    ["X-MS-Has-Attach", fields.attachments.length > 0 ? "yes" : ""],
    ["MIME-Version", "1.0"],
  ];
  const own = rows.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  return [...own, ...customHeaders(fields)];
}

/** Headers set as extended properties of the InternetHeaders property set. */
export function customHeaders(fields: ItemFields): Header[] {
  return [...fields.extended.values()].flatMap(({ key, value }) =>
    key.by === "name" && key.set.toLowerCase() === propertySets.InternetHeaders && typeof value === "string"
      ? [{ name: key.name, value }]
      : [],
  );
}

/** The Received line the sandbox puts before what it delivers. */
export function receivedHeader(domain: string, at: Date): Header {
  return {
    name: "Received",
    value: `from mail.${domain} (127.0.0.1) by mail.${domain} (127.0.0.1) with HTTPS; ${headerDate(at)}`,
  };
}

function differs(one?: EmailAddress, other?: EmailAddress): boolean {
  return one?.address !== undefined && other?.address !== undefined && one.address !== other.address;
}

function list(addresses: readonly EmailAddress[]): string | undefined {
  return addresses.length > 0 ? addresses.map(headerAddress).join(", ") : undefined;
}
