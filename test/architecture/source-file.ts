import { readdirSync, readFileSync } from "node:fs";
import { parseAst } from "vitest/node";

/** What a source file says about its surroundings; comments are not part of it. */
export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly lines: number;
  /** Every import specifier: static, type-only, re-export, dynamic, and types written as import("…"). */
  readonly imports: readonly Import[];
  /** Members read as `owner.member`, `owner["member"]` or `const { member } = owner`. */
  readonly members: ReadonlySet<string>;
  /** Names of members in object literals. */
  readonly options: ReadonlySet<string>;
  /** Names called or constructed. */
  readonly calls: ReadonlySet<string>;
  /** Identifiers, and texts other than import specifiers. */
  readonly words: readonly string[];
}

export interface Import {
  readonly specifier: string;
  /** `type`: erased before the code runs. */
  readonly load: "start" | "later" | "type";
  readonly names: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));

/** Reads one file; the text need not lie on the disk. */
export function readSource(path: string, text: string): SourceFile {
  const imports: Import[] = [];
  const members = new Set<string>();
  const calls = new Set<string>();
  const options = new Set<string>();
  const words: string[] = [];
  const visit = (node: Node): void => {
    const source = importOf(node);
    if (source !== undefined) imports.push(source);
    for (const member of membersOf(node)) members.add(member);
    if (node.type === "CallExpression" || node.type === "NewExpression") {
      const { callee } = node as unknown as { readonly callee: Node };
      if (callee.type === "Identifier") calls.add(String(callee["name"]));
    }
    if (node.type === "Property") options.add(String((node["key"] as Node)["name"]));
    const word = wordOf(node);
    if (word !== undefined) words.push(word);
    for (const child of childrenOf(node)) if (source === undefined || child !== node["source"]) visit(child);
  };
  visit(parseAst(text, { lang: "ts" }, path) as unknown as Node);
  return { path, lines: text.split("\n").length - 1, imports, members, options, calls, words };
}

const importTypes = new Set([
  "ImportDeclaration",
  "ExportAllDeclaration",
  "ExportNamedDeclaration",
  "ImportExpression",
  "TSImportType",
]);

function importOf(node: Node): Import | undefined {
  const source = node["source"];
  if (!importTypes.has(node.type) || !isNode(source) || typeof source["value"] !== "string") return undefined;
  const specifiers = (node["specifiers"] ?? []) as readonly Node[];
  const names = specifiers.flatMap(({ imported }) => (isNode(imported) ? [String(imported["name"])] : []));
  const isType = node["importKind"] === "type" || node["exportKind"] === "type" || node.type === "TSImportType";
  const load = isType ? "type" : node.type === "ImportExpression" ? "later" : "start";
  return { specifier: source["value"], load, names };
}

function membersOf(node: Node): readonly string[] {
  if (node.type === "MemberExpression") {
    const { object, property } = node as unknown as { readonly object: Node; readonly property: Node };
    const owner = object.type === "Identifier" ? String(object["name"]) : "";
    return [`${owner}.${String(property["name"] ?? property["value"])}`];
  }
  const { id, init } = node as { readonly id?: unknown; readonly init?: unknown };
  if (node.type !== "VariableDeclarator" || !isNode(id) || !isNode(init) || id.type !== "ObjectPattern") return [];
  const properties = id["properties"] as readonly { readonly key?: Node }[];
  return properties.flatMap(({ key }) => (key === undefined ? [] : [`${String(init["name"])}.${String(key["name"])}`]));
}

function wordOf(node: Node): string | undefined {
  if (node.type === "Identifier" || node.type === "PrivateIdentifier") return String(node["name"]);
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type === "TemplateElement") return (node["value"] as { readonly raw: string }).raw;
  return undefined;
}

const root = new URL("../../", import.meta.url);

/** Every TypeScript file under a folder of the project. */
export function readFolder(folder: string): readonly SourceFile[] {
  return readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .map((path) => readSource(path, readFileSync(new URL(path, root), "utf8")));
}
