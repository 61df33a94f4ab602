import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** A file that is printed from the code, by its path from the root of the project. */
export interface Generated {
  readonly path: string;
  readonly text: string;
}

/** The file as it lies on the disk now. */
export function stored(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, root), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Lines longer than this are cut in messages. */
const shownCharacters = 200;

/** The first line in which two texts differ. */
function difference(path: string, written: string | undefined, generated: string): string {
  if (written === undefined) return `${path} is missing`;
  const lines = written.split("\n");
  const expected = generated.split("\n");
  const at = expected.findIndex((line, index) => line !== lines[index]);
  const line = at < 0 ? expected.length : at;
  const shown = (text = "(end)") => text.slice(0, shownCharacters);
  return `${path} is stale from line ${line + 1}:\n  stored    ${shown(lines[line])}\n  generated ${shown(expected[line])}`;
}

/** Writes the files, or with `check` compares them and names the stale ones. Answers the exit code. */
export function writeGenerated(files: readonly Generated[], check: boolean, command: string): number {
  const stale = files.filter(({ path, text }) => stored(path) !== text);
  if (check) {
    for (const { path, text } of stale) console.error(difference(path, stored(path), text));
    if (stale.length > 0) console.error(`Run \`${command}\` and commit the result.`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, text } of stale) {
    const file = new URL(path, root);
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, text);
  }
  console.log(`${files.length} files, ${stale.length} written anew`);
  return 0;
}
