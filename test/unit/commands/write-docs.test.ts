import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type ConnectorDefinition, codeInfo, type When } from "#spi";
import { installedConnectors } from "../../../connectors/index.ts";
import { causesPage } from "../../../src/commands/docs/causes-page.ts";
import { conditionText, simplified } from "../../../src/commands/docs/condition-text.ts";
import { table } from "../../../src/commands/docs/markdown.ts";
import { bare, readmeSections, renewed } from "../../../src/commands/docs/readme-sections.ts";
import { generateDocs } from "../../../src/commands/write-docs.ts";
import { holds } from "../../../src/runtime/conditions.ts";
import { settingDescriptions } from "../../../src/settings.ts";

let definitions: readonly ConnectorDefinition[];
const pages = new Map<string, string>();
beforeAll(async () => {
  definitions = await installedConnectors({ environment: {}, readFile: () => Promise.reject(new Error("no files")) });
  for (const { path, text } of await generateDocs((cause) => `the test of ${cause}`)) pages.set(path, text);
});

const page = (path: string): string => pages.get(path) ?? "";

describe("the page of a connector", () => {
  test("has every property, table, column, pseudo-column, procedure and parameter", () => {
    expect(definitions.length).toBeGreaterThan(0);
    for (const definition of definitions) {
      const text = page(`connectors/${definition.name}/README.md`);
      for (const { key } of definition.properties) expect(text).toContain(`| \`${key}\``);
      for (const { name: schema } of definition.schemas) {
        for (const { name, columns, pseudoColumns } of definition.tablesOf(schema)) {
          expect(text).toContain(`\n#### ${name}\n`);
          for (const each of [...columns, ...pseudoColumns]) expect(text).toContain(`\n| \`${each.name}\` |`);
        }
        for (const { name, inputs, outputs } of definition.proceduresOf(schema)) {
          expect(text).toContain(`\n#### ${name}\n`);
          for (const each of [...inputs, ...outputs]) expect(text).toContain(`\n| \`${each.name}\` |`);
        }
      }
    }
  });

  test("has tables whose rows all have the cells of their head", () => {
    for (const text of pages.values()) {
      for (const block of text.split("\n\n").filter((part) => part.startsWith("| "))) {
        const widths = block
          .trimEnd()
          .split("\n")
          .map((line) => line.replaceAll("\\|", "").split("|").length);
        expect(new Set(widths).size, block.slice(0, 200)).toBe(1);
      }
    }
  });

  test("links to headings it has", () => {
    for (const { name } of definitions) {
      const text = page(`connectors/${name}/README.md`);
      const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
        heading?.toLowerCase().replaceAll(" ", "-"),
      );
      const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link);
      expect(links).toEqual(headings);
    }
  });
});

describe("the page of causes", () => {
  test("has every cause once", () => {
    for (const { name, causes } of definitions) {
      const codes = [...page(`connectors/${name}/CAUSES.md`).matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(
        ([, code]) => code,
      );
      expect(new Set(codes).size).toBe(codes.length);
      expect(codes).toEqual(expect.arrayContaining([...causes.map(({ code }) => code), "VARIABLE_UNRESOLVED"]));
      for (const cause of codes) expect(page(`connectors/${name}/CAUSES.md`)).toContain(`| the test of ${cause} |`);
    }
  });

  test("refuses a code that is declared twice", () => {
    const cause = { code: "A", problem: "BUSY", step: "tcp", owner: "network", seen: "a", fix: "b" } as const;
    expect(() => causesPage("x", [cause, cause], () => "")).toThrow("cause A is declared twice");
  });
});

describe("the sections of the README", () => {
  const sections = () => readmeSections(["start", "test", "docs"], settingDescriptions);

  test("name every setting and every error code", () => {
    for (const { name } of settingDescriptions) expect(sections()["settings"]).toContain(`\n| \`${name}\` |`);
    for (const code of Object.keys(codeInfo))
      expect(sections()["codes"]).toMatch(new RegExp(`\n\\| \`${code}\` \\| \\d{3} `));
    expect(sections()["commands"]).toContain("| `npm run docs` |");
  });

  test("are renewed between their markers and nowhere else", () => {
    const old = bare("x", { settings: "old", codes: "old", commands: "old" }).replace("# x", "# x\n\nProse stays.");
    const text = renewed(old, sections());
    expect(text).toContain("Prose stays.");
    expect(text).not.toMatch(/\bold\b/);
    expect(text).toContain("`DATA_DIR`");
    expect(renewed(text, sections())).toBe(text);
  });

  test("are missed when a marker is gone, and unknown ones refused", () => {
    expect(() => renewed("# x", sections())).toThrow("lacks the markers of settings, codes, commands");
    expect(() => renewed("<!-- generated:wrong -->\n<!-- /generated -->", sections())).toThrow(
      "no generated section wrong",
    );
    expect(() => readmeSections(["deploy"], [])).toThrow("npm script deploy is not described");
  });
});

describe("conditions in words", () => {
  const properties = ["A", "B"];
  const values = ["x", "y", "z"];
  const leaf = fc.oneof(
    fc.record({ property: fc.constantFrom(...properties), in: fc.subarray(values, { minLength: 1 }) }),
    fc.record({ isSet: fc.constantFrom(...properties) }),
  );
  const { when } = fc.letrec<{ when: When }>((tie) => ({
    when: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.record({ not: tie("when") }),
      fc.record({ all: fc.array(tie("when"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie("when"), { minLength: 1, maxLength: 3 }) }),
    ) as fc.Arbitrary<When>,
  }));

  test("simplified, they hold in the same cases", () => {
    fc.assert(
      fc.property(
        when,
        fc.record({ A: fc.constantFrom(...values, undefined), B: fc.constantFrom(...values, undefined) }),
        (rule, given) => {
          const lookUp = (key: string) => ({ value: given[key as "A" | "B"] });
          expect(holds(simplified(rule), lookUp)).toBe(holds(rule, lookUp));
        },
      ),
    );
  });

  test("they read as sentences", () => {
    const online: When = {
      any: [
        { property: "P", in: ["a"] },
        { property: "P", in: ["b"] },
      ],
    };
    const rule: When = { all: [online, { not: { isSet: "S" } }, { any: [{ isSet: "T" }, { isSet: "U" }] }] };
    expect(conditionText(rule)).toBe("`P` is `a`/`b` and `S` is not set and (`T` is set or `U` is set)");
  });
});

test("cells keep their table together, and empty columns are left out", () => {
  expect(table(["A", "B", "C"], [["a|b", "", "c\nd"]])).toBe("| A | C |\n|---|---|\n| a\\|b | c d |");
});
