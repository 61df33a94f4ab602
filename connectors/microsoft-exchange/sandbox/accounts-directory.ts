import { type Directory, type DirectoryUser, directoryOf } from "./identity/directory.ts";
import type { Account, Organisation } from "./mailboxes/index.ts";

/** The organisation's accounts as the token endpoint looks them up, with the users whose sign-in fails. */
export function accountsDirectory(organisation: Organisation): Directory {
  return directoryOf(() => organisation.accounts.map(directoryUser));
}

/** Rooms have no password: nobody signs in as one. */
function directoryUser(account: Account): DirectoryUser {
  return {
    id: account.objectId,
    userPrincipalName: account.address,
    displayName: account.displayName,
    password: account.password ?? "",
    signIn: account.password === undefined ? "disabled" : "allowed",
  };
}
