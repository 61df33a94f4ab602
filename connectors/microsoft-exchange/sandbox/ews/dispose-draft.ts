import { conversationIndex, type Item, type ItemKind, normalizedSubject, sendFields } from "../mailboxes/index.ts";
import type { EwsCall } from "./call.ts";
import { EwsError } from "./ews-error.ts";
import type { Draft } from "./properties/property.ts";
import type { FolderTarget } from "./targets.ts";

/** Saves or sends a message as MessageDisposition says. */
export function disposeMessage(call: EwsCall, draft: Draft, target: FolderTarget | undefined): Item | undefined {
  const disposition = call.request.attributes["MessageDisposition"];
  if (disposition === "SaveOnly") return saveDraft(call, draft, target);
  if (disposition === "SendOnly" && target) {
    throw new EwsError("ErrorInvalidSendItemSaveSettings", "A folder to save to makes no sense when nothing is saved.");
  }
  if (disposition !== "SendOnly" && disposition !== "SendAndSaveCopy") {
    throw new EwsError("ErrorMessageDispositionRequired", "MessageDisposition is required for messages.");
  }
  const mailbox = target?.mailbox ?? call.mailbox;
  const saveTo =
    disposition === "SendOnly" ? undefined : (target?.folder.id ?? mailbox.folders.requireWellKnown("sentitems").id);
  const { kind, ...fields } = draft;
  sendFields(call.organisation, call.mailbox, kind, fields, saveTo);
  // Exchange gives no id for what was sent
  return undefined;
}

const defaultFolders: Record<ItemKind, string> = {
  message: "drafts",
  item: "drafts",
  event: "calendar",
  contact: "contacts",
  distributionList: "contacts",
  task: "tasks",
  post: "inbox",
  meetingRequest: "drafts",
  meetingResponse: "drafts",
  meetingCancellation: "drafts",
};

/** Folder classes that some kinds need, with the refusal when it is another. */
const neededClass: Partial<Record<ItemKind, [prefix: string, code: string]>> = {
  event: ["IPF.Appointment", "ErrorCannotCreateCalendarItemInNonCalendarFolder"],
  contact: ["IPF.Contact", "ErrorCannotCreateContactInNonContactFolder"],
  distributionList: ["IPF.Contact", "ErrorCannotCreateContactInNonContactFolder"],
  task: ["IPF.Task", "ErrorCannotCreateTaskInNonTaskFolder"],
};

/** Puts a draft into the folder named, or where its kind belongs. */
export function saveDraft(call: EwsCall, draft: Draft, target: FolderTarget | undefined): Item {
  const mailbox = target?.mailbox ?? call.mailbox;
  const folder = target?.folder ?? mailbox.folders.requireWellKnown(defaultFolders[draft.kind]);
  const needed = neededClass[draft.kind];
  if (needed && !folder.folderClass?.startsWith(needed[0])) {
    throw new EwsError(needed[1], `Items of this kind cannot be created in the folder '${folder.displayName}'.`);
  }
  const { kind, ...fields } = draft;
  if (kind === "message" || kind === "post") {
    const now = mailbox.clock();
    fields.from ??= { ...mailbox.owner };
    fields.sender ??= { ...fields.from };
    fields.conversationTopic ??= normalizedSubject(fields.subject ?? "");
    fields.conversationIndex ??= conversationIndex(fields, now);
    fields.internetMessageId ??= `<${crypto.randomUUID()}@${call.organisation.domain}>`;
  }
  return mailbox.createItem(kind, folder.id, fields);
}
