import type { Row } from "#spi";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { responseError } from "../errors.ts";
import { chunks } from "../in-order.ts";
import { idsPerGetItem } from "../plan.ts";
import { instanceIndex, resolveItems } from "../related-items.ts";
import { wordOf } from "../response-messages.ts";
import type { Chunk, Prepared } from "./chunk.ts";
import { failed, lostRow } from "./outcomes.ts";

/** Which item a row changes: one by its id, or an occurrence by its place in the series of that id. */
export interface RowItem {
  readonly identity: CallIdentity;
  readonly id: string;
  readonly changeKey: string | undefined;
  readonly index: number | undefined;
}

/** The place of an occurrence that a row names. Errors: INVALID_QUERY. */
export const indexOfRow = (row: Row): number | undefined =>
  (row["InstanceIndex"] ?? null) === null ? undefined : instanceIndex(row["InstanceIndex"]);

/** Gives rows that name an occurrence by its place the occurrence's own id; what is not there fails by itself. */
export async function withOwnIds<T extends RowItem>(
  caller: EwsCaller,
  chunk: Chunk,
  rows: readonly Prepared<T>[],
  signal: AbortSignal,
): Promise<readonly Prepared<T>[]> {
  const placed = rows.filter(({ made }) => made.index !== undefined);
  if (placed.length === 0) return rows;
  const own = new Map<number, { readonly id: string; readonly changeKey: string | undefined }>();
  const groups = Map.groupBy(placed, ({ made }) => JSON.stringify(made.identity));
  for (const group of groups.values()) {
    for (const part of chunks(group, idsPerGetItem)) await resolvePart(caller, chunk, part, own, signal);
  }
  return rows.flatMap((row) => {
    if (row.made.index === undefined) return [row];
    const found = own.get(row.index);
    // A change key the row gives is that of the version it knows: it still guards the change.
    return found === undefined
      ? []
      : [{ ...row, made: { ...row.made, id: found.id, changeKey: row.made.changeKey ?? found.changeKey } }];
  });
}

async function resolvePart<T extends RowItem>(
  caller: EwsCaller,
  chunk: Chunk,
  part: readonly Prepared<T>[],
  own: Map<number, { readonly id: string; readonly changeKey: string | undefined }>,
  signal: AbortSignal,
): Promise<void> {
  const { identity } = (part[0] as Prepared<T>).made;
  const references = part.map(({ made }) => ({ series: made.id, index: made.index ?? 1 }));
  try {
    const resolved = await resolveItems(caller, references, identity, signal);
    part.forEach(({ index }, at) => {
      const found = resolved[at];
      if (found !== undefined && "key" in found) own.set(index, found.key);
      else {
        const error = found === undefined ? lostRow("GetItem") : responseError("GetItem", wordOf(found.problem));
        chunk.settle(failed(index, error.with({ effect: "none", target: "InstanceIndex" })));
      }
    });
  } catch (error) {
    chunk.refuse(part, error);
  }
}
