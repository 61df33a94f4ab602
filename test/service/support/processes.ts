import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SandboxDescription } from "../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { type Client, createClient } from "./client.ts";

const root = path.join(import.meta.dirname, "../../..");

interface Started {
  readonly child: ChildProcess;
  /** The first line of its output. */
  readonly line: string;
  readonly stderr: () => string;
}

/** Starts a program of this repository with its own node and waits for its first line. */
export function startProgram(args: readonly string[], environment: Record<string, string>): Promise<Started> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stderr.on("data", (bytes: Buffer) => {
    err += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}: ${err}`)));
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes.toString();
      const end = out.indexOf("\n");
      if (end >= 0) resolve({ child, line: out.slice(0, end), stderr: () => err });
    });
  });
}

/** Ends a program; answers its exit code. */
export function stopProgram(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill(signal);
  });
}

/** A sandbox in a process of its own, with so many messages in the first inbox. */
export async function startSandboxProcess(messages: number) {
  const { child, line } = await startProgram(["test/service/support/loaded-sandbox.ts", String(messages)], {});
  return { child, description: JSON.parse(line) as SandboxDescription };
}

export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly admin: Client;
  readonly stderr: () => string;
}

/** A folder for a service, with the sandbox's addresses as its cloud. */
export async function dataFolder(description: Pick<SandboxDescription, "cloudOverrides">) {
  const folder = await mkdtemp(path.join(tmpdir(), "exchange-process-"));
  await writeFile(path.join(folder, "clouds.json"), JSON.stringify(description.cloudOverrides));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What `npm start` runs, without the word node. */
async function startCommand(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  const [, ...args] = String(scripts.start).split(" ");
  return args;
}

/** The service as `npm start` runs it, on a free port. */
export async function startServiceProcess(folder: string, environment: Record<string, string> = {}) {
  const { child, line, stderr } = await startProgram(await startCommand(), {
    PORT: "0",
    DATA_DIR: folder,
    EGRESS_ALLOW: "127.0.0.0/8",
    CLOUD_OVERRIDES_FILE: path.join(folder, "clouds.json"),
    ...environment,
  });
  const url = line.replace("listening on ", "");
  const key = (await readFile(path.join(folder, "admin.key"), "utf8")).trim();
  return { child, url, admin: createClient(url, key), stderr } satisfies ServiceProcess;
}

/** The highest resident memory a process had, in MB; nothing where the system does not tell. */
export async function peakMemoryMb(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const match = /VmHWM:\s+(\d+) kB/.exec(status);
  return match === null ? undefined : Number(match[1]) / 1024;
}
