import { describe, expect, test } from "vitest";
import { longestFile, longFiles, namesProducts, opensSecrets } from "./architecture/exceptions.ts";
import { readFolder, readSource } from "./architecture/source-file.ts";
import { productWordsIn, targetOf, violationsOf, zoneOf } from "./architecture/violations.ts";
import { zones } from "./architecture/zones.ts";

const files = [...readFolder("src"), ...readFolder("connectors")];
const paths = new Set(files.map(({ path }) => path));

describe("the shape of the code", () => {
  test("every zone has files, and every file a zone", () => {
    const empty = zones.filter((zone) => !files.some(({ path }) => zoneOf(path) === zone)).map(({ name }) => name);
    expect(empty).toEqual([]);
    expect(files.filter(({ path }) => zoneOf(path) === undefined).map(({ path }) => path)).toEqual([]);
    for (const { path, imports, words } of files) expect(imports.length + words.length, path).toBeGreaterThan(0);
  });

  test("imports follow the table", () => {
    const edges = files.flatMap(({ path, imports }) => imports.filter(({ specifier }) => targetOf(path, specifier)));
    expect(edges.length).toBeGreaterThan(files.length);
    expect(violationsOf(files)).toEqual([]);
  });

  test("every exception is still needed", () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const opens = files.filter(({ members }) => [...members].some((member) => member.endsWith(".reveal")));
    expect(Object.keys(opensSecrets).sort()).toEqual(opens.map(({ path }) => path).sort());
    for (const path of Object.keys(longFiles)) expect(byPath.get(path)?.lines, path).toBeGreaterThan(longestFile);
    for (const [path, words] of Object.entries(namesProducts)) {
      expect(paths, path).toContain(path);
      const found = productWordsIn(byPath.get(path)!);
      for (const word of Object.keys(words)) expect(found, path).toContain(word);
    }
  });
});

/** One planted mistake for each rule: its file, its text, and what must be said about it. */
const planted: readonly (readonly [path: string, text: string, told: RegExp])[] = [
  ["src/query/a.ts", 'import { open } from "../store/open.ts";', /\(query\) must not import src\/store\/open\.ts/],
  ["src/query/a.ts", 'import type { Store } from "../store/store.ts";', /must not import src\/store\/store\.ts/],
  ["src/query/a.ts", 'const a = await import("../net/client.ts");', /must not import src\/net\/client\.ts/],
  ["src/query/a.ts", 'let a: import("../net/client.ts").A;', /must not import src\/net\/client\.ts/],
  ["src/query/a.ts", 'export * from "../net/client.ts";', /must not import src\/net\/client\.ts/],
  ["src/runtime/a.ts", 'import "../http/problem.ts";', /\(runtime\) must not import src\/http\/problem\.ts/],
  ["src/http/a.ts", 'import "../store/open.ts";', /\(http\) must not import/],
  ["src/app.ts", 'import "../connectors/microsoft-exchange/manifest.ts";', /\(composition\) must not import/],
  ["src/runtime/a.ts", 'import "../settings.ts";', /must not see src\/settings\.ts/],
  ["src/commands/a.ts", 'import "../../connectors/microsoft-exchange/sandbox/sandbox.ts";', /must not import/],
  ["connectors/notes/a.ts", 'import "../../src/net/client.ts";', /\(connector\) must not import src\/net\/client\.ts/],
  ["connectors/notes/a.ts", 'import "../microsoft-exchange/config.ts";', /must not import connectors\/microsoft/],
  ["connectors/common/a.ts", 'import "../microsoft-exchange/config.ts";', /\(connector library\) must not import/],
  ["connectors/notes/a.ts", 'import "node:net";', /\(connector\) must not import node:net/],
  ["connectors/notes/a.ts", 'import { Agent } from "undici";', /\(connector\) is no home of package undici/],
  ["connectors/microsoft-exchange/ews/a.ts", 'import "../graph/odata.ts";', /must not import .*graph\/odata\.ts/],
  ["connectors/microsoft-exchange/ews/a.ts", 'import "../sandbox/sandbox.ts";', /must not import .*sandbox\.ts/],
  ["connectors/microsoft-exchange/sandbox/a.ts", 'import "../ews/session.ts";', /\(sandbox\) must not import/],
  ["connectors/microsoft-exchange/sandbox/a.ts", 'import { Secret } from "#spi";', /\(sandbox\) must not import/],
  ["connectors/microsoft-exchange/demo/a.ts", 'import "../sandbox/sandbox.ts";', /\(demo\) must not import/],
  ["connectors/microsoft-identity/a.ts", 'import { Client } from "@azure/msal-node";', /await import/],
  ["src/http/a.ts", 'import "ews-javascript-api";', /is no home of package ews-javascript-api/],
  ["src/net/a.ts", 'import "./nowhere.ts";', /imports \.\/nowhere\.ts, which is no file/],
  ["src/net/a.ts", "const { env } = process;", /uses process\.env/],
  ["src/net/a.ts", 'process["exit"](1);', /uses process\.exit/],
  ["src/net/a.ts", 'import { env } from "node:process";', /must not import node:process/],
  ["src/net/a.ts", "const a = secret.reveal();", /opens a Secret/],
  ["src/net/a.ts", "const a = config.password?.reveal();", /opens a Secret/],
  ["src/net/a.ts", 'eval("1");', /calls eval/],
  ["src/net/a.ts", 'new Function("1");', /calls Function/],
  ["src/net/a.ts", 'import { runInNewContext } from "node:vm";', /must not import node:vm/],
  ["src/net/a.ts", 'import { spawn } from "node:child_process";', /starts programs/],
  ["src/net/auth/kerberos/helper.ts", 'import { exec } from "node:child_process";', /starts a shell/],
  ["src/net/auth/kerberos/helper.ts", 'spawn("a", [], { shell: true });', /starts a shell/],
  ["src/net/a.ts", "const openEwsSession = 1;", /names a product: ews/],
  ["src/net/a.ts", "const a = `https://graph.example/`;", /names a product: graph/],
  ["src/net/aFile.ts", "const a = 1;", /has no kebab-case name/],
  ["src/net/a.ts", "a();\n".repeat(longestFile + 1), /has 401 lines/],
];

describe("the guard sees", () => {
  test("nothing wrong in a file without mistakes", () => {
    const text = 'import { Secret } from "#spi";\n// EWS: process.env and reveal() in a comment\nnew Secret("a");\n';
    expect(violationsOf([readSource("src/net/innocent.ts", text)], paths)).toEqual([]);
  });

  for (const [path, text, told] of planted) {
    const firstLine = text.split("\n")[0];
    test(`${firstLine} in ${path}`, () => {
      const found = violationsOf([readSource(path, text)], paths);
      expect(
        found.filter((each) => told.test(each)),
        found.join("\n"),
      ).toHaveLength(1);
    });
  }

  test("cycles of imports that run, through dynamic ones too; not those of types", () => {
    const found = violationsOf([
      readSource("src/net/a.ts", 'import { b } from "./b.ts";'),
      readSource("src/net/b.ts", 'await import("./c.ts");'),
      readSource("src/net/c.ts", 'export { a } from "./a.ts";\nimport type { D } from "./d.ts";'),
      readSource("src/net/d.ts", 'import type { C } from "./c.ts";'),
    ]);
    expect(found).toEqual(["cycle: src/net/a.ts → src/net/b.ts → src/net/c.ts → src/net/a.ts"]);
  });
});
