import { type Cause, owners, stepIds } from "#spi";
import { generatedNote } from "./connector-page.ts";
import { blocks, code, table } from "./markdown.ts";

/** Text of the test that proves a cause. */
export type ProofOf = (code: string) => string;

/** All causes, ordered by the step that finds them, each with its proof. Throws when a code is there twice. */
export function causesPage(title: string, causes: readonly Cause[], proofOf: ProofOf): string {
  const seen = new Set<string>();
  for (const { code: name } of causes) {
    if (seen.has(name)) throw new Error(`cause ${name} is declared twice`);
    seen.add(name);
  }
  const steps = stepIds.flatMap((step) => {
    const found = causes.filter((cause) => cause.step === step).sort((a, b) => (a.code < b.code ? -1 : 1));
    return found.length === 0
      ? []
      : [
          `## ${step}`,
          table(
            heads,
            found.map((cause) => [...row(cause), proofOf(cause.code)]),
          ),
        ];
  });
  const page = blocks(
    generatedNote,
    `# ${title}: causes of failures`,
    `A failed step of a connection test carries the cause as \`code\`, a problem of an activity as \`cause\`. *Problem* is the error code of the API, *owner* who must act: ${owners.map(code).join(", ")}. The headings are the steps of the test, in their order. *Proven by* names the test that produces the cause, and how.`,
    ...steps,
  );
  return `${page}\n`;
}

const heads = ["Cause", "Problem", "Owner", "What was seen", "What to do", "Property", "Proven by"];

const row = ({ code: name, problem, owner, seen, fix, property }: Cause): readonly string[] => [
  code(name),
  code(problem),
  owner,
  seen,
  fix,
  property === undefined ? "" : code(property),
];
