import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { propertyProofs } from "./properties.ts";
import { provenConnectors } from "./write-page.ts";

const root = new URL("../../", import.meta.url);
describe.each(provenConnectors.map((proven) => ({ ...proven, name: proven.definition.name })))("$name", ({
  definition,
  proofs,
}) => {
  test("every property in effect has a proof, and no other", () => {
    const active = definition.properties.filter(({ effect }) => effect === "active").map(({ key }) => key);
    expect(Object.keys(proofs).toSorted()).toEqual(active.toSorted());
  });

  test.each(Object.entries(proofs))("%s has its proof where it is said to be", (key, { file, title }) => {
    expect(existsSync(new URL(file, root)), file).toBe(true);
    const source = readFileSync(new URL(file, root), "utf8");
    expect(
      ["'", '"', "`"].some((quote) => source.includes(`${quote}${title}${quote}`)),
      `${file}: ${title}`,
    ).toBe(true);
    expect(source, `${file} never says ${key}`).toMatch(new RegExp(`\\b${key}\\b`));
  });
});

test("every test of this page's own files names its property first", () => {
  const [exchange] = provenConnectors;
  const keys = new Set(exchange?.definition.properties.map(({ key }) => key));
  for (const { file, title } of Object.values(propertyProofs)) {
    const [first = ""] = title.split(" ");
    if (/properties\/effects|service\/properties/.test(file) && first !== "%s") expect(keys, title).toContain(first);
  }
});

test("the printed pages are as they would be printed now", () => {
  const printed = spawnSync(process.execPath, ["test/proofs/write-page.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(printed.stderr).toBe("");
  expect(printed.status).toBe(0);
});
