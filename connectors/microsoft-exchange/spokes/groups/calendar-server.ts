import { invalidQuery, type Row } from "#spi";
import { member } from "../../graph/errors.ts";
import { cancelEvent as cancelOnEws } from "../../procedures/ews/meeting-answers.ts";
import { cancelEvent as cancelOnGraph } from "../../procedures/graph/events.ts";
import { flag, id, list, mailbox, orNull, required, resultOutput, type SpokeAction, success, text } from "../action.ts";
import { createEvent as createOnEws, eventsById, eventNamed as namedOnEws } from "../events/ews-events.ts";
import { eventOutputs } from "../events/fields.ts";
import {
  createEvent as createOnGraph,
  eventById,
  eventNamed as namedOnGraph,
  refuseUntold,
  updateEvent,
} from "../events/graph-events.ts";
import { changeKeyInput, ewsRow, graphRow, serverEventInputs } from "../events/written.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";
import { checkRooms } from "../rooms/ews-rooms.ts";

const group = "Meeting management";
const spokes = ["Exchange Server"] as const;
const start = text("start", "Beginning: with Z or offset, else on the clocks of timeZone.");
const end = text("end", "End, in the same way.");
const externalIdInput = text(
  "externalId",
  "Id of the appointment in another system: a repeated call makes no second event and sends no second invitation.",
);
const externalName = text(
  "externalId",
  "Instead of itemId: id of the appointment in another system, as it was created with.",
);
const keyOutputs = [id("itemId", "Id of the event."), id("changeKey", "Its version.")];

const tells = (work: EwsWork | GraphWork): boolean => work.inputs.text("kind") !== "appointment";

async function createForUserOnEws(work: EwsWork): Promise<readonly Row[]> {
  const { key, isNew } = await createOnEws(work, ewsRow(work), tells(work) ? "SendToAllAndSaveCopy" : "SendToNone");
  return [{ itemId: orNull(key["ItemId"]), changeKey: orNull(key["ItemChangeKey"]), created: isNew }];
}

async function createForUserOnGraph(work: GraphWork): Promise<readonly Row[]> {
  if (!tells(work)) refuseUntold(work);
  const { event, isNew } = await createOnGraph(work, graphRow(work.inputs));
  return [{ itemId: orNull(event["id"]), changeKey: orNull(event["changeKey"]), created: isNew }];
}

async function updateMeetingOnEws(work: EwsWork): Promise<readonly Row[]> {
  const ItemId = await namedOnEws(work, "itemId");
  const change = ewsRow(work);
  requireChange(change);
  await checkRooms(work, work.inputs.addresses("resources") ?? [], "resources");
  const changeKey = work.inputs.text("changeKey");
  const key = await work.update("Calendar", {
    ItemId,
    ...change,
    ...(changeKey === undefined ? {} : { ItemChangeKey: changeKey }),
    SendMeetingInvitations: "SendToAllAndSaveCopy",
  });
  return [{ itemId: orNull(key["ItemId"]), changeKey: orNull(key["ItemChangeKey"]) }];
}

/** Refuses a change that changes nothing. */
export function requireChange(change: Row): void {
  if (Object.keys(change).length === 0) throw invalidQuery("No input says what is to be changed.");
}

async function updateMeetingOnGraph(work: GraphWork): Promise<readonly Row[]> {
  requireChange(graphRow(work.inputs));
  const itemId = await namedOnGraph(work, "itemId");
  await updateEvent(work, itemId);
  const found = await eventById(work, itemId, "itemId");
  return [{ itemId, changeKey: orNull(found["changeKey"]) }];
}

/** Removes an event over EWS; who organises a meeting cancels it. */
export async function deleteOnEws(work: EwsWork, itemId: string, told: boolean): Promise<void> {
  const comment = work.inputs.text("comment");
  if (comment !== undefined && told) {
    await work.execute(cancelOnEws, { EventId: itemId, Comment: comment });
    return;
  }
  await work.delete("Calendar", {
    ItemId: itemId,
    SendCancellationsMode: told ? "SendToAllAndSaveCopy" : "SendToNone",
  });
}

/** Removes an event over Microsoft Graph, with a comment by cancelling it. */
export async function deleteOnGraph(work: GraphWork, itemId: string): Promise<void> {
  const comment = work.inputs.text("comment");
  if (comment === undefined) await work.delete("Events", { id: itemId });
  else await work.execute(cancelOnGraph, { EventId: itemId, Comment: comment });
}

async function refuseSilence(work: GraphWork, itemId: string): Promise<void> {
  if (work.inputs.flag("notify") !== false) return;
  const path = `events/${encodeURIComponent(itemId)}?$select=attendees,isOrganizer`;
  const attendees = member(await work.json({ method: "GET", path }), "attendees");
  if (Array.isArray(attendees) && attendees.length > 0)
    throw invalidQuery("Microsoft Graph tells the attendees of every meeting that is deleted: leave notify at true.", {
      target: "notify",
    });
}

const byIds: Pick<SpokeAction, "outputs" | "writes" | "spokes"> = {
  outputs: eventOutputs,
  writes: false,
  spokes,
};

async function onGraphById(work: GraphWork, input: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const each of work.inputs.list(input) ?? []) rows.push(await eventById(work, each, input));
  return rows;
}

/** Events in the words of the Exchange Server spoke. */
export const serverCalendarActions: readonly SpokeAction[] = [
  {
    name: "Create Calendar Event For User",
    spokes,
    group: "Mailbox management",
    description: "Makes a meeting, which invites its attendees, or an appointment in a user's calendar.",
    writes: true,
    inputs: [
      mailbox,
      text("kind", "meeting invites the attendees; an appointment tells nobody.", {
        default: "meeting",
        allowed: ["meeting", "appointment"],
      }),
      text("subject", "Subject."),
      { ...start, required: true },
      { ...end, required: true },
      ...serverEventInputs,
      externalIdInput,
    ],
    outputs: [...keyOutputs, flag("created", "false: the event of this externalId was there already.")],
    ews: {
      run: createForUserOnEws,
      calls: "CreateItem with CalendarItem, SendMeetingInvitations and ExchangeImpersonation; FindPeople for resources",
    },
    graph: { run: createForUserOnGraph, calls: "POST /users/{id}/events; GET /places/{id} for resources" },
  },
  {
    ...byIds,
    name: "Look up Calendar by Event ID",
    group: "Mailbox management",
    description: "Reads events by their ids.",
    inputs: [mailbox, list("eventId", "Ids of the events.", required)],
    ews: { run: (work) => eventsById(work, work.inputs.list("eventId") ?? [], "eventId"), calls: "GetItem" },
    graph: { run: (work) => onGraphById(work, "eventId"), calls: "GET /users/{id}/events/{id}" },
  },
  {
    name: "Update a Calendar Meeting",
    spokes,
    group,
    description: "Changes a meeting and sends the update to all attendees; what is left out stays as it is.",
    writes: true,
    inputs: [
      mailbox,
      id("itemId", "The event."),
      externalName,
      changeKeyInput,
      text("subject", "Subject."),
      start,
      end,
      ...serverEventInputs,
    ],
    outputs: keyOutputs,
    ews: {
      run: updateMeetingOnEws,
      calls: "UpdateItem with SendMeetingInvitationsOrCancellations SendToAllAndSaveCopy",
    },
    graph: { run: updateMeetingOnGraph, calls: "PATCH /users/{id}/events/{id}" },
  },
  {
    name: "Delete Calendar Event for User",
    spokes,
    group,
    description: "Deletes an event; of a meeting the attendees get a cancellation.",
    writes: true,
    inputs: [
      mailbox,
      id("itemId", "The event."),
      externalName,
      flag("notify", "Send cancellations.", { default: true }),
      text("comment", "Note to the attendees."),
    ],
    outputs: [resultOutput],
    ews: {
      run: async (work) => {
        await deleteOnEws(work, await namedOnEws(work, "itemId"), work.inputs.flag("notify") !== false);
        return [success];
      },
      calls: "DeleteItem with SendMeetingCancellations; with a comment CreateItem of CancelCalendarItem",
    },
    graph: {
      run: async (work) => {
        const itemId = await namedOnGraph(work, "itemId");
        await refuseSilence(work, itemId);
        await deleteOnGraph(work, itemId);
        return [success];
      },
      calls: "DELETE /users/{id}/events/{id}, or POST …/cancel with a comment",
    },
  },
  {
    ...byIds,
    name: "Look up Calendar Item from Item ID",
    group: "Subscription management",
    description: "Reads the calendar item that an event of a subscription names.",
    inputs: [mailbox, id("itemId", "The item.", required)],
    ews: { run: (work) => eventsById(work, [work.inputs.needed("itemId")], "itemId"), calls: "GetItem" },
    graph: { run: (work) => onGraphById(work, "itemId"), calls: "GET /users/{id}/events/{id}" },
  },
];
