import { createHash } from "node:crypto";
import {
  type ByteRange,
  type Clock,
  ConnectorError,
  type Content,
  type Contents,
  invalidRequest,
  mistaken,
  nearestHint,
  type RecordPlace,
  type Row,
  type TableDefinition,
  timedOut,
  type Upload,
  unsupported,
  type Value,
} from "#spi";
import { findTable } from "../query/names.ts";
import { indexOf } from "../query/table-index.ts";
import { typedValue } from "../query/typed-value.ts";
import type { AuditTrail } from "./audit.ts";
import { lengthOf, partOf, windowOf } from "./content-part.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { leaseWithin, type ResolveConnection, type ResolvedConnection } from "./resolved-connection.ts";
import { type SpooledUpload, spool } from "./spool.ts";
import type { Call, ContentAnswer, ContentCases, ContentTarget, RangeRequest } from "./use-cases.ts";
import { refuseReadOnly } from "./writes.ts";

export interface ContentParts {
  readonly resolve: ResolveConnection;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  /** Where uploads lie whose size must be found out. */
  readonly spoolFolder: string;
}

/** A content of any size may take this long as a whole; each silence within it is bounded by the connection. */
const limitSeconds = 3600;
/** How long a call that was cut may take to remove what it began. */
const removalMs = 15_000;

/** Attachments and messages of any size, in and out, while they arrive. */
export function createContents(parts: ContentParts): ContentCases {
  const { resolve } = parts;
  return {
    async spool(call, name, upload) {
      await resolve(call, name);
      return spool(upload, parts.spoolFolder);
    },
    async read(call, name, target, request) {
      const use = await begin(parts, call, await resolve(call, name));
      try {
        const place = use.place(target, target.record);
        await parts.audit.record(call, "content.read", use.auditTarget, "started");
        const open = (range: ByteRange | undefined) =>
          use.deadline.race(opening(use.contents, place, target, range, use));
        const answer = await ranged(open, request, use.connection);
        answer.body.once("close", use.end);
        return answer;
      } catch (error) {
        use.end();
        throw error;
      }
    },
    add: (call, name, target, upload) =>
      write(parts, call, name, upload, "attachment.create", (use, sized) =>
        use.contents.addAttachment(use.place(target, target.record), sized, use.deadline.signal),
      ),
    create: (call, name, target, upload) =>
      write(parts, call, name, upload, "message.create", (use, sized) => {
        const { folder } = target;
        const { table, pseudo } = use.place(target, "");
        const place = { table, pseudo, ...(folder === undefined ? {} : { folder }) };
        return use.contents.createMessage(place, sized, use.deadline.signal);
      }),
  };
}

/** A connection in use for one content. */
interface Use {
  readonly connection: ResolvedConnection;
  readonly contents: Contents;
  readonly deadline: Deadline;
  readonly auditTarget: string;
  place(target: Pick<ContentTarget, "table" | "pseudo">, key: string): RecordPlace;
  /** Gives the session back; more often than once does no harm. */
  readonly end: () => void;
}

async function begin({ clock }: ContentParts, call: Call, connection: ResolvedConnection): Promise<Use> {
  const deadline = startDeadline(call.signal, clock, limitSeconds, tooLong);
  try {
    const lease = await leaseWithin(deadline, connection);
    const end = () => {
      lease.release();
      deadline.end();
    };
    const { contents } = lease.session;
    if (contents === undefined) {
      end();
      throw unsupported(`${connection.definition.displayName} has no attachments and no contents of messages.`);
    }
    const auditTarget = `connection/${connection.connectionId}`;
    const place: Use["place"] = ({ table, pseudo }, key) => placeOf(connection, table, pseudo, key);
    return { connection, contents, deadline, auditTarget, place, end };
  } catch (error) {
    deadline.end();
    throw error;
  }
}

const tooLong = () =>
  timedOut(`The content was not transferred within ${limitSeconds / 60} minutes. A download can go on with a Range.`);

function placeOf(
  { definition, config, schema }: ResolvedConnection,
  name: string,
  given: Readonly<Record<string, string>>,
  key: string,
): RecordPlace {
  const lookup = findTable(definition.tables(config), { name, at: { pointer: "" } }, schema);
  if ("mistake" in lookup) throw mistaken([lookup.mistake]);
  const table = lookup.found;
  return { table, key, pseudo: pseudoOf(table, given) };
}

/** Query parameters as pseudo columns of the table. Errors: INVALID_REQUEST naming the nearest. */
function pseudoOf(table: TableDefinition, given: Readonly<Record<string, string>>): Readonly<Record<string, Value>> {
  const { pseudoColumns } = indexOf(table);
  const pseudo: Record<string, Value> = {};
  for (const [name, text] of Object.entries(given)) {
    const column = pseudoColumns.find(name);
    const hint = nearestHint(name, pseudoColumns.names());
    if (column === undefined) throw invalidRequest(`There is no query parameter "${name}" here.${hint}`);
    const typed = typedValue(column.type, text, column.allowed);
    if ("mistake" in typed) throw invalidRequest(`${column.name}: ${typed.mistake}`);
    pseudo[column.name] = typed.value;
  }
  return pseudo;
}

/** A content that opens after the deadline is given back unread. */
async function opening(
  contents: Contents,
  place: RecordPlace,
  { attachment }: ContentTarget,
  range: ByteRange | undefined,
  { deadline: { signal } }: Use,
): Promise<Content> {
  const content =
    attachment === undefined
      ? await contents.readMessage(place, range, signal)
      : await contents.readAttachment(place, attachment, range, signal);
  if (signal.aborted) content.body.destroy();
  return content;
}

async function ranged(
  open: (range: ByteRange | undefined) => Promise<Content>,
  { range, ifRange, ifNoneMatch }: RangeRequest,
  connection: ResolvedConnection,
): Promise<ContentAnswer> {
  let content = await open(range);
  const etag = etagOf(content, connection);
  const isKnown = etag !== undefined && ifNoneMatch?.includes(etag) === true;
  if (isKnown) content.body.destroy();
  const isOutdated = ifRange !== undefined && ifRange !== etag;
  if (isOutdated && content.part !== undefined) {
    content.body.destroy();
    content = await open(undefined);
  }
  const { name, contentType } = content;
  const head = { name, contentType, ...(etag === undefined ? {} : { etag }), isKnown };
  if (isKnown || range === undefined || isOutdated) return { ...head, ...sizeOf(content), body: content.body };
  if (content.part !== undefined) return { ...head, ...sizeOf(content), part: content.part, body: content.body };
  let { sizeBytes, body } = content;
  if (sizeBytes === undefined) {
    // Nothing tells the size of what comes as text of another form, and an answer must name the end of its part.
    sizeBytes = await lengthOf(body);
    ({ body } = await open(undefined));
  }
  const part = partOf(range, sizeBytes);
  if (part !== undefined) return { ...head, sizeBytes, part, body: windowOf(body, part) };
  body.destroy();
  return { ...head, sizeBytes, part: "unsatisfiable", body };
}

const sizeOf = ({ sizeBytes }: Content) => (sizeBytes === undefined ? {} : { sizeBytes });

/** A strong tag: equal versions are equal bytes, and servers give a changed content another version. */
function etagOf({ version }: Content, { connectionId }: ResolvedConnection): string | undefined {
  if (version === undefined) return undefined;
  const hash = createHash("sha256")
    .update(JSON.stringify([connectionId, version]))
    .digest("base64url");
  return `"${hash.slice(0, 27)}"`;
}

async function write(
  parts: ContentParts,
  call: Call,
  name: string,
  upload: Upload,
  action: string,
  send: (use: Use, upload: Upload) => Promise<Row>,
): Promise<Row> {
  const { audit } = parts;
  const connection = await parts.resolve(call, name);
  refuseReadOnly(connection.limits);
  const use = await begin(parts, call, connection);
  let spooled: SpooledUpload | undefined;
  try {
    await audit.record(call, action, use.auditTarget, "started");
    if (use.contents.needsSize && upload.sizeBytes === undefined) spooled = await spool(upload, parts.spoolFolder);
    const row = await use.deadline.race(send(use, spooled?.upload ?? upload), removalMs);
    await audit.record(call, action, use.auditTarget, "succeeded");
    return row;
  } catch (error) {
    await audit.record(call, action, use.auditTarget, "failed");
    throw withoutWord(error, use.deadline);
  } finally {
    await spooled?.close();
    use.end();
  }
}

/** The caller left, or time was up, and the call did not tell what became of it. */
function withoutWord(error: unknown, { signal }: Deadline): unknown {
  if (!signal.aborted || error !== signal.reason) return error;
  if (error instanceof ConnectorError) return error.with({ effect: "unknown" });
  return timedOut("The caller left before the upload was complete.", { effect: "unknown", cause: error });
}
