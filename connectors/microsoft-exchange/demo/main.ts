import { constants } from "node:os";
import { parseArgs } from "node:util";
import { runSteps } from "./demo.ts";
import { printHowToGoOn } from "./keep.ts";
import { DemoProblem } from "./problem.ts";
import { createProcesses, type Processes } from "./processes.ts";
import { createScreen } from "./screen.ts";

const usage = `Usage: npm run demo [-- --keep]

  --keep   leave service and sandbox running at the end, until Ctrl+C`;

const given = readArguments(process.argv.slice(2));
if (given === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

const stopping = new AbortController();
/** With --keep, after the last step: being stopped is then the end that was asked for. */
let isKept = false;
const stopped = new Promise<number>((resolve) => {
  const stop = (exitCode: number): void => {
    stopping.abort();
    resolve(exitCode);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => stop(isKept ? 0 : 128 + constants.signals[signal]));
  // The reader has gone (`npm run demo | head`): nothing can be shown any more, but everything must still be stopped.
  process.stdout.on("error", () => stop(1));
});
process.exit(await demonstrate(given.keep));

function readArguments(list: readonly string[]): { readonly keep: boolean } | undefined {
  try {
    const { values } = parseArgs({ args: [...list], options: { keep: { type: "boolean", default: false } } });
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n`);
    return undefined;
  }
}

/** Runs the demo and cleans up; answers the exit code. */
async function demonstrate(keep: boolean): Promise<number> {
  const screen = createScreen({
    write: (text) => process.stdout.write(text),
    columns: process.stdout.columns,
    hasColour: process.stdout.isTTY === true && (process.env["NO_COLOR"] ?? "") === "",
  });
  const startedMs = performance.now();
  let processes: Processes;
  try {
    processes = await createProcesses(process.env);
  } catch (error) {
    screen.failed(`There is no place for the demo's data: ${String(error)}`);
    return 1;
  }
  const showing = async (): Promise<number> => {
    const scene = await Promise.race([processes.unexpectedEnd, runSteps(screen, processes, stopping.signal)]);
    screen.line();
    screen.passed(`All eight steps succeeded in ${((performance.now() - startedMs) / 1000).toFixed(1)} seconds.`);
    if (!keep) return 0;
    isKept = true;
    printHowToGoOn(screen, scene);
    return processes.unexpectedEnd;
  };
  const failing = (error: unknown): number => {
    if (stopping.signal.aborted) return 1;
    screen.failed(error instanceof DemoProblem ? error.message : String(error instanceof Error ? error.stack : error));
    for (const line of processes.lastLines()) screen.note(line);
    screen.line();
    screen.failed("The demo failed.");
    return 1;
  };
  try {
    return await Promise.race([stopped, showing().catch(failing)]);
  } finally {
    await processes.close();
  }
}
