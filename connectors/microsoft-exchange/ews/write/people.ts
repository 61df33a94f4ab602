import { invalidQuery, type Value } from "#spi";
import { element, leaf, type Xml } from "../write-xml.ts";

type People = "RequiredAttendees" | "OptionalAttendees" | "Resources" | "Members";

interface Person {
  readonly address: string;
  readonly name: string | undefined;
}

const members = { Name: "Name", EmailAddress: "EmailAddress" } as const;
/** Members that reads tell and writes cannot set: they may come back unchanged. */
const ignored: ReadonlySet<string> = new Set(["routingtype", "responsetype", "lastresponsetime", "status", "key"]);

function person(given: Value, at: number, about: string): Person {
  const wrong = (detail: string) => invalidQuery(`${about}, element ${at + 1}: ${detail}`, { target: about });
  if (typeof given === "string" && given.trim() !== "") return { address: given.trim(), name: undefined };
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw wrong(`give an address, or an object with EmailAddress and Name.`);
  const found: { Name?: string; EmailAddress?: string } = {};
  for (const [name, value] of Object.entries(given)) {
    const member = Object.values(members).find((each) => each.toLowerCase() === name.toLowerCase());
    if (member === undefined && !ignored.has(name.toLowerCase()))
      throw wrong(`there is no member "${name}"; EmailAddress and Name can be given.`);
    if (member === undefined || value === null) continue;
    if (typeof value !== "string") throw wrong(`${member} is not text.`);
    found[member] = value;
  }
  if (found.EmailAddress === undefined || found.EmailAddress.trim() === "") throw wrong("EmailAddress is missing.");
  return { address: found.EmailAddress.trim(), name: found.Name };
}

const mailbox = ({ address, name }: Person, about: string): Xml =>
  element(
    "t:Mailbox",
    undefined,
    name === undefined ? undefined : leaf("t:Name", name, { about }),
    leaf("t:EmailAddress", address, { about }),
  );

/** Attendees or members from a JSON array of addresses or objects; no markup for none. Errors: INVALID_QUERY. */
export function peopleMarkup(name: People, value: Value, about: string): Xml | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value)) throw invalidQuery(`${about} takes an array of people.`, { target: about });
  const people = (value as readonly Value[]).map((each, at) => person(each, at, about));
  if (people.length === 0) return undefined;
  const one = name === "Members" ? "t:Member" : "t:Attendee";
  return element(
    `t:${name}`,
    undefined,
    people.map((each) => element(one, undefined, mailbox(each, about))),
  );
}
