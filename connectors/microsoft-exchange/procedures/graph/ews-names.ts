import { ConnectorError, invalidQuery, type Parameter, type Row, unsupported } from "#spi";
import { member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { attachUpload, type SizedUpload } from "../../graph/upload.ts";
import { idOf } from "../../graph/write-row.ts";
import { mailFolderNames } from "../../tables/graph/well-known.ts";
import { act } from "./messages.ts";
import { type Execution, flag, mailboxProcedure, required, text, userId } from "./procedure.ts";

/** What procedures of schema EWS answer beside their results. */
const responseOutputs: readonly Parameter[] = [
  text("ResponseClass", "Success."),
  text("ResponseCode", "NoError."),
  text("MessageText", "Always NULL: Microsoft Graph says nothing more of a success."),
];
const response: Row = { ResponseClass: "Success", ResponseCode: "NoError", MessageText: null };

const changeKey = (more: Parameters<typeof text>[2] = {}) =>
  text("ItemChangeKey", "Its version; another one than the present is refused.", more);
const pathOf = (execution: Execution): string => `messages/${segment(execution.text("ItemId") ?? "")}`;

/** Folder names of Exchange Web Services that are also Graph's, and ids. */
const folderOf = (given: string): string => mailFolderNames.find((name) => name === given.toLowerCase()) ?? given;

/** The present version of a message. */
async function versionOf({ calls, owner, signal }: Execution, path: string): Promise<string | undefined> {
  const request = { method: "GET", path: `${owner.path}/${path}?$select=changeKey` } as const;
  const found = await calls.json({ ...request, operation: "GET message", mailbox: owner.mailbox }, signal);
  const key = member(found, "changeKey");
  return typeof key === "string" ? key : undefined;
}

/** Graph's actions take no condition, so the version is compared before. */
async function checkVersion(execution: Execution, path: string): Promise<void> {
  const wanted = execution.text("ItemChangeKey");
  if (wanted === undefined || (await versionOf(execution, path)) === wanted) return;
  throw new ConnectorError("PRECONDITION", "The message changed since ItemChangeKey was read; read it again.", {
    causeCode: "GRAPH_ITEM_CHANGED",
    target: "ItemChangeKey",
  });
}

/** Moves a message. */
export const moveItem = mailboxProcedure({
  name: "MoveItem",
  description:
    "Moves a message to another folder; it has a new id there. Microsoft Graph moves messages only, not events, contacts or tasks.",
  writes: true,
  inputs: [
    text("ItemId", "Message to move.", required),
    changeKey(),
    text("FolderId", "Destination: a folder id or a well-known name.", required),
    userId,
  ],
  outputs: [text("ItemId", "The new id."), text("ItemChangeKey", "The new version."), ...responseOutputs],
  run: async (execution): Promise<Row> => {
    await checkVersion(execution, pathOf(execution));
    const moved = await act(execution, `${pathOf(execution)}/move`, {
      destinationId: folderOf(execution.text("FolderId") ?? ""),
    });
    return { ItemId: idOf(moved) ?? null, ItemChangeKey: member(moved, "changeKey") ?? null, ...response };
  },
});

/** Sends a draft. */
export const sendItem = mailboxProcedure({
  name: "SendItem",
  description: "Sends a draft. Microsoft Graph always keeps the copy in Sent Items.",
  writes: true,
  inputs: [
    text("ItemId", "Draft to send.", required),
    changeKey(required),
    flag("SaveToFolder", "Keep a copy; Microsoft Graph knows only true.", { default: true }),
    text("SavedItemFolder", "Where the copy goes; Microsoft Graph knows only SentItems.", { default: "SentItems" }),
    userId,
  ],
  outputs: responseOutputs,
  run: async (execution): Promise<Row> => {
    checkCopy(execution);
    await checkVersion(execution, pathOf(execution));
    await act(execution, `${pathOf(execution)}/send`);
    return response;
  },
});

function checkCopy(execution: Execution): void {
  if (!execution.flag("SaveToFolder")) {
    throw unsupported("Microsoft Graph always keeps a copy of a sent draft: leave SaveToFolder at true.", {
      target: "SaveToFolder",
    });
  }
  const folder = execution.text("SavedItemFolder") ?? "SentItems";
  if (folder.toLowerCase() === "sentitems") return;
  throw unsupported("Microsoft Graph keeps the copy of a sent draft in Sent Items only; move it afterwards.", {
    target: "SavedItemFolder",
  });
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Adds a file to an item. */
export const createAttachments = mailboxProcedure({
  name: "CreateAttachments",
  description:
    "Adds a file of up to 150 MB to a message, or inline content that its body refers to. Files above 3 MB go in pieces.",
  writes: true,
  inputs: [
    text("ItemId", "Message to attach to.", required),
    changeKey(),
    text("FileName", "Name of the attachment.", required),
    text("Content", "The file, base64.", required),
    text("ContentType", "MIME type."),
    flag("IsInline", "Shown within the body.", { default: false }),
    text("ContentId", "Content-ID the body refers to."),
    userId,
  ],
  outputs: [
    text("AttachmentId", "Id of the new attachment."),
    text("RootItemId", "The message."),
    text("RootItemChangeKey", "Its new version."),
    ...responseOutputs,
  ],
  run: async (execution): Promise<Row> => {
    const { calls, owner, signal } = execution;
    const upload = uploadOf(execution);
    await checkVersion(execution, pathOf(execution));
    const id = await attachUpload(calls, owner, `${owner.path}/${pathOf(execution)}`, upload, signal);
    return {
      AttachmentId: id ?? null,
      RootItemId: execution.text("ItemId") ?? null,
      RootItemChangeKey: (await versionOf(execution, pathOf(execution))) ?? null,
      ...response,
    };
  },
});

function uploadOf(execution: Execution): SizedUpload {
  const content = (execution.text("Content") ?? "").replace(/\s+/g, "");
  if (!BASE64.test(content)) throw invalidQuery("Content must be base64.", { target: "Content" });
  const bytes = Buffer.from(content, "base64");
  const contentType = execution.text("ContentType");
  const contentId = execution.text("ContentId");
  return {
    name: execution.text("FileName") ?? "",
    sizeBytes: bytes.length,
    isRepeatable: true,
    isInline: execution.flag("IsInline"),
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentId === undefined ? {} : { contentId }),
    async *bytes() {
      yield bytes;
    },
  };
}
