/** What stops a user from signing in, if anything does. */
export type SignInState = "allowed" | "mfa-required" | "blocked-by-policy" | "locked" | "disabled" | "password-expired";

/** A user as the token endpoint knows it. */
export type DirectoryUser = {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly password: string;
  readonly signIn: SignInState;
  /** Grants issued before this moment (milliseconds) are revoked: a changed password, "sign out everywhere". */
  readonly grantsValidFrom?: number;
};

/** Where the token endpoint looks users up, by user principal name or object id, ignoring case. */
export type Directory = {
  find(login: string): DirectoryUser | undefined;
  list(): readonly DirectoryUser[];
};

/** Users without mailbox whose sign-in fails, each for one reason; the password is the sandbox's usual one. */
export const PROBLEM_USERS: readonly DirectoryUser[] = [
  problemUser(1, "mfa", "Needs second factor", "mfa-required"),
  problemUser(2, "policy", "Blocked by policy", "blocked-by-policy"),
  problemUser(3, "locked", "Locked out", "locked"),
  problemUser(4, "disabled", "Disabled account", "disabled"),
  problemUser(5, "expired", "Expired password", "password-expired"),
  problemUser(6, "nomailbox", "No mailbox", "allowed"),
];

/** A directory over accounts given by a function (they may change), with the problem users added. */
export function directoryOf(accounts: () => readonly DirectoryUser[]): Directory {
  const list = (): readonly DirectoryUser[] => [...accounts(), ...PROBLEM_USERS];
  return {
    list,
    find(login) {
      const wanted = login.toLowerCase();
      return list().find((user) => user.id === wanted || user.userPrincipalName.toLowerCase() === wanted);
    },
  };
}

function problemUser(number: number, name: string, displayName: string, signIn: SignInState): DirectoryUser {
  return {
    id: `00000000-0000-4000-9000-00000000000${number}`,
    userPrincipalName: `${name}@sandbox.example`,
    displayName,
    password: "sandbox",
    signIn,
  };
}
