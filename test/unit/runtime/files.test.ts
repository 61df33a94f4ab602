import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileAccess } from "#spi";
import { fileAccess, safeName } from "../../../src/runtime/files.ts";

let base: string;
let root: string;
let other: string;
let files: FileAccess;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "files-"));
  root = path.join(base, "files");
  other = path.join(base, "files2");
  for (const folder of [root, path.join(root, "keys"), other]) await mkdir(folder);
  await writeFile(path.join(root, "a.txt"), "a");
  await writeFile(path.join(root, "keys", "b.txt"), "b");
  await writeFile(path.join(other, "secret"), "s");
  files = fileAccess({ base: root, roots: [root] });
});
afterEach(() => rm(base, { recursive: true }));

const text = async (name: string) => Buffer.from(await files.read(name)).toString();

describe("reading", () => {
  test("relative names lie under the base folder, absolute ones in a root", async () => {
    expect(await text("a.txt")).toBe("a");
    expect(await text("keys/b.txt")).toBe("b");
    expect(await text(path.join(root, "keys", "b.txt"))).toBe("b");
    expect(await files.resolve("a.txt")).toBe(path.join(root, "a.txt"));
    files = fileAccess({ base: root, roots: [other] });
    expect(await text(path.join(other, "secret"))).toBe("s");
    expect(await text("a.txt")).toBe("a");
    await expect(files.read(path.join(root, "a.txt"))).rejects.toMatchObject({ causeCode: "FILE_REFUSED" });
  });

  test("traversal, neighbours with the same beginning, and everything else outside is refused in the same words", async () => {
    await symlink(path.join(other, "secret"), path.join(root, "link"));
    await symlink(other, path.join(root, "folder"));
    const outside = [
      "../files2/secret",
      "keys/../../files2/secret",
      path.join(other, "secret"),
      `${root}/../files2/secret`,
      "link",
      "folder/secret",
      "/etc/passwd",
      "missing",
      "keys",
      "",
      "a.txt\0",
      "/dev/zero",
    ];
    const said = new Set<string>();
    for (const name of outside) {
      const error = await files.read(name).catch((refused: unknown) => refused);
      expect(error, name).toMatchObject({ code: "INVALID_PROPERTY", causeCode: "FILE_REFUSED" });
      said.add((error as Error).message);
    }
    expect(said.size).toBe(1);
    await expect(files.resolve("link")).rejects.toMatchObject({ causeCode: "FILE_REFUSED" });
  });

  test("a link inside that stays inside leads on when it is a folder", async () => {
    await symlink(path.join(root, "keys"), path.join(root, "k"));
    expect(await text("k/b.txt")).toBe("b");
  });

  test("a root that is a link itself", async () => {
    await symlink(root, path.join(base, "alias"));
    files = fileAccess({ base: path.join(base, "alias"), roots: [path.join(base, "alias")] });
    expect(await text("a.txt")).toBe("a");
    expect(await text(path.join(base, "alias", "a.txt"))).toBe("a");
  });

  test("a file beyond the limit", async () => {
    files = fileAccess({ base: root, roots: [root], readLimitBytes: 0 });
    await expect(files.read("a.txt")).rejects.toThrow("larger");
  });
});

describe("writing", () => {
  const content = Buffer.from("new");

  test("makes a private file and answers where it is; nothing else is left", async () => {
    const place = await files.write("keys", "report.pdf", content, false);
    expect(place).toBe(path.join(root, "keys", "report.pdf"));
    expect((await stat(place)).mode & 0o777).toBe(0o600);
    expect((await readdir(path.join(root, "keys"))).sort()).toEqual(["b.txt", "report.pdf"]);
  });

  test("never overwrites unless asked; many writers get many names", async () => {
    const places = await Promise.all(Array.from({ length: 8 }, () => files.write("", "a.txt", content, false)));
    expect(new Set(places).size).toBe(8);
    expect(places).toContain(path.join(root, "a-2.txt"));
    expect(await text("a.txt")).toBe("a");
    expect(await files.write("", "a.txt", content, true)).toBe(path.join(root, "a.txt"));
    expect(await text("a.txt")).toBe("new");
  });

  test("a link in the place is not written through", async () => {
    await symlink(path.join(other, "secret"), path.join(root, "out"));
    await expect(files.write("", "out", content, true)).rejects.toMatchObject({ causeCode: "FILE_REFUSED" });
    expect(await files.write("", "out", content, false)).toBe(path.join(root, "out-2"));
    expect(await readFile(path.join(other, "secret"), "utf8")).toBe("s");
  });

  test("folders outside are refused", async () => {
    await symlink(other, path.join(root, "folder"));
    for (const folder of ["..", "folder", other, "missing"]) {
      await expect(files.write(folder, "x", content, false), folder).rejects.toMatchObject({
        causeCode: "FILE_REFUSED",
      });
    }
    expect(await readdir(other)).toEqual(["secret"]);
  });

  test("the root itself is made when it is not there yet", async () => {
    files = fileAccess({ base: path.join(base, "new"), roots: [] });
    expect(await files.write("", "x", content, false)).toBe(path.join(base, "new", "x"));
  });
});

describe("names from outside", () => {
  test.each([
    ["report.pdf", "report.pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Windows\\system.ini", "system.ini"],
    [".bashrc", "bashrc"],
    ["...", "file"],
    ["", "file"],
    ["a\0b\nc", "a_b_c"],
    ["con.txt", "_con.txt"],
    ["NUL", "_NUL"],
    ["a:b*c?.txt", "a_b_c_.txt"],
    ["photo\u202Egpj.exe", "photo_gpj.exe"],
    ["trailing. ", "trailing"],
    ["grüße.txt", "grüße.txt"],
  ])("%j becomes %j", (hint, name) => {
    expect(safeName(hint)).toBe(name);
  });

  test("long names are cut at a character, the extension is kept", () => {
    const name = safeName(`${"ü".repeat(300)}.pdf`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(150);
    expect(name).toMatch(/^ü+\.pdf$/);
    expect(Buffer.byteLength(safeName(`a.${"x".repeat(300)}`))).toBeLessThanOrEqual(150);
  });
});
