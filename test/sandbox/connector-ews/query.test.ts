import { describe, expect, test } from "vitest";
import { useConnector } from "./support.ts";

const connector = useConnector();

describe("queries of schema EWS against the sandbox", () => {
  test("lists columns asked for, newest first, with one FindItem", async () => {
    const { result, operations } = await connector.operationsOf(() =>
      connector.query({
        table: "Inbox",
        columns: ["ItemId", "Subject", "IsRead", "DateTimeReceived"],
        orderBy: [{ column: "DateTimeReceived", direction: "desc" }],
      }),
    );
    expect(operations).toEqual(["FindItem"]);
    expect(result.rows.length).toBeGreaterThan(3);
    expect(Object.keys(result.rows[0] ?? {})).toEqual(["ItemId", "Subject", "IsRead", "DateTimeReceived"]);
    const times = result.rows.map((row) => String(row["DateTimeReceived"]));
    expect(times).toEqual([...times].sort().reverse());
    expect(times[0]).toMatch(/Z$/);
  });

  test("reads items for columns that lists leave empty", async () => {
    const { rows } = await connector.query({
      table: "Inbox",
      columns: ["Subject", "Body", "ToRecipients_EmailAddresses", "AttachmentName", "FromEmailAddress"],
      where: { column: "Subject", operator: "=", value: "invoice 2026-017" },
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      Subject: "Invoice 2026-017",
      ToRecipients_EmailAddresses: "alice@sandbox.example",
      AttachmentName: "invoice-2026-017.csv",
      FromEmailAddress: "bob@sandbox.example",
    });
    expect(rows[0]?.["Body"]).toContain("invoice attached");
  });

  test("senders' addresses are never silently blank", async () => {
    const { rows } = await connector.query({ table: "Inbox", columns: ["SenderName", "SenderEmailAddress"] });
    expect(rows.every((row) => String(row["SenderEmailAddress"]).includes("@"))).toBe(true);
  });

  for (const table of [
    "Inbox",
    "SentItems",
    "Drafts",
    "DeletedItems",
    "JunkEmail",
    "Outbox",
    "Calendar",
    "Contacts",
    "Tasks",
  ]) {
    test(`${table}: all columns`, async () => {
      const { rows, plan } = await connector.query({ table });
      for (const row of rows) expect(Object.keys(row).sort()).toEqual(plan.columns.map(({ name }) => name).sort());
    });
  }

  test("filters: what the server compares otherwise is filtered here to the same rows", async () => {
    const all = await connector.query({
      table: "Inbox",
      columns: ["Subject", "IsRead", "Importance", "Size", "DateTimeReceived"],
    });
    const count = async (where: unknown) =>
      (await connector.query({ table: "Inbox", columns: ["Subject"], where })).rows.length;
    expect(await count({ column: "IsRead", operator: "=", value: true })).toBe(
      all.rows.filter((row) => row["IsRead"] === true).length,
    );
    expect(await count({ column: "IsRead", operator: "<>", value: true })).toBe(
      all.rows.filter((row) => row["IsRead"] === false).length,
    );
    expect(await count({ column: "Importance", operator: "=", value: "high" })).toBe(1);
    expect(await count({ column: "Importance", operator: "<>", value: "High" })).toBe(all.rows.length - 1);
    expect(await count({ column: "Subject", operator: "LIKE", value: "%INVOICE%" })).toBe(2);
    expect(await count({ column: "Subject", operator: "LIKE", value: "invoice%" })).toBe(1);
    expect(await count({ not: { column: "Subject", operator: "LIKE", value: "%invoice%" } })).toBe(all.rows.length - 2);
    expect(await count({ column: "Subject", operator: "IS NULL" })).toBe(0);
    const middle = all.rows[2]?.["DateTimeReceived"];
    expect(await count({ column: "DateTimeReceived", operator: "=", value: middle })).toBe(1);
    expect(await count({ column: "DateTimeReceived", operator: "<=", value: middle })).toBe(
      all.rows.filter((row) => String(row["DateTimeReceived"]) <= String(middle)).length,
    );
  });

  test("items by id, and ids that name none", async () => {
    const { rows: listed } = await connector.query({ table: "Inbox", columns: ["ItemId"] });
    const ids = listed.slice(0, 2).map((row) => row["ItemId"]);
    const { result, operations } = await connector.operationsOf(() =>
      connector.query({
        table: "Inbox",
        columns: ["ItemId", "Body"],
        where: { column: "ItemId", operator: "IN", value: [...ids, "AAAAnothing"] },
      }),
    );
    expect(operations).toEqual(["GetItem"]);
    expect(result.rows.map((row) => row["ItemId"])).toEqual(ids);
  });

  test("another folder, by id and by name, and another mailbox", async () => {
    const { rows: folders } = await connector.query({
      table: "Folders",
      columns: ["FolderId", "DisplayName"],
      where: { column: "DisplayName", operator: "=", value: "Sent Items" },
    });
    const folderId = folders[0]?.["FolderId"];
    const byId = await connector.query({
      table: "Inbox",
      columns: ["Subject"],
      where: { column: "ParentFolderId", operator: "=", value: folderId },
    });
    const byName = await connector.query({
      table: "Inbox",
      columns: ["Subject"],
      where: { column: "ParentFolderName", operator: "=", value: "SentItems" },
    });
    const own = await connector.query({ table: "SentItems", columns: ["Subject"] });
    expect(byId.rows).toEqual(own.rows);
    expect(byName.rows).toEqual(own.rows);
    await expect(
      connector.query({
        table: "Inbox",
        columns: ["Subject"],
        where: { column: "SharedMailboxEmail", operator: "=", value: "bob@sandbox.example" },
      }),
    ).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  test("pages go on from a position", async () => {
    const all = await connector.query({ table: "Inbox", columns: ["ItemId", "Subject"] });
    const pages = await connector.query({ table: "Inbox", columns: ["ItemId", "Subject"] }, { pageSize: 2 });
    expect(pages.rows).toEqual(all.rows);
    expect(pages.batches.length).toBe(Math.ceil(all.rows.length / 2));
    const position = pages.batches[0]?.position;
    const rest = await connector.query({ table: "Inbox", columns: ["ItemId", "Subject"] }, { pageSize: 2 }, position);
    expect(rest.rows).toEqual(all.rows.slice(2));
  });

  test("occurrences of a time, cut where a view would be too long", async () => {
    const masters = await connector.query({ table: "Calendar", columns: ["Subject", "CalendarItemType"] });
    const span = (from: string, to: string) => ({
      and: [
        { column: "Start", operator: ">=", value: from },
        { column: "End", operator: "<=", value: to },
      ],
    });
    const year = new Date().getUTCFullYear();
    const short = await connector.query({
      table: "Calendar",
      columns: ["ItemId", "Subject", "Start"],
      where: span(`${year - 1}-01-01T00:00:00Z`, `${year + 1}-12-31T00:00:00Z`),
    });
    expect(short.rows.length).toBeGreaterThan(masters.rows.length);
    const long = await connector.query({
      table: "Calendar",
      columns: ["ItemId", "Subject", "Start"],
      where: span(`${year - 5}-01-01T00:00:00Z`, `${year + 5}-12-31T00:00:00Z`),
    });
    expect(long.batches.length).toBeGreaterThan(1);
    const ids = long.rows.map((row) => row["ItemId"]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(long.rows.length).toBeGreaterThanOrEqual(short.rows.length);
  });

  test("folders as a tree, below one folder, and by id", async () => {
    const tree = await connector.query({ table: "Folders" });
    const inbox = tree.rows.find((row) => row["DisplayName"] === "Inbox");
    expect(inbox?.["TotalCount"]).toBeGreaterThan(3);
    const below = await connector.query({
      table: "Folders",
      columns: ["DisplayName"],
      where: { column: "ParentFolderName", operator: "=", value: "msgfolderroot" },
    });
    expect(below.rows.some((row) => row["DisplayName"] === "Inbox")).toBe(true);
    const byId = await connector.query({
      table: "Folders",
      columns: ["DisplayName"],
      where: { column: "FolderId", operator: "=", value: inbox?.["FolderId"] },
    });
    expect(byId.rows).toEqual([{ DisplayName: "Inbox" }]);
  });

  test("rooms and room lists", async () => {
    const { rows } = await connector.query({ table: "RoomLists" });
    expect(rows.length).toBeGreaterThan(0);
    const rooms = await connector.query({
      table: "Rooms",
      where: { column: "RoomListEmailAddress", operator: "=", value: rows[0]?.["EmailAddress"] },
    });
    expect(rooms.rows.length).toBeGreaterThan(0);
    expect(rooms.rows[0]?.["RoomListEmailAddress"]).toBe(rows[0]?.["EmailAddress"]);
  });

  test("attendees of a meeting", async () => {
    const { rows: meetings } = await connector.query({ table: "Calendar", columns: ["ItemId", "RequiredAttendees"] });
    const meeting = meetings.find(
      (row) => Array.isArray(row["RequiredAttendees"]) && row["RequiredAttendees"].length > 0,
    );
    const { rows } = await connector.query({
      table: "Calendar_RequiredAttendees",
      where: { column: "ItemId", operator: "=", value: meeting?.["ItemId"] },
    });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows[0]?.["ItemId"]).toBe(meeting?.["ItemId"]);
    expect(rows[0]?.["EmailAddress"]).toContain("@");
  });
});
