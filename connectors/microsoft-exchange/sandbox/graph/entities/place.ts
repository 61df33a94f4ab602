import { type Account, type DirectoryList, guidOf } from "../../mailboxes/index.ts";
import { SMALL_RULES } from "../odata/filter-rules.ts";
import type { Shape } from "../shape.ts";

/** How rooms are shown. */
export const roomShape: Shape<Account> = {
  type: "room",
  rules: SMALL_RULES,
  members: {
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
  },
};

/** How lists of rooms are shown. */
export const roomListShape: Shape<DirectoryList> = {
  type: "roomList",
  rules: SMALL_RULES,
  members: {
    id: (list) => guidOf(`place ${list.address}`),
    displayName: (list) => list.displayName,
    emailAddress: (list) => list.address,
    address: () => ({}),
    geoCoordinates: () => ({}),
    phone: () => "",
  },
};
