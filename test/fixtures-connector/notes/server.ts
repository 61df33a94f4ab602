import {
  type Comparison,
  type Condition,
  ConnectorError,
  isComparison,
  notFound,
  type Row,
  type SortKey,
  type Value,
} from "#spi";

/** One stored note, as the fictitious server keeps it. */
export interface Note {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly body: string | null;
  readonly pinned: boolean;
  readonly stars: number | null;
  readonly created: string;
  readonly tags: readonly string[];
}

export interface Comment {
  readonly note: string;
  readonly author: string;
  readonly text: string;
}

const columnsOfNote: Readonly<Record<string, (note: Note) => Value>> = {
  NoteId: (note) => note.id,
  ChangeKey: (note) => `v${note.version}`,
  Title: (note) => note.title,
  Body: (note) => note.body,
  Pinned: (note) => note.pinned,
  Stars: (note) => note.stars,
  Created: (note) => note.created,
  Tags: (note) => note.tags,
};

/** A notebook in memory, with a server's habits: pages, limited filters, refusals, and an answer that gets lost. */
export class NotesServer {
  readonly #notes = new Map<string, Note>();
  readonly comments: Comment[] = [];
  /** Calls it got, by operation. */
  readonly calls: string[] = [];
  #lastId = 0;

  add(values: Row): Note {
    const title = String(values["Title"]);
    if (title === "refused")
      throw new ConnectorError("ACCESS_DENIED", "This title is not wanted here.", { target: "Title" });
    if (title === "lost") throw new ConnectorError("TIMEOUT", "The answer did not come.", { effect: "unknown" });
    this.#lastId++;
    const created = new Date(Date.UTC(2026, 0, 1) + this.#lastId * 3_600_000).toISOString();
    const blank: Note = {
      id: `n${this.#lastId}`,
      version: 1,
      title,
      body: null,
      pinned: false,
      stars: null,
      created,
      tags: [],
    };
    return this.#store(blank, values);
  }

  change(values: Row): Note {
    const note = this.#existing(values);
    if (values["Title"] === "refused")
      throw new ConnectorError("ACCESS_DENIED", "This title is not wanted here.", { target: "Title" });
    return this.#store({ ...note, version: note.version + 1 }, values);
  }

  remove(values: Row): Note {
    const note = this.#existing(values);
    this.#notes.delete(note.id);
    return note;
  }

  list(where: Condition | undefined, orderBy: readonly SortKey[]): readonly Note[] {
    this.calls.push("List");
    const notes = [...this.#notes.values()].filter((note) => where === undefined || matches(where, note));
    const [key] = orderBy;
    if (key === undefined) return notes;
    const sign = key.direction === "asc" ? 1 : -1;
    return notes.sort((left, right) => sign * order(fieldOf(left, key.column.name), fieldOf(right, key.column.name)));
  }

  readBody(id: string): string | null {
    this.calls.push("Read");
    return this.#notes.get(id)?.body ?? null;
  }

  rowOf(note: Note, columns: readonly { readonly name: string }[]): Row {
    const row: Row = {};
    for (const { name } of columns) row[name] = fieldOf(note, name);
    return row;
  }

  #existing(values: Row): Note {
    const note = this.#notes.get(String(values["NoteId"]));
    if (note === undefined) throw notFound(`There is no note ${values["NoteId"]}.`);
    const key = values["ChangeKey"] ?? null;
    if (key !== null && key !== `v${note.version}`)
      throw new ConnectorError("PRECONDITION", "The note was changed since.");
    return note;
  }

  #store(note: Note, values: Row): Note {
    const stored: Note = {
      ...note,
      title: String(values["Title"] ?? note.title),
      body: "Body" in values ? (values["Body"] as string | null) : note.body,
      pinned: "Pinned" in values ? values["Pinned"] === true : note.pinned,
      stars: "Stars" in values ? (values["Stars"] as number | null) : note.stars,
      tags: "Tags" in values ? ((values["Tags"] ?? []) as readonly string[]) : note.tags,
    };
    this.#notes.set(stored.id, stored);
    return stored;
  }
}

const fieldOf = (note: Note, name: string): Value => columnsOfNote[name]?.(note) ?? null;

function order(left: Value, right: Value): number {
  const [a, b] = [left, right].map((value) => (typeof value === "string" ? value.toLowerCase() : value));
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a! < b! ? -1 : 1;
}

function matches(condition: Condition, note: Note): boolean {
  if (isComparison(condition)) return compare(condition, fieldOf(note, condition.column.name));
  if ("not" in condition) return !matches(condition.not, note);
  if ("and" in condition) return condition.and.every((part) => matches(part, note));
  return condition.or.some((part) => matches(part, note));
}

/** The server's own comparisons; its LIKE only looks for the longest word of the pattern. */
function compare({ operator, value }: Comparison, field: Value): boolean {
  if (field === null) return false;
  switch (operator) {
    case "=":
      return order(field, value!) === 0;
    case "IN":
      return (value as readonly Value[]).includes(field);
    case ">=":
      return order(field, value!) >= 0;
    case "<":
      return order(field, value!) < 0;
    case "LIKE":
      return String(field)
        .toLowerCase()
        .includes(longestWord(String(value)).toLowerCase());
    default:
      throw new Error(`The notes server knows no ${operator}.`);
  }
}

function longestWord(pattern: string): string {
  const words = pattern.replaceAll(/\\./g, "%").split(/[%_]/);
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), "");
}
