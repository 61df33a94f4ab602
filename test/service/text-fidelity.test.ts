import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectBoth, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand({ sandbox: { empty: true } });
  await connectBoth(stand);
});
afterAll(() => stand.stop());

/** Texts that XML, JSON, CSV, MIME or a trim would change. */
const texts: Readonly<Record<string, string>> = {
  "markup and quotes": `& < > " ' \` &amp; &lt; <![CDATA[ ]]> <!-- --> <?x?>`,
  "line ends": "first\r\nsecond\nthird\rfourth\ttab",
  "outer blanks": "  two before and after  ",
  "only blanks": "   ",
  Cyrillic: "Съешь же ещё этих мягких французских булок",
  "astral and combined": "😀 𝒳 👩‍👩‍👧 e\u0301 é ﬁ",
  "right to left": "שלום \u200fעולם\u200e",
  "line separators": "a\u0085b\u2028c\u2029d\u00a0e",
  "escapes of others": "\\r\\n %0D%0A =0D=0A &#xD; \\u0000 %s {0} [x]",
  "empty string": "",
  "a kilobyte": "ä&<".repeat(340),
};

interface Case {
  readonly connection: "ews" | "graph";
  readonly table: string;
  readonly key: string;
  /** Text columns, and columns that are lists of texts. */
  readonly columns: readonly string[];
  readonly lists?: readonly string[];
  /** What a row needs besides. */
  readonly rest?: object;
}

const cases: readonly Case[] = [
  { connection: "ews", table: "Drafts", key: "ItemId", columns: ["Subject", "Body"], rest: { BodyType: "Text" } },
  {
    connection: "ews",
    table: "Contacts",
    key: "ItemId",
    columns: ["GivenName", "CompanyName", "Body", "BusinessAddress_Street", "MobilePhone", "Children_1", "Profession"],
  },
  {
    connection: "ews",
    table: "Tasks",
    key: "ItemId",
    columns: ["Subject", "Body", "BillingInformation", "Companies1"],
  },
  {
    connection: "ews",
    table: "Calendar",
    key: "ItemId",
    columns: ["Subject", "Body", "Location"],
    rest: { Start: "2026-12-01T10:00:00Z", End: "2026-12-01T11:00:00Z" },
  },
  {
    connection: "graph",
    table: "Messages",
    key: "id",
    columns: ["subject", "body_content"],
    lists: ["categories"],
    rest: { body_contentType: "text" },
  },
  {
    connection: "graph",
    table: "Events",
    key: "id",
    columns: ["subject", "body_content", "location_displayName"],
    lists: ["categories"],
    rest: {
      body_contentType: "text",
      start_dateTime: "2026-12-01T10:00:00Z",
      end_dateTime: "2026-12-01T11:00:00Z",
      start_timeZone: "UTC",
      end_timeZone: "UTC",
    },
  },
  {
    connection: "graph",
    table: "Contacts",
    key: "id",
    columns: ["middleName", "companyName", "personalNotes", "businessAddress_street", "mobilePhone", "profession"],
    rest: { givenName: "G", surname: "S" },
    lists: ["homePhones", "children", "imAddresses"],
  },
];

describe.each(cases)("$connection $table", ({ connection, table, key, columns, lists = [], rest = {} }) => {
  const run = (activity: string, body: object) => stand.admin.run(connection, activity, { table, ...body });
  const all = [...columns, ...lists];
  const rowOf = (text: string) => ({
    ...Object.fromEntries(columns.map((name) => [name, text])),
    ...Object.fromEntries(lists.map((name) => [name, [text]])),
  });
  const read = async (value: string) => {
    const where = { column: key, operator: "=", value };
    const { records } = await run("query", { columns: all, where });
    const headers = { accept: "application/x-ndjson" };
    const streamed = await stand.admin.call(
      `/v1/connections/${connection}/query`,
      { table, columns: all, where },
      { headers },
    );
    const [frame] = streamed.text.split("\n").filter((line) => line.startsWith('{"type":"record"'));
    expect(JSON.parse(frame ?? "{}").record).toEqual(records[0]);
    return records[0];
  };

  test.each(Object.entries(texts))("%s", async (_name, text) => {
    const created = await run("create", { rows: [{ ...rest, ...rowOf(text) }] });
    expect(created.outcomes[0].status, JSON.stringify(created)).toBe("succeeded");
    const id = created.outcomes[0].key[key];
    expect(await read(id)).toEqual(rowOf(text));
    const other = await run("update", { rows: [{ [key]: id, ...rowOf("plain") }] });
    expect(other.outcomes[0].status, JSON.stringify(other)).toBe("succeeded");
    expect(await read(id)).toEqual(rowOf("plain"));
    const back = await run("update", { rows: [{ [key]: id, ...rowOf(text) }] });
    expect(back.outcomes[0].status, JSON.stringify(back)).toBe("succeeded");
    expect(await read(id)).toEqual(rowOf(text));
  });
});

describe("lists in one text over EWS", () => {
  const run = (activity: string, body: object) => stand.admin.run("ews", activity, { table: "Drafts", ...body });
  const columns = ["Categories", "ToRecipients_Name", "ToRecipients_EmailAddress"];
  const read = async (id: string) =>
    (await run("query", { columns, where: { column: "ItemId", operator: "=", value: id } })).records[0];

  test("members with separators, quotes and blanks come back as they were", async () => {
    const first = {
      Categories: `"a; b";"c, d";"say ""hi""";" padded ";Съешь;😀;<&>`,
      ToRecipients_Name: `"Doe; Jane";"O'Neil, ""Sean""";Плющ & <Co>`,
      ToRecipients_EmailAddress: "a@sandbox.example;b@sandbox.example;c@sandbox.example",
    };
    const second = {
      Categories: "one",
      ToRecipients_Name: `"😀; \\"`,
      ToRecipients_EmailAddress: "d@sandbox.example",
    };
    const created = await run("create", { rows: [{ Subject: "lists", ...first }] });
    expect(created.outcomes[0].status, JSON.stringify(created)).toBe("succeeded");
    const id = created.outcomes[0].key.ItemId;
    expect(await read(id)).toEqual(first);
    for (const wanted of [second, first]) {
      const updated = await run("update", { rows: [{ ItemId: id, ...wanted }] });
      expect(updated.outcomes[0].status, JSON.stringify(updated)).toBe("succeeded");
      expect(await read(id)).toEqual(wanted);
    }
  });
});

describe("extended properties over Graph", () => {
  test.each(Object.entries(texts).filter(([, text]) => text !== ""))("%s", async (_name, text) => {
    const run = (activity: string, body: object) => stand.admin.run("graph", activity, body);
    const message = await run("create", { table: "Messages", rows: [{ subject: "carrier" }] });
    const address = {
      id: "String {6f2a3b1c-7d4e-4f50-8a61-92b3c4d5e6f7} Name fidelity",
      resourceId: message.outcomes[0].key.id,
      resourceName: "Messages",
    };
    const where = { and: Object.entries(address).map(([column, value]) => ({ column, operator: "=", value })) };
    for (const [activity, value] of [
      ["create", text],
      ["update", "plain"],
      ["update", text],
    ] as const) {
      const done = await run(activity, { table: "ExtendedProperties", rows: [{ ...address, value }] });
      expect(done.outcomes[0].status, JSON.stringify(done)).toBe("succeeded");
      const { records } = await run("query", { table: "ExtendedProperties", columns: ["value"], where });
      expect(records).toEqual([{ value }]);
    }
  });
});

describe("text by other ways", () => {
  const given = { ews: "CompanyName", graph: "companyName" } as const;
  const names = { ews: ["GivenName", "Surname"], graph: ["givenName", "surname"] } as const;

  test.each([
    "ews",
    "graph",
  ] as const)("SQL parameters, SQL literals and NDJSON uploads over %s", async (connection) => {
    const [first, last] = names[connection];
    const column = given[connection];
    for (const [index, text] of Object.values(texts).entries()) {
      const literal = `'${text.replaceAll("'", "''")}'`;
      const mark = (way: string) => `${way}-${connection}-${index}`;
      await stand.admin.run(connection, "create", {
        sql: `INSERT INTO Contacts (${first}, ${last}, ${column}) VALUES ('sql', '${mark("literal")}', ${literal}), ('sql', ?, ?)`,
        parameters: [mark("parameter"), text],
      });
      const record = { [first]: "upload", [last]: mark("upload"), [column]: text };
      const uploaded = await stand.admin.call(`/v1/connections/${connection}/create?table=Contacts`, undefined, {
        raw: `${JSON.stringify({ type: "record", record })}\n`,
        headers: { "content-type": "application/x-ndjson" },
      });
      expect(uploaded.text).toContain('"succeeded":1');
      const { records } = await stand.admin.run(connection, "query", {
        table: "Contacts",
        columns: [last, column],
        where: { column: last, operator: "IN", value: ["literal", "parameter", "upload"].map(mark) },
        orderBy: [{ column: last, direction: "asc" }],
      });
      expect(records).toEqual(["literal", "parameter", "upload"].map((way) => ({ [last]: mark(way), [column]: text })));
    }
  });

  test("characters XML has no form for are refused over EWS with column and place, and nothing is saved", async () => {
    for (const character of ["\u0000", "\u0001", "\u000b", "\u001f", "\ufffe", "\uffff", "\ud83d", "\ude00"]) {
      const rows = [
        { GivenName: "fine", Surname: "Unwritable" },
        { GivenName: `ab${character}c`, Surname: "Unwritable" },
      ];
      const answer = await stand.admin.call("/v1/connections/ews/create", { table: "Contacts", rows });
      const refusal = answer.status === 200 ? answer.body.outcomes[1].error : answer.body.errors[0];
      expect(refusal.detail, answer.text).toMatch(/GivenName.*position 2/);
      if (answer.status !== 200) expect(refusal.pointer).toBe("/rows/1/GivenName");
    }
    const where = { column: "GivenName", operator: "LIKE", value: "ab%" };
    const { records } = await stand.admin.run("ews", "query", { table: "Contacts", columns: ["GivenName"], where });
    expect(records).toEqual([]);
  });
});
