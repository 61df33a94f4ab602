import {
  type BoundProcedure,
  type BoundQuery,
  type ChangeFeed,
  type ConnectorContext,
  ConnectorError,
  type Contents,
  type RecordStream,
  type Row,
  type RowOutcome,
  type Session,
  type StepReporter,
  type TableDefinition,
  unsupported,
} from "#spi";
import type { EwsTable, EwsTableKind } from "../tables/ews/ews-table.ts";
import { ewsTable } from "../tables/ews/index.ts";
import type { EwsBinding } from "./binding.ts";
import { EwsCaller } from "./call.ts";
import { EwsChanges } from "./changes/feed.ts";
import type { EwsConfig } from "./config.ts";
import { ewsContents } from "./contents/contents.ts";
import { FindBudget } from "./find-budget.ts";
import { largestPage } from "./plan.ts";
import { queryCollection, queryRoomLists, queryRooms } from "./query-collections.ts";
import { queryExtended } from "./query-extended.ts";
import { queryFolders } from "./query-folders.ts";
import { queryItems } from "./query-items.ts";
import { testConnection } from "./test-connection.ts";
import { changeAttendees } from "./write/attendee-rows.ts";
import { createFolders } from "./write/create-folders.ts";
import { createItems } from "./write/create-items.ts";
import { deleteFolders } from "./write/delete-folders.ts";
import { deleteItems } from "./write/delete-items.ts";
import { changeExtended } from "./write/extended-rows.ts";
import { updateFolders } from "./write/update-folders.ts";
import { updateItems } from "./write/update-items.ts";

type Table = TableDefinition<EwsBinding>;
type Outcomes = Promise<readonly RowOutcome[]>;

const readOnly = (table: EwsTable): ConnectorError =>
  new ConnectorError("READ_ONLY", `${table.name} is a view: it can only be queried.`, { target: table.name });

/** Opens the conversation with Exchange Web Services. Nothing is sent before the first call. */
export function openEwsSession(config: EwsConfig, context: ConnectorContext): Session<EwsBinding> {
  return new EwsSession(new EwsCaller(config, context));
}

class EwsSession implements Session<EwsBinding> {
  readonly #caller: EwsCaller;
  readonly #budget = new FindBudget(largestPage);
  readonly contents: Contents<EwsBinding>;
  readonly changes: ChangeFeed<EwsBinding>;

  constructor(caller: EwsCaller) {
    this.#caller = caller;
    this.contents = ewsContents(caller);
    this.changes = new EwsChanges(caller);
  }

  test(steps: StepReporter, signal: AbortSignal): Promise<void> {
    return testConnection(this.#caller, steps, signal);
  }

  query(query: BoundQuery<EwsBinding>, signal: AbortSignal): RecordStream {
    const kind: EwsTableKind = ewsTable(query.table.name).kind;
    switch (kind.of) {
      case "items":
        return queryItems(this.#caller, this.#budget, query, kind, signal);
      case "folders":
        return queryFolders(this.#caller, query, signal);
      case "attendees":
        return queryCollection(
          this.#caller,
          query,
          { argument: "ItemId", element: kind.element, member: "Attendee" },
          signal,
        );
      case "occurrences":
        return queryCollection(
          this.#caller,
          query,
          { argument: "CalendarItemId", element: kind.element, member: kind.member },
          signal,
        );
      case "extended-properties":
        return queryExtended(this.#caller, query, signal);
      case "room-lists":
        return queryRoomLists(this.#caller, query, signal);
      case "rooms":
        return queryRooms(this.#caller, query, signal);
    }
  }

  async create(table: Table, rows: readonly Row[], signal: AbortSignal): Outcomes {
    const own = ewsTable(table.name);
    const { kind } = own;
    switch (kind.of) {
      case "items":
        return createItems(this.#caller, { table, folder: kind.folder, element: kind.element }, rows, signal);
      case "folders":
        return createFolders(this.#caller, rows, signal);
      case "attendees":
        return changeAttendees(this.#caller, { table, element: kind.element }, "create", rows, signal);
      case "extended-properties":
        return changeExtended(this.#caller, "set", rows, signal);
      default:
        throw readOnly(own);
    }
  }

  async update(table: Table, rows: readonly Row[], signal: AbortSignal): Outcomes {
    const own = ewsTable(table.name);
    const { kind } = own;
    switch (kind.of) {
      case "items":
        return updateItems(this.#caller, { table, element: kind.element }, rows, signal);
      case "folders":
        return updateFolders(this.#caller, rows, signal);
      case "attendees":
        return changeAttendees(this.#caller, { table, element: kind.element }, "update", rows, signal);
      case "extended-properties":
        return changeExtended(this.#caller, "set", rows, signal);
      default:
        throw readOnly(own);
    }
  }

  async delete(table: Table, rows: readonly Row[], signal: AbortSignal): Outcomes {
    const own = ewsTable(table.name);
    const { kind } = own;
    switch (kind.of) {
      case "items":
        return deleteItems(this.#caller, table, rows, signal);
      case "folders":
        return deleteFolders(this.#caller, rows, signal);
      case "attendees":
        return changeAttendees(this.#caller, { table, element: kind.element }, "delete", rows, signal);
      case "extended-properties":
        return changeExtended(this.#caller, "delete", rows, signal);
      default:
        throw readOnly(own);
    }
  }

  async *execute(
    { procedure, input }: BoundProcedure<EwsBinding>,
    signal: AbortSignal,
  ): AsyncGenerator<{ rows: readonly Row[] }> {
    const { binding } = procedure;
    if (binding.kind !== "procedure") throw unsupported(`${procedure.name} is no procedure of schema EWS.`);
    const answer = binding.run({ caller: this.#caller, input, signal });
    if (answer instanceof Promise) yield { rows: await answer };
    else for await (const rows of answer) yield { rows };
  }

  async close(): Promise<void> {
    // Sockets belong to the transport; the session holds nothing open.
  }
}
