import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileAccess } from "../../../src/runtime/files.ts";
import { recordFiles } from "../../../src/runtime/record-files.ts";

let folder: string;
let base: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "records-"));
  base = path.join(folder, "files");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const records = () => recordFiles(base, fileAccess({ base, roots: [base] }));

describe("files of records", () => {
  it("lie in a folder of their record, whatever both are called, and are removed together", async () => {
    const kept = await records().keep("../EVT/1", "../../a.txt", bytes("one"));
    const again = await records().keep("../EVT/1", "a.txt", bytes("two"));
    expect(kept).not.toBe(again);
    for (const [file, text] of [
      [kept, "one"],
      [again, "two"],
    ] as const) {
      expect(path.dirname(path.dirname(file))).toBe("records");
      expect(await readFile(path.join(base, file), "utf8")).toBe(text);
    }
    await records().keep("EVT2", "b.txt", bytes("other"));
    expect(await records().discard("../EVT/1")).toBe(2);
    expect(await records().discard("../EVT/1")).toBe(0);
    expect(await readdir(path.join(base, "records"))).toEqual(["EVT2"]);
  });

  it("are not looked for behind a link", async () => {
    const outside = path.join(folder, "outside");
    await mkdir(outside);
    await writeFile(path.join(outside, "precious.txt"), "keep me");
    await symlink(outside, path.join(base, "records", "linked"));
    await expect(records().discard("linked")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(records().keep("linked", "x.txt", bytes("x"))).rejects.toMatchObject({ causeCode: "FILE_REFUSED" });
    expect(await readdir(outside)).toEqual(["precious.txt"]);
  });
});
