import { type Account, type DirectoryList, guidOf, Mailbox } from "../mailboxes/index.ts";

/** A group with what only Graph shows of it. */
export type Group = { readonly id: string; readonly list: DirectoryList; readonly properties: Record<string, unknown> };

/** Properties of users and groups that only Graph shows, and the mailboxes of groups. */
export type DirectoryExtras = {
  user(account: Account): Record<string, unknown>;
  group(list: DirectoryList): Group;
  mailbox(group: Group, clock: () => Date): Mailbox;
};

/** Nothing known beyond the accounts and lists. */
export function createDirectoryExtras(): DirectoryExtras {
  const users = new WeakMap<Account, Record<string, unknown>>();
  const groups = new WeakMap<DirectoryList, Group>();
  const mailboxes = new WeakMap<Group, Mailbox>();
  return {
    user: (account) => remembered(users, account, () => ({ ...account.directory })),
    group: (list) =>
      remembered(groups, list, () => ({
        id: guidOf(`group ${list.address.toLowerCase()}`),
        list,
        properties: { ...list.directory },
      })),
    mailbox: (group, clock) =>
      remembered(mailboxes, group, () => {
        const { address, displayName } = group.list;
        return new Mailbox(guidOf(`mailbox ${address}`), { name: displayName, address }, clock);
      }),
  };
}

function remembered<K extends object, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
