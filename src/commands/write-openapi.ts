import { readFileSync } from "node:fs";
import { buildApp } from "../app.ts";
import { createMetrics } from "../http/metrics-registry.ts";
import { problemCatalog } from "../http/openapi/problem-catalog.ts";
import { defaultLimits } from "../http/settings.ts";
import type { UseCases } from "../runtime/use-cases.ts";
import { type Generated, writeGenerated } from "./generated.ts";

const root = new URL("../../", import.meta.url);

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
  const document = (await app.apiPages()).swagger();
  await app.close();
  return [
    { path: "openapi/openapi.json", text: print(document) },
    { path: "openapi/problems.json", text: print(problemCatalog) },
  ];
}

if (import.meta.main)
  process.exitCode = writeGenerated(await generateDocuments(), process.argv.includes("--check"), "npm run openapi");
