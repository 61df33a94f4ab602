import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { readSource } from "../architecture/source-file.ts";
import { targetOf } from "../architecture/violations.ts";

const root = new URL("../../", import.meta.url);

/** What a program needs at run time: files of the project, and npm packages. */
export interface Reachable {
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
  /** Files that import what only a variable names. */
  readonly indirect: readonly string[];
}

/** Follows every import that is left when types are stripped, late ones too, and files named by `new URL("./…")`. */
export function reachableFrom(...entries: readonly string[]): Reachable {
  const files = new Set<string>();
  const packages = new Set<string>();
  const indirect: string[] = [];
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    if (!file.endsWith(".ts")) continue;
    const text = stripTypeScriptTypes(readFileSync(new URL(file, root), "utf8"));
    if (/\bimport\((?!\s*")/.test(text)) indirect.push(file);
    const { imports, words } = readSource(file, text);
    const named = words.filter((word) => /^\.\.?\/[\w./-]+\.\w+$/.test(word));
    for (const specifier of [...imports.map((each) => each.specifier), ...named]) {
      const target = targetOf(file, specifier);
      if (target === undefined) addPackage(specifier);
      else if (existsSync(new URL(target, root))) waiting.push(target);
    }
  }
  return { files, packages, indirect };

  function addPackage(specifier: string): void {
    if (specifier.startsWith("node:")) return;
    packages.add(specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
  }
}
