import type { ConnectorError, Row, RowOutcome, TableDefinition } from "#spi";
import type { ItemElement } from "../../tables/ews/ews-table.ts";
import { type EwsBinding, fieldOf } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { type DistinguishedFolder, type FolderReference, folderGiven, folderOfPlatform } from "../folders.ts";
import { identityOf } from "../identity.ts";
import { createItem } from "../operations/create-item.ts";
import { recognitionProperty } from "../recognition.ts";
import type { RowState } from "../row-state.ts";
import type { Xml } from "../write-xml.ts";
import { Chunk, type Prepared } from "./chunk.ts";
import { columnsByName, newItem } from "./item-markup.ts";
import { lookUpCreated } from "./look-up.ts";
import { blamesARow, indeterminate, isUnknown, lostRow, messageOutcome, succeeded } from "./outcomes.ts";
import { createModes, itemKey, modeOf, textOf } from "./row-values.ts";
import { settledRow } from "./settled-row.ts";

export interface ItemTarget {
  readonly table: TableDefinition<EwsBinding>;
  readonly folder: DistinguishedFolder;
  readonly element: ItemElement;
}

/** What must be equal for rows to go in one call. */
interface Destination {
  readonly identity: CallIdentity;
  readonly folder: FolderReference;
  readonly invitations: string | undefined;
}

interface NewRow {
  readonly destination: Destination;
  readonly markup: Xml;
  readonly rowId: string;
}

function folderOf(
  { columns }: ItemTarget["table"],
  row: Row,
  own: DistinguishedFolder,
  platform: string,
): FolderReference {
  const column = columns.find((each) => fieldOf(each).write?.to === "folder");
  const given = column === undefined ? undefined : textOf(row[column.name]);
  if (column === undefined || given === undefined) return { name: own };
  return folderOfPlatform(folderGiven(given), platform, column.name);
}

/**
 * Creates items, one call for all rows that go to the same place the same way. They can be found again by `batchId`.
 */
export async function createItems(
  caller: EwsCaller,
  target: ItemTarget,
  rows: readonly Row[],
  signal: AbortSignal,
  batchId: string = caller.context.random.uuid(),
): Promise<readonly RowOutcome[]> {
  const { table, element } = target;
  const columns = columnsByName(table.columns);
  const chunk = new Chunk(rows);
  const prepared = chunk.prepare((row, index): NewRow => {
    const rowId = `${batchId}/${index}`;
    return {
      rowId,
      destination: {
        identity: identityOf(caller.config, row),
        folder: folderOf(table, row, target.folder, caller.config.platform),
        invitations: element === "CalendarItem" ? modeOf(row, "SendMeetingInvitations", createModes) : undefined,
      },
      markup: newItem(element, columns, settledRow(row, "create"), [
        { element: "ExtendedProperty", markup: recognitionProperty(rowId) },
      ]),
    };
  });
  for (const group of Map.groupBy(prepared, ({ made }) => JSON.stringify(made.destination)).values()) {
    await createGroup(caller, target, chunk, batchId, group, signal);
  }
  return chunk.outcomes;
}

async function createGroup(
  caller: EwsCaller,
  target: ItemTarget,
  chunk: Chunk,
  batchId: string,
  group: readonly Prepared<NewRow>[],
  signal: AbortSignal,
): Promise<void> {
  const { identity, folder, invitations } = (group[0] as Prepared<NewRow>).made.destination;
  let seen: RowState | undefined;
  const operation = createItem({
    items: group.map(({ made }) => made.markup),
    folder,
    ...(target.element === "Message" ? { disposition: "SaveOnly" as const } : {}),
    ...(invitations === undefined ? {} : { invitations }),
    started: (state) => {
      seen = state;
    },
  });
  let broken: ConnectorError | undefined;
  try {
    await caller.call(operation, identity, signal);
  } catch (error) {
    if (blamesARow(error)) {
      await chunk.isolate(group, error, (part) => createGroup(caller, target, chunk, batchId, part, signal));
      return;
    }
    if (!isUnknown(error)) {
      chunk.refuse(group, error);
      return;
    }
    broken = error;
  }
  settleAnswered(chunk, target, group, seen);
  const open = group.filter((_, at) => !isAnswered(seen, at));
  if (open.length > 0) {
    await settleLost(
      caller,
      chunk,
      { batchId, identity, folder, open, error: broken ?? lostRow("CreateItem") },
      signal,
    );
  }
}

/** The message is complete: its code was read, and where it succeeded, its id. */
function isAnswered(state: RowState | undefined, at: number): boolean {
  const message = state?.messages[at];
  if (message === undefined || message.responseCode === "") return false;
  if (message.responseClass === "Error") return true;
  return state?.messageOf.includes(at) === true && keyOf(state, at) !== undefined;
}

function keyOf(state: RowState, at: number): Row | undefined {
  const key = state.keys[state.messageOf.indexOf(at)];
  return key === undefined || key.id === "" ? undefined : itemKey(key.id, key.changeKey);
}

function settleAnswered(
  chunk: Chunk,
  { table }: ItemTarget,
  group: readonly Prepared<NewRow>[],
  state: RowState | undefined,
): void {
  if (state === undefined) return;
  group.forEach(({ index, row }, at) => {
    const message = state.messages[at];
    if (message === undefined || !isAnswered(state, at)) return;
    chunk.settle(messageOutcome("CreateItem", index, message, row, table.columns, keyOf(state, at)));
  });
}

interface Lost {
  readonly batchId: string;
  readonly identity: CallIdentity;
  readonly folder: FolderReference;
  readonly open: readonly Prepared<NewRow>[];
  readonly error: ConnectorError;
}

/** Rows whose answer was lost are looked up by the id they carry. What is not found may still be on its way. */
async function settleLost(caller: EwsCaller, chunk: Chunk, lost: Lost, signal: AbortSignal): Promise<void> {
  const rowIds = lost.open.map(({ made }) => made.rowId);
  const found = await lookUpCreated(caller, { ...lost, rowIds }, signal);
  for (const { index, made } of lost.open) {
    const key = found.get(made.rowId);
    if (key !== undefined) chunk.settle(succeeded(index, itemKey(key.id, key.changeKey)));
    else chunk.settle(indeterminate(index, lost.error));
  }
}
