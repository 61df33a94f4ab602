import type { Cloud } from "./clouds.ts";
import type { Grant } from "./schemes.ts";

/** Permissions of Graph that the driver asks a user for by default. */
const graphPermissions = [
  "Calendars.ReadWrite.Shared",
  "Contacts.ReadWrite",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "User.ReadWrite.All",
  "Mail.ReadWrite.Shared",
  "Mail.Send",
] as const;

export type ServiceSchema = "EWS" | "MSGraph";

/** The service a token is for. */
export const resourceFor = (cloud: Cloud, schema: ServiceSchema): string =>
  schema === "MSGraph" ? cloud.graphResource : cloud.exchangeResource;

/** Scopes to ask for: `.default` where the application acts by itself, else those of property Scope or the default list. */
export function scopesFor(cloud: Cloud, schema: ServiceSchema, grant: Grant, given?: string): readonly string[] {
  const resource = resourceFor(cloud, schema);
  if (grant === "client" || grant === "managed-identity") return [`${resource}/.default`];
  const own = (given ?? "").split(/[\s,]+/).filter((scope) => scope !== "");
  if (own.length > 0) return own;
  const permissions = schema === "MSGraph" ? graphPermissions : ["EWS.AccessAsUser.All"];
  return ["offline_access", ...permissions.map((permission) => `${resource}/${permission}`)];
}
