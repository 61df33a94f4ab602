import { afterEach, describe, expect, test } from "vitest";
import type { BoundQuery, Condition, RecordStream, Row } from "#spi";
import type { GraphBinding } from "../../../../connectors/microsoft-exchange/graph/binding.ts";
import { parseCsv } from "../../../../connectors/microsoft-exchange/graph/csv.ts";
import { openGraphSession } from "../../../../connectors/microsoft-exchange/graph/session.ts";
import { split } from "../../../../src/query/split.ts";
import { expectContract } from "./contract.ts";
import { column, config, type FakeGraph, fakeGraph, type Handler, neverAborted, select, table } from "./fake-graph.ts";

let fake: FakeGraph = fakeGraph(() => ({}));
afterEach(() =>
  expectContract(fake.seen.filter(({ url }) => url.host === "graph.microsoft.com" && !/reports/.test(url.pathname))),
);

const limits = { pageSize: 1000, readOnly: false, localFiltering: false, localWork: true };
const is = (of: string, name: string, value: unknown): Condition<GraphBinding> =>
  ({ column: column(table(of), name), operator: Array.isArray(value) ? "IN" : "=", value }) as Condition<GraphBinding>;

async function rows(query: BoundQuery<GraphBinding>, handler: Handler): Promise<Row[]> {
  fake = fakeGraph(handler);
  const { pushed } = split(query as BoundQuery, limits);
  const stream: RecordStream = openGraphSession(config, fake.context).query(
    pushed as BoundQuery<GraphBinding>,
    neverAborted,
  );
  const all: Row[] = [];
  for await (const batch of stream) all.push(...batch.rows);
  await expectContract(
    fake.seen.filter(({ url }) => url.host === "graph.microsoft.com" && !/reports/.test(url.pathname)),
  );
  return all;
}
const write = (kind: "create" | "update" | "delete", of: string, given: readonly Row[], handler: Handler) => {
  fake = fakeGraph(handler);
  return openGraphSession(config, fake.context)[kind](table(of), given, neverAborted);
};
const sent = () => fake.seen.map(({ method, url }) => `${method} ${url.pathname.replace("/v1.0", "")}`);

describe("To Do", () => {
  test("tasks are read list by list, and tell their list", async () => {
    const found = await rows(select("TodoTasks", ["title", "listId"]), ({ url }) =>
      url.pathname.endsWith("/lists")
        ? { body: { value: [{ id: "L1" }, { id: "L2" }] } }
        : { body: { value: [{ id: "T", title: "t" }] } },
    );
    expect(found).toEqual([
      { title: "t", listId: "L1" },
      { title: "t", listId: "L2" },
    ]);
  });

  test("an id alone is looked for in all lists, with its list it is read at once", async () => {
    const byId = select("TodoTasks", ["title"], { where: is("TodoTasks", "id", "T") });
    const plan = split(byId as BoundQuery, limits);
    expect(plan.residual.where).toBeDefined();
    const both = { and: [is("TodoTasks", "id", "T"), is("TodoTasks", "listId", "L")] };
    await rows(select("TodoTasks", ["title"], { where: both }), () => ({ body: { id: "T", title: "t" } }));
    expect(sent()).toEqual(["GET /me/todo/lists/L/tasks/T"]);
  });

  test("changes need the list", async () => {
    const handler: Handler = () => ({ status: 201, body: { id: "T" } });
    const [made] = await write(
      "create",
      "TodoTasks",
      [{ listId: "L", title: "t", dueDateTime_dateTime: "2026-03-01T00:00:00Z" }],
      handler,
    );
    expect(made).toEqual({ index: 0, status: "succeeded", key: { id: "T", listId: "L" } });
    expect(fake.seen[0]?.body).toEqual({
      title: "t",
      dueDateTime: { dateTime: "2026-03-01T00:00:00", timeZone: "UTC" },
    });
    await write("delete", "TodoTasks", [{ id: "T", listId: "L" }], () => ({ status: 204 }));
    expect(sent()).toEqual(["DELETE /me/todo/lists/L/tasks/T"]);
    const [refused] = await write("delete", "TodoTasks", [{ id: "T" }], () => ({ status: 204 }));
    expect(refused).toMatchObject({ status: "failed", error: { column: "listId" } });
  });
});

test("mailbox settings are one row, and changed without a key", async () => {
  const found = await rows(
    select("MailboxSettings", ["timeZone", "automaticRepliesSetting_status", "language_locale"]),
    () => ({
      body: { timeZone: "UTC", automaticRepliesSetting: { status: "disabled" }, language: { locale: "en-GB" } },
    }),
  );
  expect(found).toEqual([{ timeZone: "UTC", automaticRepliesSetting_status: "disabled", language_locale: "en-GB" }]);
  const change = {
    automaticRepliesSetting_status: "scheduled",
    automaticRepliesSetting_scheduledStartDateTime_dateTime: "2026-03-01T00:00:00Z",
  };
  const outcomes = await write("update", "MailboxSettings", [change], () => ({ body: {} }));
  expect(outcomes).toEqual([{ index: 0, status: "succeeded" }]);
  expect(sent()).toEqual(["PATCH /me/mailboxSettings"]);
  expect(fake.seen[0]?.body).toEqual({
    automaticRepliesSetting: {
      status: "scheduled",
      scheduledStartDateTime: { dateTime: "2026-03-01T00:00:00", timeZone: "UTC" },
    },
  });
});

test("rooms, room lists, contact folders", async () => {
  const empty: Handler = () => ({ body: { value: [] } });
  for (const name of ["Rooms", "RoomLists", "ContactFolders", "TodoTaskLists"]) {
    await rows({ ...select(name, []), columns: table(name).columns }, empty);
    await expectContract(fake.seen);
  }
  await rows(select("ContactFolders", ["displayName"], { where: is("ContactFolders", "parentFolderId", "P") }), empty);
  expect(sent()).toEqual(["GET /me/contactFolders/P/childFolders"]);
});

describe("extended properties", () => {
  const where = (id: unknown) => ({
    and: [
      is("ExtendedProperties", "id", id),
      is("ExtendedProperties", "resourceId", "M"),
      is("ExtendedProperties", "resourceName", "Messages"),
    ],
  });
  const columns = ["id", "value", "resourceId", "resourceName"];

  test("are read through their item", async () => {
    const query = select("ExtendedProperties", columns, { where: where(["String 0x001A", "String 0x0037"]) });
    const found = await rows(query, () => ({
      body: { id: "M", singleValueExtendedProperties: [{ id: "String 0x1a", value: "IPM.Note" }] },
    }));
    expect(fake.seen[0]?.url.searchParams.get("$expand")).toBe(
      "singleValueExtendedProperties($filter=id eq 'String 0x001A' or id eq 'String 0x0037')",
    );
    expect(found).toEqual([{ id: "String 0x001A", value: "IPM.Note", resourceId: "M", resourceName: "Messages" }]);
    expect(await rows(query, () => ({ body: { id: "M" } }))).toEqual([]);
    expect(await rows(query, () => ({ status: 404, body: { error: { code: "ErrorItemNotFound" } } }))).toEqual([]);
  });

  test.each(["'", "String 0x001A') or true", "String {x} Name y", ""])("%j is no property", async (id) => {
    await expect(
      rows(select("ExtendedProperties", columns, { where: where(id) }), () => ({ body: {} })),
    ).rejects.toMatchObject({
      code: "INVALID_QUERY",
      target: "id",
    });
  });

  test("are set through their item", async () => {
    const row = {
      id: "String {00020329-0000-0000-C000-000000000046} Name x",
      value: "v",
      resourceId: "E",
      resourceName: "Events",
      userId: "b@example.com",
    };
    const outcomes = await write("update", "ExtendedProperties", [row, { ...row, id: "bad" }], () => ({
      body: { id: "E" },
    }));
    expect(sent()).toEqual(["PATCH /users/b%40example.com/events/E"]);
    expect(fake.seen[0]?.body).toEqual({ singleValueExtendedProperties: [{ id: row.id, value: "v" }] });
    expect(outcomes.map(({ status }) => status)).toEqual(["succeeded", "failed"]);
  });
});

describe("reports", () => {
  const csv =
    "\uFEFFReport Refresh Date,User Principal Name,Display Name,Is Deleted,Storage Used (Byte),Prohibit Send/Receive Quota (Byte),Has Archive\r\n" +
    '2026-03-01,alice@example.com,"Alice ""A"", Example",False,12345678901,99,True\r\n' +
    "2026-03-01,bob@example.com,Bob,True,,,\r\n";
  const columns = [
    "ReportRefreshDate",
    "DisplayName",
    "IsDeleted",
    "StorageUsed",
    "ProhibitSendReceiveQuota",
    "HasArchive",
    "ItemCount",
  ];
  const redirect: Handler = ({ url }) =>
    url.host === "graph.microsoft.com"
      ? { status: 302, headers: { location: "https://reports.example/file?sig=1" } }
      : { body: csv };

  test("the file is fetched without the token, and its titles are columns", async () => {
    const found = await rows(select("MailboxUsageDetails", columns, { pseudo: { Period: "D30" } }), redirect);
    expect(fake.seen.map(({ url, credentials }) => [url.href, credentials])).toEqual([
      ["https://graph.microsoft.com/v1.0/reports/getMailboxUsageDetail(period='D30')", true],
      ["https://reports.example/file?sig=1", false],
    ]);
    expect(found).toEqual([
      {
        ReportRefreshDate: "2026-03-01",
        DisplayName: 'Alice "A", Example',
        IsDeleted: false,
        StorageUsed: 12_345_678_901,
        ProhibitSendReceiveQuota: 99,
        HasArchive: true,
        ItemCount: null,
      },
      expect.objectContaining({ DisplayName: "Bob", StorageUsed: null, HasArchive: null }),
    ]);
  });

  test("a day or a period", async () => {
    await rows(select("EmailActivityUserDetail", ["UserPrincipalName"], { pseudo: { Date: "2026-03-01" } }), redirect);
    expect(sent()[0]).toBe("GET /reports/getEmailActivityUserDetail(date=2026-03-01)");
    await rows(select("Office365ActivationsUserDetail", ["UserPrincipalName"]), redirect);
    expect(sent()[0]).toBe("GET /reports/getOffice365ActivationsUserDetail");
    const oneDay = select("MailboxUsageDetails", columns, { pseudo: { Date: "2026-03-01" } });
    await expect(rows(oneDay, redirect)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const both = select("EmailActivityUserDetail", ["UserPrincipalName"], {
      pseudo: { Date: "2026-03-01", Period: "D7" },
    });
    await expect(rows(both, redirect)).rejects.toMatchObject({ code: "INVALID_QUERY" });
  });

  test("a plain http address is not followed", async () => {
    const handler: Handler = () => ({ status: 302, headers: { location: "http://reports.example/file" } });
    await expect(rows(select("MailboxUsageDetails", columns), handler)).rejects.toMatchObject({
      causeCode: "GRAPH_FOREIGN_LINK",
    });
    expect(fake.seen).toHaveLength(1);
  });
});

test.each([
  [
    "a,b\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ['"a\r\nb","c""d"\r\n', [["a\r\nb", 'c"d']]],
  ["a,\n", [["a", ""]]],
  [",", [["", ""]]],
  ["", []],
  ['"open', [["open"]]],
])("CSV %j", (text, expected) => {
  expect(parseCsv(text)).toEqual(expected);
});
