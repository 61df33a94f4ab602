import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Activity, ConnectorError } from "#spi";
import { parseSql } from "../../../src/query/parse-sql.ts";
import { isNamedComparison, type NamedCondition } from "../../../src/query/query.ts";
import type { SqlParameters } from "../../../src/query/sql-parameters.ts";

/** The condition as the text of the API, without places. */
function shown(condition: NamedCondition | undefined): unknown {
  if (condition === undefined) return undefined;
  if (isNamedComparison(condition)) {
    return [condition.column.name, condition.operator, ...condition.values.map(({ value }) => value)];
  }
  if ("not" in condition) return { not: shown(condition.not) };
  return "and" in condition ? { and: condition.and.map(shown) } : { or: condition.or.map(shown) };
}

async function select(sql: string, parameters?: SqlParameters) {
  const { query } = await parseSql(sql, parameters, "query");
  return {
    table: query.table.name,
    columns: query.columns?.map(({ name }) => name),
    where: shown(query.where),
    orderBy: query.orderBy.map(({ column, direction }) => `${column.name} ${direction}`),
    limit: query.limit,
    offset: query.offset,
  };
}

const whereOf = async (text: string, parameters?: SqlParameters) =>
  (await select(`SELECT * FROM t WHERE ${text}`, parameters)).where;

async function failure(sql: string, activity: Activity = "query", parameters?: SqlParameters): Promise<ConnectorError> {
  return parseSql(sql, parameters, activity).then(
    () => {
      throw new Error(`"${sql}" was understood.`);
    },
    (error) => error,
  );
}

describe("SELECT", () => {
  it("reads names in every quoting", async () => {
    expect(await select('SELECT [Sub ject], "From", `To`, [Größe] FROM [EWS].[Inbox]')).toMatchObject({
      table: "EWS.Inbox",
      columns: ["Sub ject", "From", "To", "Größe"],
    });
  });

  it.each([
    ["SELECT * FROM Inbox", { columns: undefined, limit: undefined }],
    ["select all * from Inbox;", { columns: undefined }],
    ["SELECT i.* FROM Inbox AS i", { columns: undefined }],
    ["SELECT Inbox.Subject, ews.inbox.Size FROM EWS.Inbox", { columns: ["Subject", "Size"] }],
    ["SELECT TOP 10 * FROM Inbox", { limit: 10 }],
    ["SELECT TOP (10) Subject FROM Inbox", { limit: 10, columns: ["Subject"] }],
    ["SELECT Top FROM Inbox", { columns: ["Top"], limit: undefined }],
    ["SELECT * FROM Inbox LIMIT 10", { limit: 10 }],
    ["SELECT * FROM Inbox LIMIT 10 OFFSET 5", { limit: 10, offset: 5 }],
    ["SELECT * FROM Inbox LIMIT 5, 10", { limit: 10, offset: 5 }],
    ["SELECT * FROM Inbox ORDER BY a, b DESC, c ASC NULLS FIRST", { orderBy: ["a asc", "b desc", "c asc"] }],
    ["-- first\nSELECT * /* all */ FROM Inbox -- last", { table: "Inbox" }],
  ])("%s", async (sql, wanted) => expect(await select(sql)).toMatchObject(wanted));

  it.each<[string, unknown]>([
    ["a = 1", ["a", "=", 1]],
    ["a == -1.5", ["a", "=", -1.5]],
    ["a <> 'it''s'", ["a", "<>", "it's"]],
    ["a != true", ["a", "<>", true]],
    ["5 < a", ["a", ">", 5]],
    ["'x' = a", ["a", "=", "x"]],
    ["a >= '2026-01-01'", ["a", ">=", "2026-01-01"]],
    ["a LIKE '%x\\_y%'", ["a", "LIKE", "%x\\_y%"]],
    ["a NOT LIKE '50!%' ESCAPE '!'", ["a", "NOT LIKE", "50\\%"]],
    ["a LIKE 'c:\\!!' ESCAPE '!'", ["a", "LIKE", "c:\\\\!"]],
    ["a IN (1, 'b', NULL)", ["a", "IN", 1, "b", null]],
    ["a NOT IN ('b')", ["a", "NOT IN", "b"]],
    ["a BETWEEN 1 AND 2", ["a", "BETWEEN", 1, 2]],
    ["a NOT BETWEEN 1 AND 2", { not: ["a", "BETWEEN", 1, 2] }],
    ["a IS NULL", ["a", "IS NULL"]],
    ["a IS NOT NULL", ["a", "IS NOT NULL"]],
    ["a NOTNULL", ["a", "IS NOT NULL"]],
    ["a IS TRUE", ["a", "=", true]],
    [
      "a = 1 AND b = 2 AND c = 3",
      {
        and: [
          ["a", "=", 1],
          ["b", "=", 2],
          ["c", "=", 3],
        ],
      },
    ],
    [
      "a = 1 OR b = 2 AND c = 3",
      {
        or: [
          ["a", "=", 1],
          {
            and: [
              ["b", "=", 2],
              ["c", "=", 3],
            ],
          },
        ],
      },
    ],
    ["NOT a = 1 AND b = 2", { and: [{ not: ["a", "=", 1] }, ["b", "=", 2]] }],
    [
      "NOT (a = 1 OR (b = 2))",
      {
        not: {
          or: [
            ["a", "=", 1],
            ["b", "=", 2],
          ],
        },
      },
    ],
    [
      "[a] = 'x' AND t.\"b\" = DATE '2026-01-01'",
      {
        and: [
          ["a", "=", "x"],
          ["b", "=", "2026-01-01"],
        ],
      },
    ],
    ["a NOT NULL", ["a", "IS NOT NULL"]],
    ["a IS FALSE", ["a", "=", false]],
    ["-5 < a", ["a", ">", -5]],
    ["a = - - 5", ["a", "=", 5]],
    ["(a) = (0x1F)", ["a", "=", 31]],
    ["a = X'00ff'", ["a", "=", "AP8="]],
    ["a BETWEEN 1 AND 2 AND NOT b IN (3)", { and: [["a", "BETWEEN", 1, 2], { not: ["b", "IN", 3] }] }],
  ])("WHERE %s", async (text, wanted) => expect(await whereOf(text)).toEqual(wanted));

  it("fills in parameters", async () => {
    expect(await whereOf("a = ? AND b IN (?, 'c?')", ["x", 2])).toEqual({
      and: [
        ["a", "=", "x"],
        ["b", "IN", 2, "c?"],
      ],
    });
    expect(await whereOf("a = :x OR b = @x", { x: null })).toEqual({
      or: [
        ["a", "=", null],
        ["b", "=", null],
      ],
    });
    expect(await select("SELECT TOP ? * FROM t WHERE a = ?", [3, "x"])).toMatchObject({
      limit: 3,
      where: ["a", "=", "x"],
    });
    expect(await select("SELECT * FROM t LIMIT :n OFFSET :m", { n: 3, m: 0 })).toMatchObject({ limit: 3, offset: 0 });
  });

  it("keeps text as it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        expect(await whereOf(`a = '${text.replaceAll("'", "''")}'`)).toEqual(["a", "=", text]);
        expect(await whereOf("a = ?", [text])).toEqual(["a", "=", text]);
      }),
      { numRuns: 40 },
    );
  });

  it("reads long chains without exhausting the stack", async () => {
    const chain = Array.from({ length: 3000 }, () => "a = 1").join(" OR ");
    expect((await whereOf(chain)) as { or: unknown[] }).toMatchObject({ or: { length: 3000 } });
  });
});

describe("names", () => {
  it("may have letters of any script and any length", async () => {
    const long = "x".repeat(200);
    expect(await select(`SELECT größe, 名前, Élan$1, ${long} FROM Übersicht`)).toMatchObject({
      table: "Übersicht",
      columns: ["größe", "名前", "Élan$1", long],
    });
  });

  it("keep their case", async () => {
    expect(await select("SELECT sUbject FROM ews.inBox")).toMatchObject({ table: "ews.inBox", columns: ["sUbject"] });
  });

  it("may be SQL words where these mean nothing else", async () => {
    const columns = ["End", "Date", "First", "Left", "Values", "Escape", "Match", "User", "Key", "By", "Top", "When"];
    expect(await select(`SELECT ${columns.join(", ")} FROM t ORDER BY Last DESC NULLS LAST`)).toMatchObject({
      columns,
      orderBy: ["Last desc"],
    });
    expect(await whereOf("t.From = 1 AND End > 2 AND (First IS NULL)")).toEqual({
      and: [
        ["From", "=", 1],
        ["End", ">", 2],
        ["First", "IS NULL"],
      ],
    });
  });

  it.each(["Order", "Group", "Between", "Exists", "Set", "From", "Insert"])("as %s are quoted", async (name) => {
    const error = await failure(`SELECT ${name} FROM t`);
    expect(error.code).toBe("INVALID_QUERY");
    expect(error.message).toContain("[brackets]");
    expect(error.message).toContain("(line 1, column 8)");
    expect(await select(`SELECT [${name}] FROM t`)).toMatchObject({ columns: [name] });
  });
});

describe("what is not offered yet", () => {
  it.each([
    ["SELECT a FROM t LEFT OUTER JOIN s ON t.x = s.x", "Joins", 15],
    ["SELECT a FROM t NATURAL JOIN s", "Joins", 15],
    ["SELECT größe FROM t HAVING a > 1", "HAVING", 21],
    ["SELECT CASE WHEN a = 1 THEN 2 ELSE 3 END FROM t", "CASE", 8],
    ["SELECT CAST(a AS integer) FROM t", "Expressions", 8],
    ["SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) FROM t", "Functions", 8],
    ["SELECT COUNT(DISTINCT a) FROM t", "COUNT", 8],
    ["SELECT (SELECT 1) FROM t", "Subqueries", 9],
    ["SELECT a FROM t WHERE a NOT IN (SELECT b FROM s)", "Subqueries", 33],
    ["SELECT a FROM t WHERE a = (SELECT MAX(b) FROM s)", "Subqueries", 28],
    ["SELECT a FROM t EXCEPT SELECT b FROM s", "EXCEPT", 1],
    ["SELECT a FROM t WHERE a NOT GLOB 'x'", "GLOB", 25],
    ["SELECT a FROM t WHERE a IS 1", "IS", 28],
    ["SELECT a FROM t WHERE a = -'x'", "Expressions", 27],
    ["SELECT a FROM t WINDOW w AS (ORDER BY a)", "WINDOW", 17],
    ["SELECT a INTO s FROM t", "INTO", 10],
    ["SELECT * FROM a JOIN b ON a.x = b.x", "Joins", 15],
    ["SELECT * FROM a, b", "Joins", 15],
    ["SELECT COUNT(*) FROM a", "COUNT", 8],
    ["SELECT a FROM t GROUP BY a", "GROUP BY", 17],
    ["SELECT DISTINCT a FROM t", "DISTINCT", 8],
    ["SELECT a AS b FROM t", "AS", 8],
    ["SELECT a FROM t UNION SELECT b FROM s", "UNION", 1],
    ["WITH x AS (SELECT 1) SELECT * FROM x", "WITH", 1],
    ["SELECT a FROM (SELECT 1)", "Subqueries", 15],
    ["SELECT a FROM t WHERE a IN (SELECT b FROM s)", "Subqueries", 29],
    ["SELECT a FROM t WHERE EXISTS (SELECT 1)", "Subqueries", 23],
    ["SELECT a FROM t WHERE LOWER(a) = 'x'", "LOWER", 23],
    ["SELECT a FROM t WHERE a = b || 'x'", "Expressions", 27],
    ["SELECT a FROM t WHERE a GLOB 'x'", "GLOB", 23],
    ["SELECT a FROM t WHERE 1 = 1", "without a column", 23],
    ["SELECT a FROM t ORDER BY 1", "number", 26],
    ["SELECT a FROM t ORDER BY a NULLS LAST", "NULLS LAST", 26],
  ])("%s", async (sql, word, column) => {
    const error = await failure(sql);
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain(word);
    expect(error.message).toContain("not supported yet");
    expect(error.message).toContain(`(line 1, column ${column})`);
    expect(error.mistakes[0]?.pointer).toBe("/sql");
  });
});

describe("mistakes", () => {
  it.each([
    ["", "no statement", 1, 1],
    ["-- nothing", "no statement", 1, 1],
    ["DROP TABLE t", "A statement is", 1, 1],
    ["SELECT *\n  FRM t", '"FRM"', 2, 3],
    ["SELECT From FROM t", "[brackets]", 1, 8],
    ["SELECT a, FROM t", "missing", 1, 11],
    ["SELECT a\nFROM t\nWHERE a = 'x", "never closed", 3, 11],
    ["SELECT a FROM t WHERE (a = 1", "never closed", 1, 23],
    ["SELECT a FROM t WHERE a = 1)", "closes nothing", 1, 28],
    ['SELECT a FROM t WHERE a = "x"', "single quotes", 1, 27],
    ["SELECT a FROM t WHERE a", "a = true", 1, 23],
    ["SELECT a FROM t WHERE a =", "too early", 1, 26],
    ["SELECT a FROM t; SELECT b FROM t", "One statement", 1, 18],
    ["SELECT u.a FROM t", '"u"', 1, 8],
    ["SELECT a FROM x.y.z", "Schema.Table", 1, 15],
    ["SELECT a FROM t LIMIT -1", "number of rows", 1, 23],
    ["SELECT TOP 5 a FROM t LIMIT 3", "exclude", 1, 23],
    ["SELECT 'a' FROM t", "double quotes", 1, 8],
    ["SELECT größe FROM t\nWHERE größe = = 1", '"="', 2, 15],
    ["SELECT a FROM t WHERE a = b 'x'", `"'x'"`, 1, 29],
    ["SELECT a FROM t WHERE a = {x}", '"{"', 1, 27],
    ["SELECT a FROM t WHERE a = X'0'", "hexadecimal", 1, 27],
    ["SELECT TOP 5 FROM t", "missing", 1, 14],
    ["SELECT a FROM t *", "after a table", 1, 17],
    ["SELECT a FROM t LIMIT ALL", "number of rows", 1, 23],
  ])("%j", async (sql, words, line, column) => {
    const error = await failure(sql);
    expect(error.code).toBe("INVALID_QUERY");
    expect(error.message).toContain(words);
    expect(error.message).toContain(`(line ${line}, column ${column})`);
  });

  it.each([
    ["INSERT INTO t (a) VALUES (1)", "query", "create"],
    ["UPDATE t SET a = 1 WHERE b = 1", "query", "update"],
    ["DELETE FROM t WHERE b = 1", "update", "delete"],
    ["EXEC p", "query", "execute"],
    ["SELECT * FROM t", "execute", "query"],
  ] as const)("%s on %s names %s", async (sql, activity, right) => {
    const error = await failure(sql, activity);
    expect(error.code).toBe("INVALID_QUERY");
    expect(error.message).toContain(`activity ${right}`);
  });

  it("of parameters are told all at once", async () => {
    const pointersOf = async (sql: string, parameters?: SqlParameters) =>
      (await failure(sql, "query", parameters)).mistakes.map(({ pointer }) => pointer);
    expect(await pointersOf("SELECT * FROM t WHERE a = ? AND b = ?", [1])).toEqual(["/sql"]);
    expect(await pointersOf("SELECT * FROM t WHERE a = ?", [1, 2, 3])).toEqual(["/parameters/1", "/parameters/2"]);
    expect(await pointersOf("SELECT * FROM t WHERE a = :name", { nam: 1 })).toEqual(["/sql", "/parameters/nam"]);
    expect(await pointersOf("SELECT * FROM t WHERE a = :constructor", {})).toEqual(["/sql"]);
    expect(await pointersOf("SELECT * FROM t WHERE a = ?", { "0": 1 })).toEqual(["/sql"]);
    expect((await failure("SELECT * FROM t WHERE a = :naem", "query", { name: 1 })).message).toContain('"name"');
  });

  it("do not take long to find, however the parentheses stand", async () => {
    const started = performance.now();
    await failure(`SELECT a FROM t WHERE ${"(".repeat(12)}a = ${")".repeat(12)}`);
    expect((await failure(`SELECT a FROM t WHERE ${"(".repeat(5000)}a = 1${")".repeat(5000)}`)).message).toContain(
      "12 deep",
    );
    expect((await failure(`SELECT '${"x".repeat(100_000)}' FROM t`)).message).toContain("100000 characters");
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("are told before deep nesting exhausts the parser's stack", async () => {
    const where = (text: string) => `SELECT a FROM t WHERE ${text}`;
    const deep = [
      where(`a = ${"1 + ".repeat(20_000)}b`),
      where(`${"NOT ".repeat(8000)}a = 1`),
      where(`a${" NOTNULL".repeat(8000)}`),
      where(`a${" BETWEEN 1 AND 2 IS NULL".repeat(3000)}`),
      where(`${"a = 1 AND CASE WHEN b THEN ".repeat(2000)}1${" END".repeat(2000)}`),
      `SELECT a FROM t${" UNION SELECT a FROM t WHERE a = 1 AND b = 1".repeat(2000)}`,
      `SELECT a FROM t${" JOIN t ON a = 1 AND b = 1".repeat(3000)}`,
    ];
    for (const sql of deep) expect((await failure(sql)).message).toMatch(/too long|too many parts/);
    let widest = "b";
    for (let i = 0; i < 12; i++) widest = `(${widest}${" COLLATE c".repeat(45)})`;
    for (let i = 0; i < 50; i++) expect((await failure(where(widest))).name).toBe("ConnectorError");
    expect(await whereOf("a = 1")).toEqual(["a", "=", 1]);
  });

  it("are ConnectorErrors for any text", async () => {
    const words = fc.constantFrom(
      "SELECT",
      "*",
      "a",
      "FROM",
      "t",
      "WHERE",
      "(",
      ")",
      "=",
      "'x'",
      "AND",
      "NOT",
      "IN",
      ",",
      "?",
      "[b]",
      "LIMIT",
      "1",
      ";",
      "--",
      "/*",
      '"',
      "ORDER BY",
      "NULL",
      "CASE",
      "BETWEEN",
      "EXISTS",
      "VALUES",
      "JOIN",
      "UNION",
      ".",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 14 }), async (parts) => {
        const sql = `SELECT ${parts.join(" ")}`;
        const error = await parseSql(sql, undefined, "query").catch((thrown) => thrown);
        if (error instanceof Error) {
          expect(error.name).toBe("ConnectorError");
          expect((error as ConnectorError).mistakes[0]?.pointer).toBe("/sql");
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("writing statements", () => {
  const cells = (list: readonly { name: { name: string }; value: { value: unknown } }[]) =>
    Object.fromEntries(list.map(({ name, value }) => [name.name, value.value]));

  it("INSERT gives rows", async () => {
    const { table, rows } = await parseSql(
      "INSERT INTO EWS.t (a, [b c]) VALUES (1, 'x'), (NULL, :p)",
      { p: [1] },
      "create",
    );
    expect(table.name).toBe("EWS.t");
    expect(rows.map(cells)).toEqual([
      { a: 1, "b c": "x" },
      { a: null, "b c": [1] },
    ]);
  });

  it("UPDATE gives assignments and condition", async () => {
    const { assignments, where } = await parseSql("UPDATE t SET a = 1, b = ? WHERE id = 'x'", ["y"], "update");
    expect(cells(assignments)).toEqual({ a: 1, b: "y" });
    expect(shown(where)).toEqual(["id", "=", "x"]);
  });

  it("INSERT without INTO and DELETE without FROM are taken too", async () => {
    expect((await parseSql("INSERT t (t.a) VALUES (1)", undefined, "create")).rows.map(cells)).toEqual([{ a: 1 }]);
    expect((await parseSql("DELETE t WHERE id = 1", undefined, "delete")).table.name).toBe("t");
  });

  it.each([
    ["create", "INSERT INTO t DEFAULT VALUES", "not supported"],
    ["create", "INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING", "ON CONFLICT is not supported"],
    ["create", "INSERT INTO t (From) VALUES (1)", "[brackets]"],
    ["update", "UPDATE t, s SET a = 1", "Several tables are not supported"],
    ["update", "UPDATE t SET (a, b) = (1, 2)", "not supported"],
    ["delete", "DELETE FROM t USING s", "USING is not supported"],
    ["create", "INSERT INTO t VALUES (1)", "names its columns"],
    ["create", "INSERT INTO t (a, b) VALUES (1)", "1 values for 2 columns"],
    ["create", "INSERT INTO t SELECT 1", "not supported"],
    ["create", "INSERT OR REPLACE INTO t (a) VALUES (1)", "not supported"],
    ["create", "INSERT INTO t (a) VALUES (1) RETURNING a", "not supported"],
    ["create", "INSERT INTO t (a) VALUES (b)", "single quotes"],
    ["update", "UPDATE t SET a = a + 1 WHERE id = 1", "not supported"],
    ["update", "UPDATE t SET a = 1 FROM s WHERE id = 1", "not supported"],
    ["delete", "DELETE FROM t WHERE id = 1 LIMIT 1", "not supported"],
  ] as const)("%s: %s", async (activity, sql, words) =>
    expect((await failure(sql, activity)).message).toContain(words));
});

describe("EXECUTE", () => {
  const inputs = async (sql: string, parameters?: SqlParameters) => {
    const statement = await parseSql(sql, parameters, "execute");
    return [statement.procedure.name, ...statement.inputs.map(({ name, value }) => [name.name, value.value])];
  };

  it.each<[string, unknown[]]>([
    ["EXECUTE SendMail Subject='x', @Content='y'", ["SendMail", ["Subject", "x"], ["Content", "y"]]],
    [
      "exec EWS.SendMail [Sub ject] = 'it''s', b = -1.5, c = NULL, d = TRUE;",
      ["EWS.SendMail", ["Sub ject", "it's"], ["b", -1.5], ["c", null], ["d", true]],
    ],
    ["CALL SendMail(Subject => 'x', b = 2)", ["SendMail", ["Subject", "x"], ["b", 2]]],
    ["EXECUTE SendMail", ["SendMail"]],
    ["CALL SendMail()", ["SendMail"]],
  ])("%s", async (sql, wanted) => expect(await inputs(sql)).toEqual(wanted));

  it("takes parameters, and tells them from names", async () => {
    expect(await inputs("EXECUTE p @a = ?, b = ?", [1, 2])).toEqual(["p", ["a", 1], ["b", 2]]);
    expect(await inputs("EXECUTE p @a = @a, b = :b", { a: 1, b: 2 })).toEqual(["p", ["a", 1], ["b", 2]]);
  });

  it.each([
    ["EXECUTE", "name of a procedure", 8],
    ["EXECUTE p 'x'", "Each input is named", 11],
    ["EXECUTE p a = 1 b = 2", "comma", 17],
    ["EXECUTE p a = 1,", "after the comma", 17],
    ["EXECUTE p a = b", "single quotes", 15],
    ["EXECUTE p (a = 1", "never closed", 11],
    ["EXECUTE p a = 1; x", "One statement", 18],
    ["EXECUTE p a = - 'x'", "number", 17],
  ])("%s", async (sql, words, column) => {
    const error = await failure(sql, "execute");
    expect(error.message).toContain(words);
    expect(error.message).toContain(`column ${column})`);
  });
});
