// Loaded before src/main.ts by `npm start` (plain JavaScript, since it must run before any TypeScript is loaded). When
// every file comes out of the compile cache, Node never loads its type stripper: 25 MB less for the life of the process.
// The first start after an installation or a change has a short-lived process of its own fill the cache. Where no cache
// can be written, the service starts without one.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { enableCompileCache, flushCompileCache, getCompileCacheDir } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const fillLimitMs = 60_000;
const root = path.resolve(import.meta.dirname, "..");

/** A name for the present state of the sources. */
function stateOfSources() {
  const hash = createHash("sha256").update(root);
  for (const folder of ["src", "connectors"]) {
    const names = readdirSync(path.join(root, folder), { recursive: true }).filter((name) => name.endsWith(".ts"));
    for (const name of names.sort()) {
      const { mtimeMs, size } = statSync(path.join(root, folder, name));
      hash.update(`${name} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest("hex").slice(0, 32);
}

/** V8's options as this process has them: compiled code is good only for the same. */
const v8Options = () =>
  process.execArgv.filter((option, at, all) => option !== "--import" && all[at - 1] !== "--import");

/**
 * A folder nobody else can write to, or nothing. Node's own default is one folder in /tmp for all users: whoever makes it
 * first could lay compiled code there, which Node runs without a look at who wrote it.
 */
function ownFolder() {
  const user = process.getuid?.();
  const folder = path.join(tmpdir(), `connector-runtime-compiled${user === undefined ? "" : `-${user}`}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    // Windows tells no owner: a user's temporary folder is the user's own there.
    if (user === undefined) return found.isDirectory() ? folder : undefined;
    return found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0 ? folder : undefined;
  } catch {
    return undefined; // No folder can be made: the service starts without a cache.
  }
}

// Named by NODE_COMPILE_CACHE, it is the operator's, and Node has enabled it already.
const folder = getCompileCacheDir() === undefined ? ownFolder() : undefined;
if (folder !== undefined) enableCompileCache(folder);
// Within it Node keeps one for each version and set of V8's options.
const directory = getCompileCacheDir();
// Without import.meta.main (Node before 24.2) a filling process could not be told from a start.
if (directory !== undefined && import.meta.main !== undefined) {
  const filled = path.join(directory, `filled-${stateOfSources()}`);
  if (import.meta.main) {
    await import("./main.ts");
    await import("./http/openapi/api-pages.ts");
    await import("./store/engines/postgres.ts");
    flushCompileCache();
    writeFileSync(filled, "");
  } else if (!existsSync(filled)) {
    const args = [...v8Options(), fileURLToPath(import.meta.url)];
    spawnSync(process.execPath, args, { cwd: root, stdio: "ignore", timeout: fillLimitMs });
  }
}
