import type { PathScope } from "./call.ts";

/** Whose resources a path names. */
export type PathOwner =
  | { readonly kind: "me" }
  | { readonly kind: "user" | "group"; readonly key: string }
  | { readonly kind: "none" };

/** A path taken apart: owner, containers gone through, and what is left for the routing table. */
export type Located = { readonly owner: PathOwner; readonly scope: PathScope; readonly tail: readonly string[] };

/** Takes the path below `/v1.0` apart. */
export function locate(path: string): Located {
  const segments = path
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => decodeURIComponent(segment))
    .flatMap(splitKey);
  const [first, second, ...rest] = segments;
  if (first === "me") return within({ kind: "me" }, segments.slice(1));
  if (first === "users" && second !== undefined && second !== "$count" && second !== "delta") {
    return within({ kind: "user", key: second }, rest);
  }
  if (first === "groups" && second !== undefined && isMailboxSegment(rest[0])) {
    return within({ kind: "group", key: second }, rest);
  }
  return { owner: { kind: "none" }, scope: {}, tail: segments };
}

/** `messages('id')` is `messages/id`; functions keep their brackets, except empty ones. */
function splitKey(segment: string): string[] {
  const keyed = /^(\w+)\('(.*)'\)$/.exec(segment);
  if (keyed?.[1] !== undefined && keyed[2] !== undefined) return [keyed[1], keyed[2].replaceAll("''", "'")];
  const plain = segment.replace(/^microsoft\.graph\.(?!room|roomList)/i, "").replace(/\(\)$/, "");
  return [plain];
}

/** Of a group only the calendar is served from a mailbox. */
function isMailboxSegment(segment: string | undefined): boolean {
  return segment === "events" || segment === "calendar" || segment === "calendarView";
}

function within(owner: PathOwner, segments: readonly string[]): Located {
  let tail = [...segments];
  let scope: PathScope = {};
  for (const collection of ["mailFolders", "contactFolders"]) tail = collapsed(tail, collection);
  if (tail[0] === "mailFolders" && tail[2] === "messages") {
    scope = { folder: tail[1] ?? "" };
    tail = tail.slice(2);
  } else if (tail[0] === "contactFolders" && tail[2] === "contacts") {
    scope = { contactFolder: tail[1] ?? "" };
    tail = tail.slice(2);
  }
  if (tail[0] === "calendarGroups" && tail[2] === "calendars" && tail[3] !== undefined) tail = tail.slice(2);
  if (tail[0] === "calendars" && inCalendar(tail[2])) {
    scope = { calendar: tail[1] ?? "" };
    tail = tail.slice(2);
  } else if (tail[0] === "calendar" && inCalendar(tail[1])) tail = tail.slice(1);
  if (tail[0] === "events" && tail[2] === "instances" && tail[3] !== undefined && tail[3] !== "delta") {
    tail = ["events", ...tail.slice(3)];
  }
  return { owner, scope, tail };
}

/** Folders below folders are addressed by the last one's id. */
function collapsed(tail: string[], collection: string): string[] {
  const isDeeper = tail[0] === collection && tail[2] === "childFolders" && tail[3] !== undefined;
  if (!isDeeper || tail[3] === "delta" || tail[3] === "$count") return tail;
  return collapsed([collection, ...tail.slice(3)], collection);
}

function inCalendar(segment: string | undefined): boolean {
  return segment !== undefined && ["events", "calendarView", "getSchedule"].includes(segment);
}
