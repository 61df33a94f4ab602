import { describe, expect, it } from "vitest";
import type { Mistake } from "#spi";
import { conditionDepthLimit, parseCondition } from "../../../src/query/parse-condition.ts";

function read(where: unknown) {
  const mistakes: Mistake[] = [];
  const condition = parseCondition(where, "/where", mistakes);
  return { condition, pointers: mistakes.map(({ pointer }) => pointer), details: mistakes.map(({ detail }) => detail) };
}

describe("parseCondition", () => {
  it("reads comparisons, lists and negations with their places", () => {
    const { condition, pointers } = read({
      and: [{ column: "a", operator: "in", value: [1, null] }, { not: { column: "b", operator: "is  null" } }],
    });
    expect(pointers).toEqual([]);
    expect(condition).toEqual({
      and: [
        {
          column: { name: "a", at: { pointer: "/where/and/0/column" } },
          operator: "IN",
          values: [
            { value: 1, at: { pointer: "/where/and/0/value/0" } },
            { value: null, at: { pointer: "/where/and/0/value/1" } },
          ],
          at: { pointer: "/where/and/0" },
        },
        {
          not: {
            column: { name: "b", at: { pointer: "/where/and/1/not/column" } },
            operator: "IS NULL",
            values: [],
            at: { pointer: "/where/and/1/not" },
          },
        },
      ],
    });
  });

  it.each<[unknown, string[]]>([
    ["a = 1", ["/where"]],
    [[], ["/where"]],
    [{}, ["/where/column", "/where/operator"]],
    [{ and: [] }, ["/where/and"]],
    [{ or: {} }, ["/where/or"]],
    [{ and: [], or: [] }, ["/where/and", "/where/or"]],
    [{ column: 5, operator: "=", value: 1 }, ["/where/column"]],
    [{ column: "a", operator: "==", value: 1 }, ["/where/operator"]],
    [{ column: "a", operator: "=" }, ["/where/value"]],
    [{ column: "a", operator: "IN", value: "x" }, ["/where/value"]],
    [{ column: "a", operator: "IN", value: [] }, ["/where/value"]],
    [{ column: "a", operator: "BETWEEN", value: [1] }, ["/where/value"]],
    [{ column: "a", operator: "IS NULL", value: 1 }, ["/where/value"]],
    [{ column: "a", operator: "=", value: 1, "x/y": 2 }, ["/where/x~1y"]],
    [
      { or: [{ not: 1 }, { column: "a", operator: "=" }, { and: [2] }] },
      ["/where/or/0/not", "/where/or/1/value", "/where/or/2/and/0"],
    ],
  ])("reports %j", (where, wanted) => {
    const { condition, pointers } = read(where);
    expect(pointers).toEqual(wanted);
    expect(condition).toBeUndefined();
  });

  it("names the nearest operator", () => {
    expect(read({ column: "a", operator: "LIKES", value: "x" }).details[0]).toContain('"LIKE"');
  });

  it("refuses what is nested too deep instead of exhausting the stack", () => {
    let where: object = { column: "a", operator: "=", value: 1 };
    for (let i = 0; i < 20_000; i++) where = { not: where };
    expect(read(where).pointers).toEqual([`/where${"/not".repeat(conditionDepthLimit + 1)}`]);
  });
});
