import type { Row } from "#spi";
import { findPeople } from "../../ews/operations/find-people.ts";
import { getRoomLists as listsOnEws, getRooms as roomsOfList } from "../../ews/operations/get-rooms.ts";
import { member } from "../../graph/errors.ts";
import { count, flag, onEws, onGraph, orNull, type SpokeAction, type SpokeParameter, text, user } from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";

// ---- people --------------------------------------------------------------------------------------------------------

const pageSize = 100;

async function* peopleOnEws(work: EwsWork): AsyncIterable<readonly Row[]> {
  const search = work.inputs.text("search");
  let left = work.inputs.number("top") ?? Number.POSITIVE_INFINITY;
  for (let offset = 0; left > 0; ) {
    const wanted = Math.min(pageSize, left);
    const request = { offset, count: wanted, ...(search === undefined ? {} : { search }) };
    const { people, total } = await work.call(findPeople(request));
    if (people.length === 0) return;
    yield people.map((person, at) => ({
      rank: offset + at + 1,
      displayName: person.displayName,
      emailAddress: person.emailAddress,
      jobTitle: person.title,
      department: person.department,
      companyName: person.companyName,
      personType: person.personaType,
      relevanceScore: person.relevanceScore,
    }));
    offset += people.length;
    left -= people.length;
    if (offset >= total) return;
  }
}

async function* peopleOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const search = work.inputs.text("search");
  const top = work.inputs.number("top");
  const query = new URLSearchParams({ $top: String(Math.min(top ?? pageSize, 1000)) });
  if (search !== undefined) query.set("$search", `"${search.replaceAll('"', "")}"`);
  let rank = 0;
  for await (const items of work.pages(`people?${query.toString().replaceAll("+", "%20")}`)) {
    const wanted = items.slice(0, (top ?? Number.POSITIVE_INFINITY) - rank);
    yield wanted.map((person) => {
      rank += 1;
      const scored = member(person, "scoredEmailAddresses");
      const [first] = Array.isArray(scored) ? scored : [];
      return {
        rank,
        displayName: orNull(member(person, "displayName")),
        emailAddress: orNull(member(first, "address")),
        jobTitle: orNull(member(person, "jobTitle")),
        department: orNull(member(person, "department")),
        companyName: orNull(member(person, "companyName")),
        personType: orNull(member(member(person, "personType"), "class")),
        relevanceScore: orNull(member(first, "relevanceScore")),
      };
    });
    if (top !== undefined && rank >= top) return;
  }
}

// ---- rooms ---------------------------------------------------------------------------------------------------------

interface Wanted {
  readonly roomList?: string | undefined;
  readonly domain?: string | undefined;
}

const isOf = (address: string | null, domain: string | undefined): boolean =>
  domain === undefined || address?.toLowerCase().endsWith(`@${domain.toLowerCase()}`) === true;

/** Rooms of all room lists, each once. */
async function* roomsOnEws(work: EwsWork, { roomList, domain }: Wanted): AsyncIterable<readonly Row[]> {
  const lists =
    roomList === undefined
      ? (await work.call(listsOnEws())).addresses.flatMap(({ EmailAddress }) => EmailAddress ?? [])
      : [roomList];
  const seen = new Set<string>();
  for (const list of lists) {
    const { addresses } = await work.call(roomsOfList(list));
    const fresh = addresses.filter(({ EmailAddress }) => {
      const key = EmailAddress?.toLowerCase() ?? "";
      if (seen.has(key) || !isOf(EmailAddress, domain)) return false;
      seen.add(key);
      return true;
    });
    yield fresh.map(({ Name, EmailAddress }) => ({ name: Name, address: EmailAddress, roomList: list }));
  }
}

async function* roomsOnGraph(work: GraphWork, { roomList, domain }: Wanted): AsyncIterable<readonly Row[]> {
  const path =
    roomList === undefined
      ? "/places/microsoft.graph.room"
      : `/places/${encodeURIComponent(roomList)}/microsoft.graph.roomList/rooms`;
  for await (const items of work.pages(path)) {
    const rows = items.map((room): Row => {
      const told = (name: string) => orNull(member(room, name));
      return {
        name: told("displayName"),
        address: told("emailAddress"),
        capacity: told("capacity"),
        building: told("building"),
        floor: told("floorLabel"),
        floorNumber: told("floorNumber"),
        audioDevice: told("audioDeviceName"),
        videoDevice: told("videoDeviceName"),
        displayDevice: told("displayDeviceName"),
        isWheelChairAccessible: told("isWheelChairAccessible"),
      };
    });
    yield rows.filter((row) => isOf(row["address"] as string | null, domain));
  }
}

const roomOutputs: readonly SpokeParameter[] = [text("name", "Name of the room."), text("address", "SMTP address.")];
const nameAndAddress = ({ name, address }: Row): Row => ({ name: orNull(name), address: orNull(address) });

async function* named(rows: AsyncIterable<readonly Row[]>): AsyncIterable<readonly Row[]> {
  for await (const page of rows) yield page.map(nameAndAddress);
}

/** People and rooms of the organisation. */
export const peopleActions: readonly SpokeAction[] = [
  {
    name: "Look up Relevant Users Stream",
    spokes: ["Exchange Online"],
    group: "People",
    description: "People by their relevance to a user, as they are read; over EWS people of the directory.",
    writes: false,
    inputs: [
      user,
      text("search", "Name or address looked for."),
      { ...count("top", "Most people wanted."), minimum: 1 },
    ],
    outputs: [
      count("rank", "Place among the people, 1 the most relevant."),
      text("displayName", "Name."),
      text("emailAddress", "Address."),
      text("jobTitle", "Job title."),
      text("department", "Department."),
      text("companyName", "Company."),
      text("personType", "Person, Room and so on."),
      { ...count("relevanceScore", "Score."), type: "double" },
    ],
    ews: { run: peopleOnEws, since: "Exchange2013", part: "order of the directory", calls: "FindPeople" },
    graph: { run: peopleOnGraph, calls: "GET /users/{u}/people" },
  },
  {
    name: "Look up Rooms Stream",
    spokes: ["Exchange Online"],
    kind: "agent tool",
    group: "People",
    description: "Rooms of the organisation or of one room list, as they are read.",
    writes: false,
    inputs: [text("roomList", "Address of a room list.")],
    outputs: [
      ...roomOutputs,
      text("roomList", "Address of its room list.", onEws),
      count("capacity", "People it holds.", onGraph),
      text("building", "Building.", onGraph),
      text("floor", "Floor.", onGraph),
      count("floorNumber", "Number of the floor.", onGraph),
      text("audioDevice", "Audio device.", onGraph),
      text("videoDevice", "Video device.", onGraph),
      text("displayDevice", "Display.", onGraph),
      flag("isWheelChairAccessible", "Wheelchairs get in.", onGraph),
    ],
    ews: {
      run: (work) => roomsOnEws(work, { roomList: work.inputs.text("roomList") }),
      since: "Exchange2010",
      part: "rooms of room lists, name and address only",
      calls: "GetRoomLists, GetRooms",
    },
    graph: {
      run: (work) => roomsOnGraph(work, { roomList: work.inputs.text("roomList") }),
      calls: "GET /places/microsoft.graph.room, or …/{list}/microsoft.graph.roomList/rooms",
    },
  },
  {
    name: "Lookup Room Mailboxes",
    spokes: ["Exchange Server"],
    group: "Mailbox management",
    description: "Rooms of the organisation; over EWS those that are in room lists.",
    writes: false,
    inputs: [text("domain", "Only rooms with addresses of this domain.")],
    outputs: roomOutputs,
    cmdlet: "Get-Mailbox -RecipientTypeDetails RoomMailbox",
    ews: {
      run: (work) => named(roomsOnEws(work, { domain: work.inputs.text("domain") })),
      since: "Exchange2010",
      part: "rooms that are in a room list",
      calls: "GetRoomLists, GetRooms",
    },
    graph: {
      run: (work) => named(roomsOnGraph(work, { domain: work.inputs.text("domain") })),
      calls: "GET /places/microsoft.graph.room",
    },
  },
];
