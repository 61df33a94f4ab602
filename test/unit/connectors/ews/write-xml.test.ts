import fc from "fast-check";
import { XmlDocument, XmlElement } from "libxml2-wasm";
import { describe, expect, test } from "vitest";
import { assertWritable, element, leaf, text } from "../../../../connectors/microsoft-exchange/ews/write-xml.ts";

/** Any text XML 1.0 has a form for. */
const writable = fc
  .string({ unit: "binary", maxLength: 200 })
  .map((value) => value.replace(/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF\uD800-\uDFFF]/gu, ""));

/** Root element as an independent parser sees it. */
function parsed<T>(markup: string, look: (root: XmlElement) => T): T {
  const document = XmlDocument.fromString(`<?xml version="1.0"?>${markup}`);
  try {
    return look(document.root);
  } finally {
    document.dispose();
  }
}

describe("the XML writer", () => {
  test("text comes back as it was, and adds no element", () => {
    fc.assert(
      fc.property(writable, (value) => {
        const root = parsed(element("a", undefined, leaf("b", value), leaf("c", "end")), (node) => ({
          names: [...childNames(node)],
          content: node.get("b")?.content,
        }));
        expect(root.names).toEqual(["b", "c"]);
        expect(root.content).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  test("attribute values come back as they were, and add no attribute", () => {
    fc.assert(
      fc.property(writable, (value) => {
        const attributes = parsed(element("a", { Value: value, Other: "x" }), (node) =>
          node.attrs.map((attr) => [attr.name, attr.value]),
        );
        expect(attributes).toEqual([
          ["Value", value],
          ["Other", "x"],
        ]);
      }),
      { numRuns: 2000 },
    );
  });

  test("what injects into careless writers stays text", () => {
    const value = "\"/></t:Subject><t:IsRead>true</t:IsRead><![CDATA[x]]> <!-- --> &lt; &#13; \r\n\r'";
    expect(
      parsed(element("a", { v: value }, text(value, "v")), (node) => [node.content, node.attr("v")?.value]),
    ).toEqual([value, value]);
  });

  test("characters XML cannot carry are refused with name and place", () => {
    const unwritable = fc.constantFrom(
      "\0",
      "\u0001",
      "\u001f",
      "\u000b",
      "\ufffe",
      "\uffff",
      "\ud800",
      "\udc00",
      "\ude00\ud83d",
    );
    fc.assert(
      fc.property(writable, unwritable, writable, (before, bad, after) => {
        let refused: unknown;
        try {
          assertWritable(before + bad + after, "Subject");
        } catch (error) {
          refused = error;
        }
        expect(refused).toMatchObject({
          code: "INVALID_QUERY",
          target: "Subject",
          evidence: { position: before.length },
        });
      }),
    );
    expect(() => element("a", { v: "\u0000" })).toThrow(/position 0/);
    expect(() => text("😀", "Subject")).not.toThrow();
  });
});

function* childNames(node: XmlElement): Generator<string> {
  for (let child = node.firstChild; child !== null; child = child.next)
    if (child instanceof XmlElement) yield child.name;
}
