import { writeGenerated } from "../../src/commands/generated.ts";
import { keptEvidence } from "./kept-evidence.ts";
import { pageOf, subjects } from "./subjects.ts";

const command = "npm test && node test/coverage/write-page.ts";

const pages = subjects.flatMap((subject) => {
  const evidence = keptEvidence(subject.definition.name);
  return evidence === undefined ? [] : [pageOf(subject, evidence)];
});
if (pages.length < subjects.length) {
  console.error("Nothing is known of what the tests execute: run `npm test` without a filter first.");
  process.exitCode = 1;
} else process.exitCode = writeGenerated(pages, process.argv.includes("--check"), command);
