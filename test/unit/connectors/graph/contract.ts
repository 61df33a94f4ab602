import { expect } from "vitest";
import { hasGraphContract, requestComplaint } from "../../../sandbox/graph-contract.ts";
import type { Seen } from "./fake-graph.ts";

interface BatchEntry {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/** Checks requests, and those within batches, against the Graph contract where it is at hand. */
export async function expectContract(seen: readonly Seen[]): Promise<void> {
  if (!hasGraphContract) return;
  for (const { method, url, body } of seen) {
    await expectOne(method, url, body);
    const parts = (body as { requests?: readonly BatchEntry[] } | undefined)?.requests ?? [];
    for (const part of parts) await expectOne(part.method, new URL(part.url, "https://graph.microsoft.com"), part.body);
  }
}

async function expectOne(method: string, url: URL, body: unknown): Promise<void> {
  const query = Object.fromEntries(url.searchParams);
  const path = url.pathname.replace(/^\/v1\.0/, "");
  // The contract holds the directory for reading only.
  if (/^\/(users|groups)(\/[^/]+)?$/.test(path) && method !== "GET") return;
  const complaint = await requestComplaint(method, path, { query, ...(body === undefined ? {} : { body }) });
  expect(complaint, `${method} ${decodeURIComponent(url.pathname + url.search)}`).toBeUndefined();
}
