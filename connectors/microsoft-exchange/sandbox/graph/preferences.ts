import { ianaZone } from "../mailboxes/index.ts";
import { GraphError } from "./errors.ts";

/** What the `Prefer` header asks for, as far as Outlook's resources heed it. */
export type Preferences = {
  readonly timeZone?: string;
  readonly hasImmutableIds: boolean;
  readonly bodyType?: "text" | "html";
  readonly maxPageSize?: number;
  /** Preferences that were heeded, for `Preference-Applied`. */
  readonly applied: readonly string[];
};

/** Reads the header; a time zone nobody knows is refused. */
export function readPreferences(header: string | undefined): Preferences {
  const given = new Map<string, string>();
  for (const match of (header ?? "").matchAll(/([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;]+)))?/g)) {
    given.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
  }
  const timeZone = given.get("outlook.timezone");
  if (timeZone !== undefined && ianaZone(timeZone) === undefined) throw unknownTimeZone(timeZone);
  const bodyType = given.get("outlook.body-content-type")?.toLowerCase();
  const maxPageSize = Number(given.get("odata.maxpagesize") ?? "");
  const hasImmutableIds = given.get("idtype")?.toLowerCase() === "immutableid";
  return {
    hasImmutableIds,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(bodyType === "text" || bodyType === "html" ? { bodyType } : {}),
    ...(Number.isInteger(maxPageSize) && maxPageSize > 0 ? { maxPageSize } : {}),
    applied: [
      ...(timeZone === undefined ? [] : [`outlook.timezone="${timeZone}"`]),
      ...(bodyType === "text" || bodyType === "html" ? [`outlook.body-content-type="${bodyType}"`] : []),
      ...(hasImmutableIds ? ['IdType="ImmutableId"'] : []),
    ],
  };
}

/** The refusal of a time zone by name. */
export function unknownTimeZone(name: string): GraphError {
  return new GraphError(
    400,
    "TimeZoneNotSupportedException",
    `A valid TimeZone value must be specified. The following TimeZone value is not supported: '${name}'.`,
  );
}
