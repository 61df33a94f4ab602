import { ConnectorError, type Row } from "#spi";
import { distinguishedFolder } from "../../ews/folders.ts";
import { member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { quoted } from "../../graph/odata.ts";
import { mailFolderNames } from "../../tables/graph/well-known.ts";
import { id, mailbox, orNull, required, type SpokeAction, text } from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";

const unknown = (name: string): ConnectorError =>
  new ConnectorError("NOT_FOUND", `The mailbox has no folder "${name}".`, { target: "folder" });

async function onEws(work: EwsWork): Promise<readonly Row[]> {
  const name = work.inputs.needed("folder");
  const known = distinguishedFolder(name);
  const where = known === undefined ? (["DisplayName", "=", name] as const) : (["FolderId", "=", known] as const);
  for await (const rows of work.read("Folders", {
    columns: ["FolderId", "FolderChangeKey", "DisplayName"],
    where: [where],
  })) {
    const found = rows.find(({ DisplayName }) => known !== undefined || sameName(DisplayName, name));
    if (found !== undefined)
      return [
        {
          folderId: orNull(found["FolderId"]),
          changeKey: orNull(found["FolderChangeKey"]),
          name: orNull(found["DisplayName"]),
        },
      ];
  }
  throw unknown(name);
}

const sameName = (found: Row[string] | undefined, name: string): boolean =>
  String(found ?? "").toLowerCase() === name.toLowerCase();

async function onGraph(work: GraphWork): Promise<readonly Row[]> {
  const name = work.inputs.needed("folder");
  const plain = name.toLowerCase().replace(/[\s_-]/g, "");
  if (plain === "calendar") {
    const found = await work.json({ method: "GET", path: "calendar?$select=id,name,changeKey" });
    return [{ folderId: orNull(found["id"]), changeKey: orNull(found["changeKey"]), name: orNull(found["name"]) }];
  }
  const known = mailFolderNames.find((each) => each === plain);
  if (known !== undefined) {
    const found = await work.json({ method: "GET", path: `mailFolders/${segment(known)}?$select=id,displayName` });
    return [{ folderId: orNull(found["id"]), changeKey: null, name: orNull(found["displayName"]) }];
  }
  const filter = encodeURIComponent(`displayName eq ${quoted(name)}`);
  for await (const items of work.pages(`mailFolders?$filter=${filter}&$select=id,displayName`))
    for (const item of items)
      return [{ folderId: orNull(member(item, "id")), changeKey: null, name: orNull(member(item, "displayName")) }];
  for await (const items of work.pages("calendars?$select=id,name,changeKey"))
    for (const item of items)
      if (sameName(member(item, "name"), name))
        return [
          {
            folderId: orNull(member(item, "id")),
            changeKey: orNull(member(item, "changeKey")),
            name: orNull(member(item, "name")),
          },
        ];
  throw unknown(name);
}

/** Folders by their names. */
export const folderActions: readonly SpokeAction[] = [
  {
    name: "Look up Folder ID",
    spokes: ["Exchange Server"],
    group: "Meeting management",
    description: "Finds a folder or calendar by its name or its well-known name.",
    writes: false,
    inputs: [mailbox, text("folder", "Name, or well-known name such as calendar or inbox.", required)],
    outputs: [
      id("folderId", "Id of the folder."),
      id("changeKey", "Its version; Microsoft Graph tells it of calendars only."),
      text("name", "Its name."),
    ],
    ews: { run: onEws, calls: "GetFolder for well-known names, else FindFolder" },
    graph: { run: onGraph, calls: "GET /users/{id}/mailFolders, /calendars" },
  },
];
