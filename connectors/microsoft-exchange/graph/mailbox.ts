import { ConnectorError, type Row, type Value } from "#spi";
import type { GraphConfig } from "./config.ts";

/** Whose data a request is about: the start of its path and the name its slots are counted under. */
export interface Owner {
  /** `/me`, `/users/{id}`, `/groups/{id}`, or empty for the directory. */
  readonly path: string;
  readonly mailbox: string;
}

export const directory: Owner = { path: "", mailbox: "directory" };

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** A principal name, guests' `#EXT#` form included; no slash, so that it cannot lead to another resource. */
const PRINCIPAL = /^[^\s/\\?<>"@]{1,128}@[^\s/\\?<>"@#]{1,255}$/;

/** The mailbox of a statement: UserId of its condition or row, else of the connection, else the signed-in one. */
export function mailboxOwner(config: GraphConfig, values: Readonly<Record<string, Value>> | Row): Owner {
  const given = values.UserId ?? config.userId;
  if (given === undefined || given === null || given === "") {
    if (config.appOnly) throw userRequired();
    return { path: "/me", mailbox: "me" };
  }
  const user = String(given);
  if (!GUID.test(user) && !PRINCIPAL.test(user)) {
    throw new ConnectorError("INVALID_QUERY", "UserId must be the object id or the principal name of a user.", {
      target: "UserId",
    });
  }
  return { path: `/users/${encodeURIComponent(user)}`, mailbox: user.toLowerCase() };
}

/** The group of a statement, if it is about one. */
export function groupOwner(config: GraphConfig, values: Readonly<Record<string, Value>>): Owner | undefined {
  const given = values.GroupId ?? config.groupId;
  if (given === undefined || given === null || given === "") return undefined;
  if (!GUID.test(String(given))) {
    throw new ConnectorError("INVALID_QUERY", "GroupId must be the object id of a group.", { target: "GroupId" });
  }
  return { path: `/groups/${encodeURIComponent(String(given))}`, mailbox: `group ${String(given).toLowerCase()}` };
}

function userRequired(): ConnectorError {
  return new ConnectorError(
    "INVALID_QUERY",
    "The connection's token is the application's own, which has no mailbox: set UserId on the connection or name UserId in the condition or row.",
    { causeCode: "GRAPH_USER_REQUIRED", target: "UserId" },
  );
}

/** An id as one segment of a path; ids that could mean another path are no ids. */
export function segment(id: string): string {
  if (id === "" || id === "." || id === "..") {
    throw new ConnectorError("NOT_FOUND", "Nothing has this id.", { causeCode: "GRAPH_ITEM_NOT_FOUND" });
  }
  return encodeURIComponent(id);
}
