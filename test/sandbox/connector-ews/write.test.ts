import { describe, expect, test } from "vitest";
import { useConnector } from "./support.ts";

const connector = useConnector();
const { query, write } = connector;

const awkward = [
  "a & b < c > \"d\" 'e'",
  "line\r\nnext\nlast\rend",
  "  edges  ",
  "Привет, мир",
  "smile 😀 and 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
  "tab\there",
  "]]> <!-- x --> &amp; &#13;",
];

const one = async (table: string, itemId: unknown, columns: readonly string[]) => {
  const { rows } = await query({ table, columns, where: { column: "ItemId", operator: "=", value: itemId } });
  return rows[0];
};

describe("writes of schema EWS against the sandbox", () => {
  test("created mail holds what was given, character for character", async () => {
    const rows = awkward.map((text, index) => ({
      Subject: text.replace(/[\r\n\t]/g, " "),
      Body: text,
      Categories: "Red;Blue & Green",
      Importance: "High",
      ToRecipients_EmailAddress: "bob@sandbox.example;carol@elsewhere.example",
      ToRecipients_Name: '"Doe, Bob";Carol',
      IsRead: index % 2 === 0,
    }));
    const outcomes = await write("create", "Drafts", rows);
    expect(outcomes.map(({ status }) => status)).toEqual(awkward.map(() => "succeeded"));
    for (const [index, { key }] of outcomes.entries()) {
      expect(key?.["ItemChangeKey"]).toBeTruthy();
      const row = await one("Drafts", key?.["ItemId"], [
        "Subject",
        "Body",
        "Categories",
        "Importance",
        "IsRead",
        "ToRecipients_EmailAddress",
        "ToRecipients_Name",
        "BodyType",
      ]);
      expect(row).toEqual({ ...rows[index], BodyType: "Text" });
    }
  });

  test("NULL and empty text stay apart", async () => {
    const outcomes = await write("create", "Contacts", [
      { GivenName: "", Surname: "Empty" },
      { GivenName: null, Surname: "Null" },
    ]);
    const [empty, missing] = await Promise.all(
      outcomes.map(({ key }) => one("Contacts", key?.["ItemId"], ["GivenName", "Surname"])),
    );
    expect(empty).toEqual({ GivenName: "", Surname: "Empty" });
    expect(missing).toEqual({ GivenName: null, Surname: "Null" });
  });

  test("a row XML cannot carry fails by itself, with column and place", async () => {
    const outcomes = await write("create", "Drafts", [
      { Subject: "good" },
      { Subject: "bad \u0001 one" },
      { Subject: "half \ud83d" },
      { Subject: "also good" },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["succeeded", "failed", "failed", "succeeded"]);
    expect(outcomes[1]?.error).toMatchObject({ code: "INVALID_QUERY", column: "Subject" });
    expect(outcomes[1]?.error?.detail).toContain("position 4");
  });

  test("contacts: dictionaries, lists and clearing one of them", async () => {
    const [created] = await write("create", "Contacts", [
      {
        GivenName: "Ada",
        Surname: "Lovelace",
        EmailAddress1: "ada@example.org",
        EmailAddress2: "ada@home.example",
        BusinessPhone: "+44 20 1",
        MobilePhone: "+44 7",
        BusinessAddress_Street: "12 St James's Sq",
        BusinessAddress_City: "London",
        HomeAddress_Country: "UK",
        Children_1: "Byron",
        Children_2: "Annabella",
        Birthday: "1815-12-10T00:00:00Z",
        Categories: "Science",
      },
    ]);
    const id = created?.key?.["ItemId"] as string;
    const columns = [
      "GivenName",
      "EmailAddress1",
      "EmailAddress2",
      "BusinessPhone",
      "BusinessAddress_Street",
      "BusinessAddress_City",
      "HomeAddress_Country",
      "Children_1",
      "Children_2",
      "Birthday",
    ];
    expect(await one("Contacts", id, columns)).toEqual({
      GivenName: "Ada",
      EmailAddress1: "ada@example.org",
      EmailAddress2: "ada@home.example",
      BusinessPhone: "+44 20 1",
      BusinessAddress_Street: "12 St James's Sq",
      BusinessAddress_City: "London",
      HomeAddress_Country: "UK",
      Children_1: "Byron",
      Children_2: "Annabella",
      Birthday: "1815-12-10T00:00:00Z",
    });
    const [updated] = await write("update", "Contacts", [
      { ItemId: id, EmailAddress2: null, BusinessAddress_City: "Oxford", Children_2: "Ralph", BusinessPhone: null },
    ]);
    expect(updated?.status).toBe("succeeded");
    expect(await one("Contacts", id, columns)).toMatchObject({
      GivenName: "Ada",
      EmailAddress1: "ada@example.org",
      EmailAddress2: null,
      BusinessPhone: null,
      BusinessAddress_Street: "12 St James's Sq",
      BusinessAddress_City: "Oxford",
      Children_1: "Byron",
      Children_2: "Ralph",
    });
  });

  test("appointments with a recurrence, and who is told", async () => {
    const [series] = await write("create", "Calendar", [
      {
        Subject: "Weekly",
        Start: "2027-03-01T09:00:00Z",
        End: "2027-03-01T09:30:00Z",
        Location: "Room <1>",
        LegacyFreeBusyStatus: "Tentative",
        Recurrence_Type: "WeeklyRecurrence",
        Recurrence_Interval: 1,
        Recurrence_DaysOfWeek: "Monday",
        Recurrence_Duration: "NumberedRecurrence",
        Recurrence_StartDate: "2027-03-01",
        Recurrence_NumberOfOccurrences: 4,
      },
    ]);
    expect(series?.status).toBe("succeeded");
    const { rows } = await query({
      table: "Calendar",
      columns: ["Subject", "Start", "CalendarItemType"],
      where: {
        and: [
          { column: "Start", operator: ">=", value: "2027-03-01T00:00:00Z" },
          { column: "End", operator: "<=", value: "2027-05-01T00:00:00Z" },
          { column: "Subject", operator: "=", value: "weekly" },
        ],
      },
    });
    expect(rows.map((row) => row["Start"])).toEqual([
      "2027-03-01T09:00:00Z",
      "2027-03-08T09:00:00Z",
      "2027-03-15T09:00:00Z",
      "2027-03-22T09:00:00Z",
    ]);
    expect(
      await one("Calendar", series?.key?.["ItemId"], [
        "Recurrence_Type",
        "Recurrence_NumberOfOccurrences",
        "Recurrence_StartDate",
        "Location",
      ]),
    ).toEqual({
      Recurrence_Type: "WeeklyRecurrence",
      Recurrence_NumberOfOccurrences: 4,
      Recurrence_StartDate: "2027-03-01",
      Location: "Room <1>",
    });
    const [wrong] = await write("create", "Calendar", [
      {
        Subject: "x",
        Start: "2027-03-01T09:00:00Z",
        End: "2027-03-01T09:30:00Z",
        Recurrence_Type: "DailyRecurrence",
        Recurrence_Month: "May",
      },
    ]);
    expect(wrong).toMatchObject({ status: "failed", error: { code: "INVALID_QUERY", column: "Recurrence_Month" } });
  });

  test("attendees as rows", async () => {
    const [meeting] = await write("create", "Calendar", [
      { Subject: "Attended", Start: "2027-06-01T09:00:00Z", End: "2027-06-01T10:00:00Z" },
    ]);
    const ItemId = meeting?.key?.["ItemId"] as string;
    const added = await write("create", "Calendar_RequiredAttendees", [
      { ItemId, EmailAddress: "bob@sandbox.example", Name: "Bob" },
      { ItemId, EmailAddress: "x@elsewhere.example" },
      { ItemId, EmailAddress: "BOB@sandbox.example" },
    ]);
    expect(added.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "failed"]);
    const attendees = async () =>
      (
        await query({
          table: "Calendar_RequiredAttendees",
          columns: ["EmailAddress", "Name"],
          where: { column: "ItemId", operator: "=", value: ItemId },
        })
      ).rows;
    expect((await attendees()).map((row) => row["EmailAddress"])).toEqual([
      "bob@sandbox.example",
      "x@elsewhere.example",
    ]);
    const removed = await write("delete", "Calendar_RequiredAttendees", [
      { ItemId, EmailAddress: "x@elsewhere.example" },
      { ItemId, EmailAddress: "nobody@elsewhere.example" },
    ]);
    expect(removed.map(({ status, error }) => error?.code ?? status)).toEqual(["succeeded", "NOT_FOUND"]);
    expect(await attendees()).toHaveLength(1);
  });

  test("tasks", async () => {
    const [task] = await write("create", "Tasks", [
      {
        Subject: "Do it",
        Status: "InProgress",
        PercentComplete: 25,
        DueDate: "2027-01-15T00:00:00Z",
        Importance: "Low",
        Body: "a\r\nb",
      },
    ]);
    expect(
      await one("Tasks", task?.key?.["ItemId"], [
        "Subject",
        "Status",
        "PercentComplete",
        "DueDate",
        "Importance",
        "Body",
      ]),
    ).toEqual({
      Subject: "Do it",
      Status: "InProgress",
      PercentComplete: 25,
      DueDate: "2027-01-15T00:00:00Z",
      Importance: "Low",
      Body: "a\r\nb",
    });
  });

  test("updates: with the right, a stale and no change key", async () => {
    const [created] = await write("create", "Drafts", [{ Subject: "v1" }]);
    const { ItemId, ItemChangeKey } = created?.key as { ItemId: string; ItemChangeKey: string };
    const [first] = await write("update", "Drafts", [{ ItemId, ItemChangeKey, Subject: "v2" }]);
    expect(first?.status).toBe("succeeded");
    expect(first?.key?.["ItemChangeKey"]).not.toBe(ItemChangeKey);
    const [stale] = await write("update", "Drafts", [{ ItemId, ItemChangeKey, Subject: "v3" }]);
    expect(stale).toMatchObject({
      status: "failed",
      error: { code: "PRECONDITION", remote: { code: "ErrorIrresolvableConflict" } },
    });
    const [free] = await write("update", "Drafts", [{ ItemId, Subject: "v4", Body: null }]);
    expect(free?.status).toBe("succeeded");
    expect((await one("Drafts", ItemId, ["Subject"]))?.["Subject"]).toBe("v4");
    const missing = await write("update", "Drafts", [{ ItemId: `${ItemId}x`, Subject: "v5" }]);
    expect(missing[0]?.status).toBe("failed");
  });

  test("deletes: an item, and one that is not there any more", async () => {
    const created = await write("create", "Drafts", [{ Subject: "to be deleted" }]);
    const ItemId = created[0]?.key?.["ItemId"] as string;
    const outcomes = await write("delete", "Drafts", [{ ItemId }]);
    expect(outcomes[0]?.status).toBe("succeeded");
    const again = await write("delete", "Drafts", [{ ItemId }]);
    expect(again[0]).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", remote: { code: "ErrorItemNotFound" } },
    });
    const { rows } = await query({
      table: "DeletedItems",
      columns: ["ItemId", "Subject"],
      where: { column: "Subject", operator: "=", value: "to be deleted" },
    });
    expect(rows).toHaveLength(1);
    await write("delete", "DeletedItems", [{ ItemId: rows[0]?.["ItemId"] as string }]);
    expect(
      (
        await query({
          table: "DeletedItems",
          columns: ["Subject"],
          where: { column: "Subject", operator: "=", value: "to be deleted" },
        })
      ).rows,
    ).toHaveLength(0);
  });

  test("folders: create, rename, move, delete", async () => {
    const [top, taken] = await write("create", "Folders", [{ DisplayName: "Projects" }, { DisplayName: "Projects" }]);
    expect(top?.status).toBe("succeeded");
    expect(taken).toMatchObject({ status: "failed", error: { code: "CONFLICT" } });
    const FolderId = top?.key?.["FolderId"] as string;
    const [child] = await write("create", "Folders", [
      { DisplayName: "Dates", FolderClass: "IPF.Appointment", ParentFolderId: FolderId },
    ]);
    expect(child?.status).toBe("succeeded");
    const named = async (name: string) =>
      (
        await query({
          table: "Folders",
          columns: ["DisplayName", "ParentFolderId", "FolderClass"],
          where: { column: "DisplayName", operator: "=", value: name },
        })
      ).rows[0];
    expect(await named("Dates")).toMatchObject({ ParentFolderId: FolderId, FolderClass: "IPF.Appointment" });
    const [renamed] = await write("update", "Folders", [
      { FolderId: child?.key?.["FolderId"] as string, DisplayName: "Dates & more", ParentFolderId: "msgfolderroot" },
    ]);
    expect(renamed?.status).toBe("succeeded");
    expect((await named("Dates & more"))?.["ParentFolderId"]).not.toBe(FolderId);
    const [deleted] = await write("delete", "Folders", [{ FolderId }]);
    expect(deleted?.status).toBe("succeeded");
  });

  test("columns EWS has no way to set are refused by name", async () => {
    const [outcome] = await write("create", "Tasks", [{ Subject: "x", Delegator: "me" }]);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "UNSUPPORTED", column: "Delegator" } });
  });

  test("rows for different folders and accounts go in calls of their own, and keep their places", async () => {
    const outcomes = await write("create", "Drafts", [
      { Subject: "here" },
      { Subject: "there", ParentFolderId: "junkemail" },
      { Subject: "not allowed", ImpersonationUser: "bob@sandbox.example", ImpersonationType: "PrimarySmtpAddress" },
      { Subject: "here too" },
    ]);
    expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(outcomes.map(({ status, error }) => error?.code ?? status)).toEqual([
      "succeeded",
      "succeeded",
      "ACCESS_DENIED",
      "succeeded",
    ]);
  });
});
