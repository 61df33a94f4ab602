import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { buildApp } from "../app.ts";
import { createMetrics } from "../http/metrics-registry.ts";
import { problemCatalog } from "../http/openapi/problem-catalog.ts";
import { defaultLimits } from "../http/settings.ts";
import type { UseCases } from "../runtime/use-cases.ts";

const root = new URL("../../", import.meta.url);

interface Generated {
  readonly path: string;
  readonly text: string;
}

const print = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Use cases of an app that only prints its routes; `health.drain` is what closing it calls. */
const documentOnly = { health: { drain: () => undefined } } as unknown as UseCases;

/** The published documents, as the code has them now. */
export async function generateDocuments(): Promise<readonly Generated[]> {
  const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { readonly version: string };
  const silent = (): void => undefined;
  const app = buildApp({
    cases: documentOnly,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: { now: () => 0, sleep: async () => undefined },
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0, uuid: () => "" },
    settings: { limits: defaultLimits, behindTlsProxy: false },
    version,
    metrics: createMetrics(),
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return [
    { path: "openapi/openapi.json", text: print(document) },
    { path: "openapi/problems.json", text: print(problemCatalog) },
  ];
}

function stored(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, root), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The first line in which two texts differ. */
function difference(path: string, written: string | undefined, generated: string): string {
  if (written === undefined) return `${path} is missing`;
  const lines = written.split("\n");
  const expected = generated.split("\n");
  const at = expected.findIndex((line, index) => line !== lines[index]);
  const line = at < 0 ? expected.length : at;
  return `${path} is stale from line ${line + 1}:\n  stored    ${lines[line] ?? "(end)"}\n  generated ${expected[line] ?? "(end)"}`;
}

async function main(check: boolean): Promise<number> {
  const documents = await generateDocuments();
  const stale = documents.filter(({ path, text }) => stored(path) !== text);
  if (check) {
    for (const { path, text } of stale) console.error(difference(path, stored(path), text));
    if (stale.length > 0) console.error("Run `npm run openapi` and commit the result.");
    return stale.length === 0 ? 0 : 1;
  }
  mkdirSync(new URL("openapi/", root), { recursive: true });
  for (const { path, text } of documents) writeFileSync(new URL(path, root), text);
  console.log(`${documents.length} documents written, ${stale.length} changed`);
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.includes("--check"));
