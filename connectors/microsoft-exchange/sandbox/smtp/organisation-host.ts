import type { Identity } from "../identity/identity.ts";
import {
  type Account,
  type EmailAddress,
  type ItemFields,
  MailboxError,
  type Organisation,
  readMime,
  receive,
  sendFields,
} from "../mailboxes/index.ts";
import { type SmtpHost, SmtpRefusal, type SmtpSubmission } from "./smtp.ts";

/** Refusals to give at a stage of the SMTP conversation while they are set. */
export type SmtpRefusals = Map<"connect" | "auth" | "data", SmtpRefusal>;

/** SMTP submission over the mailboxes of an organisation. */
export function organisationHost(organisation: Organisation, identity: Identity, refusals: SmtpRefusals): SmtpHost {
  return {
    signIn: (user, password) => organisation.authenticate(user, password),
    signInWithToken: (user, token) => tokenSender(organisation, identity, user, token),
    maySendAs: (sender, from) => maySendAs(organisation, sender.address, from),
    submit: (submission) => submit(organisation, submission),
    fault: (stage) => refusals.get(stage),
  };
}

/** A user's token with SMTP.Send for that user, or an application's with SMTP.SendAsApp for any. */
function tokenSender(organisation: Organisation, identity: Identity, user: string, token: string): Account | undefined {
  const verdict = identity.verifyBearer(token, "exchange");
  if (!verdict.ok) return undefined;
  const { principal } = verdict;
  const account = organisation.account(user);
  if (principal.kind === "app") return principal.roles.includes("SMTP.SendAsApp") ? account : undefined;
  const isOwn = account !== undefined && account === organisation.account(principal.userPrincipalName);
  return isOwn && principal.scopes.includes("SMTP.Send") ? account : undefined;
}

function maySendAs(organisation: Organisation, sender: string, from: string): boolean {
  const [own, other] = [organisation.account(sender), organisation.mailbox(from)];
  if (own === undefined || other === undefined) return false;
  return organisation.mayOpen(own, other);
}

async function submit(organisation: Organisation, submission: SmtpSubmission): Promise<void> {
  const mailbox = organisation.requireMailbox(submission.sender.address);
  const fields = await readSubmitted(submission.mime, mailbox.clock());
  const named = new Set([...fields.to, ...fields.cc].map((one) => one.address?.toLowerCase()));
  const envelope = new Set(submission.recipients.map((one) => one.toLowerCase()));
  const blind = submission.recipients.filter((address) => !named.has(address.toLowerCase()));
  const outgoing: ItemFields = { ...fields, bcc: blind.map((address): EmailAddress => ({ address })) };
  const sent = mailbox.folders.requireWellKnown("sentitems").id;
  if ([...named].every((address) => address === undefined || envelope.has(address))) {
    refuseBadRecipients(() => sendFields(organisation, mailbox, "message", outgoing, sent));
    return;
  }
  // The envelope leaves out people the header names: only the envelope counts for delivery.
  mailbox.createItem("message", sent, { ...outgoing, isRead: true, sentAt: mailbox.clock() });
  for (const address of submission.recipients) {
    const target = organisation.mailbox(address);
    if (target !== undefined) receive(organisation, target, "message", outgoing);
  }
}

async function readSubmitted(mime: Buffer, now: Date): Promise<ItemFields> {
  try {
    return await readMime(mime, now);
  } catch {
    throw new SmtpRefusal(554, "5.6.0 STOREDRV.Submission; the message content is not valid");
  }
}

function refuseBadRecipients(send: () => void): void {
  try {
    send();
  } catch (problem) {
    if (!(problem instanceof MailboxError)) throw problem;
    throw new SmtpRefusal(554, `5.2.0 STOREDRV.Submission.Exception:${problem.code}; ${problem.message}`);
  }
}
