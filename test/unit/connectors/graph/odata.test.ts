import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Condition, isComparison } from "#spi";
import type { GraphBinding } from "../../../../connectors/microsoft-exchange/graph/binding.ts";
import {
  fixedParts,
  leadBySort,
  printFilter,
  printOrder,
  queryString,
} from "../../../../connectors/microsoft-exchange/graph/odata.ts";
import { column, table } from "./fake-graph.ts";

const messages = table("Messages");
const is = (name: string, operator: string, value?: unknown): Condition<GraphBinding> =>
  ({ column: column(messages, name), operator, value }) as Condition<GraphBinding>;

// ---- an independent little reader of what is printed ----------------------------------------------------------------

type Token = { readonly kind: "text" | "word" | "mark"; readonly text: string };

/** Splits OData filter text; a quote that does not end or an unknown character fails. */
function tokens(filter: string): Token[] {
  const found: Token[] = [];
  let rest = filter;
  while (rest !== "") {
    const text = /^'((?:[^']|'')*)'/.exec(rest);
    const mark = /^[(),]/.exec(rest);
    const word = /^[A-Za-z0-9_/.:+-]+/.exec(rest);
    const blank = /^ +/.exec(rest);
    const match = text ?? mark ?? word ?? blank;
    if (match === null) throw new Error(`cannot read ${rest}`);
    if (text !== null) found.push({ kind: "text", text: (text[1] ?? "").replaceAll("''", "'") });
    else if (mark !== null) found.push({ kind: "mark", text: mark[0] });
    else if (word !== null) found.push({ kind: "word", text: word[0] });
    rest = rest.slice(match[0].length);
  }
  return found;
}

type Clause = { readonly left: string; readonly operator: string; readonly right: string | boolean };
type Tree = Clause | { readonly and: readonly Tree[] } | { readonly or: readonly Tree[] };

/** Recursive descent: or < and < clause. */
function parse(filter: string): Tree {
  const list = tokens(filter);
  let at = 0;
  const peek = (): Token | undefined => list[at];
  const take = (): Token => {
    const token = list[at];
    if (token === undefined) throw new Error("ended early");
    at += 1;
    return token;
  };
  const joined = (word: "or" | "and", next: () => Tree): Tree => {
    const parts = [next()];
    while (peek()?.kind === "word" && peek()?.text === word) {
      take();
      parts.push(next());
    }
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return word === "or" ? { or: parts } : { and: parts };
  };
  const clause = (): Tree => {
    const token = take();
    if (token.kind === "mark" && token.text === "(") {
      const inner = joined("or", () => joined("and", clause));
      if (take().text !== ")") throw new Error("no closing parenthesis");
      return inner;
    }
    if (peek()?.text === "(") {
      take();
      const left = take().text;
      if (take().text !== ",") throw new Error("no comma");
      const right = take();
      if (take().text !== ")") throw new Error("no closing parenthesis");
      return { left, operator: token.text, right: right.text };
    }
    return { left: token.text, operator: take().text, right: take().text };
  };
  const tree = joined("or", () => joined("and", clause));
  if (at !== list.length) throw new Error("text after the filter");
  return tree;
}

// ---- properties ----------------------------------------------------------------------------------------------------

const words = fc.string({ unit: "binary", minLength: 1, maxLength: 30 }).filter((text) => !/\p{Cc}/u.test(text));

describe("printFilter", () => {
  test("any text comes back as it was, and nothing besides", () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(parse(printFilter(is("subject", "=", text)) ?? "")).toEqual({
          left: "subject",
          operator: "eq",
          right: text,
        });
      }),
      { numRuns: 2000 },
    );
  });

  test("trees keep their shape", () => {
    const leaf = fc.oneof(
      words.map((text) => is("subject", "=", text)),
      fc.boolean().map((flag) => is("isRead", "=", flag)),
      words.map((text) => is("from_emailAddress_address", "=", text)),
    );
    const trees = fc.letrec<{ tree: Condition<GraphBinding> }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("tree"), { minLength: 2, maxLength: 3 }).map((and) => ({ and })),
        fc.array(tie("tree"), { minLength: 2, maxLength: 3 }).map((or) => ({ or })),
      ),
    })).tree;
    fc.assert(
      fc.property(trees, (where) => {
        expect(flatten(parse(printFilter(where) ?? ""))).toEqual(flatten(expected(where)));
      }),
      { numRuns: 500 },
    );
  });

  test("survives percent-encoding into a URL and back", () => {
    fc.assert(
      fc.property(words, (text) => {
        const filter = printFilter(is("subject", "=", text));
        const url = new URL(`https://graph.example/v1.0/me/messages${queryString({ $filter: filter, $top: 5 })}`);
        expect(url.searchParams.get("$filter")).toBe(filter);
        expect([...url.searchParams.keys()]).toEqual(["$filter", "$top"]);
      }),
    );
  });

  test("LIKE patterns become the widest thing that holds", () => {
    expect(printFilter(is("subject", "LIKE", "Invoice%"))).toBe("startswith(subject,'Invoice')");
    expect(printFilter(is("subject", "LIKE", "%it's%due_soon"))).toBe("contains(subject,'it''s')");
    expect(printFilter(is("subject", "LIKE", "50\\%%"))).toBe("startswith(subject,'50%')");
    expect(printFilter(is("from_emailAddress_address", "LIKE", "%@example.com"))).toBeUndefined();
    expect(printFilter(is("subject", "LIKE", "%"))).toBeUndefined();
    expect(fixedParts("a\\_b%c")).toEqual(["a_b", "c"]);
  });

  test("time bounds are widened to whole seconds", () => {
    const at = "2026-03-01T10:00:00Z";
    expect(printFilter(is("receivedDateTime", ">=", at))).toBe("receivedDateTime ge 2026-03-01T10:00:00Z");
    expect(printFilter(is("receivedDateTime", "<=", at))).toBe("receivedDateTime lt 2026-03-01T10:00:01Z");
    expect(printFilter(is("receivedDateTime", "<", "2026-03-01T10:00:00.500Z"))).toBe(
      "receivedDateTime lt 2026-03-01T10:00:01Z",
    );
    expect(printFilter(is("receivedDateTime", "=", at))).toBe(
      "receivedDateTime ge 2026-03-01T10:00:00Z and receivedDateTime lt 2026-03-01T10:00:01Z",
    );
    expect(printFilter(is("receivedDateTime", "BETWEEN", [at, at]))).toContain(" and ");
    expect(printFilter(is("receivedDateTime", "=", "not a time"))).toBeUndefined();
  });

  test("zoned times are quoted", () => {
    const start = column(table("Events"), "start_dateTime");
    expect(printFilter({ column: start, operator: ">=", value: "2026-03-01T10:00:00Z" })).toBe(
      "start/dateTime ge '2026-03-01T10:00:00'",
    );
  });

  test("words of a set take their own spelling, others are left to the service", () => {
    expect(printFilter(is("importance", "=", "HIGH"))).toBe("importance eq 'high'");
    expect(printFilter(is("importance", "<>", "low"))).toBe("importance ne 'low'");
    expect(printFilter(is("importance", "=", "urgent"))).toBeUndefined();
    expect(printFilter(is("isRead", "<>", true))).toBe("isRead eq false");
  });

  test("what cannot be said widens an AND and cancels an OR", () => {
    const said = is("isRead", "=", false);
    const unsaid = is("body_content", "LIKE", "%x%");
    expect(printFilter({ and: [said, unsaid] })).toBe("isRead eq false");
    expect(printFilter({ or: [said, unsaid] })).toBeUndefined();
    expect(printFilter({ not: said })).toBeUndefined();
    expect(printFilter(is("subject", "IN", ["a", "b"]))).toBe("(subject eq 'a' or subject eq 'b')");
    expect(
      printFilter(
        is(
          "subject",
          "IN",
          Array.from({ length: 16 }, (_, at) => `s${at}`),
        ),
      ),
    ).toBeUndefined();
    expect(printFilter(is("subject", "IS NULL"))).toBeUndefined();
  });
});

test("sorting leads the filter, and stands in its order", () => {
  const orderBy = [{ column: column(messages, "receivedDateTime"), direction: "desc" as const }];
  expect(printOrder(orderBy)).toBe("receivedDateTime desc");
  expect(leadBySort("isRead eq false", orderBy)).toBe("receivedDateTime ge 1900-01-01T00:00:00Z and isRead eq false");
  expect(leadBySort(undefined, orderBy)).toBeUndefined();
});

function expected(where: Condition<GraphBinding>): Tree {
  if (isComparison(where)) {
    const left = where.column.name.replaceAll("_", "/");
    return { left, operator: "eq", right: String(where.value) };
  }
  if ("and" in where) return { and: where.and.map(expected) };
  return { or: "or" in where ? where.or.map(expected) : [] };
}

/** `and` within `and` (and `or` within `or`) means the same without the nesting. */
function flatten(tree: Tree): Tree {
  if ("and" in tree) return { and: tree.and.map(flatten).flatMap((part) => ("and" in part ? part.and : [part])) };
  if ("or" in tree) return { or: tree.or.map(flatten).flatMap((part) => ("or" in part ? part.or : [part])) };
  return tree;
}
