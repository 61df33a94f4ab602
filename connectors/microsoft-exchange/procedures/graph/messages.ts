import { invalidQuery, type Row } from "#spi";
import type { JsonObject } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { idOf } from "../../graph/write-row.ts";
import { mailFolderNames } from "../../tables/graph/well-known.ts";
import { type Execution, flag, mailboxProcedure, required, statusOutput, success, text, userId } from "./procedure.ts";
import { recipients } from "./send-mail.ts";

const messageId = (what: string) => text("MessageId", what, required);

/** Posts an action on a message. */
export async function act({ calls, owner, signal }: Execution, path: string, body?: JsonObject): Promise<JsonObject> {
  const operation = `POST ${path.split("/").at(-1)}`;
  const content = body === undefined ? {} : { body };
  return calls.json(
    { method: "POST", path: `${owner.path}/${path}`, operation, mailbox: owner.mailbox, ...content },
    signal,
  );
}

const messagePath = (execution: Execution): string => `messages/${segment(execution.text("MessageId") ?? "")}`;

/** Forwards a message. */
export const forwardMail = mailboxProcedure({
  name: "ForwardMail",
  description: "Forwards a message.",
  writes: true,
  inputs: [
    messageId("Message to forward."),
    text("ToRecipients", "Addresses, separated by semicolons or commas.", required),
    text("Comment", "Text above the forwarded mail."),
    userId,
  ],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    const toRecipients = recipients(execution.text("ToRecipients"), "ToRecipients");
    if (toRecipients === undefined) throw invalidQuery("ToRecipients names nobody.", { target: "ToRecipients" });
    const body = { comment: execution.text("Comment") ?? "", toRecipients };
    await act(execution, `${messagePath(execution)}/forward`, body);
    return success;
  },
});

/** Replies to a message. */
export const replyToMessage = mailboxProcedure({
  name: "ReplyToMessage",
  description: "Replies to the sender of a message, or to all.",
  writes: true,
  inputs: [
    messageId("Message to answer."),
    text("Comment", "Reply text."),
    flag("ToAll", "Reply to all.", { default: false }),
    userId,
  ],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    const action = execution.flag("ToAll") ? "replyAll" : "reply";
    await act(execution, `${messagePath(execution)}/${action}`, { comment: execution.text("Comment") ?? "" });
    return success;
  },
});

const destination = text(
  "DestinationId",
  "Folder by id or well-known name, such as archive or deleteditems.",
  required,
);

async function transfer(execution: Execution, action: "move" | "copy"): Promise<Row> {
  const given = execution.text("DestinationId") ?? "";
  const destinationId = mailFolderNames.find((name) => name === given.toLowerCase()) ?? given;
  const made = await act(execution, `${messagePath(execution)}/${action}`, { destinationId });
  return { ...success, Id: idOf(made) ?? null };
}

/** Moves a message. */
export const moveMail = mailboxProcedure({
  name: "MoveMail",
  description: "Moves a message to another folder; its id changes.",
  writes: true,
  inputs: [messageId("Message to move."), destination, userId],
  outputs: [statusOutput, text("Id", "Id of the message in its new folder.")],
  run: (execution) => transfer(execution, "move"),
});

/** Copies a message. */
export const copyMail = mailboxProcedure({
  name: "CopyMail",
  description: "Copies a message to another folder.",
  writes: true,
  inputs: [messageId("Message to copy."), destination, userId],
  outputs: [statusOutput, text("Id", "Id of the copy.")],
  run: (execution) => transfer(execution, "copy"),
});
