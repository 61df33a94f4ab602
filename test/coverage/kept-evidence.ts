import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Evidence } from "./evidence.ts";

const folder = new URL("../../node_modules/.cache/executed/", import.meta.url);
const fileOf = (connector: string): URL => new URL(`${connector}.json`, folder);

/** Keeps what a full run executed, so that the page can be printed from it. */
export function keepEvidence(connector: string, evidence: Evidence): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(connector), JSON.stringify(evidence));
}

/** What the last full run executed; undefined where there was none. */
export function keptEvidence(connector: string): Evidence | undefined {
  const file = fileOf(connector);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Evidence) : undefined;
}
