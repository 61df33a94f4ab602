import { ConnectorError, type Row, type Upload } from "#spi";
import type { EwsCaller, Operation } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { type AttachedState, createAttachment } from "../operations/create-attachment.ts";
import { contentPlace } from "../streamed-body.ts";
import { lookAtItem } from "./look-at-item.ts";

/** Adds a file to an item by CreateAttachment, written while it arrives: whole, or not at all. Errors: NOT_FOUND, TOO_LARGE. */
export async function addAttachment(
  caller: EwsCaller,
  identity: CallIdentity,
  itemId: string,
  upload: Upload,
  signal: AbortSignal,
): Promise<Row> {
  // A small call first: what it is refused for costs no upload, and a token that ran out is renewed while there is no
  // body that could be sent only once.
  const before = await lookAtItem(caller, identity, itemId, "item:Attachments", signal);
  const known = new Set(before.attachments.map(({ id }) => id));
  try {
    const state = await caller.call(createStreamed(itemId, upload), identity, signal);
    return attachmentRow(state.attachmentId, state.rootItemId ?? itemId, state.rootItemChangeKey);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.effect !== "unknown" || signal.aborted) throw error;
    return found(caller, identity, { itemId, upload, known, error }, signal);
  }
}

function createStreamed(itemId: string, upload: Upload): Operation<AttachedState> {
  const { name, contentType, contentId, isInline } = upload;
  const operation = createAttachment(
    { id: itemId, changeKey: undefined },
    {
      name,
      content: contentPlace,
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentId === undefined ? {} : { contentId }),
      // Exchange 2007 does not know the element; false is what it means without.
      ...(isInline === true ? { isInline } : {}),
    },
  );
  return { ...operation, content: upload };
}

interface Lost {
  readonly itemId: string;
  readonly upload: Upload;
  readonly known: ReadonlySet<string>;
  readonly error: ConnectorError;
}

/** The answer was lost: an attachment of that name that was not there before tells that the upload arrived. */
async function found(
  caller: EwsCaller,
  identity: CallIdentity,
  { itemId, upload, known, error }: Lost,
  signal: AbortSignal,
): Promise<Row> {
  const after = await lookAtItem(caller, identity, itemId, "item:Attachments", signal).catch(() => undefined);
  const fresh = (after?.attachments ?? []).filter(({ id, name }) => !known.has(id) && name === upload.name);
  const [only] = fresh;
  if (only === undefined || fresh.length > 1) throw error;
  return attachmentRow(only.id, itemId, after?.changeKey);
}

const attachmentRow = (id: string | undefined, itemId: string, changeKey: string | undefined): Row => ({
  id: id ?? null,
  recordId: itemId,
  ...(changeKey === undefined ? {} : { recordVersion: changeKey }),
});
