import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const scripts = path.resolve(import.meta.dirname, "../../../shared/testbed");

/** Why the real servers cannot be used here; undefined when they can. */
export function missingForTestbed(): string | undefined {
  if (!existsSync(path.join(scripts, "start.sh"))) return "the authentication testbed (../shared/testbed) is not there";
  const needed = [
    "/usr/sbin/krb5kdc",
    "/usr/sbin/apache2",
    "/usr/sbin/lighttpd",
    "/usr/bin/tinyproxy",
    "/usr/bin/kinit",
  ];
  const absent = needed.filter((file) => !existsSync(file));
  return absent.length === 0 ? undefined : `not installed: ${absent.join(", ")} (test/peers/install-debian.sh)`;
}

/** Why Kerberos cannot be tried here. */
export function missingForKerberos(): string | undefined {
  try {
    createRequire(import.meta.url)("kerberos");
    return undefined;
  } catch {
    return "the optional npm package kerberos is not built";
  }
}

export interface Testbed {
  readonly folder: string;
  /** Ports by the names of the testbed's env.sh. */
  port(name: "HTTP" | "HTTPS" | "DIGEST" | "PROXY" | "EPA" | "KDC1" | "KDC2"): number;
  stop(): Promise<void>;
}

/** Places of the ports after the first; the Extended Protection acceptor has five. */
const places = { KDC1: 0, KDC2: 1, HTTP: 2, HTTPS: 3, DIGEST: 4, PROXY: 5, EPA: 6 } as const;
const portCount = 11;

/** The first of so many free ports in a row: several testbeds may run side by side. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(Array.from({ length: portCount }, (_, at) => isFree(first + at)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${portCount} free ports in a row`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer().once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Starts KDCs, apache, lighttpd, proxy and the Extended Protection acceptor on loopback. */
export async function startTestbed(knobs: Readonly<Record<string, string>>): Promise<Testbed> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "testbed-"));
  await chmod(folder, 0o755); // apache's children run as another user
  const first = await freePorts();
  const env = { PATH: process.env["PATH"] ?? "", ...knobs };
  for (const [name, place] of Object.entries(places)) Object.assign(env, { [`${name}_PORT`]: String(first + place) });
  const run = (script: string) => spawnSync(path.join(scripts, script), [folder], { env, encoding: "utf8" });
  const started = run("start.sh");
  if (started.status !== 0) throw new Error(`the testbed did not start: ${started.stdout}${started.stderr}`);
  return {
    folder,
    port: (name) => first + places[name],
    async stop() {
      const stopped = run("stop.sh");
      if (stopped.status !== 0) throw new Error(`the testbed did not stop: ${stopped.stdout}${stopped.stderr}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
