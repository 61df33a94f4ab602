import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { useConnector } from "./support.ts";

const connector = useConnector();
const { query, write, operationsOf } = connector;

const propertySet = "{00020386-0000-0000-c000-000000000046}";
const named = `String ${propertySet} Name X-Customer`;

const create = async (table: string, row: Row): Promise<string> => {
  const [made] = await write("create", table, [row]);
  expect(made?.status, made?.error?.detail).toBe("succeeded");
  return made?.key?.["ItemId"] as string;
};
const all = (...parts: readonly (readonly [string, string, unknown])[]) => ({
  and: parts.map(([column, operator, value]) => ({ column, operator, value })),
});

describe("distribution lists", () => {
  test("members are written and read; the table has lists alone", async () => {
    const id = await create("DistributionLists", {
      DisplayName: "Board <1>",
      FileAs: "Board",
      Members: ["bob@sandbox.example", { EmailAddress: "carol@elsewhere.example", Name: "Carol & Co" }],
      Categories: "People",
    });
    await create("Contacts", { GivenName: "Not", Surname: "AList" });
    const { rows } = await query({
      table: "DistributionLists",
      columns: ["ItemId", "DisplayName", "ItemClass", "FileAs"],
    });
    expect(rows).toEqual([{ ItemId: id, DisplayName: "Board <1>", ItemClass: "IPM.DistList", FileAs: "Board" }]);
    const members = async () =>
      (await query({ table: "DistributionLists", columns: ["Members"], where: all(["ItemId", "=", id]) } as never))
        .rows[0]?.["Members"];
    expect(await members()).toMatchObject([
      { EmailAddress: "bob@sandbox.example" },
      { EmailAddress: "carol@elsewhere.example", Name: "Carol & Co", Status: "Normal", Key: expect.any(String) },
    ]);
    const [changed] = await write("update", "DistributionLists", [{ ItemId: id, Members: ["dave@elsewhere.example"] }]);
    expect(changed?.status, changed?.error?.detail).toBe("succeeded");
    expect(await members()).toMatchObject([{ EmailAddress: "dave@elsewhere.example" }]);
    const found = await query({
      table: "DistributionLists",
      columns: ["ItemId"],
      where: all(["DisplayName", "=", "board <1>"]),
    } as never);
    expect(found.rows).toMatchObject([{ ItemId: id }]);
    const [deleted] = await write("delete", "DistributionLists", [{ ItemId: id }]);
    expect(deleted?.status).toBe("succeeded");
  });
});

describe("extended properties", () => {
  test("named ones and tags: set, read, found by value, taken away", async () => {
    const [first, second] = [await create("Inbox", { Subject: "one" }), await create("Inbox", { Subject: "two" })];
    const made = await write("create", "ExtendedProperties", [
      { ItemId: first, Id: named, Value: "ACME & Söhne <1>" },
      { ItemId: first, Id: "Integer Common Id 0x8510", Value: "7" },
      { ItemId: first, Id: `StringArray ${propertySet} Name X-Tags`, Value: '["a","b & c"]' },
      { ItemId: second, Id: named, Value: "Other" },
    ]);
    expect(made.map(({ status, error }) => error?.detail ?? status)).toEqual(made.map(() => "succeeded"));
    const { rows } = await query({
      table: "ExtendedProperties",
      columns: ["Id", "Value"],
      where: all(
        ["ItemId", "=", first],
        ["Id", "IN", [named, "Integer Common Id 0x8510", `StringArray ${propertySet} Name X-Tags`, "String 0x1009"]],
      ),
    } as never);
    expect(rows).toMatchObject([
      { Id: named, Value: "ACME & Söhne <1>" },
      { Id: "Integer Common Id 0x8510", Value: "7" },
      { Id: `StringArray ${propertySet} Name X-Tags`, Value: '["a","b & c"]' },
    ]);
    const { result, operations } = await operationsOf(() =>
      query({
        table: "ExtendedProperties",
        columns: ["ItemId", "Value"],
        where: all(["Id", "=", named], ["Value", "=", "acme & söhne <1>"], ["ParentFolderId", "=", "inbox"]),
      } as never),
    );
    expect(operations).toEqual(["FindItem"]);
    expect(result.rows.map((row) => [row["ItemId"], row["Value"]])).toEqual([[first, "ACME & Söhne <1>"]]);
    const both = await query({
      table: "ExtendedProperties",
      columns: ["ItemId"],
      where: all(["Id", "=", named]),
    } as never);
    expect(both.rows.map((row) => row["ItemId"]).sort()).toEqual([first, second].sort());
    const outcomes = await write("update", "ExtendedProperties", [
      { ItemId: second, Id: named, Value: "changed" },
      { ItemId: first, Id: named, Value: null },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    const after = await query({
      table: "ExtendedProperties",
      columns: ["ItemId", "Value"],
      where: all(["Id", "=", named]),
    } as never);
    expect(after.rows).toMatchObject([{ ItemId: second, Value: "changed" }]);
    const [deleted] = await write("delete", "ExtendedProperties", [{ ItemId: second, Id: named }]);
    expect(deleted?.status).toBe("succeeded");
    expect((await query({ table: "ExtendedProperties", where: all(["Id", "=", named]) } as never)).rows).toEqual([]);
  });

  test("of appointments, contacts and tasks; long text is whole", async () => {
    const long = "x".repeat(600);
    for (const [table, row, folder] of [
      ["Calendar", { Subject: "a", Start: "2027-01-01T09:00:00Z", End: "2027-01-01T10:00:00Z" }, "calendar"],
      ["Contacts", { GivenName: "a" }, "contacts"],
      ["Tasks", { Subject: "a" }, "tasks"],
    ] as const) {
      const ItemId = await create(table, row);
      const [made] = await write("create", "ExtendedProperties", [{ ItemId, Id: named, Value: long }]);
      expect(made?.status, made?.error?.detail).toBe("succeeded");
      const { rows } = await query({
        table: "ExtendedProperties",
        columns: ["ItemId", "Value"],
        where: all(["Id", "=", named], ["ParentFolderName", "=", folder]),
      } as never);
      expect(rows).toMatchObject([{ ItemId, Value: long }]);
    }
  });

  test("a property nobody can mean is refused by name before anything is sent", async () => {
    const before = connector.sent.length;
    for (const [id, why] of [
      ["Text 0x001A", "none of the types"],
      ["String 0x8510", "named property"],
      ["String {nonsense} Name x", "no property"],
      ["String Nobodys Name x", "neither a GUID"],
      ["String", "no property"],
    ]) {
      await expect(query({ table: "ExtendedProperties", where: all(["Id", "=", id]) } as never)).rejects.toMatchObject({
        code: "INVALID_QUERY",
        target: "Id",
        message: expect.stringContaining(why ?? ""),
      });
    }
    const [array] = await write("create", "ExtendedProperties", [
      { ItemId: "x", Id: `StringArray ${propertySet} Name X-Tags`, Value: "no array" },
    ]);
    expect(array).toMatchObject({ status: "failed", error: { code: "INVALID_QUERY", column: "Value" } });
    expect(connector.sent.length).toBe(before);
  });
});

describe("other stores", () => {
  test("public folders: step down from their root, with the table that fits", async () => {
    const [made] = await write("create", "Folders", [
      { DisplayName: "Company <1>", FolderClass: "IPF.Contact", ParentFolderId: "publicfoldersroot" },
    ]);
    expect(made?.status, made?.error?.detail).toBe("succeeded");
    const { rows: folders } = await query({
      table: "Folders",
      columns: ["FolderId", "DisplayName"],
      where: all(["ParentFolderName", "=", "publicfoldersroot"]),
    } as never);
    expect(folders.map((row) => row["DisplayName"])).toEqual(["Company <1>"]);
    const FolderId = folders[0]?.["FolderId"];
    const id = await create("Contacts", { GivenName: "Shared", ParentFolderId: FolderId as string });
    const { rows } = await query({
      table: "Contacts",
      columns: ["ItemId", "GivenName"],
      where: all(["ParentFolderId", "=", FolderId]),
    } as never);
    expect(rows).toMatchObject([{ ItemId: id, GivenName: "Shared" }]);
    const [changed] = await write("update", "Contacts", [{ ItemId: id, GivenName: "Changed" }]);
    const [deleted] = await write("delete", "Contacts", [{ ItemId: id }]);
    expect([changed?.status, deleted?.status]).toEqual(["succeeded", "succeeded"]);
  });

  test("the archive: its folders, and what is put there", async () => {
    const id = await create("Inbox", { Subject: "put away", ParentFolderId: "archivemsgfolderroot" });
    const { rows } = await query({
      table: "Inbox",
      columns: ["ItemId", "Subject"],
      where: all(["ParentFolderName", "=", "archivemsgfolderroot"]),
    } as never);
    expect(rows).toEqual([{ ItemId: id, Subject: "put away" }]);
    const folders = await query({
      table: "Folders",
      columns: ["DisplayName"],
      where: all(["ParentFolderName", "=", "Archive Msg Folder Root"]),
    } as never);
    expect(folders.rows.map((row) => row["DisplayName"])).toContain("Deleted Items");
    await expect(
      query({ table: "Inbox", columns: ["Subject"], where: all(["ParentFolderName", "=", "archiveinbox"]) } as never, {
        platform: "Exchange2010",
      }),
    ).rejects.toMatchObject({ code: "UNSUPPORTED", message: expect.stringContaining("Exchange2010_SP1") });
  });

  test("search folders are listed like others", async () => {
    const { rows } = await query({
      table: "Folders",
      columns: ["DisplayName", "TotalCount"],
      where: all(["ParentFolderName", "=", "root"]),
    } as never);
    expect(rows.map((row) => row["DisplayName"])).toContain("Finder");
  });
});
