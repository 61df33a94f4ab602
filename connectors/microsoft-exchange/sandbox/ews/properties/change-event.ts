import { type EventDetails, emptyEvent, guidOf } from "../../mailboxes/index.ts";
import type { Draft } from "./property.ts";

/** The event of a calendar item under construction; changes are made to a copy, so that stored ones stay whole. */
export function changeEvent(draft: Draft, change: Partial<EventDetails>): void {
  const base = draft.event ?? emptyEvent(new Date(0), guidOf(String(Math.random())));
  draft.event = { ...base, ...change };
}
