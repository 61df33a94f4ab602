import { definition, impersonationInputs, optional, required, textInput } from "./parameters.ts";
import { requiredRecipients } from "./recipient-markup.ts";
import { comment, respond, statusOutput } from "./response-objects.ts";

/** ReplyToMessage: answers the sender of a message, or all. */
export const replyToMessage = definition(
  {
    name: "ReplyToMessage",
    description: "Replies to the sender of a message, or to all; the original is quoted.",
    writes: true,
    inputs: [
      required("MessageId", "id", "Message to answer."),
      optional("Comment", "string", "Reply text."),
      optional("ToAll", "boolean", "Reply to all.", { default: false }),
      ...impersonationInputs,
    ],
    outputs: [statusOutput],
  },
  (run) =>
    respond(run, {
      name: run.input["ToAll"] === true ? "ReplyAllToItem" : "ReplyToItem",
      idInput: "MessageId",
      after: [comment(run.input, "NewBodyContent")],
    }),
);

const forward = (name: "ForwardMail" | "ForwardEvent", idInput: string, what: string) =>
  definition(
    {
      name,
      description: `Forwards ${what}.`,
      writes: true,
      inputs: [
        required(idInput, "id", "What is forwarded."),
        required("ToRecipients", "string", "Addresses separated by commas or semicolons; names as `Name <address>`."),
        optional("Comment", "string", "Text above what is forwarded."),
        ...impersonationInputs,
      ],
      outputs: [statusOutput],
    },
    async (run) =>
      respond(run, {
        name: "ForwardItem",
        idInput,
        before: [requiredRecipients(textInput(run.input["ToRecipients"]))],
        after: [comment(run.input, "NewBodyContent")],
      }),
  );

/** ForwardMail: sends a message on. */
export const forwardMail = forward("ForwardMail", "MessageId", "a message with its attachments");

/** ForwardEvent: sends a meeting on; who gets it is invited. */
export const forwardEvent = forward("ForwardEvent", "EventId", "a meeting to people who are invited by it");
