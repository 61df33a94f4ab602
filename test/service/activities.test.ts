import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectBoth, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  await connectBoth(stand);
});
afterAll(() => stand.stop());

/** What differs between the schemas, so that every test runs on both. */
const schemas = [
  {
    connection: "ews",
    mail: "Inbox",
    key: "ItemId",
    subject: "Subject",
    received: "DateTimeReceived",
    read: "IsRead",
    given: "GivenName",
    family: "Surname",
    server: "EWS",
  },
  {
    connection: "graph",
    mail: "Messages",
    key: "id",
    subject: "subject",
    received: "receivedDateTime",
    read: "isRead",
    given: "givenName",
    family: "surname",
    server: "Graph",
  },
] as const;

interface Row {
  readonly [column: string]: unknown;
}

describe.each(schemas)("over $server", ({ connection, mail, key, subject, received, read, given, family }) => {
  const at = (activity: string) => `/v1/connections/${connection}/${activity}`;
  const run = (activity: string, body: unknown) => stand.admin.run(connection, activity, body);
  const contacts = async (where?: object): Promise<Row[]> =>
    (await run("query", { table: "Contacts", columns: [key, given, family], ...(where && { where }) })).records;

  test("the five activities do their work", async () => {
    const rows = [
      { [given]: "Ada", [family]: "Lovelace" },
      { [given]: "Grace", [family]: "Hopper" },
    ];
    const created = await run("create", { table: "Contacts", rows });
    expect(created.summary).toEqual({ succeeded: 2, failed: 0, notAttempted: 0, indeterminate: 0 });
    expect(created.outcomes.map(({ index, status }: Row) => [index, status])).toEqual([
      [0, "succeeded"],
      [1, "succeeded"],
    ]);
    const [first] = created.outcomes;
    const found = await contacts({ column: key, operator: "=", value: first.key[key] });
    expect(found).toEqual([{ [key]: first.key[key], [given]: "Ada", [family]: "Lovelace" }]);

    const updated = await run("update", { table: "Contacts", rows: [{ [key]: first.key[key], [family]: "King" }] });
    expect(updated.outcomes[0]).toMatchObject({ index: 0, status: "succeeded" });
    expect(await contacts({ column: family, operator: "=", value: "king" })).toMatchObject([{ [given]: "Ada" }]);

    const deleted = await run("delete", { table: "Contacts", rows: [{ [key]: first.key[key] }] });
    expect(deleted.summary.succeeded).toBe(1);
    expect(await contacts({ column: given, operator: "=", value: "Ada" })).toEqual([]);
    const again = await run("delete", { table: "Contacts", rows: [{ [key]: first.key[key] }] });
    expect(again.outcomes[0]).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });

    const sent = await run("execute", {
      procedure: "SendMail",
      input: { Subject: `from ${connection}`, Content: "text", ToRecipients: "bob@sandbox.example" },
    });
    expect(sent.results).toHaveLength(1);
    const bob = stand.sandbox.organisation.requireMailbox("bob@sandbox.example");
    expect(bob.items(bob.folders.requireWellKnown("inbox").id).map((item) => item.subject)).toContain(
      `from ${connection}`,
    );
  });

  test("SQL says the same in text", async () => {
    const sql = (activity: string, text: string, parameters?: unknown) =>
      run(activity, { sql: text, ...(parameters !== undefined && { parameters }) });
    const inserted = await sql("create", `INSERT INTO Contacts (${given}, ${family}) VALUES (?, ?)`, ["O'Neil", "Sql"]);
    expect(inserted.summary.succeeded).toBe(1);
    const selected = await sql(
      "query",
      `SELECT ${key}, ${given} FROM Contacts WHERE ${family} = :family ORDER BY ${given} LIMIT 5`,
      { family: "SQL" },
    );
    expect(selected.records).toMatchObject([{ [given]: "O'Neil" }]);
    expect(selected.columns.map(({ name }: Row) => name)).toEqual([key, given]);
    const id = selected.records[0][key];
    const changed = await sql("update", `UPDATE Contacts SET ${given} = 'Shaun' WHERE ${key} = ?`, [id]);
    expect(changed.summary.succeeded).toBe(1);
    const removed = await sql("delete", `DELETE FROM Contacts WHERE ${key} = ?`, [id]);
    expect(removed.summary.succeeded).toBe(1);
    const executed = await sql(
      "execute",
      "EXECUTE SendMail Subject = 'by sql', Content = 'x', ToRecipients = 'bob@sandbox.example'",
    );
    expect(executed.results).toHaveLength(1);
    const misplaced = await stand.admin.call(at("query"), { sql: `DELETE FROM Contacts WHERE ${key} = 'x'` });
    expect(misplaced.body).toMatchObject({ status: 422, code: "INVALID_QUERY" });
    expect(misplaced.body.detail).toMatch(/delete/i);
  });

  test("explain tells what would happen and sends nothing", async () => {
    const before = stand.upstreamCalls();
    const explained = await run("query/explain", {
      table: mail,
      columns: [subject],
      where: {
        and: [
          { column: read, operator: "=", value: false },
          { column: subject, operator: "LIKE", value: "%invoice%" },
        ],
      },
    });
    expect(explained).toMatchObject({ calls: expect.any(Array), warnings: expect.any(Array) });
    expect(JSON.stringify(explained.pushdown)).toContain(read);
    expect(explained.calls.length).toBeGreaterThan(0);
    const after = stand.upstreamCalls();
    expect(after).toBe(before);
  });

  test("page tokens lead through every row once", async () => {
    const family23 = `Paged ${connection}`;
    const rows = Array.from({ length: 23 }, (_, index) => ({ [given]: `n${index}`, [family]: family23 }));
    expect((await run("create", { table: "Contacts", rows })).summary.succeeded).toBe(23);
    for (const orderBy of [undefined, [{ column: given, direction: "desc" }]]) {
      const body = {
        table: "Contacts",
        columns: [given],
        where: { column: family, operator: "=", value: family23 },
        pageSize: 5,
        ...(orderBy && { orderBy }),
      };
      const seen: unknown[] = [];
      let pageToken: string | undefined;
      do {
        const page = await run("query", { ...body, ...(pageToken !== undefined && { pageToken }) });
        expect(page.records.length).toBeLessThanOrEqual(5);
        seen.push(...page.records.map((record: Row) => record[given]));
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      const wanted = rows.map((row) => row[given]).sort();
      expect(orderBy ? seen : [...seen].sort()).toEqual(orderBy ? wanted.reverse() : wanted);
    }
    const first = await run("query", { table: "Contacts", pageSize: 2 });
    const other = await stand.admin.call(at("query"), { table: mail, pageSize: 2, pageToken: first.nextPageToken });
    expect(other.body).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  });

  test("NDJSON streams both ways and CSV answers", async () => {
    const lines = `Lines ${connection}`;
    const upload = ["Nadja", "Noel", "Nia"]
      .map((name) => JSON.stringify({ type: "record", record: { [given]: name, [family]: lines } }))
      .join("\n");
    const created = await stand.admin.call(`${at("create")}?table=Contacts`, undefined, {
      raw: `${upload}\n`,
      headers: { "content-type": "application/x-ndjson" },
    });
    expect(created.status, created.text).toBe(200);
    const summary = created.body?.summary ?? JSON.parse(created.text.trim().split("\n").at(-1) ?? "{}");
    expect(JSON.stringify(summary)).toContain('"succeeded":3');

    const body = {
      table: "Contacts",
      columns: [given, family],
      where: { column: family, operator: "=", value: lines },
      orderBy: [{ column: given }],
    };
    const streamed = await stand.admin.call(at("query"), body, { headers: { accept: "application/x-ndjson" } });
    expect(streamed.headers.get("content-type")).toContain("application/x-ndjson");
    const frames = streamed.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(frames[0]).toMatchObject({ type: "columns" });
    expect(frames.filter(({ type }) => type === "record").map(({ record }) => record[given])).toEqual([
      "Nadja",
      "Nia",
      "Noel",
    ]);
    expect(frames.at(-1)).toEqual({ type: "end", count: 3 });
    const csv = await stand.admin.call(at("query"), body, { headers: { accept: "text/csv" } });
    expect(csv.text).toBe(`${given},${family}\r\nNadja,${lines}\r\nNia,${lines}\r\nNoel,${lines}\r\n`);
  });

  test("a repeated Idempotency-Key is answered from the store", async () => {
    const rows = [{ [given]: `Once ${connection}`, [family]: "Only" }];
    const send = (sent: unknown) =>
      stand.admin.call(
        at("create"),
        { table: "Contacts", rows: sent },
        { headers: { "idempotency-key": `${connection}-1` } },
      );
    const first = await send(rows);
    expect(first.status).toBe(200);
    const second = await send(rows);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.body).toEqual(first.body);
    expect(await contacts({ column: given, operator: "=", value: `Once ${connection}` })).toHaveLength(1);
    expect((await send([{ [given]: "Other" }])).body).toMatchObject({ status: 409, code: "CONFLICT" });
  });

  test("times and multi-valued columns have their types", async () => {
    const { columns, records } = await run("query", { table: mail, limit: 1 });
    expect(columns.length).toBeGreaterThan(25);
    expect(records[0][received]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(typeof records[0][read]).toBe("boolean");
  });
});

describe("saved activities", () => {
  test("run with variables, rows and inputs given at the call", async () => {
    const { admin } = stand;
    await admin.ok("/v1/variables", { name: "word", kind: "project", value: "Invoice" });
    await admin.ok("/v1/activities", {
      name: "find mail",
      connection: "ews",
      kind: "query",
      table: "Inbox",
      columns: ["Subject"],
      where: { column: "Subject", operator: "LIKE", value: "%[word]%" },
    });
    const run = (body: unknown) => admin.call("/v1/activities/find%20mail/run", body);
    const stored = await run({});
    expect(stored.status, stored.text).toBe(200);
    expect(stored.body.records.map((row: Row) => row["Subject"]).sort()).toEqual([
      "Invoice 2026-017",
      "RE: Invoice 2026-017",
    ]);
    expect((await run({ variables: { word: "Lunch" } })).body.records).toEqual([{ Subject: "Lunch on Friday?" }]);
    const inUse = await admin.call("/v1/connections/ews", undefined, { method: "DELETE" });
    expect(inUse.body).toMatchObject({ status: 409, code: "CONFLICT" });

    await admin.ok("/v1/activities", { name: "add", connection: "graph", kind: "create", table: "Contacts", rows: [] });
    const added = await admin.call("/v1/activities/add/run", { rows: [{ givenName: "Saved", surname: "Activity" }] });
    expect(added.body?.summary?.succeeded, added.text).toBe(1);
    await admin.ok("/v1/activities", { name: "send", connection: "graph", kind: "execute", procedure: "SendMail" });
    const sent = await admin.call("/v1/activities/send/run", {
      input: { Subject: "saved", Content: "x", ToRecipients: "bob@sandbox.example" },
    });
    expect(sent.status, sent.text).toBe(200);
    for (const name of ["find%20mail", "add", "send"])
      expect((await admin.call(`/v1/activities/${name}`, undefined, { method: "DELETE" })).status).toBe(204);
  });

  test("an unresolved variable is named", async () => {
    const { admin } = stand;
    const input = { User: "[nobody]", Password: "x", Server: stand.sandbox.description.ews, AuthScheme: "Basic" };
    await admin.ok("/v1/connections", {
      name: "unresolved",
      connector: "microsoft-exchange",
      properties: { Schema: "EWS", Platform: "Exchange2013_SP1", ...input },
    });
    const report = await admin.ok("/v1/connections/unresolved/test", undefined, { method: "POST" });
    expect(report.steps.find(({ status }: Row) => status === "failed")).toMatchObject({ id: "variables" });
    const query = await admin.call("/v1/connections/unresolved/query", { table: "Inbox" });
    expect(query.body).toMatchObject({ status: 422, code: "INVALID_PROPERTY" });
    expect(query.text).toContain("nobody");
    await admin.ok("/v1/variables", { name: "nobody", kind: "global", secret: false, value: "alice@sandbox.example" });
    const refused = await admin.call("/v1/connections/unresolved/query", { table: "Inbox" });
    expect(refused.body).toMatchObject({ status: 502, code: "AUTHENTICATION_FAILED" });
  });
});

describe("what happened", () => {
  test("stands in audit, metrics and agents", async () => {
    const { admin } = stand;
    const audit = await admin.ok("/v1/audit?pageSize=1000");
    const actions = new Set(audit.items.map(({ action }: Row) => action));
    expect([...actions]).toEqual(expect.arrayContaining(["connection.create", "secret.use"]));
    for (const item of audit.items)
      expect(Object.keys(item)).toEqual(expect.arrayContaining(["id", "at", "actor", "action", "target", "outcome"]));
    const metrics = await admin.get("/metrics");
    expect(metrics.text).toMatch(/# TYPE \S+ (counter|histogram|gauge)/);
    expect((await admin.ok("/v1/agents")).items).toHaveLength(1);
  });
});
