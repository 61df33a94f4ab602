import { windowsZone, windowsZones } from "../../mailboxes/index.ts";
import type { Operation } from "../call.ts";
import { readBoolean } from "../dates.ts";
import { timeZoneElement } from "../properties/time-zone-element.ts";
import { responses, success } from "../soap.ts";
import { childOf, childrenOf, m, t, textOf } from "../xml.ts";

/** GetServerTimeZones: all zones the server knows, or those named. */
export const getServerTimeZones: Operation = (call) => {
  const full = readBoolean(call.request.attributes["ReturnFullTimeZoneData"] ?? "true");
  const wanted = childrenOf(childOf(call.request, "Ids")).map((id) => windowsZone(textOf(id)));
  const year = call.mailbox.clock().getUTCFullYear();
  const zones = windowsZones.filter(([name]) => wanted.length === 0 || wanted.includes(name));
  const definitions = zones.map(([name, shown]) =>
    full ? timeZoneElement("TimeZoneDefinition", name, year) : t("TimeZoneDefinition", { Id: name, Name: shown }),
  );
  return responses("GetServerTimeZones", [
    success("GetServerTimeZonesResponseMessage", m("TimeZoneDefinitions", definitions)),
  ]);
};
