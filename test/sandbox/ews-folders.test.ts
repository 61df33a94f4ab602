import { describe, expect, it } from "vitest";
import { useSandbox } from "./raw-ews.ts";

const { call } = useSandbox();
const distinguished = (name: string) => `<t:DistinguishedFolderId Id="${name}"/>`;

async function createFolder(name: string, parent = "msgfolderroot"): Promise<string> {
  const answer = await call(
    `<m:CreateFolder><m:ParentFolderId>${distinguished(parent)}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>${name}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
  );
  expect(answer.codes).toEqual(["NoError"]);
  return answer.attribute("FolderId", "Id");
}

async function seedMessages(folderId: string, count: number): Promise<void> {
  const items = Array.from(
    { length: count },
    (_, i) =>
      `<t:Message><t:Subject>m ${String(i).padStart(3, "0")}</t:Subject><t:Importance>${i % 2 ? "High" : "Normal"}</t:Importance><t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="n" PropertyType="Integer"/><t:Value>${i}</t:Value></t:ExtendedProperty></t:Message>`,
  );
  await call(
    `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:FolderId Id="${folderId}"/></m:SavedItemFolderId><m:Items>${items.join("")}</m:Items></m:CreateItem>`,
  );
}

function find(folderId: string, inner: string, view = "") {
  return call(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/></t:AdditionalProperties></m:ItemShape>${view}${inner}<m:ParentFolderIds><t:FolderId Id="${folderId}"/></m:ParentFolderIds></m:FindItem>`,
  );
}

describe("folders", () => {
  it("gives folders with counts, by many ids, and says which are not there", async () => {
    const answer = await call(
      `<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:DistinguishedFolderId"/><t:FieldURI FieldURI="folder:PermissionSet"/><t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/><t:ExtendedFieldURI PropertyTag="0x670a" PropertyType="SystemTime"/></t:AdditionalProperties></m:FolderShape><m:FolderIds>${["root", "inbox", "calendar", "contacts", "tasks", "voicemail"].map(distinguished).join("")}</m:FolderIds></m:GetFolder>`,
    );
    expect(answer.codes).toEqual(["NoError", "NoError", "NoError", "NoError", "NoError", "ErrorFolderNotFound"]);
    expect(answer.texts("FolderClass")).toEqual(["IPF.Note", "IPF.Appointment", "IPF.Contact", "IPF.Task"]);
    expect(answer.text).toMatch(/<t:CalendarFolder>.*<t:ContactsFolder>.*<t:TasksFolder>/);
    expect(answer.texts("UnreadCount")).toHaveLength(3);
  });

  it("creates, renames, moves, copies, finds and deletes", async () => {
    const id = await createFolder("Project");
    const taken = await call(
      `<m:CreateFolder><m:ParentFolderId>${distinguished("msgfolderroot")}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>project</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
    );
    expect(taken.codes).toEqual(["ErrorFolderExists"]);
    const renamed = await call(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${id}"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>Projects</t:DisplayName></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
    expect(renamed.codes).toEqual(["NoError"]);
    const child = await createFolder("Child");
    expect(
      (
        await call(
          `<m:MoveFolder><m:ToFolderId><t:FolderId Id="${id}"/></m:ToFolderId><m:FolderIds><t:FolderId Id="${child}"/></m:FolderIds></m:MoveFolder>`,
        )
      ).codes,
    ).toEqual(["NoError"]);
    expect(
      (
        await call(
          `<m:MoveFolder><m:ToFolderId><t:FolderId Id="${child}"/></m:ToFolderId><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:MoveFolder>`,
        )
      ).codes,
    ).toEqual(["ErrorMoveCopyFailed"]);
    expect(
      (
        await call(
          `<m:CopyFolder><m:ToFolderId>${distinguished("inbox")}</m:ToFolderId><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:CopyFolder>`,
        )
      ).codes,
    ).toEqual(["NoError"]);
    const deep = await call(
      `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:IndexedPageFolderView MaxEntriesReturned="100" Offset="0" BasePoint="Beginning"/><m:Restriction><t:Contains ContainmentMode="Prefixed" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="folder:DisplayName"/><t:Constant Value="project"/></t:Contains></m:Restriction><m:ParentFolderIds>${distinguished("msgfolderroot")}</m:ParentFolderIds></m:FindFolder>`,
    );
    expect(deep.texts("DisplayName")).toEqual(["Projects", "Projects"]);
    expect(
      (
        await call(
          `<m:DeleteFolder DeleteType="MoveToDeletedItems"><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:DeleteFolder>`,
        )
      ).codes,
    ).toEqual(["NoError"]);
    expect(
      (
        await call(
          `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${distinguished("inbox")}</m:FolderIds></m:DeleteFolder>`,
        )
      ).codes,
    ).toEqual(["ErrorDeleteDistinguishedFolder"]);
  });

  it("filters folders as DavMail does", async () => {
    const equal = (value: string) =>
      `<t:IsEqualTo><t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/><t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:IsEqualTo>`;
    const answer = await call(
      `<m:FindFolder Traversal="Shallow"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:Restriction><t:Or>${equal("IPF.Task")}${equal("IPF.Contact")}<t:Not><t:Exists><t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/></t:Exists></t:Not></t:Or></m:Restriction><m:ParentFolderIds>${distinguished("msgfolderroot")}</m:ParentFolderIds></m:FindFolder>`,
    );
    expect(answer.texts("DisplayName")).toEqual(["Contacts", "Tasks"]);
  });
});

describe("finding items", () => {
  it("pages from both ends, and by fraction", async () => {
    const id = await createFolder("Paged");
    await seedMessages(id, 25);
    const sort =
      '<m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="item:Subject"/></t:FieldOrder></m:SortOrder>';
    const page = (offset: number, base = "Beginning") =>
      find(id, sort, `<m:IndexedPageItemView MaxEntriesReturned="10" Offset="${offset}" BasePoint="${base}"/>`);
    const first = await page(0);
    expect(first.texts("Subject")).toHaveLength(10);
    expect(first.attribute("RootFolder", "IndexedPagingOffset")).toBe("10");
    expect(first.attribute("RootFolder", "TotalItemsInView")).toBe("25");
    expect(first.attribute("RootFolder", "IncludesLastItemInRange")).toBe("false");
    const last = await page(20);
    expect(last.texts("Subject")).toEqual(["m 020", "m 021", "m 022", "m 023", "m 024"]);
    expect(last.attribute("RootFolder", "IncludesLastItemInRange")).toBe("true");
    expect((await page(0, "End")).texts("Subject")[0]).toBe("m 015");
    const fraction = await find(
      id,
      sort,
      '<m:FractionalPageItemView MaxEntriesReturned="5" Numerator="1" Denominator="2"/>',
    );
    expect(fraction.texts("Subject")[0]).toBe("m 012");
  });

  it("evaluates restrictions on fields and extended properties", async () => {
    const id = await createFolder("Restricted");
    await seedMessages(id, 10);
    const path =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="n" PropertyType="Integer"/>';
    const compare = (name: string, value: number) =>
      `<t:${name}>${path}<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:${name}>`;
    const subjects = async (expression: string) =>
      (await find(id, `<m:Restriction>${expression}</m:Restriction>`)).texts("Subject").toSorted();
    expect(await subjects(compare("IsGreaterThan", 7))).toEqual(["m 008", "m 009"]);
    expect(
      await subjects(
        `<t:And>${compare("IsLessThanOrEqualTo", 3)}<t:IsEqualTo><t:FieldURI FieldURI="item:Importance"/><t:FieldURIOrConstant><t:Constant Value="High"/></t:FieldURIOrConstant></t:IsEqualTo></t:And>`,
      ),
    ).toEqual(["m 001", "m 003"]);
    expect(await subjects(`<t:Not>${compare("IsNotEqualTo", 5)}</t:Not>`)).toEqual(["m 005"]);
    expect(await subjects(`<t:Excludes>${path}<t:Bitmask Value="0x1"/></t:Excludes>`)).toHaveLength(5);
    expect(
      await subjects(
        '<t:Contains ContainmentMode="Substring" ContainmentComparison="Exact"><t:FieldURI FieldURI="item:Subject"/><t:Constant Value="00"/></t:Contains>',
      ),
    ).toHaveLength(10);
    const unsearchable = await find(
      id,
      '<m:Restriction><t:Exists><t:FieldURI FieldURI="message:ToRecipients"/></t:Exists></m:Restriction>',
    );
    expect(unsearchable.codes).toEqual(["ErrorUnsupportedPathForQuery"]);
  });

  it("groups", async () => {
    const id = await createFolder("Grouped");
    await seedMessages(id, 4);
    const answer = await find(
      id,
      '<m:GroupBy Order="Ascending"><t:FieldURI FieldURI="item:Importance"/><t:AggregateOn Aggregate="Maximum"><t:FieldURI FieldURI="item:DateTimeReceived"/></t:AggregateOn></m:GroupBy>',
    );
    expect(answer.texts("GroupIndex")).toEqual(["High", "Normal"]);
  });
});

describe("synchronising", () => {
  it("reports creates, updates, read flags and deletes since a state", async () => {
    const id = await createFolder("Synced");
    await seedMessages(id, 3);
    const sync = (state: string, max = 100) =>
      call(
        `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:FolderId Id="${id}"/></m:SyncFolderId>${state ? `<m:SyncState>${state}</m:SyncState>` : ""}<m:MaxChangesReturned>${max}</m:MaxChangesReturned></m:SyncFolderItems>`,
      );
    const first = await sync("", 2);
    expect(first.texts("IncludesLastItemInRange")).toEqual(["false"]);
    expect(first.attributes("ItemId", "Id")).toHaveLength(2);
    const second = await sync(first.texts("SyncState")[0] ?? "");
    expect(second.attributes("ItemId", "Id")).toHaveLength(1);
    const [a = "", b = ""] = first.attributes("ItemId", "Id");
    await call(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${a}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>false</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    await call(`<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${b}"/></m:ItemIds></m:DeleteItem>`);
    const third = await sync(second.texts("SyncState")[0] ?? "");
    expect(third.text).toMatch(/<t:ReadFlagChange>.*<t:IsRead>false<\/t:IsRead>.*<t:Delete>/);
    expect((await sync(third.texts("SyncState")[0] ?? "")).attributes("ItemId", "Id")).toEqual([]);
    expect((await sync("rubbish")).codes).toEqual(["ErrorInvalidSyncStateData"]);
  });

  it("reports folders", async () => {
    const sync = (state: string) =>
      call(
        `<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>${state ? `<m:SyncState>${state}</m:SyncState>` : ""}</m:SyncFolderHierarchy>`,
      );
    const first = await sync("");
    expect(first.texts("DisplayName")).toContain("Inbox");
    const id = await createFolder("Later");
    const second = await sync(first.texts("SyncState")[0] ?? "");
    expect(second.texts("DisplayName")).toEqual(["Later"]);
    await call(
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:DeleteFolder>`,
    );
    expect((await sync(second.texts("SyncState")[0] ?? "")).text).toContain("<t:Delete>");
  });

  it("keeps pull subscriptions", async () => {
    const id = await createFolder("Watched");
    const subscribed = await call(
      `<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds><t:FolderId Id="${id}"/></t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType><t:EventType>DeletedEvent</t:EventType></t:EventTypes><t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>`,
    );
    const subscription = subscribed.texts("SubscriptionId")[0] ?? "";
    const events = (mark: string) =>
      call(
        `<m:GetEvents><m:SubscriptionId>${subscription}</m:SubscriptionId><m:Watermark>${mark}</m:Watermark></m:GetEvents>`,
      );
    const mark = subscribed.texts("Watermark")[0] ?? "";
    expect((await events(mark)).text).toContain("<t:StatusEvent>");
    await seedMessages(id, 2);
    const created = await events(mark);
    expect(created.text.match(/<t:CreatedEvent>/g)).toHaveLength(2);
    expect(
      (await call(`<m:Unsubscribe><m:SubscriptionId>${subscription}</m:SubscriptionId></m:Unsubscribe>`)).codes,
    ).toEqual(["NoError"]);
    expect((await events(mark)).codes).toEqual(["ErrorSubscriptionNotFound"]);
  });
});
