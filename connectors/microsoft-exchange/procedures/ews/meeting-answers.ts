import type { ProcedureRun } from "../../ews/binding.ts";
import { definition, impersonationInputs, optional, required } from "./parameters.ts";
import { comment, respond, statusOutput } from "./response-objects.ts";

const answerElements: Readonly<Record<string, string>> = {
  Accept: "AcceptItem",
  Tentative: "TentativelyAcceptItem",
  Decline: "DeclineItem",
};

const answer = (run: ProcedureRun, element: string) =>
  respond(run, {
    name: element,
    idInput: "EventId",
    before: [comment(run.input, "Body")],
    disposition: run.input["SendResponse"] === false ? "SaveOnly" : "SendAndSaveCopy",
  });

const answerInputs = [
  optional("SendResponse", "boolean", "Tell the organizer.", { default: true }),
  optional("Comment", "string", "Text for the organizer."),
  ...impersonationInputs,
];
const eventId = required("EventId", "id", "The meeting in one's own calendar, or its request.");

/** RespondToEvent: answers a meeting request. */
export const respondToEvent = definition(
  {
    name: "RespondToEvent",
    description: "Accepts a meeting, perhaps, or declines it.",
    writes: true,
    inputs: [
      eventId,
      required("ResponseType", "string", "The answer.", {
        allowed: Object.keys(answerElements),
      }),
      ...answerInputs,
    ],
    outputs: [statusOutput],
  },
  (run) => answer(run, answerElements[String(run.input["ResponseType"])] ?? "AcceptItem"),
);

/** TentativelyAcceptEvent: the answer "perhaps". */
export const tentativelyAcceptEvent = definition(
  {
    name: "TentativelyAcceptEvent",
    description: "Accepts a meeting with reservation.",
    writes: true,
    inputs: [eventId, ...answerInputs],
    outputs: [statusOutput],
  },
  (run) => answer(run, "TentativelyAcceptItem"),
);

/** CancelEvent: calls a meeting off, as its organizer. */
export const cancelEvent = definition(
  {
    name: "CancelEvent",
    description: "Calls a meeting off: its attendees are told, and it goes to Deleted Items. Only its organizer can.",
    writes: true,
    inputs: [
      required("EventId", "id", "The meeting, or one occurrence of a series."),
      optional("Comment", "string", "Text for the attendees."),
      ...impersonationInputs,
    ],
    outputs: [statusOutput],
  },
  (run) =>
    respond(run, { name: "CancelCalendarItem", idInput: "EventId", after: [comment(run.input, "NewBodyContent")] }),
);
