import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DemoProblem } from "./problem.ts";

/** A program of this project to start. */
export interface Program<T> {
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  readonly parameters?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes lines of its output until it knows that the program is up. */
  recognise(line: string): T | undefined;
}

/** The programs and the folder of one demo. */
export interface Processes {
  readonly folder: string;
  start<T>(program: Program<T>): Promise<T>;
  /** Rejects when a started program ends by itself. */
  readonly unexpectedEnd: Promise<never>;
  /** The last lines each program wrote to its standard error. */
  lastLines(): readonly string[];
  /** Stops everything and removes the folder. */
  close(): Promise<void>;
}

interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  readonly ended: Promise<string>;
  readonly errorLines: string[];
}

const root = path.resolve(import.meta.dirname, "../../..");
const startLimitMs = 60_000;
const stopLimitMs = 5_000;
const keptLines = 5;

/** Makes the temporary folder; programs are started with this very Node.js. */
export async function createProcesses(environment: NodeJS.ProcessEnv): Promise<Processes> {
  const folder = await mkdtemp(path.join(tmpdir(), "exchange-demo-"));
  const children: Child[] = [];
  const end = Promise.withResolvers<never>();
  end.promise.catch(() => undefined);
  let isClosing = false;
  return {
    folder,
    unexpectedEnd: end.promise,
    async start({ name, file, parameters = [], environment: own = {}, recognise }) {
      if (isClosing) throw new DemoProblem("The demo is being stopped.");
      const started = spawn(process.execPath, [path.join(root, file), ...parameters], {
        cwd: folder,
        env: { ...environment, ...own },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const child = watch(name, started);
      children.push(child);
      void child.ended.then((how) => {
        if (!isClosing) end.reject(new DemoProblem(`The ${name} ended by itself (${how}).`));
      });
      return Promise.race([end.promise, firstMatch(child, recognise)]);
    },
    lastLines: () => children.flatMap(({ name, errorLines }) => errorLines.map((line) => `${name}: ${line}`)),
    async close() {
      isClosing = true;
      await Promise.all(children.map(stop));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function watch(name: string, started: ChildProcess): Child {
  const errorLines: string[] = [];
  onLines(started.stderr, (line) => {
    errorLines.push(line);
    if (errorLines.length > keptLines) errorLines.shift();
  });
  const ended = new Promise<string>((resolve) => {
    started.once("error", (error) => resolve(error.message));
    started.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  return { name, process: started, ended, errorLines };
}

function firstMatch<T>(child: Child, recognise: (line: string) => T | undefined): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const limit = setTimeout(
    () => reject(new DemoProblem(`The ${child.name} was not up within ${startLimitMs / 1000} seconds.`)),
    startLimitMs,
  );
  onLines(child.process.stdout, (line) => {
    const found = recognise(line);
    if (found !== undefined) resolve(found);
  });
  return promise.finally(() => clearTimeout(limit));
}

function onLines(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

async function stop({ process: running, ended }: Child): Promise<void> {
  if (running.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
  running.kill("SIGTERM");
  const force = setTimeout(() => running.kill("SIGKILL"), stopLimitMs);
  await ended;
  clearTimeout(force);
}
