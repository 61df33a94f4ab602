import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { chownSync, existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";

const versions = "/usr/lib/postgresql";
const programs = existsSync(versions)
  ? readdirSync(versions)
      .map((version) => path.join(versions, version, "bin"))
      .findLast((folder) => existsSync(path.join(folder, "initdb")))
  : undefined;

/** Why no PostgreSQL can be started here; undefined when one can. */
export function missingForPostgres(): string | undefined {
  return programs === undefined ? "Debian's postgresql is not installed, see test/peers/install-debian.sh" : undefined;
}

/** A PostgreSQL of its own, for as long as a suite runs. */
export interface PostgresServer {
  /** The address of a new, empty database. */
  newDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts Debian's PostgreSQL with a new cluster on a free port; as user `postgres` when we are root, whom it refuses. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "postgres-"));
  const data = path.join(folder, "data");
  const passwordFile = path.join(folder, "password");
  const password = randomBytes(18).toString("hex");
  await writeFile(passwordFile, password, { mode: 0o600 });
  const user = unprivileged();
  for (const each of user === undefined ? [] : [folder, passwordFile]) chownSync(each, user?.uid ?? 0, user?.gid ?? 0);
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const options = { cwd: folder, env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" }, ...identity };
  const made = spawnSync(
    program("initdb"),
    ["-D", data, "-U", "owner", "-A", "scram-sha-256", `--pwfile=${passwordFile}`, "-E", "UTF8", "--no-sync"],
    { ...options, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`);
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "fsync=off"];
  const server = spawn(
    program("postgres"),
    ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    { ...options, stdio: ["ignore", "ignore", "pipe"] },
  );
  const address = `postgres://owner:${password}@127.0.0.1:${port}/postgres`;
  await untilReady(server, address);
  return {
    async newDatabase() {
      const name = `store_${randomUUID().replaceAll("-", "")}`;
      await administer(address, `create database ${name}`);
      return new URL(`/${name}`, address).href;
    },
    async stop() {
      const ended = new Promise((resolve) => server.once("close", resolve));
      // SIGINT is PostgreSQL's fast shutdown
      server.kill("SIGINT");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const program = (name: string): string => path.join(programs ?? "", name);

function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function untilReady(server: ChildProcess, address: string): Promise<void> {
  let said = "";
  server.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4000);
  });
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (server.exitCode !== null) break;
    try {
      await administer(address, "select 1");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  server.kill("SIGINT");
  throw new Error(`PostgreSQL did not start: ${said}`);
}

async function administer(address: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
