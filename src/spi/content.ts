import type { Readable } from "node:stream";
import type { Row, Value } from "./records.ts";
import type { TableDefinition } from "./table.ts";

/** A part of a content as HTTP asks for it (RFC 9110, section 14.1.2); bytes count from 0, `last` is included. */
export type ByteRange = { readonly first: number; readonly last?: number } | { readonly suffix: number };

/** A record whose content or attachments are meant. */
export interface RecordPlace<B = unknown> {
  readonly table: TableDefinition<B>;
  /** Value of the record's one key column that names it. */
  readonly key: string;
  /** Values of pseudo columns of the table, such as whose mailbox it is about. */
  readonly pseudo: Readonly<Record<string, Value>>;
}

/** A content on its way out: known by its head, read at the reader's pace. */
export interface Content {
  readonly name: string;
  readonly contentType: string;
  /** Exact size of the whole content, where the server tells it. */
  readonly sizeBytes?: number;
  /** The server honoured the range: `body` holds these bytes alone, and `sizeBytes` is known. */
  readonly part?: { readonly first: number; readonly last: number };
  /** Changes with the content; absent where the server has nothing of the kind. */
  readonly version?: string;
  /** Must be read to its end or destroyed, which ends the upstream call. */
  readonly body: Readable;
}

/** A content on its way in. */
export interface Upload {
  readonly name: string;
  readonly contentType?: string;
  readonly contentId?: string;
  readonly isInline?: boolean;
  /** Exact size, where the sender announced it. */
  readonly sizeBytes?: number;
  /** `bytes` can be read more than once. */
  readonly isRepeatable: boolean;
  /**
   * The bytes in order. Its end without an error means that they are all there and undamaged: whoever stores them must
   * leave nothing at the server when it throws.
   */
  bytes(): AsyncIterable<Uint8Array>;
}

/** Contents of any size, beside the rows: attachments, and messages as they travel. */
export interface Contents<B = unknown> {
  /** Uploads must have their size; the runtime finds it out where the sender does not tell. */
  readonly needsSize: boolean;
  /** Errors: NOT_FOUND, UNSUPPORTED for what has no content of its own. */
  readAttachment(
    place: RecordPlace<B>,
    id: string,
    range: ByteRange | undefined,
    signal: AbortSignal,
  ): Promise<Content>;
  /** Adds an attachment whole or not at all; answers its id and what else the server told. */
  addAttachment(place: RecordPlace<B>, upload: Upload, signal: AbortSignal): Promise<Row>;
  /** The message as message/rfc822. */
  readMessage(place: RecordPlace<B>, range: ByteRange | undefined, signal: AbortSignal): Promise<Content>;
  /** Creates a record from message/rfc822; answers its key. Without folder the table's own. */
  createMessage(
    place: Omit<RecordPlace<B>, "key"> & { readonly folder?: string },
    upload: Upload,
    signal: AbortSignal,
  ): Promise<Row>;
}
