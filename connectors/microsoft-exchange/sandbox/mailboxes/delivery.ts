import { randomUUID } from "node:crypto";
import { conversationIndex, normalizedSubject } from "./conversation.ts";
import { MailboxError } from "./errors.ts";
import { cloneFields } from "./item-copy.ts";
import { emptyFields } from "./item-defaults.ts";
import type { Mailbox } from "./mailbox.ts";
import { composedHeaders, receivedHeader } from "./message-headers.ts";
import type { EmailAddress, Item, ItemFields, ItemKind } from "./model.ts";
import type { Organisation } from "./organisation.ts";

/** Puts a finished message into its recipients' inboxes, and a copy into `saveTo` when that is given. */
export function sendFields(
  organisation: Organisation,
  mailbox: Mailbox,
  kind: ItemKind,
  fields: ItemFields,
  saveTo?: string,
): Item | undefined {
  const outgoing = prepare(organisation, mailbox, fields);
  const saved = saveTo === undefined ? undefined : mailbox.createItem(kind, saveTo, outgoing);
  deliver(organisation, mailbox, kind, outgoing);
  return saved;
}

/** Sends a draft that lies in the mailbox: it moves to `saveTo`, or goes away when no copy is wanted. */
export function sendItem(organisation: Organisation, mailbox: Mailbox, id: string, saveTo?: string): Item | undefined {
  const draft = mailbox.requireItem(id);
  const outgoing = prepare(organisation, mailbox, cloneFields(draft));
  deliver(organisation, mailbox, draft.kind, outgoing);
  if (saveTo === undefined) {
    mailbox.deleteItem(id, "hard");
    return undefined;
  }
  const { attachments, ...rest } = outgoing;
  mailbox.changeItem(id, (item) => Object.assign(item, rest));
  return draft.folderId === saveTo ? draft : mailbox.moveItem(id, saveTo);
}

/** Fills in what sending fills in, and refuses what cannot be sent. */
function prepare(organisation: Organisation, mailbox: Mailbox, fields: ItemFields): ItemFields {
  const recipients = [...fields.to, ...fields.cc, ...fields.bcc];
  const bad = recipients.find((one) => !isAddress(resolve(organisation, one).address));
  if (recipients.length === 0 || bad) {
    throw new MailboxError("ErrorInvalidRecipients", "At least one recipient isn't valid.");
  }
  const now = mailbox.clock();
  const named = (list: EmailAddress[]) => list.map((one) => resolve(organisation, one));
  const result: ItemFields = {
    ...fields,
    from: allowedFrom(organisation, mailbox, fields.from),
    sender: { ...mailbox.owner },
    to: named(fields.to),
    cc: named(fields.cc),
    bcc: named(fields.bcc),
    internetMessageId: fields.internetMessageId ?? `<${randomUUID()}@${organisation.domain}>`,
    sentAt: now,
    receivedAt: now,
    isDraft: false,
    isSubmitted: true,
    isRead: true,
    isFromMe: true,
    conversationTopic: fields.conversationTopic ?? normalizedSubject(fields.subject ?? ""),
  };
  result.conversationIndex = fields.conversationIndex ?? conversationIndex(result, now);
  return result;
}

function deliver(organisation: Organisation, mailbox: Mailbox, kind: ItemKind, outgoing: ItemFields): void {
  const reached = new Set<string>();
  for (const recipient of expand(organisation, [...outgoing.to, ...outgoing.cc, ...outgoing.bcc])) {
    const address = recipient.address ?? "";
    if (reached.has(address.toLowerCase())) continue;
    reached.add(address.toLowerCase());
    const target = organisation.mailbox(address);
    if (target) receive(organisation, target, kind, outgoing);
    else if (organisation.isLocal(address)) returnUndelivered(organisation, mailbox, outgoing, address);
    else
      organisation.relayed.push({
        from: mailbox.owner.address,
        to: address,
        subject: outgoing.subject ?? "",
        at: mailbox.clock(),
      });
  }
}

/** Delivers one message into one inbox. */
export function receive(organisation: Organisation, target: Mailbox, kind: ItemKind, outgoing: ItemFields): Item {
  const now = target.clock();
  const received = receivedHeader(organisation.domain, now);
  const written = outgoing.headers.length > 0 ? outgoing.headers : composedHeaders(outgoing);
  const headers = written.filter(({ name }) => name.toLowerCase() !== "bcc");
  const { mime, ...rest } = outgoing;
  const copy: ItemFields = {
    ...rest,
    extended: new Map(outgoing.extended),
    bcc: [],
    headers: [received, ...headers],
    isRead: false,
    isDraft: false,
    isFromMe: target.owner.address.toLowerCase() === outgoing.from?.address?.toLowerCase(),
    receivedAt: now,
    receivedBy: { ...target.owner },
    receivedRepresenting: { ...target.owner },
    flag: { status: "notFlagged" },
    categories: [],
    reminder: { isSet: false },
  };
  if (mime) copy.mime = Buffer.concat([Buffer.from(`Received: ${received.value}\r\n`), withoutBcc(mime)]);
  const item = target.createItem(kind, target.folders.requireWellKnown("inbox").id, copy, true);
  answerAutomatically(organisation, target, outgoing);
  return item;
}

function expand(organisation: Organisation, recipients: readonly EmailAddress[]): EmailAddress[] {
  return recipients.flatMap((one) => {
    const list = organisation.list(one.address ?? "");
    return list ? list.members.map((address) => resolve(organisation, { address })) : [one];
  });
}

/** Fills in the address or the name the directory knows. */
export function resolve(organisation: Organisation, one: EmailAddress): EmailAddress {
  if (isAddress(one.address)) {
    const account = organisation.account(one.address ?? "");
    return account && (!one.name || one.name === one.address) ? { ...one, name: account.displayName } : one;
  }
  const found = organisation.resolve(one.address ?? one.name ?? "");
  return found.length === 1 && found[0] ? { name: found[0].name, address: found[0].address } : one;
}

function isAddress(text: string | undefined): boolean {
  return text !== undefined && /^[^\s@<>]+@[^\s@<>]+$/.test(text);
}

function allowedFrom(organisation: Organisation, mailbox: Mailbox, from?: EmailAddress): EmailAddress {
  if (!from?.address || organisation.mailbox(from.address) === mailbox)
    return { ...mailbox.owner, ...(from?.name ? { name: from.name } : {}) };
  const other = organisation.mailbox(from.address);
  if (other?.delegates.has(mailbox.owner.address.toLowerCase())) return resolve(organisation, from);
  throw new MailboxError(
    "ErrorSendAsDenied",
    "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.",
  );
}

/** The non-delivery report for a mailbox that does not exist. */
function returnUndelivered(organisation: Organisation, mailbox: Mailbox, outgoing: ItemFields, address: string): void {
  const text = `Delivery has failed to these recipients or groups:\r\n\r\n${address}\r\nThe email address you entered couldn't be found.\r\n\r\n550 5.1.1 RESOLVER.ADR.RecipNotFound; not found`;
  const report: ItemFields = {
    ...emptyFields("message"),
    itemClass: "REPORT.IPM.Note.NDR",
    subject: `Undeliverable: ${outgoing.subject ?? ""}`,
    body: { type: "text", content: text },
    from: { name: "Microsoft Outlook", address: `postmaster@${organisation.domain}` },
    sender: { name: "Microsoft Outlook", address: `postmaster@${organisation.domain}` },
    to: [{ ...mailbox.owner }],
    internetMessageId: `<${randomUUID()}@${organisation.domain}>`,
    sentAt: mailbox.clock(),
    conversationTopic: normalizedSubject(outgoing.subject ?? ""),
  };
  if (outgoing.internetMessageId) report.inReplyTo = outgoing.internetMessageId;
  if (outgoing.conversationIndex) report.conversationIndex = outgoing.conversationIndex;
  receive(organisation, mailbox, "message", report);
}

const answered = new WeakMap<Mailbox, Set<string>>();

/** Exchange answers each sender once while automatic replies are on. */
function answerAutomatically(organisation: Organisation, target: Mailbox, outgoing: ItemFields): void {
  const { oof } = target;
  const sender = organisation.mailbox(outgoing.from?.address ?? "");
  const done = answered.get(target) ?? new Set<string>();
  if (!isOofOn(target)) {
    answered.delete(target);
    return;
  }
  if (!sender || sender === target || outgoing.itemClass !== "IPM.Note" || done.has(sender.owner.address)) return;
  answered.set(target, done.add(sender.owner.address));
  receive(organisation, sender, "message", {
    ...emptyFields("message"),
    itemClass: "IPM.Note.Rules.OofTemplate.Microsoft",
    subject: `Automatic reply: ${outgoing.subject ?? ""}`,
    body: { type: "html", content: oof.internalReply },
    from: { ...target.owner },
    sender: { ...target.owner },
    to: [{ ...sender.owner }],
    internetMessageId: `<${randomUUID()}@${organisation.domain}>`,
    sentAt: target.clock(),
    conversationTopic: normalizedSubject(outgoing.subject ?? ""),
    ...(outgoing.internetMessageId ? { inReplyTo: outgoing.internetMessageId } : {}),
  });
}

function isOofOn({ oof, clock }: Mailbox): boolean {
  if (oof.state !== "scheduled") return oof.state === "enabled";
  const now = clock();
  return (!oof.start || oof.start <= now) && (!oof.end || now < oof.end);
}

/** Takes the Bcc header (with its folded lines) out of a message's bytes. */
function withoutBcc(mime: Buffer): Buffer {
  const text = mime.toString("latin1");
  const end = text.search(/\r?\n\r?\n/);
  const head = end < 0 ? text : text.slice(0, end);
  const cleaned = head.replace(/^bcc:.*(?:\r?\n[ \t].*)*(?:\r?\n|$)/gim, "").replace(/\r?\n$/, "");
  return Buffer.from(end < 0 ? cleaned : cleaned + text.slice(end), "latin1");
}
