import type { Principal } from "../identity/bearer.ts";
import { accessDenied, GraphError } from "./errors.ts";

/** What a request does, as far as permissions tell it apart. */
export type Permission =
  | "mail.read"
  | "mail.write"
  | "mail.send"
  | "calendar.read"
  | "calendar.write"
  | "contacts.read"
  | "contacts.write"
  | "settings.read"
  | "settings.write"
  | "tasks.read"
  | "tasks.write"
  | "users.read"
  | "users.write"
  | "groups.read"
  | "groups.write"
  | "places.read"
  | "people.read"
  | "reports.read"
  | "none";

/** Graph permissions by what they allow, without the suffixes `.All` and `.Shared`. */
const allowing: Readonly<Record<Permission, readonly string[]>> = {
  "mail.read": ["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic"],
  "mail.write": ["Mail.ReadWrite"],
  "mail.send": ["Mail.Send"],
  "calendar.read": ["Calendars.Read", "Calendars.ReadWrite", "Calendars.ReadBasic"],
  "calendar.write": ["Calendars.ReadWrite"],
  "contacts.read": ["Contacts.Read", "Contacts.ReadWrite"],
  "contacts.write": ["Contacts.ReadWrite"],
  "settings.read": ["MailboxSettings.Read", "MailboxSettings.ReadWrite"],
  "settings.write": ["MailboxSettings.ReadWrite"],
  "tasks.read": ["Tasks.Read", "Tasks.ReadWrite"],
  "tasks.write": ["Tasks.ReadWrite"],
  "users.read": ["User.Read", "User.ReadBasic", "User.ReadWrite", "Directory.Read", "Directory.ReadWrite"],
  "users.write": ["User.ReadWrite", "Directory.ReadWrite"],
  "groups.read": ["Group.Read", "Group.ReadWrite", "GroupMember.Read", "Directory.Read", "Directory.ReadWrite"],
  "groups.write": ["Group.ReadWrite", "Directory.ReadWrite"],
  "places.read": ["Place.Read", "Place.ReadWrite"],
  "people.read": ["People.Read"],
  "reports.read": ["Reports.Read"],
  none: [],
};

/** Refuses a caller without the permission; `isOwn` is the caller's own mailbox or profile. */
export function checkPermission(principal: Principal, permission: Permission, isOwn: boolean): void {
  if (permission === "none") return;
  const held = principal.kind === "app" ? principal.roles : principal.scopes;
  const wanted = allowing[permission];
  const fits = held.some((name) => {
    const plain = name.replace(/\.(All|Shared)$/, "");
    if (!wanted.includes(plain)) return false;
    return principal.kind === "app" || isOwn || /\.(All|Shared)$/.test(name);
  });
  if (!fits) throw denial(permission);
}

function denial(permission: Permission): GraphError {
  if (permission === "reports.read") return new GraphError(403, "S2SUnauthorized", "Invalid permission.");
  if (permission.startsWith("users") || permission.startsWith("groups")) {
    return new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
  }
  return accessDenied();
}
