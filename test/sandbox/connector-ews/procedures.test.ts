import { describe, expect, test } from "vitest";
import { useConnector } from "./support.ts";

const connector = useConnector();
const { query, write, execute } = connector;

const subjects = async (table: string) =>
  (await query({ table, columns: ["Subject"] })).rows.map((row) => row["Subject"]);

describe("procedures of schema EWS against the sandbox", () => {
  test("SendMail with an attachment, and a copy", async () => {
    const rows = await execute("SendMail", {
      Subject: "Report <1> & more",
      Content: "<p>Grüße & Küsse</p>",
      ToRecipients: 'bob@sandbox.example, "Doe, Jane" <jane@elsewhere.example>',
      AttachmentName: "ü.txt",
      AttachmentContent: Buffer.from("hello").toString("base64"),
      Importance: "High",
    });
    expect(rows).toEqual([{ ResponseClass: "Success", ResponseCode: "NoError", MessageText: null }]);
    const { rows: copies } = await query({
      table: "SentItems",
      columns: [
        "Subject",
        "Body",
        "BodyType",
        "ToRecipients_Names",
        "ToRecipients_EmailAddresses",
        "AttachmentIds",
        "AttachmentNames",
        "Importance",
      ],
      where: { column: "Subject", operator: "=", value: "Report <1> & more" },
    });
    expect(copies).toHaveLength(1);
    expect(copies[0]).toMatchObject({
      BodyType: "HTML",
      AttachmentNames: "ü.txt",
      Importance: "High",
      ToRecipients_EmailAddresses: "bob@sandbox.example;jane@elsewhere.example",
    });
    expect(copies[0]?.["ToRecipients_Names"]).toContain('"Doe, Jane"');
    expect(await subjects("Drafts")).not.toContain("Report <1> & more");
    const [attachment] = await execute("GetAttachment", { AttachmentIds: copies[0]?.["AttachmentIds"] });
    expect(Buffer.from(String(attachment?.["Content"]), "base64").toString()).toBe("hello");
    const [file] = await execute("GetAttachment", {
      AttachmentIds: copies[0]?.["AttachmentIds"],
      AttachmentFolder: "in",
    });
    expect(file).toMatchObject({ Content: null, ContentLocation: "in/ü.txt" });
    expect(Buffer.from(connector.files.get("in/ü.txt") as Uint8Array).toString()).toBe("hello");
  });

  test("SendMail without a copy; nobody named; not base64", async () => {
    await execute("SendMail", {
      Subject: "No copy",
      Content: "x",
      ToRecipients: "bob@sandbox.example",
      SaveToFolder: false,
    });
    expect(await subjects("SentItems")).not.toContain("No copy");
    await expect(execute("SendMail", { Subject: "x", Content: "x", ToRecipients: " ; " })).rejects.toMatchObject({
      code: "INVALID_QUERY",
      target: "ToRecipients",
    });
    await expect(
      execute("SendMail", {
        Subject: "x",
        Content: "x",
        ToRecipients: "a@b.example",
        AttachmentName: "a",
        AttachmentContent: "%%",
      }),
    ).rejects.toMatchObject({ code: "INVALID_QUERY" });
  });

  test("SendItem, MoveItem, CreateAttachments, DeleteAttachment", async () => {
    const [draft] = await write("create", "Drafts", [
      { Subject: "By hand", ToRecipients_EmailAddress: "bob@sandbox.example" },
    ]);
    const key = draft?.key as { ItemId: string; ItemChangeKey: string };
    const [attached] = await execute("CreateAttachments", {
      ItemId: key.ItemId,
      FileName: "a.bin",
      Content: "AAEC",
      ContentType: "application/x-a",
    });
    expect(attached?.["AttachmentId"]).toBeTruthy();
    const [detached] = await execute("DeleteAttachment", { AttachmentId: attached?.["AttachmentId"] });
    expect(detached).toMatchObject({ ResponseClass: "Success" });
    await expect(execute("DeleteAttachment", { AttachmentId: attached?.["AttachmentId"] })).rejects.toMatchObject({
      remote: { service: "EWS" },
    });
    const [moved] = await execute("MoveItem", { ItemId: key.ItemId, FolderId: "junkemail" });
    const movedId = moved?.["ItemId"] as string;
    expect(movedId).toBeTruthy();
    const [back] = await execute("MoveItem", { ItemId: movedId, FolderId: "drafts" });
    const [sent] = await execute("SendItem", { ItemId: back?.["ItemId"], ItemChangeKey: back?.["ItemChangeKey"] });
    expect(sent).toMatchObject({ ResponseClass: "Success", ResponseCode: "NoError" });
    expect(await subjects("SentItems")).toContain("By hand");
    await expect(execute("MoveItem", { ItemId: key.ItemId, FolderId: "nowhere-at-all" })).rejects.toMatchObject({
      remote: { service: "EWS" },
    });
  });

  test("GetUserAvailability in all its spellings", async () => {
    const start = "2027-07-01T00:00:00Z";
    await write("create", "Calendar", [
      { Subject: "Busy", Start: "2027-07-01T10:00:00Z", End: "2027-07-01T11:00:00Z" },
    ]);
    const window = { StartTime: start, EndTime: "2027-07-03T00:00:00Z" };
    const spellings = [
      "<Row><Address>alice@sandbox.example</Address><AttendeeType>Required</AttendeeType><ExcludeConflicts>false</ExcludeConflicts></Row>",
      [{ Address: "alice@sandbox.example", AttendeeType: "Required" }],
      ["alice@sandbox.example"],
      '[{"Address":"alice@sandbox.example"}]',
      "alice@sandbox.example",
    ];
    for (const Mailboxes of spellings) {
      const rows = await execute("GetUserAvailability", { Mailboxes, ...window });
      expect(rows, JSON.stringify(Mailboxes)).toHaveLength(1);
      expect(rows[0]).toMatchObject({
        StartTime: "2027-07-01T10:00:00Z",
        EndTime: "2027-07-01T11:00:00Z",
        BusyType: "Busy",
      });
    }
    await expect(execute("GetUserAvailability", { Mailboxes: "<Row><Name/></Row>", ...window })).rejects.toMatchObject({
      code: "INVALID_QUERY",
    });
    await expect(execute("GetUserAvailability", { Mailboxes: "<Row>", ...window })).rejects.toMatchObject({
      code: "INVALID_QUERY",
    });
    await expect(
      execute("GetUserAvailability", { Mailboxes: "nobody@sandbox.example", ...window }),
    ).rejects.toMatchObject({ remote: { service: "EWS" } });
  });

  test("GetUserOofSettings, GetRoomLists, GetRooms", async () => {
    const [oof] = await execute("GetUserOofSettings", { User: "alice@sandbox.example" });
    expect(oof).toHaveProperty("OofState");
    const lists = await execute("GetRoomLists", {});
    expect(lists.length).toBeGreaterThan(0);
    const rooms = await execute("GetRooms", { RoomListEmailAddress: lists[0]?.["EmailAddress"] });
    expect(rooms.map((row) => row["EmailAddress"])).toContain("room1@sandbox.example");
  });
});
