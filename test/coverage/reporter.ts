import { mkdirSync, rmSync } from "node:fs";
import type { Reporter, TestModule, TestRunEndReason, TestSpecification, Vitest } from "vitest/node";
import { stored } from "../../src/commands/generated.ts";
import { type Evidence, gather, type PassedTest, readRecords } from "./evidence.ts";
import { keepEvidence } from "./kept-evidence.ts";
import type { Subject } from "./subjects.ts";

/** How many lines of a long list are shown. */
const shownLines = 40;

export interface CoverageReporterOptions {
  /** Where the workers write their records. */
  readonly folder: string;
}

/**
 * After a run of all tests: keeps what they executed for the page, and fails the run where something declared was not
 * executed. A run of some tests, or with failures, says nothing of coverage.
 */
export default class CoverageReporter implements Reporter {
  readonly #folder: string;
  #vitest: Vitest | undefined;
  #isWhole = false;

  constructor({ folder }: CoverageReporterOptions) {
    this.#folder = folder;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    mkdirSync(this.#folder, { recursive: true });
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    const all = (await this.#vitest?.globTestSpecifications()) ?? [];
    const isFiltered = specifications.length < all.length || this.#vitest?.config.testNamePattern !== undefined;
    this.#isWhole = !isFiltered && specifications.some(({ project }) => project.name === "default");
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    _errors: readonly unknown[],
    reason: TestRunEndReason,
  ): Promise<void> {
    if (this.#isWhole) await this.#report(modules, reason === "passed");
    else if (process.env["SHOW_UNEXECUTED"] !== undefined) await this.#show(passedIn(modules));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** For work on a test: what is left when only the chosen tests are counted. */
  async #show(passed: ReadonlyMap<string, PassedTest>): Promise<void> {
    const { findingsOf, subjects } = await import("./subjects.ts");
    for (const subject of subjects) {
      const evidence = gather(readRecords(this.#folder), subject.definition.name, passed);
      console.log(findingsOf(subject, evidence).unmarked.join("\n"));
    }
  }

  async #report(modules: readonly TestModule[], isJudged: boolean): Promise<void> {
    const passed = passedIn(modules);
    // Where tests are skipped, something may be executed by none, and others be the ones to be named on the page: what is
    // missing is then told, but fails nothing.
    const isComplete = modules.every((module) => [...module.children.allTests("skipped")].length === 0);
    // The connectors are loaded at the end of a whole run only.
    const { subjects } = await import("./subjects.ts");
    for (const subject of subjects) {
      const { name } = subject.definition;
      const evidence = gather(readRecords(this.#folder), name, passed);
      keepEvidence(name, evidence);
      // Tests that failed show nothing: what is missing then says nothing of coverage.
      if (isJudged) await judge(subject, evidence, isComplete);
    }
  }
}

/** Tells what is missing, and fails the run where it must not be. */
async function judge(subject: Subject, evidence: Evidence, isComplete: boolean): Promise<void> {
  const { findingsOf, pageOf } = await import("./subjects.ts");
  const { unmarked, stale } = findingsOf(subject, evidence);
  const page = pageOf(subject, evidence);
  const told = [
    ...list("Declared, but executed by no test, and not named in test/coverage/impossible.ts", unmarked),
    ...list("Named in test/coverage/impossible.ts without need", stale),
    ...(!isComplete || stored(page.path) === page.text
      ? []
      : [`${page.path} is stale: run \`node test/coverage/write-page.ts\` and commit the result.`]),
  ];
  if (told.length > 0) console.error(`\n${told.join("\n")}`);
  if (isComplete && (unmarked.length > 0 || stale.length > 0)) process.exitCode = 1;
}

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length > shownLines ? [`  … and ${lines.length - shownLines} more`] : [];
  return [`${title} (${lines.length}):`, ...lines.slice(0, shownLines).map((line) => `  - ${line}`), ...rest];
}

function passedIn(modules: readonly TestModule[]): Map<string, PassedTest> {
  const passed = new Map<string, PassedTest>();
  for (const module of modules)
    for (const test of module.children.allTests("passed"))
      passed.set(test.id, { file: module.relativeModuleId, title: test.fullName });
  return passed;
}
