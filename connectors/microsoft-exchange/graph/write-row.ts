import { type Column, ConnectorError, type Row, type TableDefinition, type Value } from "#spi";
import { clockOf, ianaZone, requireWindowsZone } from "../time/zones.ts";
import { type GraphBinding, propertyOf } from "./binding.ts";
import { type JsonObject, member } from "./errors.ts";

type Mutable = { [member: string]: Value | Mutable };

/** The JSON body of a row: flattened columns nested again, addressed columns and keys left out. */
export function bodyOf(table: TableDefinition<GraphBinding>, row: Row): JsonObject {
  const body: Mutable = {};
  for (const column of table.columns) {
    const value = row[column.name];
    if (value === undefined || propertyOf(column).addresses || column.mutability === "read-only") continue;
    if (column.name === "changeKey") continue;
    place(body, propertyOf(column).path, write(column, value));
  }
  for (const column of table.columns) if (column.clock) onClock(body, row, column);
  return complete(body) as JsonObject;
}

function place(body: Mutable, path: readonly string[], value: Value): void {
  let at = body;
  for (const name of path.slice(0, -1)) {
    const next = at[name];
    if (typeof next === "object" && next !== null && !Array.isArray(next)) at = next as Mutable;
    else {
      const made: Mutable = {};
      at[name] = made;
      at = made;
    }
  }
  at[path.at(-1) ?? ""] = value;
}

function write(column: Column<GraphBinding>, value: Value): Value {
  if (value === null) return null;
  if (column.type === "json") return parsed(column, value);
  const { zone } = propertyOf(column);
  if (zone !== undefined && typeof value === "string") return zoneOf(value, zone, column.name);
  // The zone stands beside the time, so the time itself carries no offset.
  if (propertyOf(column).zoned && typeof value === "string") return value.replace(/Z$/, "");
  return value;
}

/** Clocks that are set back show the same time twice, so much apart. */
const repeatsMs = [1_800_000, 3_600_000, 7_200_000];

/** An instant given with a zone, on the clocks of that zone; what stands on them already stays. */
function onClock(body: Mutable, row: Row, { name, binding }: Column<GraphBinding>): void {
  const given = row[name];
  const at = binding.kind === "property" ? member(body as JsonObject, binding.path[0] ?? "") : undefined;
  const zone = member(at, "timeZone");
  if (typeof given !== "string" || !given.endsWith("Z") || typeof zone !== "string" || zone === "UTC") return;
  const iana = ianaZone(zone);
  if (iana === undefined) return;
  const ms = Date.parse(given);
  const clock = clockOf(iana, ms);
  // Servers read a time that comes twice as the second one: the first can only be told in UTC. A series has clock times.
  const isFirstOfTwo = repeatsMs.some((laterMs) => clockOf(iana, ms + laterMs) === clock);
  const time = at as Mutable;
  if (isFirstOfTwo && (row.recurrence_pattern_type ?? null) === null) time.timeZone = "UTC";
  else time.dateTime = new Date(clock).toISOString().replace(/(?:\.000)?Z$/, "");
}

/** Names Exchange shows for zones made by hand, which exist in one mailbox's data only. */
const customZone = /^(?:tzone:\/\/microsoft\/custom|customized time zone)$/i;

function zoneOf(value: string, kind: "windows" | "given", name: string): string {
  if (customZone.test(value)) {
    throw new ConnectorError(
      "INVALID_QUERY",
      `${name}: Microsoft Graph shows "${value}" for zones made by hand and takes it from nobody; name a Windows or IANA zone, or give the time in UTC.`,
      { target: name },
    );
  }
  const windows = requireWindowsZone(value, name);
  return kind === "windows" ? windows : value;
}

/** Users of other connectors give collections as JSON text. */
function parsed(column: Column<GraphBinding>, value: Value): Value {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Value;
  } catch (cause) {
    throw new ConnectorError("INVALID_QUERY", `${column.name} must be a JSON array or object.`, {
      target: column.name,
      cause,
    });
  }
}

/** A series whose columns are all cleared is a single event again. */
const recurrent: ReadonlySet<string> = new Set(["recurrence", "pattern", "range"]);

/** Objects whose timeZone is a setting of its own, not the zone of a time beside it. */
const zonedByThemselves: ReadonlySet<string> = new Set(["mailboxSettings"]);

/** Objects of which Graph wants all members or none: a time needs its zone, an emptied object is null. */
function complete(body: Mutable): Mutable {
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const inner = complete(value as Mutable);
    if (isEmptied(inner) || (recurrent.has(name) && Object.values(inner).every((each) => each === null))) {
      body[name] = null;
    }
    // Without a type Graph guesses; HTML has to be announced by body_contentType.
    else if ("content" in inner && !("contentType" in inner)) inner.contentType = "text";
    else if ("dateTime" in inner && !("timeZone" in inner)) inner.timeZone = "UTC";
    else if ("timeZone" in inner && !("dateTime" in inner) && !zonedByThemselves.has(name)) throw zoneAlone(name);
  }
  return body;
}

/** A time or recipient whose members are all cleared is cleared as a whole. */
function isEmptied(inner: Mutable): boolean {
  const isWhole = "dateTime" in inner || "emailAddress" in inner || "address" in inner || "name" in inner;
  return isWhole && Object.values(inner).every((value) => value === null);
}

function zoneAlone(name: string): ConnectorError {
  return new ConnectorError("INVALID_QUERY", `${name}_timeZone can only be given together with ${name}_dateTime.`, {
    target: `${name}_timeZone`,
  });
}

/** The id Graph tells of a created or changed resource. */
export function idOf(body: Value | undefined): string | undefined {
  const id = member(body, "id");
  return typeof id === "string" ? id : undefined;
}
