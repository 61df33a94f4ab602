import type { Cloud } from "./clouds.ts";
import type { Grant, ServiceSchema } from "./grants.ts";

/** Permissions of Graph that the driver asks a user for by default. */
const graphPermissions = [
  "Calendars.ReadWrite.Shared",
  "Contacts.ReadWrite",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "User.ReadWrite.All",
  "Mail.ReadWrite.Shared",
] as const;

/** The service a token is for. */
export const resourceFor = (cloud: Cloud, schema: ServiceSchema): string =>
  schema === "MSGraph" ? cloud.graphResource : cloud.exchangeResource;

/** Scopes of property Scope, which win over every default. */
const ownScopes = (given: string | undefined): readonly string[] =>
  (given ?? "").split(/[\s,]+/).filter((scope) => scope !== "");

/** Scopes for which a user signs in and consents: those of property Scope, else the driver's default list. */
export function signInScopes(cloud: Cloud, schema: ServiceSchema, given?: string): readonly string[] {
  const own = ownScopes(given);
  if (own.length > 0) return own;
  if (schema === "SMTP") return ["offline_access", `${smtpResource(cloud)}/SMTP.Send`];
  const resource = resourceFor(cloud, schema);
  const permissions = schema === "MSGraph" ? graphPermissions : ["EWS.AccessAsUser.All"];
  return ["offline_access", ...permissions.map((permission) => `${resource}/${permission}`)];
}

/** Microsoft documents SMTP.Send under outlook.office.com, which only the global cloud has. */
const smtpResource = ({ exchangeResource }: Cloud): string =>
  exchangeResource === "https://outlook.office365.com" ? "https://outlook.office.com" : exchangeResource;

/**
 * Scopes of a request nobody sits before: all that was consented to, so that tokens obtained elsewhere for other scopes
 * than the default list renew as well. An application by itself knows nothing else.
 */
export function silentScopes(cloud: Cloud, schema: ServiceSchema, grant: Grant, given?: string): readonly string[] {
  const everything = `${resourceFor(cloud, schema)}/.default`;
  if (grant === "client" || grant === "managed-identity") return [everything];
  if (schema === "SMTP") return signInScopes(cloud, schema, given);
  const own = ownScopes(given);
  return own.length > 0 ? own : ["offline_access", everything];
}
