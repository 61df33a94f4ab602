import type { Reporter, TestModule } from "vitest/node";

/** Names every skipped test and suite at the end, so that a check that did not run is seen. */
export default class SkippedSuitesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const names = modules.flatMap((module) => skippedIn(module));
    if (names.length === 0) return;
    console.log("\nSkipped, because what they need is missing here:");
    for (const name of names) console.log(`  - ${name}`);
  }
}

function skippedIn(module: TestModule): string[] {
  const suites = new Set<string>();
  for (const test of module.children.allTests("skipped")) {
    const parent = test.parent.type === "suite" ? test.parent.fullName : test.fullName;
    suites.add(`${module.relativeModuleId}: ${parent}`);
  }
  return [...suites];
}
