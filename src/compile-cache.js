// Loaded before src/main.ts by `npm start` (plain JavaScript, since it must run before any TypeScript is loaded). When
// every file comes out of the compile cache, Node never loads its type stripper: 25 MB less for the life of the process.
// The first start after an installation or a change has a short-lived process of its own fill the cache. Where no cache
// can be written, the service starts without one.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { enableCompileCache, flushCompileCache, getCompileCacheDir } from "node:module";
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

enableCompileCache();
// One for each user, version of Node and set of V8's options.
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
