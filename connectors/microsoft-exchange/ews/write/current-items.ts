import { ConnectorError, type Row } from "#spi";
import { parseList } from "../../mime/list-values.ts";
import { type EwsColumn, fieldOf } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { getItem } from "../operations/get-item.ts";
import { itemShape } from "../properties.ts";
import { isError, type ResponseMessage } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";

/** An item as it stands, or why it cannot be had. */
export interface CurrentItem {
  readonly changeKey: string | undefined;
  readonly row: Row;
  readonly problem: ResponseMessage | undefined;
}

/** Reads items by id, in the order of the ids; each id once. */
export async function currentItems(
  caller: EwsCaller,
  identity: CallIdentity,
  ids: readonly string[],
  columns: readonly EwsColumn[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CurrentItem>> {
  if (ids.length === 0) return new Map();
  const state = await caller.call(
    getItem({ ids, shape: itemShape(columns), rows: new RowReader(columns) }),
    identity,
    signal,
  );
  const current = new Map<string, CurrentItem>();
  state.messages.forEach((message, at) => {
    const place = state.messageOf.indexOf(at);
    current.set(ids[at] as string, {
      changeKey: place < 0 ? undefined : state.keys[place]?.changeKey,
      row: state.rows[place] ?? {},
      problem: isError(message) || place < 0 ? message : undefined,
    });
  });
  if (state.messages.length < ids.length) {
    throw new ConnectorError("PROTOCOL", "The server's answer leaves items out.", {
      remote: { service: "EWS", operation: "GetItem" },
    });
  }
  return current;
}

/** A column that reads the whole list of which `column` is one place. */
export function wholeListColumn(column: EwsColumn): EwsColumn | undefined {
  const field = fieldOf(column);
  if (field.write?.to !== "nth-string") return undefined;
  const { element } = field.write;
  return {
    ...column,
    name: element,
    binding: { ...field, read: { from: "list", group: [element, "String"], leaf: [] } },
  };
}

/** Lists of a current item, by element. */
export const listsOf = (row: Row): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Object.entries(row).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, parseList(value) ?? []] as const] : [],
    ),
  );
