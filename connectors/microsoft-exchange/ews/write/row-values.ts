import { invalidQuery, type Row, type Value } from "#spi";

/** The key an outcome tells: with the change key where there is one. */
export const itemKey = (id: string, changeKey: string | undefined): Row => ({
  ItemId: id,
  ...(changeKey === undefined ? {} : { ItemChangeKey: changeKey }),
});

export const textOf = (value: Value | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** A key or other value a row must have. Errors: INVALID_QUERY. */
export function requiredText(row: Row, column: string): string {
  const value = textOf(row[column]);
  if (value !== undefined) return value;
  throw invalidQuery(`${column} is needed.`, { target: column });
}

/** CreateItem and DeleteItem know fewer modes than UpdateItem: of a new meeting nobody is "changed". */
export const createModes = ["SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy"] as const;
export const updateModes = [...createModes, "SendOnlyToChanged", "SendToChangedAndSaveCopy"] as const;

/** Who is told of a meeting; nobody unless said. Errors: INVALID_QUERY. */
export function modeOf(row: Row, column: string, modes: readonly string[]): string {
  const given = textOf(row[column]);
  if (given === undefined) return "SendToNone";
  const mode = modes.find((each) => each.toLowerCase() === given.toLowerCase());
  if (mode !== undefined) return mode;
  throw invalidQuery(`${column}: "${given}" is none of ${modes.join(", ")}.`, { target: column });
}
