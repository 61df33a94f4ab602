import type { Specimen } from "./specimens.ts";

/** Anybody who can write and read items of a mailbox. */
export interface Side {
  readonly name: string;
  /** The fields it can write. */
  readonly writes: Readonly<Record<Specimen["kind"], readonly string[]>>;
  /** The fields it can read. */
  readonly reads: Readonly<Record<Specimen["kind"], readonly string[]>>;
  write(specimen: Specimen): Promise<void>;
  /** These fields, at least, of the item of that kind and title. */
  read(kind: Specimen["kind"], title: string, names: readonly string[]): Promise<Record<string, unknown>>;
}

const both = <T>(one: readonly T[], other: readonly T[]): readonly T[] => one.filter((each) => other.includes(each));

/** What a reader must see of what a writer wrote. */
export function sharedFields(writer: Side, reader: Side, kind: Specimen["kind"]): readonly string[] {
  return both(writer.writes[kind], reader.reads[kind]);
}

/** A time in ISO 8601 with milliseconds. */
export const instant = (text: unknown): string | null =>
  text === null || text === undefined ? null : new Date(String(text)).toISOString();

/** The day of a time in UTC. */
export const day = (text: unknown): string | null => instant(text)?.slice(0, 10) ?? null;
