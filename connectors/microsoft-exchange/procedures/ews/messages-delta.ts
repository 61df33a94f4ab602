import { invalidQuery, protocolError, type Row } from "#spi";
import { folderGiven } from "../../ews/folders.ts";
import { identityOf } from "../../ews/identity.ts";
import { type SyncChange, type SyncFolderState, syncFolderItems } from "../../ews/operations/sync-folder-items.ts";
import { itemShape } from "../../ews/properties.ts";
import { RowReader } from "../../ews/row-reader.ts";
import { ewsTables } from "../../tables/ews/index.ts";
import { definition, impersonationInputs, optional, output, textInput } from "./parameters.ts";

// Exchange takes 1 to 512 (MaxSyncChangesReturnedType).
const changesPerCall = 512;

/** Columns of a message that its row shows, and under which name. */
const shown = {
  Subject: "Subject",
  FromEmailAddress: "From",
  DateTimeReceived: "ReceivedDateTime",
  IsRead: "IsRead",
  ParentFolderId: "ParentFolderId",
} as const;

const noChange: Row = {
  Change: null,
  Id: null,
  Subject: null,
  From: null,
  ReceivedDateTime: null,
  IsRead: null,
  ParentFolderId: null,
  ChangeKey: null,
  Message: null,
  DeltaToken: null,
};

/** Columns that Select asks for beside those shown. Errors: INVALID_QUERY. */
function selected(select: string | undefined, platform: string) {
  const columns = ewsTables({ platform }).find(({ name }) => name === "Inbox")?.columns ?? [];
  const wanted = (select ?? "").split(",").map((name) => name.trim());
  const more = wanted.filter((name) => name !== "");
  for (const name of more) {
    const column = columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (column === undefined) throw invalidQuery(`Select: Inbox has no column "${name}".`, { target: "Select" });
    if (column.read === "item")
      throw invalidQuery(`Select: Exchange does not tell ${column.name} with changes; query it by ItemId.`, {
        target: "Select",
      });
  }
  const names = new Set([...Object.keys(shown), ...more].map((name) => name.toLowerCase()));
  return columns.filter(({ name }) => names.has(name.toLowerCase()));
}

function changeRow(change: SyncChange, state: SyncFolderState): Row {
  if (change.change === "deleted") return { ...noChange, Change: "deleted", Id: change.id };
  if (change.row === undefined)
    return {
      ...noChange,
      Change: "changed",
      Id: change.id,
      ChangeKey: change.changeKey ?? null,
      IsRead: change.isRead ?? null,
    };
  const message = state.rows[change.row] ?? {};
  const key = state.keys[change.row];
  const told = Object.entries(shown).map(([column, name]) => [name, message[column] ?? null] as const);
  return {
    ...noChange,
    ...Object.fromEntries(told),
    Change: "changed",
    Id: key?.id ?? null,
    ChangeKey: key?.changeKey ?? null,
    Message: message,
  };
}

const isWanted = (change: SyncChange, type: string | undefined): boolean =>
  type === undefined || type === change.change || (type === "updated" && change.change === "read");

/** MessagesDelta: what changed in a folder since the last time, by SyncFolderItems. */
export const messagesDelta = definition(
  {
    name: "MessagesDelta",
    description:
      "Messages of a folder that were added, changed or deleted since DeltaToken was answered; all of them without one. The last row tells the token for the next time.",
    writes: false,
    inputs: [
      optional("FolderId", "string", "Folder by id or well-known name.", { default: "inbox" }),
      optional("DeltaToken", "string", "Token of the last row of the time before; all messages when empty."),
      optional("ChangeType", "string", "Only changes of this kind.", { allowed: ["created", "updated", "deleted"] }),
      optional("Select", "string", "Further columns of Inbox to tell in Message, separated by commas."),
      ...impersonationInputs,
    ],
    outputs: [
      output("Change", "string", "changed (new or changed), deleted, or token in the last row."),
      output("Id", "id", "Id of the message."),
      output("Subject", "string", "Subject."),
      output("From", "string", "Address of the sender, where Exchange tells it with changes."),
      output("ReceivedDateTime", "datetime", "When it came."),
      output("IsRead", "boolean", "Read."),
      output("ParentFolderId", "id", "Folder it lies in."),
      output("ChangeKey", "id", "Its version."),
      output("Message", "json", "All columns told of it."),
      output("DeltaToken", "string", "In the last row: what the next call gives to go on from here."),
    ],
  },
  async ({ caller, input, signal }) => {
    const columns = selected(textInput(input["Select"]), caller.config.platform);
    const rows: Row[] = [];
    let token = textInput(input["DeltaToken"]);
    for (;;) {
      const operation = syncFolderItems({
        folder: folderGiven(textInput(input["FolderId"]) ?? "inbox"),
        shape: itemShape(columns),
        rows: new RowReader(columns),
        state: token,
        count: changesPerCall,
      });
      const state = await caller.call(operation, identityOf(caller.config, input), signal);
      for (const change of state.changes)
        if (isWanted(change, textInput(input["ChangeType"]))) rows.push(changeRow(change, state));
      if (!state.isLast && state.syncState === token)
        throw protocolError("The server's changes do not advance: it repeats the same SyncState.", {
          causeCode: "NOT_EWS_ANSWER",
          remote: { service: "EWS", operation: "SyncFolderItems" },
        });
      token = state.syncState;
      if (state.isLast) return [...rows, { ...noChange, Change: "token", DeltaToken: token ?? null }];
    }
  },
);
