import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const show = 'console.log(process.getBuiltinModule("node:module").getCompileCacheDir() ?? "none")';

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "compile-cache-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Where a service that starts with this temporary folder keeps its compiled code. */
async function cacheOf(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const args = ["--import", "./src/compile-cache.js", "-e", show];
  const env = { ...inherited, TMPDIR: folder, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
  return stdout.trim();
}

describe.skipIf(process.getuid === undefined)("compiled code", () => {
  test("is kept where no other user can write", async () => {
    const place = path.dirname(await cacheOf());
    expect(path.dirname(place)).toBe(folder);
    expect((await stat(place)).mode & 0o777).toBe(0o700);
  });

  test("is neither read nor kept in a folder that others can write to, nor behind a link", async () => {
    const place = path.dirname(await cacheOf());
    await chmod(place, 0o777);
    expect(await cacheOf()).toBe("none");
    await rm(place, { recursive: true });
    const elsewhere = path.join(folder, "elsewhere");
    await symlink(elsewhere, place);
    expect(await cacheOf()).toBe("none");
    expect(await readdir(folder)).toEqual([path.basename(place)]);
  });

  test("is where the operator says", async () => {
    const named = path.join(folder, "named");
    expect(path.dirname(await cacheOf({ NODE_COMPILE_CACHE: named }))).toBe(named);
  });
});
