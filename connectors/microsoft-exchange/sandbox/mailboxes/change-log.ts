/** One thing that happened in a mailbox; subscriptions read these. */
export interface MailboxEvent {
  number: number;
  at: Date;
  type: "created" | "modified" | "deleted" | "moved" | "copied" | "newMail";
  object: "item" | "folder";
  id: string;
  parentFolderId: string;
  oldId?: string;
  oldParentFolderId?: string;
}

/** What is left of an item or folder that went away from where it was. */
export interface Tombstone {
  number: number;
  object: "item" | "folder";
  id: string;
  parentFolderId: string;
  /** Number at which it had come there. */
  addedNumber: number;
}

/** Numbers every change of a mailbox and remembers what went away. */
export class ChangeLog {
  readonly events: MailboxEvent[] = [];
  readonly tombstones: Tombstone[] = [];
  /** Told of every event when it is recorded. */
  readonly listeners = new Set<(event: MailboxEvent) => void>();
  #number = 100;
  readonly #clock: () => Date;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** Number of the last change. */
  get number(): number {
    return this.#number;
  }

  next(): number {
    this.#number += 1;
    return this.#number;
  }

  record(event: Omit<MailboxEvent, "number" | "at">): void {
    const recorded = { ...event, number: this.#number, at: this.#clock() };
    this.events.push(recorded);
    for (const listener of this.listeners) listener(recorded);
  }

  bury(object: Tombstone["object"], id: string, parentFolderId: string, addedNumber: number): void {
    this.tombstones.push({ number: this.next(), object, id, parentFolderId, addedNumber });
  }
}
