import { invalidQuery, type Row, type Value } from "#spi";
import { type JsonObject, member } from "./errors.ts";
import { checkedRecurrence, mergedRecurrence } from "./recurrence.ts";

const isObject = (value: Value | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The day a repeated task is first due. */
function firstDay(...times: readonly (Value | undefined)[]): string | undefined {
  const texts = times.map((time) => member(time, "dateTime")).filter((text) => typeof text === "string");
  return texts[0]?.slice(0, 10);
}

/** The body of a new task, or the refusal of a recurrence no calendar can hold. */
export function newTaskBody(body: JsonObject): JsonObject {
  if (!isObject(body.recurrence)) return body;
  const startDate = firstDay(body.dueDateTime, body.startDateTime);
  if (startDate === undefined && member(member(body.recurrence, "range"), "startDate") === undefined) throw dueNeeded();
  return { ...body, recurrence: checkedRecurrence(body.recurrence, { startDate }) };
}

const dueNeeded = () =>
  invalidQuery("A repeated task needs dueDateTime_dateTime, from which it is counted.", {
    target: "dueDateTime_dateTime",
  });

/** Members of the task as it stands that a change needs to know. */
export const neededForTask = (body: JsonObject, _row: Row): readonly string[] =>
  isObject(body.recurrence) ? ["recurrence", "dueDateTime", "startDateTime"] : [];

/** The body of a change, its recurrence put over the one there is. */
export function changedTaskBody(body: JsonObject, _row: Row, item: Value | undefined): JsonObject {
  if (!isObject(body.recurrence)) return body;
  const merged = mergedRecurrence(body.recurrence, member(item, "recurrence"));
  const startDate = firstDay(
    body.dueDateTime,
    member(item, "dueDateTime"),
    body.startDateTime,
    member(item, "startDateTime"),
  );
  if (startDate === undefined && member(member(merged, "range"), "startDate") === undefined) throw dueNeeded();
  return { ...body, recurrence: checkedRecurrence(merged, { startDate }) };
}
