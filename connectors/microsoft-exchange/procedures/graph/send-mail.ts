import { ConnectorError, invalidQuery, type Row } from "#spi";
import { parseRecipients } from "../../../common/recipients.ts";
import { type JsonObject, member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { withRecipients } from "../../graph/people.ts";
import { findByKey, newKey, withKey } from "../../graph/recognition.ts";
import { attachFile, attachmentBody, type FileContent, LARGEST_INLINE } from "../../graph/upload.ts";
import { filesOf } from "../file-inputs.ts";
import { bytes, type Execution, flag, mailboxProcedure, statusOutput, success, text, userId } from "./procedure.ts";

const content = [
  "Subject",
  "Content",
  "ToRecipients",
  "CcRecipients",
  "BccRecipients",
  "Attachments",
  "FileName",
  "LocalFile",
  "ContentBytes",
  "ContentStream",
  "SenderEmail",
  "FromEmail",
] as const;

/** Sends a new message or an existing draft. */
export const sendMail = mailboxProcedure({
  name: "SendMail",
  description: "Sends a new message, or the draft that Id names as it is.",
  writes: true,
  inputs: [
    text("Id", "Existing draft to send."),
    text("Subject", "Subject."),
    text("Content", "Body."),
    text("ContentType", "Body type.", { default: "text", allowed: ["text", "html"] }),
    text("ToRecipients", "Addresses, separated by semicolons or commas; needed unless Id is given."),
    text("CcRecipients", "Addresses of copies."),
    text("BccRecipients", "Addresses of hidden copies."),
    text("Attachments", "Files as name,base64; name,base64 or @path."),
    text("FileName", "Name of a single attachment."),
    text("LocalFile", "Path of a single attachment, under a folder the owner of the service allows."),
    text("ContentBytes", "Base64 content of a single attachment."),
    bytes("ContentStream", "Content of a single attachment, in base64."),
    text("SenderEmail", "Mailbox that sends on behalf of FromEmail."),
    text("FromEmail", "Address the message comes from."),
    flag("SaveToSentItems", "Keep a copy in Sent Items.", { default: true }),
    userId,
  ],
  outputs: [statusOutput],
  run: (execution) => {
    const id = execution.text("Id");
    return id === undefined ? sendNew(execution) : sendDraft(execution, id);
  },
});

async function sendDraft(execution: Execution, id: string): Promise<Row> {
  const extra = content.find((name) => execution.text(name) !== undefined);
  if (extra !== undefined) {
    throw invalidQuery(`Id sends the draft as it is; ${extra} cannot be given with it.`, { target: extra });
  }
  await send(execution, id);
  return success;
}

/** A draft that is no longer one was sent, whether or not the answer came. */
async function send({ calls, owner, signal }: Execution, id: string): Promise<void> {
  const path = `${owner.path}/messages/${segment(id)}`;
  try {
    await calls.json({ method: "POST", path: `${path}/send`, operation: "POST send", mailbox: owner.mailbox }, signal);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.effect !== "unknown") throw error;
    if (await isStillDraft({ calls, owner, signal }, path)) throw error;
  }
}

async function isStillDraft(
  { calls, owner, signal }: Pick<Execution, "calls" | "owner" | "signal">,
  path: string,
): Promise<boolean> {
  const request = { method: "GET", path: `${path}?$select=isDraft`, operation: "GET message", mailbox: owner.mailbox };
  try {
    return member(await calls.json({ ...request, method: "GET" }, signal), "isDraft") !== false;
  } catch (error) {
    if (error instanceof ConnectorError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}

async function sendNew(execution: Execution): Promise<Row> {
  const files = await filesOf({ files: execution.calls.context.files, text: execution.text });
  const message = messageOf(execution);
  const size = files.reduce((total, file) => total + file.bytes.length, 0);
  if (size > LARGEST_INLINE) await sendLarge(execution, message, files);
  else await sendAtOnce(execution, { ...message, ...attachmentsOf(files) });
  return success;
}

const attachmentsOf = (files: readonly FileContent[]): JsonObject =>
  files.length === 0 ? {} : { attachments: files.map(attachmentBody) };

/** One request. The copy in Sent Items carries a key, so that a lost answer can be looked up; never sent again. */
async function sendAtOnce(execution: Execution, message: JsonObject): Promise<void> {
  const { calls, owner, signal } = execution;
  const keepsCopy = execution.flag("SaveToSentItems");
  const key = newKey(calls.context);
  const body = { message: keepsCopy ? withKey(message, key) : message, saveToSentItems: keepsCopy };
  try {
    await calls.json(
      { method: "POST", path: `${owner.path}/sendMail`, operation: "POST sendMail", mailbox: owner.mailbox, body },
      signal,
    );
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.effect !== "unknown" || !keepsCopy) throw error;
    const sent = await findByKey(calls, `${owner.path}/mailFolders/sentitems/messages`, owner.mailbox, key, signal);
    if (sent === undefined) throw error;
  }
}

/** Large files go into a draft one by one; then the draft is sent. */
async function sendLarge(execution: Execution, message: JsonObject, files: readonly FileContent[]): Promise<void> {
  const { calls, owner, signal } = execution;
  if (!execution.flag("SaveToSentItems")) {
    throw invalidQuery("With more than 3 MB of attachments a copy is always kept in Sent Items.", {
      target: "SaveToSentItems",
    });
  }
  const path = `${owner.path}/messages`;
  const draft = await calls.json(
    { method: "POST", path, operation: "POST messages", mailbox: owner.mailbox, body: message },
    signal,
  );
  const id = String(member(draft, "id"));
  try {
    for (const file of files) await attachFile(calls, owner, `${path}/${segment(id)}`, file, signal);
  } catch (error) {
    await calls.json(
      { method: "DELETE", path: `${path}/${segment(id)}`, operation: "DELETE messages", mailbox: owner.mailbox },
      signal,
    );
    // Nothing was sent, and the draft is gone.
    throw error instanceof ConnectorError ? error.with({ effect: "none" }) : error;
  }
  await send(execution, id);
}

function messageOf({ text: input }: Execution): JsonObject {
  const to = recipients(input("ToRecipients"), "ToRecipients");
  if (to === undefined)
    throw invalidQuery("SendMail needs ToRecipients, or the Id of a draft.", { target: "ToRecipients" });
  const cc = recipients(input("CcRecipients"), "CcRecipients");
  const bcc = recipients(input("BccRecipients"), "BccRecipients");
  const [sender] = recipients(input("SenderEmail"), "SenderEmail") ?? [];
  const [from] = recipients(input("FromEmail"), "FromEmail") ?? [];
  return withRecipients({
    subject: input("Subject") ?? "",
    body: { contentType: input("ContentType") ?? "text", content: input("Content") ?? "" },
    toRecipients: to,
    ...(cc === undefined ? {} : { ccRecipients: cc }),
    ...(bcc === undefined ? {} : { bccRecipients: bcc }),
    ...(sender === undefined ? {} : { sender }),
    ...(from === undefined ? {} : { from }),
  });
}

/** Recipients in Graph's form; nothing for an input that names none. */
export function recipients(list: string | undefined, input: string): readonly JsonObject[] | undefined {
  const all = list === undefined ? [] : parseRecipients(list, input);
  if (all.length === 0) return undefined;
  return all.map(({ name, address }) => ({ emailAddress: { ...(name === undefined ? {} : { name }), address } }));
}
