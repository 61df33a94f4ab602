import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "store-kill-"));
afterAll(() => rmSync(folder, { recursive: true }));
const writer = new URL("store-writer.ts", import.meta.url).pathname;

/** `STORE_KILL_ROUNDS=50` for the long version. */
const rounds = Number(process.env["STORE_KILL_ROUNDS"] ?? 5);
const openLimitMs = 3000;

interface Round {
  readonly acknowledged: readonly string[];
  readonly openMs: number;
}

/** Runs a writer and kills it after some acknowledged commits, in the middle of whatever it does. */
function killedWriter(round: number): Promise<Round> {
  const commits = 20 + Math.floor(Math.random() * 100);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, folder, String(round)], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let trouble = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.split("\n").length > commits) child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      trouble += text;
    });
    child.on("exit", (_, signal) => {
      if (signal !== "SIGKILL") return reject(new Error(`the writer ended by itself: ${trouble}`));
      const lines = output.split("\n").slice(0, -1);
      const acknowledged = lines.filter((line) => line.startsWith("done ")).map((line) => line.slice("done ".length));
      resolve({ acknowledged, openMs: Number(lines[0]?.slice("open ".length)) });
    });
  });
}

describe("embedded store under kill -9", () => {
  it(`loses no acknowledged commit in ${rounds} rounds with 8 writers, and opens again at once`, {
    timeout: rounds * 5000,
  }, async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const done = await killedWriter(round);
      acknowledged.push(...done.acknowledged);
      expect(done.openMs).toBeLessThan(openLimitMs);
      const database = new DatabaseSync(join(folder, "store.sqlite"));
      expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
      const rows = new Set(
        database
          .prepare("SELECT id FROM audit")
          .all()
          .map(({ id }) => id),
      );
      const counter = database.prepare("SELECT value FROM meta WHERE key = 'counter'").get()?.["value"];
      database.close();
      expect(acknowledged.filter((id) => !rows.has(id))).toEqual([]);
      expect(Number(counter)).toBe(rows.size);
    }
    expect(acknowledged.length).toBeGreaterThan(rounds * 15);
  });
});
