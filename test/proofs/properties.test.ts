import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exchangeConnector } from "../../connectors/microsoft-exchange/manifest.ts";
import { propertyProofs } from "./properties.ts";

const root = new URL("../../", import.meta.url);
const { properties } = exchangeConnector({});
const active = properties.filter(({ effect }) => effect === "active").map(({ key }) => key);

test("every property in effect has a proof, and no other", () => {
  expect(Object.keys(propertyProofs).toSorted()).toEqual(active.toSorted());
});

describe.each(Object.entries(propertyProofs))("%s", (key, { file, title }) => {
  test("has its proof where it is said to be", () => {
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
  const keys = new Set(properties.map(({ key }) => key));
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
