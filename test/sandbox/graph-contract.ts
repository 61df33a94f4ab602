import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

type Checker = {
  request(method: string, path: string, options: { query?: Record<string, string>; body?: unknown }): string;
  response(method: string, path: string, status: number, body?: unknown): string;
};

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));
const reference = join(projectRoot, "../shared/reference/graph");
const files = ["graph-contract.mjs", "graph-outlook.openapi.json"];
let loading: Promise<Checker> | undefined;

/** Whether the Graph contract lies beside the project; without it checks against it must be skipped by name. */
export const hasGraphContract: boolean = files.every((name) => existsSync(join(reference, name)));

/** Title to give to a suite that is skipped when the contract is missing. */
export const graphContractTitle = "against the Graph contract (needs ../shared/reference/graph)";

/** What the contract has against a request, or undefined; the path may begin with /v1.0. */
export async function requestComplaint(
  method: string,
  path: string,
  options: { query?: Record<string, string>; body?: unknown } = {},
): Promise<string | undefined> {
  const checker = await load();
  return complaint(checker.request(method, withoutVersion(path), options));
}

/** What the contract has against an answer, or undefined; no body is `undefined`. */
export async function responseComplaint(
  method: string,
  path: string,
  status: number,
  body?: unknown,
): Promise<string | undefined> {
  const checker = await load();
  return complaint(checker.response(method, withoutVersion(path), status, body));
}

function complaint(verdict: string): string | undefined {
  return verdict === "valid" ? undefined : verdict;
}

function withoutVersion(path: string): string {
  return path.replace(/^\/v1\.0(?=\/)/, "");
}

/** The checker imports `ajv` from beside itself, so it is loaded from a copy next to a link to our node_modules. */
async function load(): Promise<Checker> {
  loading ??= importCopy();
  return loading;
}

async function importCopy(): Promise<Checker> {
  const folder = mkdtempSync(join(tmpdir(), "graph-contract-"));
  try {
    for (const name of files) cpSync(join(reference, name), join(folder, name));
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    const address = pathToFileURL(join(folder, "graph-contract.mjs")).href;
    return (await import(/* @vite-ignore */ address)) as Checker;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
