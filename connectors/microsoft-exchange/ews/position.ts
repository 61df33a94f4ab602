import { z } from "zod";
import { invalidRequest } from "#spi";

/** Where a query goes on: an offset in the n-th folder, the n-th id or row, or a time of a calendar span with the rows from it already delivered. */
const schema = z.union([
  z.strictObject({ folder: z.int().min(0), offset: z.int().min(0) }),
  z.strictObject({ done: z.int().min(0) }),
  z.strictObject({ time: z.int(), skip: z.int().min(0) }),
]);
export type Position = z.infer<typeof schema>;

export const writePosition = (position: Position): string => JSON.stringify(position);

/** Errors: INVALID_REQUEST when the text is no position of a query like this one. */
export function readPosition<K extends "offset" | "done" | "time">(
  text: string | undefined,
  kind: K,
): Extract<Position, Record<K, number>> | undefined {
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalidRequest("The position to go on from cannot be read.", { cause: error });
  }
  const position = schema.safeParse(parsed);
  if (!position.success || !(kind in position.data)) throw invalidRequest("The position belongs to another query.");
  return position.data as Extract<Position, Record<K, number>>;
}
