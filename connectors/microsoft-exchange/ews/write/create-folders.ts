import type { Row, RowOutcome } from "#spi";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { type FolderReference, folderGiven, folderOfPlatform } from "../folders.ts";
import { identityOf } from "../identity.ts";
import { createFolder } from "../operations/create-folder.ts";
import { findFolder } from "../operations/find-folder.ts";
import { folderShape } from "../properties.ts";
import { recognitionProperty, recognitionRestriction } from "../recognition.ts";
import type { RowKey, RowState } from "../row-state.ts";
import { element, leaf, type Xml } from "../write-xml.ts";
import { Chunk } from "./chunk.ts";
import { folderElement, folderKey, ids } from "./folder-parts.ts";
import { indeterminate, isUnknown, lostRow, messageOutcome, succeeded } from "./outcomes.ts";
import { requiredText, textOf } from "./row-values.ts";

function newFolder(row: Row, rowId: string): Xml {
  const folderClass = textOf(row["FolderClass"]);
  const name = requiredText(row, "DisplayName");
  const kind = folderElement(folderClass);
  return element(
    `t:${kind}`,
    undefined,
    folderClass === undefined ? undefined : leaf("t:FolderClass", folderClass),
    leaf("t:DisplayName", name),
    recognitionProperty(rowId),
  );
}

/** Creates folders one by one: Exchange answers them singly, and a name taken must not hide the others. */
export async function createFolders(
  caller: EwsCaller,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const batchId = caller.context.random.uuid();
  const prepared = chunk.prepare((row, index) => ({
    identity: identityOf(caller.config, row),
    parent: folderOfPlatform(
      folderGiven(textOf(row["ParentFolderId"]) ?? "msgfolderroot"),
      caller.config.platform,
      "ParentFolderId",
    ),
    markup: newFolder(row, `${batchId}/${index}/`),
    rowId: `${batchId}/${index}/`,
  }));
  for (const { index, row, made } of prepared) {
    let seen: RowState | undefined;
    const operation = createFolder(made.parent, [made.markup], (state) => {
      seen = state;
    });
    try {
      await caller.call(operation, made.identity, signal);
      const message = seen?.messages[0];
      const key = seen?.keys[0];
      if (message === undefined) throw lostRow("CreateFolder");
      chunk.settle(messageOutcome("CreateFolder", index, message, row, [], key && folderKey(key)));
    } catch (error) {
      if (!isUnknown(error)) chunk.refuse([{ index }], error);
      else {
        const found = await findCreated(caller, made, signal);
        chunk.settle(found === undefined ? indeterminate(index, error) : succeeded(index, folderKey(found)));
      }
    }
  }
  return chunk.outcomes;
}

interface Created {
  readonly identity: CallIdentity;
  readonly parent: FolderReference;
  readonly rowId: string;
}

async function findCreated(
  caller: EwsCaller,
  { identity, parent, rowId }: Created,
  signal: AbortSignal,
): Promise<RowKey | undefined> {
  const operation = findFolder({
    parent,
    traversal: "Shallow",
    shape: folderShape([]),
    rows: ids(),
    offset: 0,
    count: 1,
    restriction: recognitionRestriction(rowId),
  });
  try {
    return (await caller.call(operation, identity, signal)).keys[0];
  } catch (error) {
    caller.context.log.warn(
      { operation: "FindFolder", err: error },
      "could not look up a folder whose answer was lost",
    );
    return undefined;
  }
}
