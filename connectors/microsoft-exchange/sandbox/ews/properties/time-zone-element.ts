import { windowsZone, windowsZones, type ZoneRules, type ZoneTransition, zoneRules } from "../../mailboxes/index.ts";
import { t, type XmlElement } from "../xml.ts";

const printedZones = new Map<string, XmlElement>();

/** A time zone with its periods and transitions, as GetServerTimeZones and calendar items show it. */
export function timeZoneElement(name: string, zone: string, year: number): XmlElement {
  const id = windowsZone(zone) ?? zone;
  const key = `${name} ${id} ${year}`;
  const known = printedZones.get(key);
  if (known) return known;
  const shown = windowsZones.find(([windows]) => windows === id)?.[1] ?? id;
  const element = t(name, { Id: id, Name: shown }, definition(id, zoneRules(id, year)));
  printedZones.set(key, element);
  return element;
}

function definition(id: string, rules: ZoneRules): XmlElement[] {
  const standard = `trule:Microsoft/Registry/${id}/2007-Standard`;
  const daylight = `trule:Microsoft/Registry/${id}/2007-Daylight`;
  const { toDaylight, toStandard, daylightMinutes } = rules;
  const hasDaylight = toDaylight && toStandard && daylightMinutes !== undefined;
  const transitions = hasDaylight
    ? [recurring(daylight, toDaylight), recurring(standard, toStandard)]
    : [t("Transition", t("To", { Kind: "Period" }, standard))];
  return [
    t(
      "Periods",
      period(standard, "Standard", rules.standardMinutes),
      hasDaylight ? period(daylight, "Daylight", daylightMinutes) : undefined,
    ),
    t("TransitionsGroups", t("TransitionsGroup", { Id: "0" }, transitions)),
    t("Transitions", t("Transition", t("To", { Kind: "Group" }, "0"))),
  ];
}

function period(id: string, name: string, minutesEast: number): XmlElement {
  const sign = minutesEast > 0 ? "-" : "";
  return t("Period", { Bias: `${sign}PT${Math.abs(minutesEast)}M`, Name: name, Id: id });
}

function recurring(period: string, { month, weekday, week, minutes }: ZoneTransition): XmlElement {
  return t(
    "RecurringDayTransition",
    t("To", { Kind: "Period" }, period),
    t("TimeOffset", `PT${minutes}M`),
    t("Month", String(month)),
    t("DayOfWeek", weekday[0]!.toUpperCase() + weekday.slice(1)),
    t("Occurrence", String(week)),
  );
}
