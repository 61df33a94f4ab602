import { invalidQuery } from "#spi";
import { parseRecipients, type Recipient } from "../../common/recipients.ts";

/** A mailbox in a header or envelope. The domain is ASCII: names of other scripts are written in Punycode. */
export interface Mailbox {
  readonly name?: string;
  readonly address: string;
}

/** The mailboxes an input lists. Errors: INVALID_QUERY naming the input. */
export const mailboxesOf = (list: string | undefined, input: string): readonly Mailbox[] =>
  list === undefined ? [] : parseRecipients(list, input).map((recipient) => mailbox(recipient, input));

/** The one mailbox an input names. */
export function oneMailbox(text: string | undefined, input: string): Mailbox | undefined {
  const all = mailboxesOf(text, input);
  if (all.length > 1) throw invalidQuery(`${input} names one address.`, { target: input });
  return all[0];
}

function mailbox({ name, address }: Recipient, input: string): Mailbox {
  const at = address.lastIndexOf("@");
  const domain = at < 1 ? undefined : asciiDomain(address.slice(at + 1));
  if (domain === undefined)
    throw invalidQuery(`${input}: "${address.slice(0, 120)}" is no mail address.`, { target: input });
  const plain = `${address.slice(0, at)}@${domain}`;
  return name === undefined ? { address: plain } : { name, address: plain };
}

function asciiDomain(domain: string): string | undefined {
  if (/^\[[0-9A-Za-z.:-]+\]$/.test(domain)) return domain;
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(domain)) return undefined;
  if (/^[\x21-\x7e]+$/.test(domain)) return domain;
  const url = `http://${domain}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
