import type { HttpRequest } from "../http.ts";
import type { Principal } from "../identity/bearer.ts";
import { type Account, type Folder, graphId, type Item, type Mailbox } from "../mailboxes/index.ts";
import { bodyRefused, GraphError } from "./errors.ts";
import { printItemId } from "./item-ids.ts";
import type { QueryOptions } from "./odata/query-options.ts";
import type { Preferences } from "./preferences.ts";
import type { GraphService } from "./service.ts";

/** One request to the Graph face, with everything known about it. */
export type GraphCall = {
  readonly service: GraphService;
  readonly request: HttpRequest;
  readonly principal: Principal;
  /** The signed-in user, when there is one. */
  readonly caller?: Account;
  /** The user the path names, by `me` or `users/{id}`. */
  readonly owner?: Account;
  /** What the path names instead of an account: a directory user without mailbox. */
  readonly ownerKey?: string;
  /** The mailbox of that user, or of the group the path names. */
  readonly mailbox?: Mailbox;
  /** Folders and calendars the path goes through before its tail. */
  readonly scope: PathScope;
  readonly query: QueryOptions;
  readonly prefer: Preferences;
  /** `https://host/v1.0`, as the client spelt it. */
  readonly base: string;
  /** The part of the path from the owner on, for `@odata.context`. */
  readonly contextPath: string;
  readonly now: Date;
};

/** Ids of the containers in a path, as given. */
export type PathScope = {
  readonly folder?: string;
  readonly calendar?: string;
  readonly contactFolder?: string;
};

/** What a handler answers; `body` is JSON unless it is bytes. */
export type GraphResult = {
  readonly status: number;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The mailbox of the user the path names. */
export function mailboxOf(call: GraphCall): Mailbox {
  if (call.mailbox === undefined) {
    throw new GraphError(
      404,
      "MailboxNotEnabledForRESTAPI",
      "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    );
  }
  return call.mailbox;
}

/** An item's id in the form this request prefers. */
export function idOf(call: GraphCall, item: Item): string {
  return printItemId(mailboxOf(call), item, call.prefer.hasImmutableIds);
}

/** Answers without a body. */
export const noContent: GraphResult = { status: 204 };
/** Accepted; without content type, which an empty body must not have. */
export const accepted: GraphResult = { status: 202 };

/** A folder's id; it does not depend on preferences. */
export function folderIdOf(folder: Folder | string): string {
  return graphId(typeof folder === "string" ? folder : folder.id);
}

/** The JSON body; none at all and unreadable ones are refused. */
export function jsonBody(call: GraphCall): unknown {
  const text = call.request.body.toString("utf8");
  if (text.trim() === "") throw new GraphError(400, "BadRequest", "Empty Payload. JSON content expected.");
  try {
    return JSON.parse(text);
  } catch {
    throw new GraphError(
      400,
      "BadRequest",
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    );
  }
}

/** The JSON body of an action, which may be left out. */
export function optionalBody(call: GraphCall): unknown {
  return call.request.body.toString("utf8").trim() === "" ? {} : jsonBody(call);
}

/** The media type of the request body, without parameters. */
export function contentTypeOf(call: GraphCall): string {
  return (call.request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Bytes given as base64 text, as MIME messages are. */
export function base64Body(call: GraphCall): Buffer {
  const text = call.request.body.toString("latin1").replace(/\s+/g, "");
  if (text === "" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) {
    throw bodyRefused("Invalid base64 string for MIME content.");
  }
  return Buffer.from(text, "base64");
}

/** Refuses a write whose `If-Match` is not the object's present tag. */
export function checkIfMatch(call: GraphCall, etag: string): void {
  const wanted = call.request.headers["if-match"];
  if (wanted === undefined || wanted.trim() === "*") return;
  if (wanted.split(",").some((one) => one.trim() === etag)) return;
  throw new GraphError(
    412,
    "ErrorIrresolvableConflict",
    "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
  );
}

/** The tag of an object with a change key. */
export function etagOf(mailbox: Mailbox, object: Item | Folder): string {
  return `W/"${mailbox.changeKeyOf(object)}"`;
}
