import { type Mailbox, Organisation } from "./mailboxes/index.ts";
import { seedMailbox } from "./seed.ts";

/** Everybody's password in the sandbox. */
export const defaultPassword = "sandbox";

/** The domain of the default accounts. */
export const defaultDomain = "sandbox.example";

const people = [
  {
    name: "alice",
    displayName: "Alice Archer",
    givenName: "Alice",
    surname: "Archer",
    jobTitle: "Head of Purchasing",
    department: "Purchasing",
    phone: "+1 425 555 0101",
  },
  {
    name: "bob",
    displayName: "Bob Baker",
    givenName: "Bob",
    surname: "Baker",
    jobTitle: "Sales Manager",
    department: "Sales",
    phone: "+1 425 555 0102",
  },
] as const;

const rooms = [
  { name: "room1", displayName: "Room One", floorNumber: 1, capacity: 8 },
  { name: "room2", displayName: "Room Two", floorNumber: 2, capacity: 20 },
] as const;

const devices = { audioDeviceName: "Speaker", videoDeviceName: "Camera", displayDeviceName: "Screen" } as const;

/** The organisation every sandbox starts with: two people, a service account that may impersonate, two rooms in a list. */
export function createOrganisation(options: { clock?: () => Date; seed?: boolean } = {}): Organisation {
  const organisation = new Organisation({ domain: defaultDomain, ...(options.clock ? { clock: options.clock } : {}) });
  for (const { name, ...fields } of people) {
    organisation.addAccount({ address: `${name}@${defaultDomain}`, password: defaultPassword, ...fields });
  }
  organisation.addAccount({
    address: `svc@${defaultDomain}`,
    displayName: "Integration Service",
    password: defaultPassword,
    mayImpersonate: true,
  });
  for (const { name, displayName, floorNumber, capacity } of rooms) {
    const room = organisation.addAccount({ address: `${name}@${defaultDomain}`, displayName, kind: "room" });
    room.directory = { building: "Main", floorNumber, floorLabel: `Floor ${floorNumber}`, capacity, ...devices };
  }
  organisation.addList({
    address: `rooms@${defaultDomain}`,
    displayName: "Rooms",
    kind: "roomList",
    members: rooms.map(({ name }) => `${name}@${defaultDomain}`),
  });
  if (options.seed !== false) seed(organisation);
  return organisation;
}

function seed(organisation: Organisation): void {
  const alice: Mailbox = organisation.requireMailbox(`alice@${defaultDomain}`);
  seedMailbox(organisation, alice, organisation.requireMailbox(`bob@${defaultDomain}`));
}
