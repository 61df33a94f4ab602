import { invalidQuery, type Value } from "#spi";
import { parseRecipients } from "../../../common/recipients.ts";
import { ElementReader } from "../../ews/element-reader.ts";
import { type AskedMailbox, attendeeTypes } from "../../ews/operations/get-user-availability.ts";
import { XmlReading } from "../../ews/parse.ts";

type Members = Record<string, Value>;

const about = "Mailboxes";
const members = ["Address", "AttendeeType", "ExcludeConflicts"];

const wrong = (detail: string) => invalidQuery(`${about}: ${detail}`, { target: about });

function mailbox(row: Members, index: number): AskedMailbox {
  const given = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
  const address = String(given.get("address") ?? "").trim();
  if (address === "") throw wrong(`row ${index + 1} has no Address.`);
  const type = String(given.get("attendeetype") ?? "Required");
  const attendeeType = attendeeTypes.find((each) => each.toLowerCase() === type.toLowerCase());
  if (attendeeType === undefined) throw wrong(`AttendeeType "${type}" is none of ${attendeeTypes.join(", ")}.`);
  const exclude = String(given.get("excludeconflicts") ?? "false").toLowerCase();
  if (!["true", "false", "1", "0"].includes(exclude))
    throw wrong(`ExcludeConflicts "${exclude}" is neither true nor false.`);
  return { address, attendeeType, excludeConflicts: exclude === "true" || exclude === "1" };
}

/** Bare `<Row>` elements, or rows in an element of any name. */
function xmlRows(xml: string): Members[] {
  const rows: Members[] = [];
  const root = new ElementReader<Members[]>();
  const addRow = (row: ElementReader<Members[]>) => {
    row.onOpen((state) => {
      state.push({});
    });
    for (const member of members) {
      row.child(member).onText((state, text) => {
        const last = state[state.length - 1];
        if (last !== undefined) last[member] = text;
      });
    }
  };
  const wrapper = root.child("Rows");
  addRow(wrapper.child("Row"));
  addRow(wrapper.any().child("Row"));
  const reading = new XmlReading(root, rows);
  reading.write(`<Rows>${xml.replace(/^\s*<\?xml[^>]*\?>/, "")}</Rows>`);
  reading.end();
  return rows;
}

function textRows(value: string): Members[] {
  const text = value.trim();
  if (text.startsWith("<")) {
    try {
      return xmlRows(text);
    } catch (error) {
      throw invalidQuery(`${about} is not a sequence of <Row> elements.`, { target: about, cause: error });
    }
  }
  if (text.startsWith("[") || text.startsWith("{")) {
    try {
      return jsonRows(JSON.parse(text) as Value);
    } catch (error) {
      if (error instanceof SyntaxError) throw wrong("the text is not JSON.");
      throw error;
    }
  }
  return parseRecipients(text, about).map(({ address }) => ({ Address: address }));
}

function jsonRows(value: Value): Members[] {
  const values = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return values.map((each) => {
    if (typeof each === "string") return { Address: each };
    if (typeof each === "object" && each !== null && !Array.isArray(each)) return { ...(each as Members) };
    throw wrong("an element is neither an address nor an object with Address.");
  });
}

/** Mailboxes as `<Row>` XML, as a JSON array of objects or addresses, or as a list of addresses. Errors: INVALID_QUERY. */
export function askedMailboxes(value: Value | undefined): AskedMailbox[] {
  const rows = typeof value === "string" ? textRows(value) : jsonRows(value ?? null);
  if (rows.length === 0) throw wrong("nobody is named.");
  return rows.map(mailbox);
}
