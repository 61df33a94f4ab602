import {
  asConnectorError,
  type Batch,
  type BoundProcedure,
  type BoundQuery,
  type RecordStream,
  type Row,
  type RowOutcome,
  type Session,
  type StepReporter,
} from "#spi";
import type { NotesConfig } from "./manifest.ts";
import type { Note, NotesServer } from "./server.ts";

/** Rows of one page of the server, whatever is asked for. */
const pageLimit = 50;

/** A conversation with one notebook. */
export class NotesSession implements Session<string> {
  readonly #server: NotesServer;
  readonly #config: NotesConfig;

  constructor(server: NotesServer, config: NotesConfig) {
    this.#server = server;
    this.#config = config;
  }

  async test(steps: StepReporter): Promise<void> {
    await steps.step("mailbox", "Open the notebook", async () => ({ detail: `${this.#config.notebook} is there.` }));
    steps.identity({ user: this.#config.notebook });
  }

  async *query(query: BoundQuery<string>, signal: AbortSignal): RecordStream {
    if (query.table.name === "Comments") {
      yield { rows: this.#comments(query) };
      return;
    }
    const found = this.#server.list(query.where, query.orderBy);
    const start = query.from === undefined ? (query.offset ?? 0) : Number(query.from);
    const end = Math.min(found.length, start + (query.limit ?? Number.POSITIVE_INFINITY));
    const size = Math.max(1, Math.min(query.batchSize ?? pageLimit, pageLimit));
    for (let at = start; at < end || at === start; at += size) {
      signal.throwIfAborted();
      const next = Math.min(at + size, end);
      const rows = found.slice(at, next).map((note) => this.#row(note, query));
      const batch: Batch = next < end ? { rows, position: String(next) } : { rows };
      yield batch;
    }
  }

  #row(note: Note, query: BoundQuery<string>): Row {
    const row = this.#server.rowOf(note, query.columns);
    if (!("Body" in row)) return row;
    // The list knows no bodies; "all columns" leaves them out, a named one is read note by note.
    return { ...row, Body: query.columnsNamed ? this.#server.readBody(note.id) : null };
  }

  #comments(query: BoundQuery<string>): readonly Row[] {
    const condition = query.where as { readonly value?: unknown } | undefined;
    const asked = this.#server.comments.filter(({ note }) => note === condition?.value);
    return asked.map(({ note, author, text }) => {
      const all: Row = { NoteId: note, Author: author, Text: text };
      return Object.fromEntries(query.columns.map(({ name }) => [name, all[name] ?? null]));
    });
  }

  create(_table: unknown, rows: readonly Row[]): Promise<readonly RowOutcome[]> {
    return this.#each(rows, (row) => this.#server.add(row));
  }

  update(_table: unknown, rows: readonly Row[]): Promise<readonly RowOutcome[]> {
    return this.#each(rows, (row) => this.#server.change(row));
  }

  delete(_table: unknown, rows: readonly Row[]): Promise<readonly RowOutcome[]> {
    return this.#each(rows, (row) => this.#server.remove(row));
  }

  /** One call for all rows; each gets its own outcome, unless the answer as a whole is lost. */
  async #each(rows: readonly Row[], write: (row: Row) => Note): Promise<readonly RowOutcome[]> {
    this.#server.calls.push("Write");
    return rows.map((row, index): RowOutcome => {
      try {
        const note = write(row);
        return { index, status: "succeeded", key: { NoteId: note.id, ChangeKey: `v${note.version}` } };
      } catch (thrown) {
        const error = asConnectorError(thrown);
        if (error.effect === "unknown") throw error;
        const column = error.target === undefined ? {} : { column: error.target };
        return { index, status: "failed", error: { code: error.code, detail: error.message, ...column } };
      }
    });
  }

  async *execute({ input }: BoundProcedure<string>): RecordStream {
    const changes: Row = { NoteId: input["NoteId"] ?? null, Pinned: input["Pinned"] ?? null };
    if (input["Stars"] !== undefined) changes["Stars"] = input["Stars"];
    const note = this.#server.change(changes);
    yield { rows: [{ ChangeKey: `v${note.version}` }] };
  }

  async close(): Promise<void> {
    this.#server.calls.push("Close");
  }
}
