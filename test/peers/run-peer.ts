import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What a peer process said and how it ended. */
export interface PeerResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a peer to its end. */
export function runPeer(command: string, args: readonly string[], stdin = ""): Promise<PeerResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(stdin);
  });
}

/** Debian's Python, for which the peers' modules are installed. */
export const python = "/usr/bin/python3";

/** Whether a Python module is there. */
export function hasPythonModule(name: string): boolean {
  return existsSync(python) && spawnSync(python, ["-c", `import ${name}`]).status === 0;
}
