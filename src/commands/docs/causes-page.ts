import { type Cause, owners, stepIds } from "#spi";
import { generatedNote } from "./connector-page.ts";
import { blocks, code, table } from "./markdown.ts";

/** All causes, ordered by the step that finds them. Throws when a code is there twice. */
export function causesPage(title: string, causes: readonly Cause[]): string {
  const seen = new Set<string>();
  for (const { code: name } of causes) {
    if (seen.has(name)) throw new Error(`cause ${name} is declared twice`);
    seen.add(name);
  }
  const steps = stepIds.flatMap((step) => {
    const found = causes.filter((cause) => cause.step === step).sort((a, b) => (a.code < b.code ? -1 : 1));
    return found.length === 0 ? [] : [`## ${step}`, table(heads, found.map(row))];
  });
  const page = blocks(
    generatedNote,
    `# ${title}: causes of failures`,
    `A failed step of a connection test carries the cause as \`code\`, a problem of an activity as \`cause\`. *Problem* is the error code of the API, *owner* who must act: ${owners.map(code).join(", ")}. The headings are the steps of the test, in their order.`,
    ...steps,
  );
  return `${page}\n`;
}

const heads = ["Cause", "Problem", "Owner", "What was seen", "What to do", "Property"];

const row = ({ code: name, problem, owner, seen, fix, property }: Cause): readonly string[] => [
  code(name),
  code(problem),
  owner,
  seen,
  fix,
  property === undefined ? "" : code(property),
];
