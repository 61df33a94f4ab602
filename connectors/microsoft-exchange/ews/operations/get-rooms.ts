import type { Operation } from "../call.ts";
import type { ElementReader } from "../element-reader.ts";
import { type CallState, callState, readDirectMessage, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";

/** An address of the directory. */
export interface DirectoryAddress {
  Name: string | null;
  EmailAddress: string | null;
  RoutingType: string | null;
  MailboxType: string | null;
}

export interface AddressState extends CallState {
  readonly addresses: DirectoryAddress[];
}

const members = ["Name", "EmailAddress", "RoutingType", "MailboxType"] as const;

function readAddresses<S extends AddressState>(address: ElementReader<S>): void {
  address.onOpen((state) => {
    state.addresses.push({ Name: null, EmailAddress: null, RoutingType: null, MailboxType: null });
  });
  for (const member of members) {
    address.child(member).onText((state, text) => {
      const last = state.addresses[state.addresses.length - 1];
      if (last !== undefined) last[member] = text;
    });
  }
}

const start = (): AddressState => ({ ...callState(), addresses: [] });

/** GetRoomLists: the room lists of the organisation. */
export const getRoomLists = (): Operation<AddressState> => ({
  name: "GetRoomLists",
  repeatable: true,
  body: element("m:GetRoomLists"),
  start,
  read: (response) => {
    readDirectMessage(response);
    readAddresses(response.at(["RoomLists", "Address"]));
  },
  finish: (state) => throwIfError("GetRoomLists", state),
});

/** GetRooms: the rooms of one list. */
export const getRooms = (roomList: string): Operation<AddressState> => ({
  name: "GetRooms",
  repeatable: true,
  body: element(
    "m:GetRooms",
    undefined,
    element("m:RoomList", undefined, leaf("t:EmailAddress", roomList, { about: "RoomListEmailAddress" })),
  ),
  start,
  read: (response) => {
    readDirectMessage(response);
    readAddresses(response.at(["Rooms", "Room", "Id"]));
  },
  finish: (state) => throwIfError("GetRooms", state),
});
