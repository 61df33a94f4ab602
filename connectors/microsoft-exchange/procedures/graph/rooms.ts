import type { Parameter, Row, Value } from "#spi";
import { itemsOf } from "../../graph/call.ts";
import { member } from "../../graph/errors.ts";
import { directory, segment } from "../../graph/mailbox.ts";
import { absoluteLink, LinkWatch, readPage } from "../../graph/paging.ts";
import { type Execution, graphProcedure, required, text } from "./procedure.ts";

const outputs: readonly Parameter[] = [
  text("Name", "Display name."),
  text("EmailAddress", "Address."),
  text("RoutingType", "Kind of address: SMTP."),
  text("MailboxType", "PublicDL for a list, Mailbox for a room, as Exchange Web Services tells them."),
];

/** Room lists of the organisation. */
export const getRoomLists = graphProcedure(
  {
    name: "GetRoomLists",
    description: "Room lists of the organisation; the table RoomLists tells more of each.",
    writes: false,
    inputs: [],
    outputs,
    run: (execution) => places(execution, "/places/microsoft.graph.roomList", "PublicDL"),
  },
  () => directory,
);

/** Rooms of one room list. */
export const getRooms = graphProcedure(
  {
    name: "GetRooms",
    description: "Rooms of one room list; the table Rooms tells more of each.",
    writes: false,
    inputs: [text("RoomListEmailAddress", "Address of the room list.", required)],
    outputs,
    run: (execution) => {
      const list = segment(execution.text("RoomListEmailAddress") ?? "");
      return places(execution, `/places/${list}/microsoft.graph.roomList/rooms`, "Mailbox");
    },
  },
  () => directory,
);

async function* places({ calls, signal }: Execution, path: string, mailboxType: string): AsyncIterable<Row> {
  const request = { method: "GET", operation: "GET places", mailbox: directory.mailbox } as const;
  const watch = new LinkWatch();
  let next: string | undefined = path;
  while (next !== undefined) {
    watch.follow(next, request.operation);
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(calls, { ...request, path: next }, signal);
    for (const place of itemsOf({ value: page.items })) yield placeRow(place, mailboxType);
    next = page.next === undefined ? undefined : absoluteLink(page.next, calls.config.baseUrl, { ...request, path });
  }
}

const placeRow = (place: Value, mailboxType: string): Row => ({
  Name: member(place, "displayName") ?? null,
  EmailAddress: member(place, "emailAddress") ?? null,
  RoutingType: "SMTP",
  MailboxType: mailboxType,
});
