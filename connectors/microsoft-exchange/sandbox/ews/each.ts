import { MailboxError } from "../mailboxes/index.ts";
import { EwsError } from "./ews-error.ts";
import { failure } from "./soap.ts";
import type { XmlElement } from "./xml.ts";

/** One response message for each entry, in order; a refused entry becomes an error message and the rest goes on. */
export async function each<T>(
  messageName: string,
  entries: readonly T[],
  work: (entry: T) => XmlElement | Promise<XmlElement>,
  ...onFailure: XmlElement[]
): Promise<XmlElement[]> {
  const messages: XmlElement[] = [];
  for (const entry of entries) {
    try {
      messages.push(await work(entry));
    } catch (error) {
      messages.push(failure(messageName, entryError(error), ...onFailure));
    }
  }
  return messages;
}

/** The refusal of one entry; faults and programming errors go on up. */
export function entryError(error: unknown): EwsError {
  if (error instanceof MailboxError) return new EwsError(error.code, error.message);
  if (error instanceof EwsError && !error.isFault) return error;
  throw error;
}
