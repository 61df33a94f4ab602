/** One line of a conversation with a server, or a remark on it. */
export interface DialogueLine {
  readonly direction: "sent" | "received" | "note";
  /** Secrets masked and bodies cut by who records it. */
  readonly text: string;
}

/** Takes the conversation of a connection whose designer asked to see it; what comes after the asked-for time is dropped. */
export interface Dialogue {
  record(line: DialogueLine): void;
}
