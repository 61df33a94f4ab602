import { windowsZone } from "../../mailboxes/index.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { childOf, childrenOf, type XmlElement } from "../xml.ts";
import { changeEvent } from "./change-event.ts";
import type { ItemProperty } from "./property.ts";
import { timeZoneElement } from "./time-zone-element.ts";

/** The zone an event's start or end is meant in. */
export function zone(uri: string, element: string, key: "startTimeZone" | "endTimeZone"): ItemProperty {
  return {
    uri,
    element,
    only: "item",
    read: ({ event }) => event && timeZoneElement(element, event[key], event.start.getUTCFullYear()),
    write: (draft, value) => changeEvent(draft, { [key]: readZone(value) }),
  };
}

/** A time zone by its id; Exchange knows no zones but its own. */
export function readZone(element: XmlElement): string {
  const id = element.attributes["Id"] ?? element.attributes["TimeZoneName"];
  if (id === undefined) throw schemaViolation(`The element '${element.name}' names no time zone.`);
  if (windowsZone(id) === undefined && childrenOf(element).length === 0) {
    throw new EwsError("ErrorTimeZone", `The time zone '${id}' could not be determined.`);
  }
  return windowsZone(id) ?? offsetZone(element) ?? id;
}

/** A zone Exchange has no name for, by the offset of its first period. */
function offsetZone(element: XmlElement): string | undefined {
  const [period] = childrenOf(childOf(element, "Periods"), "Period");
  const match = /^(-?)PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(period?.attributes["Bias"] ?? "");
  if (!match) return undefined;
  const minutes = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
  const pad = (value: number) => String(value).padStart(2, "0");
  // the bias is what leads to UTC: zones east of Greenwich have a negative one
  return `UTC${match[1] === "-" ? "+" : "-"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
