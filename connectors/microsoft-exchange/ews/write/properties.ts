import { ConnectorError, invalidQuery, type Row, unsupported, type Value } from "#spi";
import { parseList } from "../../mime/list-values.ts";
import { type EwsColumn, fieldOf, type MailboxPart, type PropertyPath, type WriteSpec } from "../binding.ts";
import { wireText } from "../values.ts";
import { element, leaf, text, type Xml } from "../write-xml.ts";
import { flagMarkup } from "./flag.ts";
import { peopleMarkup } from "./people.ts";
import { recurrenceMarkup } from "./recurrence.ts";
import { zoneMarkup } from "./zone.ts";

/** One property of a row as written: its path, the item's child element, its markup; no markup clears it. */
export interface PropertyWrite {
  readonly element: string;
  readonly path: PropertyPath;
  readonly markup: Xml | undefined;
  /** Columns it came from. */
  readonly columns: readonly string[];
  /** Of a dictionary entry: what of the container it fills. */
  readonly entry?: { readonly key: string; readonly below?: string; readonly value: string | null };
}

/** Whole lists of which columns are single places (Children_2): as they stand at the server, by element. */
export type CurrentLists = ReadonlyMap<string, readonly string[]>;

interface Assignment {
  readonly column: EwsColumn;
  readonly write: WriteSpec;
  readonly value: Value;
}

/** Columns of a row that are written, with their values. Errors: UNSUPPORTED for one EWS cannot set. */
function assignments(columns: ReadonlyMap<string, EwsColumn>, row: Row): Assignment[] {
  const out: Assignment[] = [];
  for (const name of Object.keys(row)) {
    const column = columns.get(name);
    if (column === undefined || column.key) continue;
    const { write } = fieldOf(column);
    const value = row[name] as Value;
    if (write === undefined || write.to === "folder" || value === undefined) continue;
    if (write.to === "nowhere") {
      if (value === null) continue;
      throw unsupported(`${name} cannot be written: ${write.reason}`, { target: name });
    }
    out.push({ column, write, value });
  }
  return out;
}

const pathOf = (column: EwsColumn): PropertyPath => {
  const { path } = fieldOf(column);
  if (path === undefined) throw new ConnectorError("INTERNAL", `${column.name} has no property.`);
  return path;
};

/** Columns of one element are one property; entries of a dictionary are one each. */
function groupKey({ column, write }: Assignment): string {
  if (write.to === "entry") return column.name;
  return "element" in write ? write.element : column.name;
}

/** The properties a row writes. Errors: INVALID_QUERY, UNSUPPORTED, with the column. */
export function propertyWrites(
  columns: ReadonlyMap<string, EwsColumn>,
  row: Row,
  current: CurrentLists = new Map(),
): PropertyWrite[] {
  const groups = Map.groupBy(assignments(columns, row), groupKey);
  return [...groups.values()].map((group) => propertyWrite(group, current));
}

function propertyWrite(group: readonly Assignment[], current: CurrentLists): PropertyWrite {
  const first = group[0] as Assignment;
  const { column, write, value } = first;
  const facts = { path: pathOf(column), columns: group.map((each) => each.column.name) };
  switch (write.to) {
    case "text":
      return { ...facts, element: write.element, markup: textMarkup(first, write) };
    case "body":
      return { ...facts, element: write.element, markup: bodyMarkup(group, write.element) };
    case "mailbox":
      return { ...facts, element: write.element, markup: mailboxMarkup(group, write.element) };
    case "mailboxes":
      return { ...facts, element: write.element, markup: mailboxesMarkup(group, write.element) };
    case "strings":
      return { ...facts, element: write.element, markup: stringsMarkup(first, write.element) };
    case "nth-string":
      return { ...facts, element: write.element, markup: placesMarkup(group, write.element, current) };
    case "recurrence":
      return { ...facts, element: write.element, markup: recurrenceOf(group) };
    case "entry":
      return { ...facts, ...entryWrite(first, write) };
    case "zone":
      return { ...facts, element: write.element, markup: zoneMarkup(write, value, column.name) };
    case "people":
      return { ...facts, element: write.element, markup: peopleMarkup(write.element, first.value, column.name) };
    case "flag":
      return { ...facts, element: write.element, markup: flagMarkup(partsOf(group)) };
    default:
      throw new ConnectorError("INTERNAL", `${column.name} is not written this way.`);
  }
}

function textMarkup({ column, value }: Assignment, write: WriteSpec & { to: "text" }): Xml | undefined {
  if (value === null) return undefined;
  return leaf(`t:${write.element}`, wireText(write.as, value, column.name), { about: column.name });
}

const partOf = ({ write }: Assignment): string => ("part" in write ? write.part : "");
const partNamed = (group: readonly Assignment[], part: string): Assignment | undefined =>
  group.find((each) => partOf(each) === part);

function bodyMarkup(group: readonly Assignment[], name: string): Xml | undefined {
  const body = partNamed(group, "text");
  const type = partNamed(group, "type");
  if (body === undefined) {
    throw invalidQuery(`${type?.column.name} is the form of ${name}: give ${name} with it.`, {
      target: type?.column.name ?? name,
    });
  }
  if (body.value === null) return undefined;
  const form = typeof type?.value === "string" && type.value.toUpperCase() === "HTML" ? "HTML" : "Text";
  return element(`t:${name}`, { BodyType: form }, text(String(body.value), body.column.name));
}

const mailboxOrder: readonly MailboxPart[] = ["Name", "EmailAddress", "RoutingType", "ItemId"];

function mailboxElement(parts: ReadonlyMap<string, string>, about: string): Xml {
  return element(
    "t:Mailbox",
    undefined,
    mailboxOrder.map((part) => {
      const value = parts.get(part);
      if (value === undefined || value === "") return undefined;
      return part === "ItemId" ? element("t:ItemId", { Id: value }) : leaf(`t:${part}`, value, { about });
    }),
  );
}

function mailboxMarkup(group: readonly Assignment[], name: string): Xml | undefined {
  const parts = new Map<string, string>();
  for (const each of group) if (each.value !== null) parts.set(partOf(each), String(each.value));
  return parts.size === 0
    ? undefined
    : element(`t:${name}`, undefined, mailboxElement(parts, group[0]?.column.name ?? name));
}

/** Lists of names, addresses and ids, aligned by place. */
function mailboxesMarkup(group: readonly Assignment[], name: string): Xml | undefined {
  const lists = group
    .filter(({ value }) => value !== null)
    .map((each) => ({ part: partOf(each), about: each.column.name, values: listOf(each) }));
  const longest = lists.reduce((most, { values }) => Math.max(most, values.length), 0);
  if (longest === 0) return undefined;
  const uneven = lists.find(({ values }) => values.length > 0 && values.length !== longest);
  if (uneven !== undefined) {
    throw invalidQuery(
      `${uneven.about} has ${uneven.values.length} of ${longest} recipients. Put values that hold a comma or semicolon in double quotes.`,
      { target: uneven.about },
    );
  }
  if (!lists.some(({ part, values }) => part !== "Name" && values.length > 0)) {
    const about = lists[0]?.about ?? name;
    throw invalidQuery(`${about} alone names nobody: give ${name}_EmailAddress with it.`, { target: about });
  }
  const recipients = Array.from({ length: longest }, (_, at) =>
    mailboxElement(new Map(lists.map(({ part, values }) => [part, values[at] ?? ""])), lists[0]?.about ?? name),
  );
  return element(`t:${name}`, undefined, recipients);
}

function listOf({ column, value }: Assignment): string[] {
  const values = parseList(String(value));
  if (values !== undefined) return values;
  throw invalidQuery(`${column.name}: a double quote is not closed, or text follows it.`, { target: column.name });
}

const strings = (name: string, values: readonly string[], about: string): Xml | undefined =>
  values.length === 0
    ? undefined
    : element(
        `t:${name}`,
        undefined,
        values.map((value) => leaf("t:String", value, { about })),
      );

function stringsMarkup(assignment: Assignment, name: string): Xml | undefined {
  return assignment.value === null ? undefined : strings(name, listOf(assignment), assignment.column.name);
}

/** Single places are put into the list as it stands: the others must not be lost. */
function placesMarkup(group: readonly Assignment[], name: string, current: CurrentLists): Xml | undefined {
  const values: (string | undefined)[] = [...(current.get(name) ?? [])];
  for (const { write, value } of group) {
    if (write.to === "nth-string") values[write.nth - 1] = value === null ? undefined : String(value);
  }
  const kept = Array.from(values).filter((value) => value !== undefined);
  return strings(name, kept, group[0]?.column.name ?? name);
}

const partsOf = (group: readonly Assignment[]): ReadonlyMap<string, Value> =>
  new Map(group.map((each) => [partOf(each), each.value]));
const recurrenceOf = (group: readonly Assignment[]): Xml | undefined => recurrenceMarkup(partsOf(group));

function entryWrite(
  { column, value }: Assignment,
  write: WriteSpec & { to: "entry" },
): Pick<PropertyWrite, "element" | "markup" | "entry"> {
  const held = value === null ? null : String(value);
  const entry = { key: write.key, value: held, ...(write.below === undefined ? {} : { below: write.below }) };
  const markup =
    held === null ? undefined : element(`t:${write.element}`, undefined, entryElement(write.key, [entry], column.name));
  return { element: write.element, markup, entry };
}

const addressOrder = ["Street", "City", "State", "CountryOrRegion", "PostalCode"];

type EntryPart = NonNullable<PropertyWrite["entry"]>;

function entryElement(key: string, parts: readonly EntryPart[], about: string): Xml {
  const whole = parts.find(({ below }) => below === undefined);
  if (whole !== undefined) return element("t:Entry", { Key: key }, text(whole.value ?? "", about));
  const members = addressOrder.flatMap((below) => {
    const part = parts.find((each) => each.below === below);
    return part?.value === undefined || part.value === null ? [] : [leaf(`t:${below}`, part.value, { about })];
  });
  return element("t:Entry", { Key: key }, members);
}

/** All entries of one dictionary, for a new item. Exchange wants its keys once each. */
export function entriesMarkup(name: string, writes: readonly PropertyWrite[]): Xml | undefined {
  const parts = writes.flatMap(({ entry, columns }) =>
    entry === undefined || entry.value === null ? [] : [{ ...entry, about: columns[0] ?? name }],
  );
  if (parts.length === 0) return undefined;
  const keys = Map.groupBy(parts, ({ key }) => key);
  return element(
    `t:${name}`,
    undefined,
    [...keys].map(([key, each]) => entryElement(key, each, each[0]?.about ?? name)),
  );
}
