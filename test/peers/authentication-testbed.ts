import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
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

/** Ports apart from the testbed's own, so that one started by hand may run beside it. */
const ports = { KDC1: 28088, KDC2: 28089, HTTP: 28080, HTTPS: 28443, DIGEST: 28082, PROXY: 28128, EPA: 28450 } as const;

/** Starts KDCs, apache, lighttpd, proxy and the Extended Protection acceptor on loopback. */
export async function startTestbed(knobs: Readonly<Record<string, string>>): Promise<Testbed> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "testbed-"));
  await chmod(folder, 0o755); // apache's children run as another user
  const env = { PATH: process.env["PATH"] ?? "", ...knobs };
  for (const [name, port] of Object.entries(ports)) Object.assign(env, { [`${name}_PORT`]: String(port) });
  const run = (script: string) => spawnSync(path.join(scripts, script), [folder], { env, encoding: "utf8" });
  const started = run("start.sh");
  if (started.status !== 0) throw new Error(`the testbed did not start: ${started.stdout}${started.stderr}`);
  return {
    folder,
    port: (name) => ports[name],
    async stop() {
      const stopped = run("stop.sh");
      if (stopped.status !== 0) throw new Error(`the testbed did not stop: ${stopped.stdout}${stopped.stderr}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
