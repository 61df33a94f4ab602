import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const program = path.join(root, "connectors/microsoft-exchange/demo/main.ts");
const limitMs = 90_000;
// Shared by all runs, so that they start quickly.
const compileCache = path.join(tmpdir(), "node-compile-cache");

let folder = "";
let running: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "demo-test-"));
});
afterEach(async () => {
  if (running?.exitCode === null && running.signalCode === null) running.kill("SIGTERM");
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly process: ChildProcess;
  output(): string;
  /** Resolves when the output has the text. */
  shows(text: string): Promise<void>;
  readonly exitCode: Promise<number | null>;
}

function runDemo(flags: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Run {
  const started = spawn(process.execPath, [program, ...flags], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running = started;
  let output = "";
  for (const stream of [started.stdout, started.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const exitCode = new Promise<number | null>((resolve) => started.once("close", resolve));
  const shows = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(text) && resolve();
      started.stdout.on("data", look);
      void exitCode.then(() => reject(new Error(`the demo ended without "${text}":\n${output}`)));
      look();
    });
  return { process: started, output: () => output, shows, exitCode };
}

/** Neither files nor a program that still listens. */
async function expectNothingLeft(output: string): Promise<void> {
  expect(await readdir(folder)).toEqual([]);
  const ports = new Set([...output.matchAll(/https?:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port));
  expect(ports.size).toBeGreaterThanOrEqual(3);
  for (const port of ports) await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
}

describe("npm run demo", () => {
  it("goes through eight steps on both schemas, in a plain terminal, and leaves nothing", {
    timeout: limitMs,
  }, async () => {
    const run = runDemo([], { PORT: "1", STORE: "postgres://nowhere.example/x", ADMIN_KEY: "too short" });
    expect(await run.exitCode, run.output()).toBe(0);
    const output = run.output();
    const steps = [...output.matchAll(/^\[(\d)\/8\] [■□]{8} (.+)$/gm)].map(([, number, title]) => `${number} ${title}`);
    expect(steps).toEqual([
      "1 Start a sandbox Exchange and the service",
      "2 Create an EWS and a Graph connection",
      "3 Test both connections",
      "4 Query the inbox",
      "5 Create a contact",
      "6 Update the contact",
      "7 Delete the contact",
      "8 Execute a procedure: send mail",
    ]);
    for (const activity of ["test", "query", "create", "update", "delete", "execute"])
      for (const connection of ["demo-ews", "demo-graph"])
        expect(output).toContain(`POST /v1/connections/${connection}/${activity}\n`);
    expect(output).toContain("All eight steps succeeded");
    expect(output).not.toContain("\u001b");
    expect(output).not.toMatch(/"Password":"(?!•)|sandbox-client-secret/);
    expect(Math.max(...output.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(100);
    await expectNothingLeft(output);
  });

  it("fails with the problem shown when a step fails, and leaves nothing", { timeout: limitMs }, async () => {
    const run = runDemo([], { EGRESS_DENY: "127.0.0.0/8" });
    expect(await run.exitCode).toBe(1);
    expect(run.output()).toMatch(/✗ The test of the EWS connection says failed/);
    expect(run.output()).toContain("EGRESS_DENIED");
    expect(run.output()).not.toContain("[4/8]");
    await expectNothingLeft(run.output());
  });

  it("stops cleanly when interrupted", { timeout: limitMs }, async () => {
    const run = runDemo();
    await run.shows("[4/8]");
    run.process.kill("SIGINT");
    expect(await run.exitCode).toBe(130);
    expect(run.output()).not.toContain("All eight steps");
    await expectNothingLeft(run.output());
  });

  it("with --keep leaves both running, and the three curl lines work", { timeout: limitMs }, async () => {
    const run = runDemo(["--keep"]);
    await run.shows("Ctrl+C");
    const lines = run.output().match(/^curl .+$/gm) ?? [];
    const answers: unknown[] = [];
    for (const line of lines) {
      const { stdout } = await promisify(execFile)("bash", ["-c", line]);
      answers.push(JSON.parse(stdout));
    }
    expect(answers).toEqual([
      { items: expect.arrayContaining([expect.objectContaining({ name: "Inbox" })]) },
      expect.objectContaining({ records: expect.arrayContaining([expect.objectContaining({ IsRead: false })]) }),
      expect.objectContaining({ records: expect.arrayContaining([{ displayName: "Carla Costa" }]) }),
    ]);
    expect(run.output()).toMatch(/^ {2}Key {12}exk_/m);
    run.process.kill("SIGINT");
    expect(await run.exitCode).toBe(0);
    await expectNothingLeft(run.output());
  });

  it("refuses an unknown flag and lists those it has", async () => {
    const run = runDemo(["--jsn"]);
    expect(await run.exitCode).toBe(2);
    expect(run.output()).toMatch(/--jsn[\s\S]*--keep/);
  });
});
