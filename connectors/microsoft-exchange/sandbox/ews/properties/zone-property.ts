import { windowsZone } from "../../mailboxes/index.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { childrenOf, type XmlElement } from "../xml.ts";
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
  return windowsZone(id) ?? id;
}
