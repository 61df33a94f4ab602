import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileAccess } from "../../../src/runtime/files.ts";
import { recordFiles } from "../../../src/runtime/record-files.ts";

let base = "";
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "records-"));
});
afterEach(() => rm(base, { recursive: true }));
const records = () => recordFiles(base, fileAccess({ base, roots: [base] }));
const content = Buffer.from("x");

test("two records never share a folder, however their names are made safe", async () => {
  const long = "A".repeat(149);
  const names = ["event", "a/event", "b/event", "../event", ".event", `${long}1`, `${long}2`];
  const kept = await Promise.all(names.map((name) => records().keep(name, "file.txt", content)));
  expect(new Set(kept.map((file) => path.dirname(file))).size).toBe(names.length);
  expect(await records().discard("a/event")).toBe(1);
  for (const name of names.filter((one) => one !== "a/event")) expect(await records().discard(name)).toBe(1);
  expect(await readdir(path.join(base, "records"))).toEqual([]);
});

test("a link in place of a record's folder leads nowhere", async () => {
  const elsewhere = path.join(base, "elsewhere");
  await mkdir(elsewhere);
  await writeFile(path.join(elsewhere, "own.txt"), "x");
  await mkdir(path.join(base, "records"));
  await symlink(elsewhere, path.join(base, "records", "event"));
  await expect(records().discard("event")).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await readdir(elsewhere)).toEqual(["own.txt"]);
});
