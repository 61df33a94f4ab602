import { invalidQuery, type Value } from "#spi";

/** Ids in one text, separated by semicolons, as AttachmentIds columns have them. Errors: INVALID_QUERY. */
export function attachmentIds(value: Value | undefined, about: string): string[] {
  const ids = String(value ?? "")
    .split(";")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (ids.length === 0) throw invalidQuery(`${about} names no attachment.`, { target: about });
  return ids;
}
