import { describe, expect, it } from "vitest";
import { ConnectorError, type Row, type RowOutcome } from "#spi";
import type { UploadedRow } from "../../../src/runtime/use-cases.ts";
import { callBy, fill, type Harness, harness } from "./activities-harness.ts";

const failure = async (promise: Promise<unknown>): Promise<ConnectorError> =>
  promise.then(
    () => {
      throw new Error("It did not fail.");
    },
    (error) => error,
  );

const statuses = (outcomes: readonly RowOutcome[]) => outcomes.map(({ index, status }) => `${index} ${status}`);
const titled = (...titles: string[]): Row[] => titles.map((Title) => ({ Title }));
const pointers = (error: ConnectorError) => error.mistakes.map(({ pointer, code }) => `${pointer} ${code}`);

async function titles({ activities }: Harness): Promise<unknown[]> {
  const { records } = await activities.query(callBy(), "c", { table: "Notes", columns: ["Title"] });
  return records.map((row) => row["Title"]);
}

describe("create", () => {
  it("answers an outcome with its key for every row", async () => {
    const h = harness();
    const result = await h.activities.write(callBy(), "c", "create", {
      table: "Notes",
      rows: titled("a", "b", "c", "d"),
    });
    expect(statuses(result.outcomes)).toEqual(["0 succeeded", "1 succeeded", "2 succeeded", "3 succeeded"]);
    expect(result.outcomes[3]?.key).toEqual({ NoteId: "n4", ChangeKey: "v1" });
    expect(result.summary).toEqual({ succeeded: 4, failed: 0, notAttempted: 0, indeterminate: 0 });
    expect(h.server.calls).toEqual(["Write", "Write"]);
    expect(h.leases()).toBe(0);
  });

  it("goes on after a row that fails in the middle", async () => {
    const h = harness();
    const rows = titled("a", "refused", "c", "d", "e");
    const { outcomes } = await h.activities.write(callBy(), "c", "create", { table: "Notes", rows });
    expect(statuses(outcomes)).toEqual(["0 succeeded", "1 failed", "2 succeeded", "3 succeeded", "4 succeeded"]);
    expect(outcomes[1]?.error).toEqual({
      code: "ACCESS_DENIED",
      detail: "This title is not wanted here.",
      column: "Title",
    });
  });

  it("stops after it when told so, one row a call", async () => {
    const h = harness();
    const rows = titled("a", "refused", "c", "d");
    const { outcomes, summary } = await h.activities.write(callBy(), "c", "create", {
      table: "Notes",
      rows,
      onRowError: "stop",
    });
    expect(statuses(outcomes)).toEqual(["0 succeeded", "1 failed", "2 not-attempted", "3 not-attempted"]);
    expect(summary).toEqual({ succeeded: 1, failed: 1, notAttempted: 2, indeterminate: 0 });
    expect(h.server.calls).toEqual(["Write", "Write"]);
    expect(await titles(h)).toEqual(["a"]);
  });

  it("answers indeterminate for the rows of a lost answer and goes on", async () => {
    const h = harness();
    const rows = titled("a", "b", "lost", "d");
    const { outcomes } = await h.activities.write(callBy(), "c", "create", { table: "Notes", rows });
    expect(statuses(outcomes)).toEqual(["0 indeterminate", "1 indeterminate", "2 indeterminate", "3 succeeded"]);
    expect(outcomes[0]?.error?.code).toBe("TIMEOUT");
  });

  it("keeps to the smaller batch size", async () => {
    const h = harness({ limits: { batchSize: 2 } });
    await h.activities.write(callBy(), "c", "create", { table: "Notes", rows: titled("a", "b", "c") });
    expect(h.server.calls).toEqual(["Write", "Write"]);
  });

  it("refuses everything that can be seen before sending, at once", async () => {
    const h = harness();
    const rows: Row[] = [
      { Title: "good" },
      { Titel: "x", Created: "2026-01-01", Stars: "many" },
      { Title: null, Notify: "Everyone", title: "again" },
      { Title: "x", Pinned: null, OnBehalfOf: "me", NoteId: "n1" },
    ];
    const error = await failure(h.activities.write(callBy(), "c", "create", { table: "Notes", rows }));
    expect(pointers(error)).toEqual([
      "/rows/1/Titel UNKNOWN_COLUMN",
      "/rows/1/Created READ_ONLY",
      "/rows/1/Stars INVALID_QUERY",
      "/rows/1/Title INVALID_QUERY",
      "/rows/2/Title INVALID_QUERY",
      "/rows/2/Notify INVALID_QUERY",
      "/rows/3/Pinned INVALID_QUERY",
      "/rows/3/OnBehalfOf INVALID_QUERY",
      "/rows/3/NoteId READ_ONLY",
    ]);
    expect(h.server.calls).toEqual([]);
  });

  it("takes INSERT with parameters", async () => {
    const h = harness();
    const sql = "INSERT INTO [Notebook].[Notes] (Title, Stars, Tags) VALUES (?, 3, '[\"x\"]'), ('O''Neil', NULL, ?)";
    const result = await h.activities.write(callBy(), "c", "create", { sql, parameters: ["first", ["y", "z"]] });
    expect(result.summary.succeeded).toBe(2);
    const { records } = await h.activities.query(callBy(), "c", { sql: "SELECT Title, Stars, Tags FROM Notes" });
    expect(records).toEqual([
      { Title: "first", Stars: 3, Tags: ["x"] },
      { Title: "O'Neil", Stars: null, Tags: ["y", "z"] },
    ]);
  });

  it("is refused on read-only connections and views", async () => {
    const readOnly = harness({ limits: { readOnly: true } });
    const rows = titled("a");
    expect((await failure(readOnly.activities.write(callBy(), "c", "create", { table: "Notes", rows }))).code).toBe(
      "READ_ONLY",
    );
    const error = await failure(harness().activities.write(callBy(), "c", "create", { table: "Comments", rows }));
    expect(error).toMatchObject({ code: "READ_ONLY", mistakes: [{ pointer: "/table" }] });
  });
});

describe("errors of the connection", () => {
  const unreachable = new ConnectorError("UNREACHABLE", "no route");

  it("are the answer while nothing was attempted", async () => {
    const h = harness({ session: () => ({ create: () => Promise.reject(unreachable) }) });
    const error = await failure(
      h.activities.write(callBy(), "c", "create", { table: "Notes", rows: titled("a", "b") }),
    );
    expect(error).toBe(unreachable);
    expect(error.effect).toBe("none");
    expect(h.leases()).toBe(0);
    expect(h.clock.sleeping).toBe(0);
  });

  it("end the write later on, the rest not attempted", async () => {
    let calls = 0;
    const h = harness({
      session: (session) => ({
        create: (table, rows, signal) =>
          ++calls === 2 ? Promise.reject(unreachable) : session.create(table, rows, signal),
      }),
    });
    const rows = titled("a", "b", "c", "d", "e", "f", "g");
    const { outcomes } = await h.activities.write(callBy(), "c", "create", { table: "Notes", rows });
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array(3).fill("succeeded"),
      ...Array(3).fill("failed"),
      "not-attempted",
    ]);
    expect(calls).toBe(2);
  });

  it("count as unknown when the session breaks, or answers too few outcomes", async () => {
    const broken = harness({ session: () => ({ create: () => Promise.reject(new TypeError("defect")) }) });
    const body = { table: "Notes", rows: titled("a", "b") };
    const { outcomes } = await broken.activities.write(callBy(), "c", "create", body);
    expect(outcomes.map(({ status, error }) => [status, error?.code])).toEqual(
      Array(2).fill(["indeterminate", "INTERNAL"]),
    );
    const short = harness({ session: () => ({ create: async () => [{ index: 0, status: "succeeded" as const }] }) });
    const few = await short.activities.write(callBy(), "c", "create", body);
    expect(statuses(few.outcomes)).toEqual(["0 succeeded", "1 indeterminate"]);
  });

  it("name a column of the table or none, never a property of the connection", async () => {
    const error = (target: string) => new ConnectorError("TIMEOUT", "Late.", { effect: "unknown", target });
    const columnFor = async (target: string) => {
      const h = harness({ session: () => ({ create: () => Promise.reject(error(target)) }) });
      const { outcomes } = await h.activities.write(callBy(), "c", "create", { table: "Notes", rows: titled("a") });
      return outcomes[0]?.error?.column;
    };
    expect([await columnFor("Timeout"), await columnFor("Title"), await columnFor("Notify")]).toEqual([
      undefined,
      "Title",
      "Notify",
    ]);
  });

  it("leave a chunk whose time is up indeterminate and the rest alone", async () => {
    const h = harness({ session: () => ({ create: () => new Promise(() => {}) }) });
    const answer = h.activities.write(callBy(), "c", "create", { table: "Notes", rows: titled("a", "b", "c", "d") });
    await h.clock.advance(0);
    await h.clock.advance(300_000);
    await h.clock.advance(2_000);
    const { outcomes } = await answer;
    expect(statuses(outcomes)).toEqual(["0 indeterminate", "1 indeterminate", "2 indeterminate", "3 not-attempted"]);
    expect(outcomes[0]?.error?.code).toBe("TIMEOUT");
    expect(h.leases()).toBe(0);
  });
});

describe("a caller who leaves", () => {
  it("leaves outcomes: what was sent is indeterminate, unless the session knows better", async () => {
    const cut = (error: Error) =>
      harness({
        session: () => ({
          create: (_table, _rows, signal) =>
            new Promise((_, reject) => signal.addEventListener("abort", () => reject(error))),
        }),
      });
    const statusesAfter = async (h: Harness) => {
      const caller = new AbortController();
      const body = { table: "Notes", rows: titled("a", "b", "c", "d") };
      const answer = h.activities.write(callBy(caller.signal), "c", "create", body);
      await h.clock.advance(0);
      caller.abort(new Error("gone"));
      return (await answer).outcomes.map(({ status, error }) => `${status} ${error?.code}`);
    };
    expect(await statusesAfter(cut(new Error("socket closed")))).toEqual([
      ...Array(3).fill("indeterminate TIMEOUT"),
      "not-attempted undefined",
    ]);
    expect(await statusesAfter(cut(new ConnectorError("TIMEOUT", "Nothing was sent yet.")))).toEqual([
      ...Array(3).fill("failed TIMEOUT"),
      "not-attempted undefined",
    ]);
  });
});

describe("update and delete", () => {
  it("change by key, with the change key where it is given", async () => {
    const h = harness();
    fill(h.server, 3);
    const rows: Row[] = [
      { NoteId: "n1", Title: "new" },
      { noteid: "n2", ChangeKey: "v9", Stars: null },
      { NoteId: "n9", Pinned: 1 },
    ];
    const { outcomes } = await h.activities.write(callBy(), "c", "update", { table: "Notes", rows });
    expect(outcomes.map(({ status, error }) => [status, error?.code])).toEqual([
      ["succeeded", undefined],
      ["failed", "PRECONDITION"],
      ["failed", "NOT_FOUND"],
    ]);
  });

  it("refuse rows without key, without change and with columns of no use", async () => {
    const h = harness();
    const update = await failure(
      h.activities.write(callBy(), "c", "update", {
        table: "Notes",
        rows: [{ Title: "x" }, { NoteId: "n1" }, { NoteId: "", Title: "x" }],
      }),
    );
    expect(pointers(update)).toEqual([
      "/rows/0/NoteId INVALID_QUERY",
      "/rows/1 INVALID_QUERY",
      "/rows/2/NoteId INVALID_QUERY",
    ]);
    const remove = await failure(
      h.activities.write(callBy(), "c", "delete", {
        table: "Notes",
        rows: [{ NoteId: "n1", Title: "x" }, { NoteId: 5 }, {}],
      }),
    );
    expect(pointers(remove)).toEqual([
      "/rows/0/Title READ_ONLY",
      "/rows/1/NoteId INVALID_QUERY",
      "/rows/2/NoteId INVALID_QUERY",
    ]);
  });

  it("take UPDATE and DELETE by key", async () => {
    const h = harness();
    fill(h.server, 4);
    const sql = "UPDATE Notes SET Title = :t, Notify = 'nobody' WHERE NoteId IN ('n1', 'n3', 'n1')";
    expect(
      (await h.activities.write(callBy(), "c", "update", { sql, parameters: { t: "same" } })).summary.succeeded,
    ).toBe(2);
    expect(await titles(h)).toEqual(["same", "Note 002", "same", "Note 004"]);
    const removal = "DELETE FROM Notes WHERE (NoteId = 'n2') AND ChangeKey = 'v1'";
    expect((await h.activities.write(callBy(), "c", "delete", { sql: removal })).summary.succeeded).toBe(1);
    expect(await titles(h)).toEqual(["same", "same", "Note 004"]);
  });

  it.each([
    ["update", "UPDATE Notes SET Title = 'x' WHERE Pinned > 0"],
    ["update", "UPDATE Notes SET Title = 'x'"],
    ["delete", "DELETE FROM Notes WHERE NoteId = 'n1' OR NoteId = 'n2'"],
    ["delete", "DELETE FROM Notes WHERE Title LIKE '%'"],
  ] as const)("send to query first: %s %s", async (kind, sql) => {
    const h = harness();
    const error = await failure(h.activities.write(callBy(), "c", kind, { sql }));
    expect(error).toMatchObject({ code: "INVALID_QUERY", mistakes: [{ pointer: "/sql" }] });
    expect(error.message).toContain("query first");
  });
});

describe("an upload", () => {
  async function upload(h: Harness, parts: readonly (readonly UploadedRow[])[], onRowError: "continue" | "stop") {
    const source = (async function* () {
      yield* parts;
    })();
    const outcomes: RowOutcome[] = [];
    const target = { table: "Notes", onRowError };
    for await (const some of h.activities.writeStream(callBy(), "c", "create", target, source)) outcomes.push(...some);
    return outcomes;
  }
  const parts: readonly (readonly UploadedRow[])[] = [
    [{ row: { Title: "a" } }, { row: { Title: "b", Stars: "many" } }],
    [
      { mistake: { code: "INVALID_REQUEST", detail: "This is not valid JSON." } },
      { row: { Title: "d" } },
      { row: { Title: "e" } },
    ],
  ];

  it("fails single rows and keeps the order", async () => {
    const h = harness();
    const outcomes = await upload(h, parts, "continue");
    expect(statuses(outcomes)).toEqual(["0 succeeded", "1 failed", "2 failed", "3 succeeded", "4 succeeded"]);
    expect(outcomes[1]?.error).toMatchObject({ code: "INVALID_QUERY", column: "Stars" });
    expect(outcomes[2]?.error).toEqual({ code: "INVALID_REQUEST", detail: "This is not valid JSON." });
    expect(await titles(h)).toEqual(["a", "d", "e"]);
    expect(h.leases()).toBe(0);
  });

  it("stops at the first of them when told so", async () => {
    const h = harness();
    const outcomes = await upload(h, parts, "stop");
    expect(statuses(outcomes)).toEqual([
      "0 succeeded",
      "1 failed",
      "2 not-attempted",
      "3 not-attempted",
      "4 not-attempted",
    ]);
    expect(await titles(h)).toEqual(["a"]);
  });
});

describe("execute", () => {
  it("fills in defaults and answers rows", async () => {
    const h = harness();
    fill(h.server, 1);
    const input = { noteid: "n1", Stars: "5", Place: "top" };
    expect(await h.activities.execute(callBy(), "c", { procedure: "pinnote", input })).toEqual({
      results: [{ ChangeKey: "v2" }],
      warnings: [],
    });
    const { records } = await h.activities.query(callBy(), "c", { sql: "SELECT Pinned, Stars FROM Notes" });
    expect(records).toEqual([{ Pinned: true, Stars: 5 }]);
  });

  it("takes EXECUTE, EXEC and CALL", async () => {
    const h = harness();
    fill(h.server, 1);
    for (const sql of [
      "EXECUTE PinNote NoteId = 'n1', @Pinned = false",
      "exec Notebook.PinNote @NoteId=:id, Stars=0;",
      "CALL [PinNote](NoteId => :id, Stars = -0)",
    ]) {
      const parameters = sql.includes(":id") ? { parameters: { id: "n1" } } : {};
      expect((await h.activities.execute(callBy(), "c", { sql, ...parameters })).results).toHaveLength(1);
    }
  });

  it("reports unknown, missing and wrong inputs at once", async () => {
    const h = harness();
    const input = { NotId: "n1", Pinned: "maybe", Stars: 6, Place: "Left" };
    const error = await failure(h.activities.execute(callBy(), "c", { procedure: "PinNote", input }));
    expect(pointers(error)).toEqual([
      "/input/NotId INVALID_QUERY",
      "/input/Pinned INVALID_QUERY",
      "/input/Stars INVALID_QUERY",
      "/input/Place INVALID_QUERY",
      "/input/NoteId INVALID_QUERY",
    ]);
    expect(error.mistakes[0]?.detail).toContain('"NoteId"');
  });

  it("says that a writing procedure whose end was not seen may have happened", async () => {
    const silent = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) });
    const h = harness({ session: () => ({ execute: silent }) });
    const answer = failure(h.activities.execute(callBy(), "c", { procedure: "PinNote", input: { NoteId: "n1" } }));
    await h.clock.advance(0);
    await h.clock.advance(300_000);
    await h.clock.advance(2_000);
    expect(await answer).toMatchObject({ code: "TIMEOUT", effect: "unknown" });
    expect(h.leases()).toBe(0);
  });

  const pin = { procedure: "PinNote", input: { NoteId: "n1" } };

  it("streams its pages as they come, without an end of its own", async () => {
    let asked = 0;
    async function* pages() {
      for (; asked < 3; ) {
        asked += 1;
        yield { rows: Array.from({ length: 60_000 }, () => ({ ChangeKey: `v${asked}` })) };
      }
    }
    const h = harness({ session: () => ({ execute: pages }) });
    const { columns, batches } = await h.activities.executeStream(callBy(), "c", pin);
    expect(columns.map(({ name }) => name)).toEqual(["ChangeKey"]);
    let count = 0;
    for await (const { rows } of batches) {
      count += rows.length;
      // A page is asked for when the one before has been taken.
      expect(asked).toBe(count / 60_000);
    }
    expect(count).toBe(180_000);
    expect(h.leases()).toBe(0);
  });

  it("gives its session back when a reader stops, or a page fails", async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield { rows: [{ ChangeKey: "v" }] };
      } finally {
        isClosed = true;
      }
    }
    const h = harness({ session: () => ({ execute: endless }) });
    for await (const _ of (await h.activities.executeStream(callBy(), "c", pin)).batches) break;
    expect(isClosed).toBe(true);
    expect(h.leases()).toBe(0);
    async function* broken() {
      yield { rows: [] };
      throw new Error("cut");
    }
    const other = harness({ session: () => ({ execute: broken }) });
    const { batches } = await other.activities.executeStream(callBy(), "c", pin);
    const read = async () => {
      for await (const _ of batches);
    };
    expect(await failure(read())).toMatchObject({ code: "INTERNAL", effect: "unknown" });
    expect(other.leases()).toBe(0);
  });

  it("is refused on read-only connections when it writes", async () => {
    const h = harness({ limits: { readOnly: true } });
    const error = await failure(h.activities.execute(callBy(), "c", { procedure: "PinNote", input: { NoteId: "n1" } }));
    expect(error.code).toBe("READ_ONLY");
    const unknown = await failure(h.activities.execute(callBy(), "c", { procedure: "PinNot", input: {} }));
    expect(unknown).toMatchObject({ code: "UNKNOWN_PROCEDURE", mistakes: [{ pointer: "/procedure" }] });
  });
});
