import type { TokenClaims } from "../../microsoft-identity/claims.ts";

/** Read and write permission of one kind of resource, and the names that include the reading one besides. */
interface Needed {
  readonly path: RegExp;
  readonly read: string;
  readonly write: string;
  readonly including?: readonly string[];
}

/** By the last resource a path names (Microsoft Graph permissions reference); the first match counts. */
const needs: readonly Needed[] = [
  {
    path: /^\/groups\b/,
    read: "Group.Read.All",
    write: "Group.ReadWrite.All",
    including: ["Directory.Read", "Directory.ReadWrite"],
  },
  { path: /\/(sendMail|send|reply|replyAll|forward)$/, read: "Mail.Send", write: "Mail.Send" },
  // Actions that only look.
  { path: /\/getSchedule$/, read: "Calendars.Read", write: "Calendars.Read", including: ["Calendars.ReadWrite"] },
  {
    path: /\/findMeetingTimes$/,
    read: "Calendars.Read.Shared",
    write: "Calendars.Read.Shared",
    including: ["Calendars.ReadWrite"],
  },
  {
    path: /\/(calendar|calendars|calendarGroups|calendarView|events)\b/,
    read: "Calendars.Read",
    write: "Calendars.ReadWrite",
  },
  { path: /\/(contacts|contactFolders)\b/, read: "Contacts.Read", write: "Contacts.ReadWrite" },
  { path: /\/mailboxSettings\b/, read: "MailboxSettings.Read", write: "MailboxSettings.ReadWrite" },
  { path: /\/(messages|mailFolders)\b/, read: "Mail.Read", write: "Mail.ReadWrite" },
  { path: /\/todo\b/, read: "Tasks.Read", write: "Tasks.ReadWrite" },
  { path: /^\/reports\b/, read: "Reports.Read.All", write: "Reports.Read.All" },
  { path: /^\/places\b/, read: "Place.Read.All", write: "Place.ReadWrite.All" },
  { path: /^\/me$/, read: "User.Read", write: "User.ReadWrite" },
  {
    path: /^\/users\b/,
    read: "User.Read.All",
    write: "User.ReadWrite.All",
    including: ["User.ReadBasic", "Directory.Read", "Directory.ReadWrite"],
  },
];

/** `Mail.ReadWrite.Shared` is `Mail.ReadWrite` for more mailboxes. */
const bare = (permission: string): string => permission.replace(/\.(All|Shared)$/, "");

/** What a request needs and whether a token has it. */
export interface PermissionNeed {
  /** The least permission that allows the request. */
  readonly permission: string;
  /** The token names it, or one that includes it. */
  readonly isHeld: boolean;
  /** A person's token names one that is good for mailboxes shared with the person. */
  readonly isHeldShared: boolean;
}

/** The permission a request needs; undefined where the path tells nothing. */
export function permissionNeed(
  method: string,
  path: string,
  claims: TokenClaims | undefined,
): PermissionNeed | undefined {
  const resource = (path.split("?")[0] ?? "").replace(/^\/users\/[^/]+(?=\/)/, "");
  const need = needs.find((one) => one.path.test(resource));
  if (need === undefined) return undefined;
  const permission = method === "GET" ? need.read : need.write;
  const names = [...(claims?.roles ?? []), ...(claims?.scopes ?? [])];
  const granted = new Set(names.map(bare));
  const onlyLooks = method === "GET" || need.read === need.write;
  const enough = [permission, need.write, ...(onlyLooks ? (need.including ?? []) : [])];
  return {
    permission,
    isHeld: enough.some((name) => granted.has(bare(name))),
    isHeldShared: enough.some((name) => names.includes(`${name}.Shared`)),
  };
}
