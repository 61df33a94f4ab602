import path from "node:path";
import {
  entryFiles,
  longestFile,
  longFiles,
  namesProducts,
  opensSecrets,
  productWords,
  startsPrograms,
} from "./exceptions.ts";
import type { Import, SourceFile } from "./source-file.ts";
import { lazyPackages, plainModules, seesSettings, strangers, type Zone, zones } from "./zones.ts";

/** One broken rule, as text: the file, and what is wrong with it. */
export type Violation = string;

export const zoneOf = (file: string): Zone | undefined => zones.find(({ files }) => files.test(file));

/** The file an import specifier names; undefined for packages and modules of Node.js. */
export function targetOf(file: string, specifier: string): string | undefined {
  if (specifier === "#spi") return "src/spi/index.ts";
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
}

/** Everything a set of files breaks; `known` are all files there are. */
export function violationsOf(
  files: readonly SourceFile[],
  known: ReadonlySet<string> = new Set(files.map((file) => file.path)),
): readonly Violation[] {
  return [
    ...files.flatMap((file) =>
      [
        ...file.imports.flatMap((each) => importViolations(file, each, known)),
        ...contentViolations(file),
        ...productNames(file),
      ].map((what) => `${file.path} ${what}`),
    ),
    ...cyclesOf(files),
  ];
}

function importViolations(file: SourceFile, found: Import, known: ReadonlySet<string>): readonly string[] {
  const zone = zoneOf(file.path);
  if (zone === undefined) return ["lies in no zone"];
  const { specifier } = found;
  if (specifier.startsWith("node:")) return moduleViolations(zone, file, found);
  const target = targetOf(file.path, specifier);
  if (target === undefined) return packageViolations(zone, found);
  const broken: string[] = [];
  if (!known.has(target)) broken.push(`imports ${specifier}, which is no file`);
  if (!isAllowed(zone, file.path, target)) broken.push(`(${zone.name}) must not import ${target}`);
  if (/^src\/(settings|log)\.ts$/.test(target) && !seesSettings.test(file.path))
    broken.push(`must not see ${target}: values are handed to it`);
  return broken;
}

const folderOfConnector = (file: string): string | undefined => /^connectors\/[^/]+(?=\/)/.exec(file)?.[0];

function isAllowed(zone: Zone, file: string, target: string): boolean {
  const other = zoneOf(target);
  if (other === undefined) return false;
  const [mine, theirs] = [folderOfConnector(file), folderOfConnector(target)];
  if (mine !== undefined && theirs !== undefined && mine !== theirs && other.name !== "connector library") return false;
  if (strangers.some(([from, to]) => from.test(file) && to.test(target))) return false;
  if (zone.imports.includes("*")) return other.name !== "sandbox" && other.name !== "demo";
  return other.name === zone.name || zone.imports.includes(other.name);
}

function packageViolations(zone: Zone, { specifier, load }: Import): readonly string[] {
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const broken = zone.packages.includes(name) ? [] : [`(${zone.name}) is no home of package ${name}`];
  return load !== "start" || !lazyPackages.includes(name)
    ? broken
    : [...broken, `loads ${name} at start: use await import()`];
}

function moduleViolations(zone: Zone, file: SourceFile, { specifier, names }: Import): readonly string[] {
  const module = specifier.slice("node:".length);
  if (["vm", "process", "repl", "inspector"].includes(module)) return [`must not import ${specifier}`];
  const isShell = module === "child_process" && names.some((name) => /^(exec|execSync)$/.test(name));
  if (isShell) return ["starts a shell"];
  if (module === "child_process" && !startsPrograms.test(file.path)) return ["starts programs"];
  return plainModules.includes(module) || zone.modules.includes(module)
    ? []
    : [`(${zone.name}) must not import ${specifier}`];
}

function contentViolations(file: SourceFile): readonly string[] {
  const broken: string[] = [];
  const { members, calls } = file;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path.posix.basename(file.path))) broken.push("has no kebab-case name");
  if (!entryFiles.test(file.path)) {
    for (const member of ["process.env", "process.exit"]) if (members.has(member)) broken.push(`uses ${member}`);
  }
  const opens = [...members].some((member) => member.endsWith(".reveal"));
  if (opens && !(file.path in opensSecrets)) broken.push("opens a Secret");
  for (const name of ["eval", "Function"]) if (calls.has(name)) broken.push(`calls ${name}`);
  if (file.options.has("shell")) broken.push("starts a shell");
  if (file.lines > longestFile && !(file.path in longFiles)) broken.push(`has ${file.lines} lines`);
  return broken;
}

/** Words of identifiers and texts: `openEwsSession` and `EWS_DISABLED` both have the word ews. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);

export function productWordsIn(file: SourceFile): ReadonlySet<string> {
  return new Set(file.words.flatMap(wordsOf).filter((word) => productWords.test(word)));
}

function productNames(file: SourceFile): readonly string[] {
  if (!file.path.startsWith("src/")) return [];
  const allowed = namesProducts[file.path] ?? {};
  return [...productWordsIn(file)].filter((word) => !(word in allowed)).map((word) => `names a product: ${word}`);
}

/**
 * Import cycles. Type-only imports do not count: they are erased before the code runs, types may be recursive (a column
 * has operators, a comparison has a column), and the table keeps them from crossing zones both ways. Each cycle is told
 * once, from the file that comes first.
 */
function cyclesOf(files: readonly SourceFile[]): readonly Violation[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      file.imports.flatMap(({ specifier, load }) => (load === "type" ? [] : (targetOf(file.path, specifier) ?? []))),
    ]),
  );
  const done = new Set<string>();
  const found: Violation[] = [];
  const walk = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) found.push(`cycle: ${[...trail.slice(start), file].join(" → ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const target of edges.get(file) ?? []) walk(target, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return found;
}
