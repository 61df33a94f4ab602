import { invalidQuery, type Value } from "#spi";
import { fixedOffset, requireWindowsZone } from "../../time/zones.ts";
import type { WriteSpec } from "../binding.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

/** Minutes as the duration to add to the zone's clock to get UTC. */
function bias(minutesEast: number): string {
  const size = Math.abs(minutesEast);
  return `${minutesEast > 0 ? "-" : ""}PT${Math.floor(size / 60)}H${size % 60}M`;
}

/** A zone of nothing but an offset: Exchange has no name for it, so its whole definition goes. */
function custom(name: string, zone: string, minutesEast: number): Xml {
  const to = (kind: "Period" | "Group", id: string) => leaf("t:To", id, { attributes: { Kind: kind } });
  return element(
    `t:${name}`,
    { Id: zone, Name: zone },
    element("t:Periods", undefined, element("t:Period", { Bias: bias(minutesEast), Name: "Standard", Id: "Standard" })),
    element(
      "t:TransitionsGroups",
      undefined,
      element("t:TransitionsGroup", { Id: "0" }, element("t:Transition", undefined, to("Period", "Standard"))),
    ),
    element("t:Transitions", undefined, element("t:Transition", undefined, to("Group", "0"))),
  );
}

/** The element of a time zone; no markup clears it. Errors: INVALID_QUERY naming the nearest zone. */
export function zoneMarkup(write: WriteSpec & { to: "zone" }, value: Value, about: string): Xml | undefined {
  if (value === null) return undefined;
  const zone = String(value);
  const offset = fixedOffset(zone);
  if (offset === undefined)
    return element(`t:${write.element}`, { [write.attribute]: requireWindowsZone(zone, about) });
  if (write.attribute === "TimeZoneName")
    throw invalidQuery(`${about}: Exchange 2007 takes the name of a zone, not an offset.`, { target: about });
  return custom(write.element, zone.toUpperCase(), offset);
}
