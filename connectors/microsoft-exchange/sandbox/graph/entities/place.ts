import { type Account, type DirectoryList, guidOf } from "../../mailboxes/index.ts";
import { SMALL_RULES } from "../odata/filter-rules.ts";
import type { Member, Shape } from "../shape.ts";

/** Members of a place, each as the directory has it, if it has. */
function withDirectory<T extends Account | DirectoryList>(members: Readonly<Record<string, Member<T>>>) {
  return Object.fromEntries(
    Object.entries(members).map(([name, shown]): [string, Member<T>] => [
      name,
      (place, call) => place.directory?.[name] ?? shown(place, call),
    ]),
  );
}

/** How rooms are shown. */
export const roomShape: Shape<Account> = {
  type: "room",
  rules: SMALL_RULES,
  members: withDirectory<Account>({
    id: (room) => room.objectId,
    displayName: (room) => room.displayName,
    emailAddress: (room) => room.address,
    nickname: (room) => room.address.split("@")[0],
    address: () => ({}),
    geoCoordinates: () => ({}),
    phone: (room) => room.phone ?? "",
    building: () => null,
    floorNumber: () => null,
    floorLabel: () => null,
    label: () => null,
    capacity: () => null,
    bookingType: () => "standard",
    audioDeviceName: () => null,
    videoDeviceName: () => null,
    displayDeviceName: () => null,
    isWheelChairAccessible: () => false,
    tags: () => [],
  }),
};

/** How lists of rooms are shown. */
export const roomListShape: Shape<DirectoryList> = {
  type: "roomList",
  rules: SMALL_RULES,
  members: withDirectory<DirectoryList>({
    id: (list) => guidOf(`place ${list.address}`),
    displayName: (list) => list.displayName,
    emailAddress: (list) => list.address,
    address: () => ({}),
    geoCoordinates: () => ({}),
    phone: () => "",
  }),
};
