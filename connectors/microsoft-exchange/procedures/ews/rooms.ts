import type { Parameter, Row } from "#spi";
import { identityOf } from "../../ews/identity.ts";
import { getRoomLists as readLists, getRooms as readRooms } from "../../ews/operations/get-rooms.ts";
import { definition, output, required } from "./parameters.ts";

const addressOutputs: readonly Parameter[] = [
  output("Name", "string", "Display name."),
  output("EmailAddress", "string", "Address."),
  output("RoutingType", "string", "Kind of address, such as SMTP."),
  output("MailboxType", "string", "Kind of mailbox."),
];

/** GetRoomLists: the room lists of the organisation. */
export const getRoomLists = definition(
  {
    name: "GetRoomLists",
    description: "Room lists of the organisation.",
    writes: false,
    inputs: [],
    outputs: addressOutputs,
  },
  async ({ caller, signal }) => {
    const state = await caller.call(readLists(), identityOf(caller.config, {}), signal);
    return state.addresses.map((address): Row => ({ ...address }));
  },
);

/** GetRooms: the rooms of one list. */
export const getRooms = definition(
  {
    name: "GetRooms",
    description: "Rooms of one room list.",
    writes: false,
    inputs: [required("RoomListEmailAddress", "string", "Address of the room list.")],
    outputs: addressOutputs,
  },
  async ({ caller, input, signal }) => {
    const operation = readRooms(String(input["RoomListEmailAddress"]));
    const state = await caller.call(operation, identityOf(caller.config, {}), signal);
    return state.addresses.map((address): Row => ({ ...address }));
  },
);
