import { describe, expect, test } from "vitest";
import { pieceRows } from "../../../../connectors/microsoft-exchange/ews/pieces.ts";
import { failure, items, page, query, ScriptedServer, session, take, tooLarge } from "./scripted.ts";

const never = new AbortController().signal;
const ids = (batches: readonly { rows: readonly Record<string, unknown>[] }[]) =>
  batches.flatMap(({ rows }) => rows.map((row) => row["ItemId"]));
const wanted = (count: number) => Array.from({ length: count }, (_, at) => `id${at}`);

describe("paging through a folder", () => {
  test("short pages lose no row: only the server's word on paging counts", async () => {
    const server = new ScriptedServer((call) => page(call, 2500, 300));
    const batches = await take(session(server).query(query(["ItemId"]), never));
    expect(ids(batches)).toEqual(wanted(2500));
    expect(server.calls).toHaveLength(9);
    expect(server.peaks.get("FindItem")).toBe(1);
  });

  test("one page costs one call, though there are more", async () => {
    const server = new ScriptedServer((call) => page(call, 5000));
    const first = await take(session(server).query(query(["ItemId"], { batchSize: 100 }), never), 100 / pieceRows);
    expect(ids(first)).toEqual(wanted(100));
    expect(server.calls).toHaveLength(1);
    const from = first.at(-1)?.position;
    const rest = await take(session(server).query(query(["ItemId"], { batchSize: 1000, from }), never));
    expect(ids(rest)).toEqual(wanted(5000).slice(100));
  });

  test("limit and offset are the server's work", async () => {
    const server = new ScriptedServer((call) => page(call, 5000));
    const batches = await take(session(server).query(query(["ItemId"], { limit: 1200, offset: 10 }), never));
    expect(ids(batches)).toEqual(wanted(5000).slice(10, 1210));
    expect(server.calls.map(({ offset, count }) => [offset, count])).toEqual([
      [10, 1000],
      [1010, 200],
    ]);
    expect(batches.at(-1)?.position).toBeUndefined();
  });

  test("a server whose pages do not advance is left, not followed for ever", async () => {
    const stuck = new ScriptedServer((call) => page({ ...call, offset: 0 }, 5000));
    await expect(take(session(stuck).query(query(["ItemId"]), never))).rejects.toMatchObject({ code: "PROTOCOL" });
    const empty = new ScriptedServer((call) => ({
      body: page({ ...call, offset: call.offset + 1, count: 0 }, 1e9, 0).body,
    }));
    await expect(take(session(empty).query(query(["ItemId"]), never))).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  test("two queries at once never ask for more than 1000 rows together", async () => {
    const server = new ScriptedServer((call) => page(call, 3000));
    const open = session(server);
    await Promise.all([take(open.query(query(["ItemId"]), never)), take(open.query(query(["ItemId"]), never))]);
    expect(server.peaks.get("FindItem")).toBe(1);
    const small = new ScriptedServer((call) => page(call, 100));
    const many = session(small);
    await Promise.all(Array.from({ length: 5 }, () => take(many.query(query(["ItemId"], { batchSize: 100 }), never))));
    expect(small.peaks.get("FindItem")).toBe(5);
  });

  test("an aborted query stops", async () => {
    const stop = new AbortController();
    const server = new ScriptedServer((call) => page(call, 100_000));
    const reading = take(session(server).query(query(["ItemId"]), stop.signal));
    stop.abort(new Error("stopped"));
    await expect(reading).rejects.toThrow("stopped");
    expect(server.calls.length).toBeLessThan(3);
  });
});

describe("columns that lists leave empty", () => {
  const body = (id: string) => `<t:Body BodyType="Text">body of ${id}</t:Body>`;
  const both = (total: number) =>
    new ScriptedServer((call) => (call.operation === "FindItem" ? page(call, total) : items(call, body)));

  test("come from GetItem by 100, four in flight, in order, with places to go on from", async () => {
    const server = both(2000);
    const batches = await take(session(server).query(query(["ItemId", "Body"]), never));
    expect(ids(batches)).toEqual(wanted(2000));
    expect(batches.every(({ rows }) => rows.every((row) => row["Body"] === `body of ${row["ItemId"]}`))).toBe(true);
    expect(server.calls.filter(({ operation }) => operation === "FindItem")).toHaveLength(2);
    expect(server.calls.filter(({ operation }) => operation === "GetItem")).toHaveLength(20);
    expect(server.peaks.get("GetItem")).toBe(4);
    expect(batches.every(({ rows }) => rows.length <= 2 * pieceRows)).toBe(true);
    const before = batches.slice(0, 41);
    const from = before.at(-1)?.position;
    const rest = await take(session(both(2000)).query(query(["ItemId", "Body"], { from }), never));
    expect([...ids(before), ...ids(rest)]).toEqual(wanted(2000));
  });

  test("an item deleted meanwhile is no row; one that cannot be read is a row with its key and a warning", async () => {
    const server = new ScriptedServer((call) => {
      if (call.operation === "FindItem") return page(call, 3);
      const answer = items(call, (id) => (id === "id1" ? undefined : body(id)));
      return { body: answer.body.replace(/id2".*?<\/t:Message>/s, 'id2" ChangeKey="c"/></t:Message>') };
    });
    const [batch] = await take(session(server).query(query(["ItemId", "Body"]), never));
    expect(batch?.rows).toEqual([
      { ItemId: "id0", Body: "body of id0" },
      { ItemId: "id2", Body: null },
    ]);
    const denied = new ScriptedServer((call) =>
      call.operation === "FindItem"
        ? page(call, 1)
        : { body: items(call, () => undefined).body.replace("ErrorItemNotFound", "ErrorItemCorrupt") },
    );
    const [unread] = await take(session(denied).query(query(["ItemId", "Body"]), never));
    expect(unread).toMatchObject({ rows: [{ ItemId: "id0", Body: null }], warnings: [{ code: "ITEM_NOT_READ" }] });
  });

  test("answers too large are asked for in halves", async () => {
    const server = new ScriptedServer((call) => {
      if (call.operation === "FindItem") return page(call, 100);
      return call.ids.length > 30 ? tooLarge() : items(call, body);
    });
    const batches = await take(session(server).query(query(["ItemId", "Body"]), never));
    expect(ids(batches)).toEqual(wanted(100));
  });

  test("rows from which a list left an address out are read again, the others not", async () => {
    const sender = (address: string) => `<t:Sender><t:Mailbox><t:Name>n</t:Name>${address}</t:Mailbox></t:Sender>`;
    const server = new ScriptedServer((call) =>
      call.operation === "FindItem"
        ? page(call, 4, 4, (id) =>
            id === "id3"
              ? ""
              : sender(
                  id === "id0"
                    ? "<t:EmailAddress>a@x</t:EmailAddress>"
                    : id === "id2"
                      ? "<t:EmailAddress>/O=X/CN=Y</t:EmailAddress>"
                      : "",
                ),
          )
        : items(call, (id) => sender(`<t:EmailAddress>${id}@x</t:EmailAddress>`)),
    );
    const [batch] = await take(session(server).query(query(["ItemId", "SenderName", "SenderEmailAddress"]), never));
    expect(batch?.rows.map((row) => row["SenderEmailAddress"])).toEqual(["a@x", "id1@x", "id2@x", null]);
    expect(server.calls[1]?.ids).toEqual(["id1", "id2"]);
  });

  test("texts a list may have cut are read whole", async () => {
    const long = "x".repeat(400);
    const server = new ScriptedServer((call) =>
      call.operation === "FindItem"
        ? page(call, 2, 2, (id) => `<t:DisplayTo>${id === "id0" ? long.slice(0, 255) : "short"}</t:DisplayTo>`)
        : items(call, () => `<t:DisplayTo>${long}</t:DisplayTo>`),
    );
    const [batch] = await take(session(server).query(query(["ItemId", "DisplayTo"]), never));
    expect(batch?.rows.map((row) => row["DisplayTo"])).toEqual([long, "short"]);
  });

  test("all columns: everything but the MIME source, which says that it was left out", async () => {
    const server = new ScriptedServer((call) =>
      call.operation === "FindItem"
        ? page(call, 1)
        : items(call, (id) => `<t:MimeContent>QUJD</t:MimeContent>${body(id)}`),
    );
    const names = ["ItemId", "MimeContent", "Body"];
    const [batch] = await take(session(server).query(query(names, { columnsNamed: false }), never));
    expect(batch).toMatchObject({
      rows: [{ ItemId: "id0", MimeContent: null, Body: "body of id0" }],
      warnings: [{ code: "COLUMN_NOT_READ" }],
    });
    const [whole] = await take(
      session(server, { includeContent: true }).query(query(names, { columnsNamed: false }), never),
    );
    expect(whole?.rows).toEqual([{ ItemId: "id0", MimeContent: "QUJD", Body: "body of id0" }]);
  });
});

describe("servers that refuse a way", () => {
  const where = (name: string, value: unknown) => {
    const [column] = query([name]).columns;
    return { column, operator: "=", value };
  };

  test("a refused restriction: all rows are read, and it is said", async () => {
    const server = new ScriptedServer((call) =>
      call.body.includes("Restriction") ? failure("FindItem", "ErrorInvalidRestriction") : page(call, 1500),
    );
    const batches = await take(
      session(server).query(query(["ItemId"], { where: where("Subject", "x") }) as never, never),
    );
    expect(ids(batches)).toEqual(wanted(1500));
    expect(batches.flatMap(({ warnings }) => warnings ?? []).map(({ code }) => code)).toEqual(["LOCAL_FILTER"]);
    expect(server.calls.filter(({ body }) => body.includes("Restriction"))).toHaveLength(1);
  });

  test("a column the server does not list: items are read, and it is said", async () => {
    const server = new ScriptedServer((call) => {
      if (call.operation === "GetItem") return items(call, () => "<t:Subject>s</t:Subject>");
      return call.body.includes("item:Subject")
        ? failure("FindItem", "ErrorInvalidPropertyForOperation")
        : page(call, 2);
    });
    const batches = await take(session(server).query(query(["ItemId", "Subject"]), never));
    expect(batches.flatMap(({ rows }) => rows)).toEqual([
      { ItemId: "id0", Subject: "s" },
      { ItemId: "id1", Subject: "s" },
    ]);
    expect(batches[0]?.warnings).toMatchObject([{ code: "READ_BY_ITEM" }]);
  });

  test("a position of another query is refused", async () => {
    const server = new ScriptedServer((call) => page(call, 1));
    for (const from of ["nonsense", '{"done":1}', '{"folder":-1,"offset":0}']) {
      await expect(take(session(server).query(query(["ItemId"], { from }), never))).rejects.toMatchObject({
        code: "INVALID_REQUEST",
      });
    }
  });
});
