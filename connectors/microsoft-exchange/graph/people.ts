import { invalidQuery, type Value } from "#spi";
import { type JsonObject, member } from "./errors.ts";

/** The most recipients a tenant of Exchange Online can allow in one message (500 unless it was changed). */
export const mostRecipients = 1000;
/** Attendees Graph takes in one event (event resource, v1.0). */
export const mostAttendees = 500;

const lists = ["toRecipients", "ccRecipients", "bccRecipients", "replyTo"] as const;

/** A message whose recipients Graph can take, as it is. Errors: INVALID_QUERY naming the column and the entry. */
export function withRecipients(body: JsonObject): JsonObject {
  for (const name of lists) checkPeople(body[name], name);
  const count = ["toRecipients", "ccRecipients", "bccRecipients"].reduce((sum, name) => sum + lengthOf(body[name]), 0);
  if (count > mostRecipients) {
    throw invalidQuery(
      `The message has ${count} recipients; Exchange Online takes at most ${mostRecipients}, and 500 unless the tenant allows more. Use a group or several messages.`,
      { target: "toRecipients" },
    );
  }
  return body;
}

/** An event whose attendees Graph can take, as it is. */
export function withAttendees(body: JsonObject): JsonObject {
  checkPeople(body.attendees, "attendees");
  const count = lengthOf(body.attendees);
  if (count > mostAttendees) {
    throw invalidQuery(
      `The event has ${count} attendees; Microsoft Graph takes at most ${mostAttendees}. Invite a group instead.`,
      { target: "attendees" },
    );
  }
  return body;
}

const lengthOf = (value: Value | undefined): number => (Array.isArray(value) ? value.length : 0);

function checkPeople(value: Value | undefined, column: string): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) throw wrong(column, "must be an array of");
  for (const [index, one] of value.entries()) {
    const address = member(member(one, "emailAddress"), "address");
    if (typeof address === "string" && address.trim() !== "") continue;
    throw wrong(column, `entry ${index} has no address: each must be`);
  }
}

const wrong = (column: string, what: string) =>
  invalidQuery(`${column} ${what} {"emailAddress": {"address": "…", "name": "…"}}.`, { target: column });
