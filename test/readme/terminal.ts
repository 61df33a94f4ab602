import { spawn } from "node:child_process";
import { once } from "node:events";

/** A bash that runs a script in the root of the project. */
export interface Terminal {
  /** What it wrote so far. */
  output(): string;
  readonly ended: Promise<number | null>;
  /** Ends it and everything it started. */
  stop(): Promise<void>;
}

export function openTerminal(script: string, cwd: string): Terminal {
  // A group of its own: npm and the program it runs are ended with the shell.
  const shell = spawn("bash", ["-c", script], { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const ended = once(shell, "close").then(([code]) => code as number | null);
  return {
    output: () => output,
    ended,
    async stop() {
      if (shell.exitCode === null && shell.signalCode === null && shell.pid !== undefined) process.kill(-shell.pid);
      await ended;
    },
  };
}
