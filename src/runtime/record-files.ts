import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, realpath, rmdir, unlink } from "node:fs/promises";
import path from "node:path";
import { type FileAccess, notFound, type RecordFiles } from "#spi";
import { safeName } from "./files.ts";

const folderName = "records";

/** Files of records below DATA_DIR/files: a folder each, and nothing but plain files in it. */
export function recordFiles(base: string, files: FileAccess): RecordFiles {
  const folderOf = (record: string): string => path.join(folderName, folderNameOf(record));
  return {
    async keep(record, name, content) {
      const folder = folderOf(record);
      await mkdir(path.join(base, folder), { recursive: true, mode: 0o700 });
      const written = await files.write(folder, name, content, false);
      return path.join(folder, path.basename(written));
    },
    async discard(record) {
      const given = path.join(base, folderOf(record));
      if ((await lstat(given).catch(() => undefined)) === undefined) return 0;
      const place = await realpath(given);
      // A link in its place would lead to files that are no record's.
      if (place !== path.join(await realpath(base), folderOf(record))) throw notFound("The record has no files.");
      const entries = (await readdir(place, { withFileTypes: true })).filter((entry) => entry.isFile());
      for (const { name } of entries) await unlink(path.join(place, name));
      await rmdir(place);
      return entries.length;
    },
  };
}

/** Two records never share a folder: what a safe name leaves out of a record's own is told by a hash. */
function folderNameOf(record: string): string {
  const name = safeName(record);
  if (name === record) return name;
  return `${name}-${createHash("sha256").update(record).digest("hex").slice(0, 16)}`;
}
