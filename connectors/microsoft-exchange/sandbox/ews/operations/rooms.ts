import type { Operation } from "../call.ts";
import { EwsError } from "../ews-error.ts";
import { failure } from "../soap.ts";
import { childOf, childText, m, t, type XmlElement } from "../xml.ts";

/** GetRoomLists. */
export const getRoomLists: Operation = ({ organisation }) => {
  const lists = organisation.lists.filter((list) => list.kind === "roomList");
  return answer(
    "GetRoomListsResponse",
    m(
      "RoomLists",
      lists.map((list) => t("Address", mailbox(list.displayName, list.address, "PublicDL"))),
    ),
  );
};

/** GetRooms: the rooms of one list. */
export const getRooms: Operation = ({ organisation, request }) => {
  const address = childText(childOf(request, "RoomList"), "EmailAddress") ?? "";
  const list = organisation.list(address);
  if (list?.kind !== "roomList") {
    return failure("GetRoomsResponse", new EwsError("ErrorCannotFindUser", "The room list could not be found."));
  }
  const rooms = list.members.flatMap((member) => organisation.account(member) ?? []);
  return answer(
    "GetRoomsResponse",
    m(
      "Rooms",
      rooms.map((room) => t("Room", t("Id", mailbox(room.displayName, room.address, "Mailbox")))),
    ),
  );
};

function mailbox(name: string, address: string, type: string): XmlElement[] {
  return [t("Name", name), t("EmailAddress", address), t("RoutingType", "SMTP"), t("MailboxType", type)];
}

function answer(name: string, content: XmlElement): XmlElement {
  return m(name, { ResponseClass: "Success" }, m("ResponseCode", "NoError"), content);
}
