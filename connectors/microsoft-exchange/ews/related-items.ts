import { invalidQuery, type Value } from "#spi";
import type { EwsCaller } from "./call.ts";
import type { CallIdentity } from "./envelope.ts";
import { responseError } from "./errors.ts";
import { getItem, type ItemReference } from "./operations/get-item.ts";
import { itemShape } from "./properties.ts";
import { isError, type ResponseMessage, wordOf } from "./response-messages.ts";
import { RowReader } from "./row-reader.ts";
import type { RowKey } from "./row-state.ts";

/** Exchange numbers the occurrences of a series from 1. Errors: INVALID_QUERY. */
export function instanceIndex(value: Value | undefined): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
  throw invalidQuery(`InstanceIndex: ${JSON.stringify(value ?? null)} is no place in a series; the first is 1.`, {
    target: "InstanceIndex",
  });
}

/** The occurrence or series that a query's pseudo-columns name. Errors: INVALID_QUERY. */
export function relatedItem(pseudo: Readonly<Record<string, Value>>): ItemReference | undefined {
  const { RecurringMasterId: series, InstanceIndex: index, OccurrenceId: occurrence } = pseudo;
  if (typeof occurrence === "string") {
    if (series === undefined && index === undefined) return { occurrence };
    throw invalidQuery("OccurrenceId goes without RecurringMasterId and InstanceIndex.", { target: "OccurrenceId" });
  }
  if (series === undefined && index === undefined) return undefined;
  if (typeof series !== "string")
    throw invalidQuery("InstanceIndex needs RecurringMasterId, the series it counts in.", { target: "InstanceIndex" });
  if (index === undefined)
    throw invalidQuery("RecurringMasterId needs InstanceIndex, the place of the occurrence.", {
      target: "RecurringMasterId",
    });
  return { series, index: instanceIndex(index) };
}

export type Resolved = { readonly key: RowKey } | { readonly problem: ResponseMessage };

/** Own ids of items named by reference, in order. */
export async function resolveItems(
  caller: EwsCaller,
  references: readonly ItemReference[],
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<readonly (Resolved | undefined)[]> {
  const operation = getItem({ ids: references, shape: itemShape([]), rows: new RowReader([]) });
  const state = await caller.call(operation, identity, signal);
  return references.map((_, at) => {
    const message = state.messages[at];
    if (message === undefined) return undefined;
    const key = state.keys[state.messageOf.indexOf(at)];
    return isError(message) || key === undefined ? { problem: message } : { key };
  });
}

/** The own id of one item. Errors: NOT_FOUND and others, by response code. */
export async function resolveItem(
  caller: EwsCaller,
  reference: ItemReference,
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<string> {
  const [found] = await resolveItems(caller, [reference], identity, signal);
  if (found !== undefined && "key" in found) return found.key.id;
  const word = found === undefined ? { responseCode: "ErrorItemNotFound", text: "" } : wordOf(found.problem);
  throw responseError("GetItem", word);
}
