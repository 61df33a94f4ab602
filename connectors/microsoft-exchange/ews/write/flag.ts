import { invalidQuery, type Value } from "#spi";
import { timeOf, wireText } from "../values.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

/** FlagStatusType (types.xsd). */
export const flagStatuses = ["NotFlagged", "Flagged", "Complete"] as const;

/** Which days go with which status: Exchange refuses others. */
const partsOfStatus: Readonly<Record<string, readonly string[]>> = {
  NotFlagged: [],
  Flagged: ["StartDate", "DueDate"],
  Complete: ["CompleteDate"],
};
const columnOf = (part: string): string => `Flag_${part}`;

/** `t:Flag` from its columns, by part; no markup clears it. Errors: INVALID_QUERY naming the column. */
export function flagMarkup(values: ReadonlyMap<string, Value>): Xml | undefined {
  const given = [...values].filter(([, value]) => value !== null);
  if (given.length === 0) return undefined;
  const status = String(values.get("FlagStatus") ?? impliedStatus(values));
  const fitting = partsOfStatus[status] ?? [];
  for (const [part] of given) {
    if (part === "FlagStatus" || fitting.includes(part)) continue;
    throw invalidQuery(`${columnOf(part)} does not belong to Flag_FlagStatus ${status}.`, { target: columnOf(part) });
  }
  const start = values.get("StartDate") ?? values.get("DueDate");
  const due = values.get("DueDate") ?? start;
  if (start !== undefined && due !== undefined && start !== null && due !== null) {
    if (timeOf(start, columnOf("StartDate")) > timeOf(due, columnOf("DueDate")))
      throw invalidQuery("Flag_DueDate lies before Flag_StartDate.", { target: columnOf("DueDate") });
  }
  const day = (part: string, value: Value | undefined): Xml | undefined =>
    value === undefined || value === null
      ? undefined
      : leaf(`t:${part}`, wireText("datetime", value, columnOf(part)), { about: columnOf(part) });
  // Exchange wants both days of a flag or none.
  const days =
    status === "Flagged"
      ? [day("StartDate", start), day("DueDate", due)]
      : [day("CompleteDate", values.get("CompleteDate"))];
  return element("t:Flag", undefined, leaf("t:FlagStatus", status), days);
}

const impliedStatus = (values: ReadonlyMap<string, Value>): string =>
  values.get("CompleteDate") === undefined || values.get("CompleteDate") === null ? "Flagged" : "Complete";
