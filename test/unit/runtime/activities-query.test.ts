import { describe, expect, it } from "vitest";
import type { Batch, BoundQuery, ConnectorError, Row, Session } from "#spi";
import type { QueryBody } from "../../../src/runtime/use-cases.ts";
import { callBy, fill, type Harness, harness } from "./activities-harness.ts";

async function allPages({ activities }: Harness, body: QueryBody) {
  const pages: (readonly Row[])[] = [];
  let pageToken: string | undefined;
  do {
    const page = await activities.query(callBy(), "c", pageToken === undefined ? body : { ...body, pageToken });
    pages.push(page.records);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return pages;
}

async function streamRows({ activities }: Harness, body: QueryBody) {
  const stream = await activities.queryStream(callBy(), "c", body);
  const batches: Batch[] = [];
  for await (const batch of stream.batches) batches.push(batch);
  return {
    columns: stream.columns,
    rows: batches.flatMap(({ rows }) => rows),
    warnings: batches.flatMap(({ warnings }) => warnings ?? []),
    batches,
  };
}

const failure = async (promise: Promise<unknown>): Promise<ConnectorError> =>
  promise.then(
    () => {
      throw new Error("It did not fail.");
    },
    (error) => error,
  );

const ids = (rows: readonly Row[]) => rows.map((row) => row["NoteId"]);

describe("a JSON page", () => {
  it("holds pageSize rows and a token, the last one none", async () => {
    const h = harness();
    fill(h.server, 45);
    const pages = await allPages(h, { table: "Notes", columns: ["NoteId"], pageSize: 15 });
    expect(pages.map((page) => page.length)).toEqual([15, 15, 15]);
    expect(new Set(ids(pages.flat())).size).toBe(45);
    expect(h.leases()).toBe(0);
    expect(h.clock.sleeping).toBe(0);
  });

  it("asks the server for no page before it is needed", async () => {
    const asked: BoundQuery[] = [];
    const h = harness({
      session: () => ({
        query(query) {
          asked.push(query);
          return (async function* () {
            yield { rows: [{ NoteId: "a" }, { NoteId: "b" }], position: "2" };
            throw new Error("the second page was not needed");
          })();
        },
      }),
    });
    const page = await h.activities.query(callBy(), "c", { table: "Notes", columns: ["NoteId"], pageSize: 2 });
    expect(page.records).toHaveLength(2);
    expect(page.nextPageToken).toBeDefined();
    expect(asked[0]?.batchSize).toBe(2);
  });

  it("continues in the middle of an upstream page and applies offset and limit once", async () => {
    const h = harness({ limits: { localFiltering: true } });
    fill(h.server, 100);
    const body: QueryBody = {
      table: "Notes",
      columns: ["NoteId"],
      where: { column: "Pinned", operator: "=", value: true },
      offset: 3,
      limit: 25,
      pageSize: 10,
    };
    const pages = await allPages(h, body);
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    const expected = Array.from({ length: 33 }, (_, index) => `n${(index + 1) * 3}`).slice(3, 28);
    expect(ids(pages.flat())).toEqual(expected);
  });

  it("pages through a pushed limit and offset", async () => {
    const h = harness();
    fill(h.server, 100);
    const pages = await allPages(h, { table: "Notes", columns: ["NoteId"], offset: 7, limit: 25, pageSize: 7 });
    expect(ids(pages.flat())).toEqual(Array.from({ length: 25 }, (_, index) => `n${index + 8}`));
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 4]);
  });

  it("pages through a pushed limit in the middle of upstream pages", async () => {
    const h = harness({ limits: { pageSize: 4 } });
    fill(h.server, 100);
    const pages = await allPages(h, { table: "Notes", columns: ["NoteId"], offset: 2, limit: 17, pageSize: 7 });
    expect(ids(pages.flat())).toEqual(Array.from({ length: 17 }, (_, index) => `n${index + 3}`));
    expect(pages.map((page) => page.length)).toEqual([7, 7, 3]);
  });

  it("pages through a local sort", async () => {
    const h = harness();
    fill(h.server, 50);
    const body: QueryBody = {
      table: "Notes",
      columns: ["NoteId", "Stars"],
      orderBy: [{ column: "Pinned", direction: "desc" }, { column: "Stars" }],
      pageSize: 20,
    };
    const pages = await allPages(h, body);
    expect(pages.map((page) => page.length)).toEqual([20, 20, 10]);
    expect(Object.keys(pages[0]![0]!)).toEqual(["NoteId", "Stars"]);
    const whole = await streamRows(h, { ...body, pageSize: 30 });
    expect(pages.flat()).toEqual(whole.rows);
    expect(whole.warnings.map(({ code }) => code)).toEqual(["LOCAL_SORT"]);
  });

  it("refuses a token of another body, another connection and a changed one", async () => {
    const h = harness();
    fill(h.server, 30);
    const { nextPageToken: pageToken } = await h.activities.query(callBy(), "c", { table: "Notes", pageSize: 10 });
    const other = await failure(
      h.activities.query(callBy(), "c", { table: "Notes", pageSize: 11, pageToken: pageToken! }),
    );
    expect(other.code).toBe("INVALID_REQUEST");
    const changed = await failure(
      h.activities.query(callBy(), "c", { table: "Notes", pageSize: 10, pageToken: `${pageToken}A` }),
    );
    expect(changed.code).toBe("INVALID_REQUEST");
    await h.clock.advance(25 * 3_600_000);
    const late = await failure(
      h.activities.query(callBy(), "c", { table: "Notes", pageSize: 10, pageToken: pageToken! }),
    );
    expect(late.message).toContain("expired");
  });

  it("answers a limit of 0 without asking anybody", async () => {
    const h = harness();
    const page = await h.activities.query(callBy(), "c", { sql: "SELECT NoteId FROM Notes LIMIT 0" });
    expect(page).toEqual({ columns: [{ name: "NoteId", type: "id" }], records: [], warnings: [] });
    expect(h.server.calls).toEqual([]);
  });

  it("stops at the connection's row cap and says so", async () => {
    const h = harness({ limits: { maxRows: 12 } });
    fill(h.server, 30);
    const pages = await allPages(h, { table: "Notes", columns: ["NoteId"], limit: 20, pageSize: 10 });
    expect(pages.map((page) => page.length)).toEqual([10, 2]);
    const { warnings } = await streamRows(h, { table: "Notes", columns: ["NoteId"] });
    expect(warnings.map(({ code }) => code)).toEqual(["ROW_CAP"]);
  });

  it("stops when the server's paging turns in a circle", async () => {
    const circle = async function* (): AsyncGenerator<Batch> {
      for (let i = 0; ; i++) yield { rows: [{ NoteId: "a" }], position: ["A", "B"][i % 2]! };
    };
    const h = harness({ session: () => ({ query: circle }) });
    const error = await failure(h.activities.query(callBy(), "c", { table: "Notes", columns: ["NoteId"] }));
    expect(error.code).toBe("PROTOCOL");
    expect(h.leases()).toBe(0);
  });
});

describe("local work", () => {
  it("reads items when it filters by a column that lists leave empty", async () => {
    const h = harness();
    fill(h.server, 20);
    const page = await h.activities.query(callBy(), "c", {
      table: "Notes",
      where: { column: "Body", operator: "=", value: "TEN" },
    });
    expect(ids(page.records)).toEqual(["n10", "n20"]);
    expect(page.warnings.map(({ code }) => code)).toEqual(["LOCAL_FILTER", "ITEM_READS"]);
  });

  it("filters again what the server selects too broadly", async () => {
    const h = harness();
    fill(h.server, 30);
    const body: QueryBody = { sql: "SELECT NoteId FROM Notes WHERE Title LIKE '%00_'" };
    const page = await h.activities.query(callBy(), "c", body);
    expect(page.records).toHaveLength(9);
    expect(Object.keys(page.records[0]!)).toEqual(["NoteId"]);
    const explained = await h.activities.explain(callBy(), "c", body);
    expect(explained.pushdown).toMatchObject({ where: { column: "Title", operator: "LIKE", value: "%00_" } });
    expect(explained.residual).toMatchObject({ where: { column: "Title" }, columns: ["NoteId"] });
    expect(explained.calls).toEqual([{ operation: "List", count: { min: 1 } }]);
    // It is a check, not a filter that makes the answer dear.
    expect([page.warnings, explained.warnings]).toEqual([[], []]);
  });

  it("warns of the parts that the server does not select by, or not in full", async () => {
    const h = harness();
    const filtered = async (where: unknown) => {
      const { warnings } = await h.activities.explain(callBy(), "c", { table: "Notes", where });
      return warnings
        .filter(({ code }) => code === "LOCAL_FILTER")
        .map(({ detail }) => /by (.*?) as/.exec(detail)?.[1]);
    };
    const title = { column: "Title", operator: "LIKE", value: "%a%" };
    const body = { column: "Body", operator: "=", value: "x" };
    const stars = { column: "Stars", operator: "<>", value: 3 };
    expect(await filtered({ and: [title, stars] })).toEqual([]);
    expect(await filtered({ and: [title, body] })).toEqual(["Body"]);
    expect(await filtered({ or: [title, stars] })).toEqual([]);
    expect(await filtered({ or: [{ and: [title, body] }, stars] })).toEqual(["Title, Body, Stars"]);
  });

  it("asks the server in other words for a range or a list it has no operator for", async () => {
    const h = harness();
    fill(h.server, 30);
    const explained = async (where: unknown) =>
      (await h.activities.explain(callBy(), "c", { table: "Notes", where })) as {
        readonly pushdown: { readonly where?: unknown };
        readonly residual: { readonly where?: unknown };
      };
    const list = { column: "Stars", operator: "IN", value: [1, 2] };
    const { pushdown, residual } = await explained(list);
    expect(pushdown.where).toEqual({
      or: [1, 2].map((value) => ({ column: "Stars", operator: "=", value })),
    });
    expect(residual.where).toBeUndefined();
    const long = { ...list, value: Array.from({ length: 21 }, (_, at) => at) };
    expect((await explained(long)).pushdown.where).toBeUndefined();
    // The server knows >= but not <=.
    expect((await explained({ column: "Stars", operator: "BETWEEN", value: [1, 2] })).pushdown.where).toBeUndefined();
    const { records } = await h.activities.query(callBy(), "c", { table: "Notes", where: list });
    expect(new Set(records.map(({ Stars }) => Stars))).toEqual(new Set([1, 2]));
  });

  it("is refused where the connection wants none", async () => {
    const h = harness({ limits: { localWork: false } });
    const error = await failure(
      h.activities.query(callBy(), "c", { sql: "SELECT * FROM Notes WHERE Body = 'x' ORDER BY Pinned" }),
    );
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain("Body");
    expect(error.message).toContain("Pinned");
  });

  it("explains without a call", async () => {
    const h = harness();
    const explained = await h.activities.explain(callBy(), "c", {
      table: "Notes",
      columns: ["Title"],
      where: {
        and: [
          { column: "Stars", operator: ">=", value: "3" },
          { column: "OnBehalfOf", operator: "=", value: "bob" },
        ],
      },
      limit: 5,
    });
    expect(explained).toEqual({
      pushdown: {
        columns: ["Title"],
        where: { column: "Stars", operator: ">=", value: 3 },
        pseudo: { OnBehalfOf: "bob" },
        limit: 5,
      },
      residual: {},
      calls: [{ operation: "List", count: { min: 1 } }],
      warnings: [],
    });
    expect(h.server.calls).toEqual([]);
  });
});

describe("a stream", () => {
  it("hands batches on untouched when nothing is left to do", async () => {
    const batch: Batch = { rows: [{ NoteId: "a" }] };
    const h = harness({
      session: () => ({
        query: async function* () {
          yield batch;
        },
      }),
    });
    const { batches } = await streamRows(h, { table: "Notes", columns: ["NoteId"] });
    expect(batches[0]).toBe(batch);
  });

  it("asks one batch ahead and no more", async () => {
    let asked = 0;
    const pages = async function* (): AsyncGenerator<Batch> {
      for (let i = 0; i < 10; i++) {
        asked++;
        yield { rows: [{ NoteId: `n${i}` }], position: String(i) };
      }
    };
    const h = harness({ session: () => ({ query: pages }) });
    const stream = await h.activities.queryStream(callBy(), "c", { table: "Notes", columns: ["NoteId"] });
    const iterator = stream.batches[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(2);
    await iterator.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(3);
    await iterator.return?.();
    expect(h.leases()).toBe(0);
    expect(h.clock.sleeping).toBe(0);
  });

  it("does not ask beyond the limit", async () => {
    const h = harness({ limits: { localFiltering: true } });
    fill(h.server, 100);
    const { rows } = await streamRows(h, { sql: "SELECT NoteId FROM Notes WHERE Stars >= 0 LIMIT 5" });
    expect(rows).toHaveLength(5);
    expect(h.leases()).toBe(0);
  });

  it("fails before it starts when the server refuses the first page", async () => {
    const refuse = (): AsyncIterable<Batch> => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("refused")) }),
    });
    const h = harness({ session: () => ({ query: refuse }) });
    const error = await failure(h.activities.queryStream(callBy(), "c", { sql: "SELECT * FROM Notes ORDER BY Body" }));
    expect(error.message).toBe("refused");
    expect(h.leases()).toBe(0);
    expect(h.clock.sleeping).toBe(0);
  });
});

describe("the end of an activity", () => {
  const hanging = (): Partial<Session> => ({
    query: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
  });

  it("comes after the time allowed, even from a session that ignores its signal", async () => {
    const h = harness({ session: hanging });
    const answer = failure(h.activities.query(callBy(), "c", { table: "Notes" }));
    await h.clock.advance(0);
    await h.clock.advance(299_000);
    expect(h.leases()).toBe(1);
    await h.clock.advance(1_000);
    expect((await answer).code).toBe("TIMEOUT");
    expect(h.leases()).toBe(0);
  });

  it("is told as such when the session notices it first", async () => {
    const h = harness({
      session: () => ({
        query: (_query, signal) => ({
          [Symbol.asyncIterator]: () => ({
            next: () =>
              new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))),
          }),
        }),
      }),
    });
    const answer = failure(h.activities.query(callBy(), "c", { table: "Notes" }));
    await h.clock.advance(0);
    await h.clock.advance(300_000);
    expect((await answer).code).toBe("TIMEOUT");
  });

  it("comes when the caller leaves", async () => {
    const h = harness({ session: hanging });
    const caller = new AbortController();
    const answer = failure(h.activities.query(callBy(caller.signal), "c", { table: "Notes" }));
    await h.clock.advance(1);
    caller.abort(new Error("gone"));
    expect((await answer).message).toBe("gone");
    expect(h.leases()).toBe(0);
    expect(h.clock.sleeping).toBe(0);
  });
});

describe("mistakes", () => {
  it("are reported all at once with their pointers", async () => {
    const h = harness();
    const error = await failure(
      h.activities.query(callBy(), "c", {
        table: "Notes",
        columns: ["NoteId", "Titel", "NoteId"],
        where: {
          and: [
            { column: "Stars", operator: "=", value: "many" },
            {
              or: [
                { column: "Created", operator: ">", value: "yesterday" },
                { column: "OnBehalfOf", operator: "=", value: "x" },
              ],
            },
            { column: "Pinned", operator: "LIKE", value: "%" },
          ],
        },
        orderBy: [{ column: "Nope" }],
      }),
    );
    expect(error.mistakes.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      "/columns/1 UNKNOWN_COLUMN",
      "/columns/2 INVALID_QUERY",
      "/where/and/0/value INVALID_QUERY",
      "/where/and/1/or/0/value INVALID_QUERY",
      "/where/and/1/or/1 INVALID_QUERY",
      "/where/and/2 INVALID_QUERY",
      "/orderBy/0/column UNKNOWN_COLUMN",
    ]);
    expect(error.mistakes[0]?.detail).toContain('"Title"');
    expect(h.server.calls).toEqual([]);
  });

  it("name tables and conditions that are missing", async () => {
    const h = harness();
    const unknown = await failure(h.activities.query(callBy(), "c", { table: "Notebook.Note" }));
    expect(unknown).toMatchObject({ code: "UNKNOWN_TABLE" });
    expect(unknown.message).toContain('"Notes"');
    const required = await failure(h.activities.query(callBy(), "c", { table: "notebook.comments" }));
    expect(required.mistakes).toEqual([
      { pointer: "/where", code: "INVALID_QUERY", detail: expect.stringContaining("NoteId") },
    ]);
  });
});
