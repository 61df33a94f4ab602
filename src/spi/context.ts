import type { Dialogue } from "./dialogue.ts";
import type { HttpClient } from "./http.ts";
import type { Secret } from "./secret.ts";
import type { OpenSocketTo } from "./sockets.ts";
import type { AccessTokens } from "./tokens.ts";

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that time, rejects with the signal's reason when it is aborted first. */
  sleep(waitMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** 0 ≤ x < 1, for jitter only. */
  fraction(): number;
  uuid(): string;
}

/** One upstream call as the retry rules see it. */
export interface CallInfo {
  readonly operation: string;
  /** Repeating it after an unknown outcome does no harm (reads). */
  readonly repeatable: boolean;
  /** Whose slots it takes; calls of one mailbox share a concurrency limit. */
  readonly mailbox: string;
}

/** Files named by properties and procedures: only under the folders the owner of the machine allows. */
export interface FileAccess {
  read(path: string): Promise<Uint8Array>;
  /** An absolute path, checked to lie under an allowed folder. */
  resolve(path: string): Promise<string>;
  /** A file of any size, read while it is used, as often as it is asked for. */
  open(path: string): Promise<{ readonly sizeBytes: number; bytes(): AsyncIterable<Uint8Array> }>;
  /** As `write`, for a content that arrives meanwhile; nothing stays when it breaks off. */
  writeStream(folder: string, name: string, content: AsyncIterable<Uint8Array>, overwrite: boolean): Promise<string>;
  /** Writes a new file; the name is only a hint and made safe. Answers the path written. */
  write(folder: string, name: string, content: Uint8Array, overwrite: boolean): Promise<string>;
}

/** Files kept under names of records of the caller, a folder each below the service's own files. */
export interface RecordFiles {
  /** Writes a new file; both names are made safe. Answers its path below the service's files, as `files.read` takes it. */
  keep(record: string, name: string, content: Uint8Array): Promise<string>;
  /** Removes all files of a record; answers how many there were. */
  discard(record: string): Promise<number>;
}

/** All the world a connector sees. */
export interface ConnectorContext {
  readonly http: HttpClient;
  /** For protocols other than HTTP. */
  readonly socket: OpenSocketTo;
  /** Present when the transport authenticates by bearer token. */
  readonly tokens?: AccessTokens;
  /**
   * Runs one upstream call under the connection's concurrency limits and retry rules: the connector classifies
   * (throws ConnectorError with retry, effect and waitMs), this acts. A call is repeated when its error says
   * `retry: "later"` and either nothing happened (`effect: "none"`) or the call is repeatable.
   */
  attempt<T>(call: CallInfo, send: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Present while the configuration asks for the conversation with the server (`ConnectorDefinition.debugMinutes`). */
  readonly dialogue?: Dialogue;
  readonly files: FileAccess;
  /** Absent where the service keeps no files. */
  readonly records?: RecordFiles;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

/** Reads of the agent that a connector may need but not reach itself. */
export interface AgentSettings {
  readonly name: string;
  readonly proxyUrl?: Secret;
}
