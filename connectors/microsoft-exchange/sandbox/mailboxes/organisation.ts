import { MailboxError } from "./errors.ts";
import { guidOf, readId } from "./ids.ts";
import { Mailbox } from "./mailbox.ts";
import type { EmailAddress } from "./model.ts";

/** A person, service or room with a mailbox. */
export interface Account {
  address: string;
  displayName: string;
  kind: "user" | "room";
  /** Rooms have none: nobody signs in as a room. */
  password?: string;
  /** May act as every other account (the ApplicationImpersonation role). */
  mayImpersonate: boolean;
  objectId: string;
  aliases: string[];
  givenName?: string;
  surname?: string;
  jobTitle?: string;
  department?: string;
  phone?: string;
  /** What only Graph shows of it, by the names of Graph. */
  directory?: Readonly<Record<string, unknown>>;
  /** What reports of use tell of it, by the names of their columns. */
  usage?: Readonly<Record<string, string | number | boolean>>;
}

/** A list of rooms or people in the directory. */
export interface DirectoryList {
  address: string;
  displayName: string;
  kind: "roomList" | "group";
  members: string[];
  /** What only Graph shows of it, by the names of Graph. */
  directory?: Readonly<Record<string, unknown>>;
  /** What reports of use tell of it, by the names of their columns. */
  usage?: Readonly<Record<string, string | number | boolean>>;
}

export interface AccountFields {
  address: string;
  displayName: string;
  kind?: "user" | "room";
  password?: string;
  mayImpersonate?: boolean;
  aliases?: string[];
  givenName?: string;
  surname?: string;
  jobTitle?: string;
  department?: string;
  phone?: string;
}

/** A message that left the organisation: nothing is sent, it is only written down. */
export interface RelayedMessage {
  from: string;
  to: string;
  subject: string;
  at: Date;
}

/** All accounts, their mailboxes, and who may open what. */
export class Organisation {
  readonly domain: string;
  readonly clock: () => Date;
  readonly accounts: Account[] = [];
  readonly lists: DirectoryList[] = [];
  readonly relayed: RelayedMessage[] = [];
  /** Public folders: one store for everybody. */
  readonly publicFolders: Mailbox;
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #archives = new Map<Mailbox, Mailbox>();

  constructor(options: { domain?: string; clock?: () => Date } = {}) {
    this.domain = options.domain ?? "sandbox.example";
    this.clock = options.clock ?? (() => new Date());
    const owner = { name: "Public Folders", address: `public.folders@${this.domain}` };
    this.publicFolders = new Mailbox(guidOf("public folders"), owner, this.clock, "public");
  }

  /** The archive of a person's mailbox; rooms have none. */
  archiveOf(mailbox: Mailbox): Mailbox | undefined {
    if (this.account(mailbox.owner.address)?.kind !== "user") return undefined;
    const known = this.#archives.get(mailbox);
    if (known) return known;
    const archive = new Mailbox(guidOf(`archive ${mailbox.guid}`), mailbox.owner, this.clock, "archive");
    this.#archives.set(mailbox, archive);
    return archive;
  }

  addAccount(fields: AccountFields): Account {
    const account: Account = {
      kind: "user",
      mayImpersonate: false,
      aliases: [],
      objectId: guidOf(`object ${fields.address.toLowerCase()}`),
      ...fields,
    };
    this.accounts.push(account);
    const owner = { name: account.displayName, address: account.address };
    this.#mailboxes.set(
      account.address.toLowerCase(),
      new Mailbox(guidOf(`mailbox ${account.address}`), owner, this.clock),
    );
    return account;
  }

  /** Gives an account another address; its mailbox goes with it. */
  renameAccount(account: Account, address: string): void {
    const mailbox = this.mailbox(account.address);
    this.#mailboxes.delete(account.address.toLowerCase());
    account.address = address;
    if (mailbox === undefined) return;
    mailbox.owner.address = address;
    this.#mailboxes.set(address.toLowerCase(), mailbox);
  }

  addList(list: DirectoryList): void {
    this.lists.push(list);
  }

  /** The account of an address, an alias or an object id. */
  account(name: string): Account | undefined {
    const wanted = name.toLowerCase();
    return this.accounts.find(
      (a) =>
        a.address.toLowerCase() === wanted ||
        a.objectId === wanted ||
        a.aliases.some((x) => x.toLowerCase() === wanted),
    );
  }

  list(address: string): DirectoryList | undefined {
    return this.lists.find((list) => list.address.toLowerCase() === address.toLowerCase());
  }

  /** Who signs in with this name (address, `DOMAIN\name` or plain name) and password. */
  authenticate(user: string, password: string): Account | undefined {
    const plain = user.includes("\\") ? user.slice(user.indexOf("\\") + 1) : user;
    const account = this.account(plain.includes("@") ? plain : `${plain}@${this.domain}`);
    return account?.password !== undefined && account.password === password ? account : undefined;
  }

  mailbox(address: string): Mailbox | undefined {
    const account = this.account(address);
    return account && this.#mailboxes.get(account.address.toLowerCase());
  }

  requireMailbox(address: string): Mailbox {
    const mailbox = this.mailbox(address);
    if (!mailbox) {
      throw new MailboxError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.");
    }
    return mailbox;
  }

  mailboxes(): Mailbox[] {
    return [...this.#mailboxes.values()];
  }

  /** The mailbox an EWS id points into. */
  mailboxOfId(id: string): Mailbox | undefined {
    const guid = readId(id)?.mailboxGuid;
    const stores = [...this.#mailboxes.values(), ...this.#archives.values(), this.publicFolders];
    return stores.find((mailbox) => mailbox.guid === guid);
  }

  /** Whether a signed-in person may open a mailbox as themselves: their own, or one they were given access to. */
  mayOpen(account: Account, mailbox: Mailbox): boolean {
    if (mailbox === this.publicFolders) return true;
    const main = [...this.#archives].find(([, archive]) => archive === mailbox)?.[0] ?? mailbox;
    return this.mailbox(account.address) === main || main.delegates.has(account.address.toLowerCase());
  }

  /** Full access for another user, as for a shared mailbox. */
  grantFullAccess(mailboxAddress: string, userAddress: string): void {
    this.requireMailbox(mailboxAddress).delegates.add(userAddress.toLowerCase());
  }

  isLocal(address: string): boolean {
    return address.toLowerCase().endsWith(`@${this.domain}`);
  }

  /** Directory entries whose name or address begins with the text (ambiguous name resolution). */
  resolve(text: string): (EmailAddress & { name: string; address: string; account?: Account; list?: DirectoryList })[] {
    const wanted = text
      .trim()
      .replace(/^smtp:/i, "")
      .toLowerCase();
    if (wanted === "") return [];
    const matches = (...names: (string | undefined)[]) =>
      names.some((name) =>
        name
          ?.toLowerCase()
          .split(/\s+/)
          .some((_, i, words) => words.slice(i).join(" ").startsWith(wanted)),
      );
    const people = this.accounts
      .filter((a) => matches(a.displayName, a.address, a.givenName, a.surname, ...a.aliases))
      .map((account) => ({ name: account.displayName, address: account.address, routingType: "SMTP", account }));
    const lists = this.lists
      .filter((list) => matches(list.displayName, list.address))
      .map((list) => ({ name: list.displayName, address: list.address, routingType: "SMTP", list }));
    return [...people, ...lists];
  }
}
