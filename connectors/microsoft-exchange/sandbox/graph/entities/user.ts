import type { DirectoryUser } from "../../identity/directory.ts";
import type { Account } from "../../mailboxes/index.ts";
import type { GraphCall } from "../call.ts";
import { GraphError } from "../errors.ts";
import { DIRECTORY_RULES } from "../odata/filter-rules.ts";
import { requireType } from "../schema/types.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import type { Member, Shape } from "../shape.ts";
import { printMailboxSettings } from "./mailbox-settings.ts";

/** A user of the directory, with the account when there is a mailbox. */
export type Person = { readonly user: DirectoryUser; readonly account?: Account };

/** Members the service gives for one user at a time only. */
export const SINGLE_USER_ONLY: readonly string[] = [
  "aboutMe",
  "birthday",
  "hireDate",
  "interests",
  "mailboxSettings",
  "mySite",
  "pastProjects",
  "preferredName",
  "responsibilities",
  "schools",
  "skills",
];

const own: Readonly<Record<string, Member<Person>>> = {
  id: ({ user }) => user.id,
  userPrincipalName: ({ user }) => user.userPrincipalName,
  displayName: ({ user, account }) => account?.displayName ?? user.displayName,
  mail: ({ account }) => account?.address,
  mailNickname: ({ user }) => user.userPrincipalName.split("@")[0],
  givenName: ({ account }) => account?.givenName,
  surname: ({ account }) => account?.surname,
  jobTitle: ({ account }) => account?.jobTitle,
  department: ({ account }) => account?.department,
  businessPhones: ({ account }) => (account?.phone === undefined ? [] : [account.phone]),
  accountEnabled: ({ user }) => user.signIn !== "disabled",
  userType: () => "Member",
  proxyAddresses: ({ account }) =>
    account === undefined ? [] : [`SMTP:${account.address}`, ...account.aliases.map((one) => `smtp:${one}`)],
  imAddresses: ({ account }) => (account === undefined ? [] : [account.address]),
  mailboxSettings: (person, call) => (person.account === undefined ? null : printMailboxSettings(call)),
};

/** How users are shown: eleven properties unless more are selected. */
export const userShape: Shape<Person> = {
  type: "user",
  rules: DIRECTORY_RULES,
  defaults: [
    "id",
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
  ],
  members: Object.fromEntries(
    [...requireType("user").properties]
      .filter(([, type]) => !type.isNavigation)
      .map(([name]): [string, Member<Person>] => [name, (person, call) => userValue(person, call, name)]),
  ),
  expanders: { manager: () => null, directReports: () => [] },
};

/** All users: the accounts and the directory's other users. */
export function peopleOf(call: GraphCall): Person[] {
  const { identity, organisation } = call.service;
  return identity.settings.directory.list().map((user) => {
    const account = organisation.account(user.userPrincipalName);
    return account === undefined ? { user } : { user, account };
  });
}

/** A user by object id or user principal name. */
export function findPerson(call: GraphCall, key: string): Person | undefined {
  const wanted = key.toLowerCase();
  return peopleOf(call).find(({ user }) => user.id === wanted || user.userPrincipalName.toLowerCase() === wanted);
}

/** Writes a body's members to an account; what the account has no place for is kept beside it. */
export function applyUser(account: Account, body: JsonObject, call: GraphCall): void {
  const extras = call.service.directory.user(account);
  for (const [name, value] of Object.entries(body)) {
    if (name === "passwordProfile") applyPassword(account, extras, value);
    else if (name === "businessPhones") setMember(account, "phone", (value as string[])[0]);
    else if (isAccountMember(name)) setMember(account, name, value);
    else if (name === "userPrincipalName") renameUser(account, String(value), call);
    else if (!["id", "createdDateTime"].includes(name)) extras[name] = value;
  }
}

type AccountMember = "displayName" | "givenName" | "surname" | "jobTitle" | "department";

function isAccountMember(name: string): name is AccountMember {
  return ["displayName", "givenName", "surname", "jobTitle", "department"].includes(name);
}

function setMember(account: Account, name: AccountMember | "phone", value: unknown): void {
  if (typeof value === "string") account[name] = value;
  else if (name !== "displayName") delete account[name];
}

/** The password is kept and never shown; what must happen at the next sign-in is. */
function applyPassword(account: Account, extras: Record<string, unknown>, value: unknown): void {
  const { password, ...rest } = (value ?? {}) as { password?: unknown };
  if (typeof password === "string") account.password = password;
  extras["passwordProfile"] = { ...(extras["passwordProfile"] as object | undefined), ...rest, password: null };
}

function renameUser(account: Account, address: string, { service: { organisation } }: GraphCall): void {
  if (address.toLowerCase() === account.address.toLowerCase()) return;
  if (organisation.account(address) !== undefined || !organisation.isLocal(address))
    throw new GraphError(400, "Request_BadRequest", "The userPrincipalName is taken, or of another organisation.");
  organisation.renameAccount(account, address);
}

function userValue(person: Person, call: GraphCall, name: string): unknown {
  const extras = person.account === undefined ? undefined : call.service.directory.user(person.account);
  return extras?.[name] ?? own[name]?.(person, call);
}
