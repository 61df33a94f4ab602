import type { Processes } from "./processes.ts";
import type { Screen } from "./screen.ts";
import { connect } from "./steps/connect.ts";
import { create } from "./steps/create.ts";
import { remove } from "./steps/delete.ts";
import { execute } from "./steps/execute.ts";
import { query } from "./steps/query.ts";
import type { Scene, Step } from "./steps/scene.ts";
import { startBoth } from "./steps/start.ts";
import { testBoth } from "./steps/test.ts";
import { update } from "./steps/update.ts";

const afterStart: readonly Step[] = [connect, testBoth, query, create, update, remove, execute];

/** All eight steps in order; the first that fails ends the demo with what it throws. */
export async function runSteps(screen: Screen, processes: Processes, signal: AbortSignal): Promise<Scene> {
  const count = afterStart.length + 1;
  screen.line("A sandbox Exchange, the service, and what a client does with them: on EWS and on Microsoft Graph.");
  screen.step(1, count, startBoth.title, startBoth.explanation);
  const scene = await startBoth.run(screen, processes, signal);
  for (const [at, { title, explanation, run }] of afterStart.entries()) {
    screen.step(at + 2, count, title, explanation);
    await run(scene);
  }
  return scene;
}
