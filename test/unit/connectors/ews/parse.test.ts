import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ElementReader } from "../../../../connectors/microsoft-exchange/ews/element-reader.ts";
import { readXml } from "../../../../connectors/microsoft-exchange/ews/parse.ts";
import { element, leaf } from "../../../../connectors/microsoft-exchange/ews/write-xml.ts";

interface Seen {
  readonly texts: string[];
  readonly attributes: string[];
}

function reader(): ElementReader<Seen> {
  const root = new ElementReader<Seen>();
  root.at(["Root", "Value"]).onOpen((seen, attributes) => {
    if (attributes["Key"] !== undefined) seen.attributes.push(attributes["Key"]);
  });
  root.at(["Root", "Value"]).onText((seen, text) => {
    seen.texts.push(text);
  });
  return root;
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(xml: string, size = 1 << 16): Promise<Seen> {
  const seen: Seen = { texts: [], attributes: [] };
  await readXml(inChunks(new TextEncoder().encode(xml), size), reader(), seen);
  return seen;
}

describe("the streaming reader", () => {
  test("reads text and attributes however the bytes are cut", async () => {
    const texts = ["a & b < c > d \" '", "line\r\nend\r", "  edges  ", "Привет", "😀", "", "x\uFDD0y\uFDD1"];
    const xml = element(
      "s:Root",
      undefined,
      texts.map((value) => leaf("t:Value", value, { attributes: { Key: value } })),
    );
    for (const size of [1, 2, 3, 7, 1000]) {
      expect(await read(xml, size)).toEqual({ texts, attributes: texts });
    }
  });

  test("keeps characters that servers send as references although XML forbids them", async () => {
    const xml =
      '<Root><Value Key="&#x1;k">a&#x1F;b&#31;&#0;c&#xD83D;&#xDE00;&#xFFFE;&#xD;&#x41;&amp;#x1F;</Value></Root>';
    for (const size of [1, 4, 1000]) {
      expect(await read(xml, size)).toEqual({
        texts: ["a\u001fb\u001f\u0000c😀\ufffe\rA&#x1F;"],
        attributes: ["\u0001k"],
      });
    }
  });

  test("what was written is read, for any text and any cut", async () => {
    const value = fc
      .string({ unit: "binary", maxLength: 60 })
      .map((each) => each.replace(/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF\uD800-\uDFFF]/gu, ""));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), async (texts, size) => {
        const xml = element(
          "Root",
          undefined,
          texts.map((each) => leaf("Value", each)),
        );
        expect((await read(xml, size)).texts).toEqual(texts);
      }),
      { numRuns: 300 },
    );
  });

  test("skips what nobody asked for, also where names repeat deeper", async () => {
    const seen = await read("<Root><Other><Value>no</Value></Other><Value>yes<Inner>no</Inner></Value></Root>");
    expect(seen.texts).toEqual(["yes"]);
  });

  const deep = `${"<a>".repeat(300)}${"</a>".repeat(300)}`;
  const wide = `<a ${Array.from({ length: 300 }, (_, n) => `b${n}="1"`).join(" ")}/>`;
  test.each([
    ["a DOCTYPE", '<!DOCTYPE Root [<!ENTITY x "y">]><Root><Value>&x;</Value></Root>'],
    ["an unknown entity", "<Root><Value>&x;</Value></Root>"],
    ["too much depth", `<Root>${deep}</Root>`],
    ["too much depth where it reads", `<Root><Value>${deep}</Value></Root>`],
    ["too many attributes", `<Root>${wide}</Root>`],
    ["an end too early", "<Root><Value>x"],
    ["a reference cut off", "<Root><Value>x</Value></Root>&#x1"],
    ["no XML", "not xml"],
    ["raw control characters", "<Root>\u0001</Root>"],
  ])("refuses %s", async (_, xml) => {
    await expect(read(xml)).rejects.toMatchObject({ code: "PROTOCOL", causeCode: "EWS_XML_INVALID" });
  });

  test("names like those of object members do no harm", async () => {
    const seen = await read('<Root><__proto__ __proto__="1"/><constructor/><Value Key="__proto__">x</Value></Root>');
    expect(seen).toEqual({ texts: ["x"], attributes: ["__proto__"] });
  });

  test("any bytes end in rows or an error, never in a crash", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({
          unit: fc.constantFrom(
            "<",
            ">",
            "/",
            "&",
            "#",
            "x",
            "1",
            ";",
            "Root",
            "Value",
            '"',
            "=",
            " ",
            "!",
            "[",
            "]",
            "-",
            "?",
          ),
          maxLength: 60,
        }),
        async (xml) => {
          await read(xml).catch((error: unknown) => expect(error).toMatchObject({ code: "PROTOCOL" }));
        },
      ),
      { numRuns: 500 },
    );
  });
});
