import { invalidQuery, type Row, type Value } from "#spi";
import { deleteItem } from "../../ews/operations/delete-item.ts";
import { throwIfError } from "../../ews/response-messages.ts";
import { segment } from "../../graph/mailbox.ts";
import { rowReader } from "../../graph/read-row.ts";
import { sendMail as sendOnEws } from "../../procedures/ews/send-mail.ts";
import { sendMail as sendOnGraph } from "../../procedures/graph/send-mail.ts";
import {
  count,
  done,
  flag,
  id,
  instant,
  json,
  list,
  onGraph,
  orNull,
  required,
  type SpokeAction,
  type SpokeParameter,
  statusOutput,
  text,
  user,
} from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";
import { rowFilter } from "../odata-filter.ts";

const group = "Mail";
const spokes = ["Exchange Online"] as const;

// ---- folders -------------------------------------------------------------------------------------------------------

const folderOutputs: readonly SpokeParameter[] = [
  id("folderId", "Id of the folder."),
  text("name", "Its name."),
  id("parentFolderId", "Folder it lies in."),
  count("childFolderCount", "Folders in it."),
  count("totalCount", "Items in it."),
  count("unreadCount", "Unread items in it."),
  flag("isHidden", "Hidden from users.", onGraph),
];

const ewsFolder = {
  folderId: "FolderId",
  name: "DisplayName",
  parentFolderId: "ParentFolderId",
  childFolderCount: "ChildFolderCount",
  totalCount: "TotalCount",
  unreadCount: "UnreadCount",
} as const;
const graphFolder = {
  folderId: "id",
  name: "displayName",
  parentFolderId: "parentFolderId",
  childFolderCount: "childFolderCount",
  totalCount: "totalItemCount",
  unreadCount: "unreadItemCount",
  isHidden: "isHidden",
} as const;

const renamed = (row: Row, names: Readonly<Record<string, string>>): Row =>
  Object.fromEntries(Object.entries(names).map(([output, column]) => [output, row[column] ?? null]));

async function* foldersOnEws(work: EwsWork): AsyncIterable<readonly Row[]> {
  const columns = [...Object.values(ewsFolder), "FolderClass"];
  for await (const rows of work.read("Folders", { columns }))
    yield rows
      .filter(({ FolderClass }) => typeof FolderClass !== "string" || FolderClass.startsWith("IPF.Note"))
      .map((row) => renamed(row, ewsFolder));
}

async function* foldersOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const hidden = work.inputs.flag("includeHidden") === true;
  const open = ["mailFolders"];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const query = `?$top=100${hidden ? "&includeHiddenFolders=true" : ""}`;
    for await (const items of work.pages(`${path}${query}`)) {
      for (const item of items as readonly Row[])
        if (Number(item["childFolderCount"] ?? 0) > 0)
          open.push(`mailFolders/${segment(String(item["id"]))}/childFolders`);
      yield items.map((item) => renamed(item as Row, graphFolder));
    }
  }
}

// ---- messages ------------------------------------------------------------------------------------------------------

interface MessageField {
  readonly output: SpokeParameter;
  readonly ews: string;
  readonly graph: string;
}

const fields: readonly MessageField[] = [
  { output: id("messageId", "Id of the message."), ews: "ItemId", graph: "id" },
  { output: id("changeKey", "Its version."), ews: "ItemChangeKey", graph: "changeKey" },
  { output: text("subject", "Subject."), ews: "Subject", graph: "subject" },
  { output: text("from", "Address it came from."), ews: "FromEmailAddress", graph: "from_emailAddress_address" },
  { output: text("to", "Addresses it went to."), ews: "ToRecipients_EmailAddress", graph: "toRecipients" },
  { output: text("body", "Body."), ews: "Body", graph: "body_content" },
  { output: instant("received", "When it came."), ews: "DateTimeReceived", graph: "receivedDateTime" },
  { output: flag("isRead", "Read."), ews: "IsRead", graph: "isRead" },
  { output: text("importance", "low, normal or high."), ews: "Importance", graph: "importance" },
  { output: flag("hasAttachments", "It has files."), ews: "HasAttachments", graph: "hasAttachments" },
  { output: id("parentFolderId", "Folder it lies in."), ews: "ParentFolderId", graph: "parentFolderId" },
  { output: text("internetMessageId", "Message-ID."), ews: "InternetMessageId", graph: "internetMessageId" },
];

const messageOutputs = fields.map(({ output }) => output);

const shown = (name: string, value: Value): Value => {
  if (name === "importance" && typeof value === "string") return value.toLowerCase();
  if (name !== "to" || !Array.isArray(value)) return value;
  return (value as readonly { emailAddress?: { address?: string } }[])
    .map(({ emailAddress }) => emailAddress?.address ?? "")
    .join(";");
};

function chosen(work: EwsWork | GraphWork): readonly MessageField[] {
  const names = work.inputs
    .text("select")
    ?.split(",")
    .map((name) => name.trim());
  const wrong = names?.find((name) => !fields.some(({ output }) => output.name === name));
  if (wrong !== undefined) throw invalidQuery(`select: there is no output "${wrong}".`, { target: "select" });
  return names === undefined ? fields : fields.filter(({ output }) => names.includes(output.name));
}

async function* limited(rows: AsyncIterable<readonly Row[]>, top: number | undefined): AsyncIterable<readonly Row[]> {
  let left = top ?? Number.POSITIVE_INFINITY;
  for await (const page of rows) {
    yield page.slice(0, left);
    left -= page.length;
    if (left <= 0) return;
  }
}

/** Properties of a message that input filter may look at over EWS, and the outputs behind them. */
const filterable: Readonly<Record<string, string>> = {
  subject: "subject",
  "from/emailAddress/address": "from",
  receivedDateTime: "received",
  isRead: "isRead",
  importance: "importance",
  hasAttachments: "hasAttachments",
  internetMessageId: "internetMessageId",
};

const told = (wanted: readonly MessageField[], row: Row, column: "ews" | "graph"): Row =>
  Object.fromEntries(wanted.map((field) => [field.output.name, shown(field.output.name, orNull(row[field[column]]))]));

async function* messagesOnEws(work: EwsWork, folderId: string): AsyncIterable<readonly Row[]> {
  const { inputs } = work;
  const wanted = chosen(work);
  const filter = inputs.text("filter");
  const condition = filter === undefined ? undefined : rowFilter(filter, filterable);
  const looked = fields.filter(({ output }) => condition?.outputs.includes(output.name));
  const top = inputs.number("top");
  const reading = {
    columns: [...new Set([...wanted, ...looked].map(({ ews }) => ews))],
    where: [["ParentFolderId", "=", folderId] as const],
    ...(top === undefined || condition !== undefined ? {} : { limit: top }),
  };
  async function* matching(): AsyncIterable<readonly Row[]> {
    for await (const rows of work.read("Inbox", reading))
      yield condition === undefined ? rows : rows.filter((row) => condition.matches(told(looked, row, "ews")));
  }
  for await (const page of limited(matching(), top)) yield page.map((row) => told(wanted, row, "ews"));
}

async function* messagesOnGraph(work: GraphWork, folderId: string): AsyncIterable<readonly Row[]> {
  const wanted = chosen(work);
  const top = work.inputs.number("top");
  const filter = work.inputs.text("filter");
  const columns = work.table("Messages").columns.filter(({ name }) => wanted.some(({ graph }) => graph === name));
  const read = rowReader(columns, {});
  const query = new URLSearchParams({ $top: String(Math.min(top ?? 100, 1000)) });
  if (filter !== undefined) query.set("$filter", filter);
  const path = `mailFolders/${segment(folderId)}/messages?${query.toString().replaceAll("+", "%20")}`;
  async function* pages(): AsyncIterable<readonly Row[]> {
    for await (const items of work.pages(path)) yield items.map((item) => read(item));
  }
  for await (const page of limited(pages(), top)) yield page.map((row) => told(wanted, row, "graph"));
}

const reading: readonly SpokeParameter[] = [
  text(
    "filter",
    "Condition in the words of OData, such as isRead eq false; over EWS it is checked on the rows as they come.",
  ),
  text("select", "Outputs wanted, with commas between; all when left out."),
  { ...count("top", "Most messages wanted."), minimum: 1 },
];

// ---- sending and deleting ------------------------------------------------------------------------------------------

interface File {
  readonly name: string;
  readonly content: string;
}

function files(work: EwsWork | GraphWork): readonly File[] {
  const given = work.inputs.values["attachments"];
  if (given === undefined || given === null) return [];
  const wrong = () =>
    invalidQuery("attachments takes an array of objects with name and content (base64).", { target: "attachments" });
  if (!Array.isArray(given)) throw wrong();
  return (given as readonly Value[]).map((each) => {
    const { name, content } = (each ?? {}) as { readonly name?: Value; readonly content?: Value };
    if (typeof name !== "string" || typeof content !== "string") throw wrong();
    return { name, content };
  });
}

const people = (work: EwsWork | GraphWork, name: string): string =>
  (work.inputs.people(name) ?? [])
    .map((each) => (each.name === undefined ? each.address : `"${quotable(each.name)}" <${each.address}>`))
    .join(";");

/** A name between quotes; a backslash would take the closing quote with it, and the next recipients. */
const quotable = (name: string): string => name.replaceAll("\\", "\\\\").replaceAll('"', "'");

async function sendEws(work: EwsWork): Promise<readonly Row[]> {
  const [file, ...more] = files(work);
  if (more.length > 0)
    throw invalidQuery("Over EWS one attachment goes with the mail; make a draft with the table Drafts for more.", {
      target: "attachments",
    });
  await work.execute(sendOnEws, {
    Subject: work.inputs.text("subject") ?? "",
    Content: work.inputs.text("body") ?? "",
    ToRecipients: people(work, "to"),
    CcRecipients: people(work, "cc"),
    BccRecipients: people(work, "bcc"),
    BodyType: work.inputs.text("contentType") === "html" ? "HTML" : "Text",
    SaveToFolder: work.inputs.flag("saveToSentItems") !== false,
    ...(file === undefined ? {} : { AttachmentName: file.name, AttachmentContent: file.content }),
  });
  return [done];
}

/** One entry of a list in text. A name or content, perhaps a stranger's, must not be read as the path of a file of the service. */
function listed({ name, content }: File): string {
  if (/^\s*@|;/.test(name) || !/^[A-Za-z0-9+/=\s]*$/.test(content))
    throw invalidQuery(
      `attachments: ${JSON.stringify(name.slice(0, 100))} begins with @, holds a semicolon or has a content that is not base64.`,
      { target: "attachments" },
    );
  return `${name},${content}`;
}

async function sendGraph(work: GraphWork): Promise<readonly Row[]> {
  await work.execute(sendOnGraph, {
    Subject: work.inputs.text("subject") ?? "",
    Content: work.inputs.text("body") ?? "",
    ContentType: work.inputs.text("contentType") ?? "text",
    ToRecipients: people(work, "to"),
    CcRecipients: people(work, "cc"),
    BccRecipients: people(work, "bcc"),
    SaveToSentItems: work.inputs.flag("saveToSentItems") !== false,
    Attachments: files(work).map(listed).join(";"),
  });
  return [done];
}

async function deleteOnEws(work: EwsWork): Promise<readonly Row[]> {
  const messageId = work.inputs.needed("messageId");
  if (work.inputs.flag("permanent") !== true) {
    await work.delete("Inbox", { ItemId: messageId });
    return [done];
  }
  const ids = [{ id: messageId, changeKey: undefined }];
  const state = await work.call(deleteItem({ ids, how: "HardDelete", cancellations: "SendToNone" }));
  throwIfError("DeleteItem", state);
  return [done];
}

async function deleteOnGraph(work: GraphWork): Promise<readonly Row[]> {
  const messageId = work.inputs.needed("messageId");
  if (work.inputs.flag("permanent") === true)
    await work.json({ method: "POST", path: `messages/${segment(messageId)}/permanentDelete` });
  else await work.delete("Messages", { id: messageId });
  return [done];
}

const common = { spokes, group } as const;
const folderId = id("folderId", "The folder, by id or well-known name.", required);
const isOnEws = "FindItem; GetItem for bodies and recipients";

/** Mail. */
export const mailActions: readonly SpokeAction[] = [
  {
    ...common,
    name: "Delete Message",
    description: "Deletes a message: to Deleted Items, or for good.",
    writes: true,
    inputs: [user, id("messageId", "The message.", required), flag("permanent", "For good.", { default: false })],
    outputs: [statusOutput],
    ews: { run: deleteOnEws, calls: "DeleteItem" },
    graph: { run: deleteOnGraph, calls: "DELETE /users/{u}/messages/{m}, or POST …/permanentDelete" },
  },
  {
    ...common,
    name: "Look Up Mail Folders by User ID",
    description: "Mail folders of a user, with those in them.",
    writes: false,
    inputs: [user, flag("includeHidden", "With hidden folders.", { default: false, ...onGraph })],
    outputs: folderOutputs,
    ews: { run: foldersOnEws, calls: "FindFolder, Deep" },
    graph: { run: foldersOnGraph, calls: "GET /users/{u}/mailFolders and childFolders" },
  },
  {
    ...common,
    name: "Look Up Messages by Mail Folder ID",
    description: "Messages of a folder.",
    writes: false,
    inputs: [user, folderId, ...reading],
    outputs: messageOutputs,
    ews: {
      run: (work) => messagesOnEws(work, work.inputs.needed("folderId")),
      calls: isOnEws,
    },
    graph: {
      run: (work) => messagesOnGraph(work, work.inputs.needed("folderId")),
      calls: "GET /users/{u}/mailFolders/{f}/messages",
    },
  },
  {
    ...common,
    name: "Look Up Messages by User ID",
    description: "Messages of the inbox.",
    writes: false,
    inputs: [user, ...reading],
    outputs: messageOutputs,
    ews: {
      run: (work) => messagesOnEws(work, "inbox"),
      calls: isOnEws,
    },
    graph: { run: (work) => messagesOnGraph(work, "inbox"), calls: "GET /users/{u}/mailFolders/inbox/messages" },
  },
  {
    ...common,
    name: "Send Mail",
    description: "Writes and sends a mail.",
    writes: true,
    inputs: [
      user,
      list("to", "Addresses.", required),
      list("cc", "Addresses of copies."),
      list("bcc", "Addresses of hidden copies."),
      text("subject", "Subject."),
      text("body", "Body."),
      text("contentType", "Form of the body.", { default: "text", allowed: ["text", "html"] }),
      json("attachments", "Files: an array of objects with name and content (base64); over EWS one."),
      flag("saveToSentItems", "Keep a copy in Sent Items.", { default: true }),
    ],
    outputs: [statusOutput],
    ews: { run: sendEws, calls: "CreateItem, SendItem" },
    graph: { run: sendGraph, calls: "POST /users/{u}/sendMail" },
  },
];
