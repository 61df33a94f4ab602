import { randomUUID } from "node:crypto";
import { textToHtml } from "../../ews/body-text.ts";
import {
  type Body,
  conversationIndex,
  type EmailAddress,
  emptyFields,
  type Item,
  type ItemFields,
  normalizedSubject,
  sendFields,
  sendItem,
} from "../../mailboxes/index.ts";
import {
  accepted,
  contentTypeOf,
  type GraphCall,
  type GraphResult,
  jsonBody,
  mailboxOf,
  optionalBody,
} from "../call.ts";
import { answerEntity } from "../collection.ts";
import { applyMessage, messageShape } from "../entities/message.ts";
import { badRequest, GraphError } from "../errors.ts";
import { checkParameters, type JsonObject } from "../schema/validate-body.ts";
import { readRecipients } from "../values.ts";
import { findMessage, newDraft, readMimeBody } from "./messages.ts";
import { type Handler, type Route, routes } from "./route.ts";

type Answer = "reply" | "replyAll" | "forward";

/** Requests that send mail, or make the draft of an answer. */
export const sendingRoutes: readonly Route[] = [
  ...routes("mail.send", "mail.send", {
    "POST sendMail": (call) => sendMail(call),
    "POST messages/*/send": (call, id) => sendDraft(call, id),
    "POST messages/*/reply": (call, id) => sendAnswer(call, id, "reply"),
    "POST messages/*/replyAll": (call, id) => sendAnswer(call, id, "replyAll"),
    "POST messages/*/forward": (call, id) => sendAnswer(call, id, "forward"),
  }),
  ...routes("mail.read", "mail.write", {
    "POST messages/*/createReply": draftAnswer("reply"),
    "POST messages/*/createReplyAll": draftAnswer("replyAll"),
    "POST messages/*/createForward": draftAnswer("forward"),
  }),
];

async function sendMail(call: GraphCall): Promise<GraphResult> {
  const { organisation } = call.service;
  const mailbox = mailboxOf(call);
  const sent = mailbox.folders.requireWellKnown("sentitems").id;
  if (contentTypeOf(call) === "text/plain") {
    sendFields(organisation, mailbox, "message", await readMimeBody(call), sent);
    return accepted;
  }
  const given = checkParameters({ Message: "message", SaveToSentItems: "boolean?" }, jsonBody(call));
  if (given["Message"] === undefined) {
    throw new GraphError(400, "ErrorInvalidRequest", "The message parameter is required.");
  }
  const draft = await newDraft(call, given["Message"] as JsonObject);
  requireRecipients(draft);
  sendFields(organisation, mailbox, "message", draft, given["SaveToSentItems"] === false ? undefined : sent);
  return accepted;
}

function sendDraft(call: GraphCall, id: string): GraphResult {
  const mailbox = mailboxOf(call);
  const item = findMessage(call, id);
  if (!item.isDraft) {
    throw new GraphError(400, "ErrorInvalidRequest", "Cannot send a message that is not a draft.");
  }
  requireRecipients(item);
  sendItem(call.service.organisation, mailbox, item.id, mailbox.folders.requireWellKnown("sentitems").id);
  return accepted;
}

async function sendAnswer(call: GraphCall, id: string, answer: Answer): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const fields = await answerFields(call, id, answer);
  requireRecipients(fields);
  const sent = mailbox.folders.requireWellKnown("sentitems").id;
  sendFields(call.service.organisation, mailbox, "message", fields, sent);
  return accepted;
}

function draftAnswer(answer: Answer): Handler {
  return async (call, id) => {
    const mailbox = mailboxOf(call);
    const fields = await answerFields(call, id, answer);
    const drafts = mailbox.folders.requireWellKnown("drafts").id;
    return answerEntity(messageShape, mailbox.createItem("message", drafts, fields), call, 201);
  };
}

/** The new message of a reply or forward, with what the request adds to it. */
async function answerFields(call: GraphCall, id: string, answer: Answer): Promise<ItemFields> {
  const original = findMessage(call, id);
  const parameters: Record<string, string> = { Comment: "string?", Message: "message?" };
  if (answer === "forward") parameters["ToRecipients"] = "recipient[]";
  const given = checkParameters(parameters, optionalBody(call));
  const message = (given["Message"] ?? {}) as JsonObject;
  const comment = typeof given["Comment"] === "string" ? given["Comment"] : undefined;
  if (comment !== undefined && message["body"]) {
    throw badRequest("Specify either a comment or the body property of the message parameter, not both.");
  }
  const fields = answerTo(call, original, answer);
  applyMessage(fields, message, call, true);
  if (!message["body"]) fields.body = quoted(original, comment ?? "");
  const to = readRecipients(given["ToRecipients"]);
  if (to.length > 0) fields.to = to;
  const attachments = Array.isArray(message["attachments"])
    ? await newDraft(call, { attachments: message["attachments"] })
    : undefined;
  fields.attachments = [...fields.attachments, ...(attachments?.attachments ?? [])];
  return fields;
}

function answerTo(call: GraphCall, original: Item, answer: Answer): ItemFields {
  const prefix = answer === "forward" ? "FW: " : "RE: ";
  const subject = original.subject ?? "";
  const fields: ItemFields = {
    ...emptyFields("message"),
    isDraft: true,
    isRead: true,
    subject: subject.toLowerCase().startsWith(prefix.trim().toLowerCase())
      ? subject
      : `${prefix}${normalizedSubject(subject)}`,
    conversationTopic: original.conversationTopic ?? normalizedSubject(subject),
    internetMessageId: `<${randomUUID()}@${call.service.organisation.domain}>`,
    importance: original.importance,
    attachments: answer === "forward" ? original.attachments.map((one) => ({ ...one, id: "" })) : [],
  };
  if (original.internetMessageId !== undefined) {
    fields.inReplyTo = original.internetMessageId;
    fields.references = [original.references, original.internetMessageId].filter(Boolean).join(" ");
  }
  const index = original.conversationIndex ?? conversationIndex(original, original.createdAt);
  fields.conversationIndex = Buffer.concat([index, replyBlock(call.now)]);
  if (answer !== "forward") addressAnswer(call, fields, original, answer === "replyAll");
  return fields;
}

/** Each answer appends five bytes to the conversation index ([MS-OXOMSG] 2.2.1.3). */
function replyBlock(now: Date): Buffer {
  const block = Buffer.alloc(5);
  block.writeUInt32BE(Math.floor(now.getTime() / 1000) >>> 0, 0);
  return block;
}

function addressAnswer(call: GraphCall, fields: ItemFields, original: Item, toAll: boolean): void {
  const self = mailboxOf(call).owner.address.toLowerCase();
  const senders = original.replyTo.length > 0 ? original.replyTo : original.from === undefined ? [] : [original.from];
  const isOwn = original.from?.address?.toLowerCase() === self;
  const others = (list: readonly EmailAddress[]) => list.filter((one) => one.address?.toLowerCase() !== self);
  fields.to = isOwn ? [...original.to] : [...senders, ...(toAll ? others(original.to) : [])];
  if (toAll) fields.cc = others(original.cc);
}

/** Comment above, original below, in the original's kind of body. */
function quoted(original: Item, comment: string): Body {
  const head = [
    `From: ${[original.from?.name, original.from?.address && `<${original.from.address}>`].filter(Boolean).join(" ")}`,
    `Sent: ${(original.sentAt ?? original.createdAt).toUTCString()}`,
    `To: ${original.to.map((one) => one.name ?? one.address).join("; ")}`,
    `Subject: ${original.subject ?? ""}`,
  ];
  const body = original.body ?? { type: "text", content: "" };
  if (body.type === "text") {
    return {
      type: "text",
      content: [comment, "", "________________________________", ...head, "", body.content].join("\r\n"),
    };
  }
  const above = textToHtml([comment, "", ...head].join("\r\n")).replace(/^[\s\S]*?<body>|<\/body>[\s\S]*$/g, "");
  const opening = /<body\b[^>]*>/i.exec(body.content)?.[0];
  const content =
    opening === undefined
      ? `<html><body>${above}<hr>${body.content}</body></html>`
      : body.content.replace(opening, () => `${opening}${above}<hr>`);
  return { type: "html", content };
}

function requireRecipients({ to, cc, bcc }: Pick<ItemFields, "to" | "cc" | "bcc">): void {
  if (to.length + cc.length + bcc.length > 0) return;
  throw new GraphError(
    400,
    "ErrorInvalidRecipients",
    "At least one recipient is not valid., No recipients are specified.",
  );
}
