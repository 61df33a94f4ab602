import type { ConnectorDefinition, Procedure, TableDefinition } from "#spi";
import { blocks, code, table as markdownTable } from "../../src/commands/docs/markdown.ts";
import { type Declared, declaredBy, deedsOfProcedure, deedsOfTable } from "./declared.ts";
import { type Deed, type Evidence, type PassedTest, procedureName, tableName } from "./evidence.ts";

type Reasons = ReadonlyMap<Deed, string>;

/** How a page groups procedures, where a connector has groups: the heading, and what else is told of each. */
export interface Presentation {
  readonly command: string;
  /** Empty: the procedure stands before all groups. */
  group?(procedure: Procedure): string;
  facts?(procedure: Procedure, schema: string): readonly (readonly [name: string, value: string])[];
}

/** Numbers the tests and reasons of one section in the order in which they are first named. */
class Notes {
  readonly #lines: string[] = [];

  test({ file, title }: PassedTest): string {
    return this.#numberOf(`[${file}](../../${file}): ${title}`);
  }

  reason(text: string): string {
    return `none (${this.#numberOf(text)})`;
  }

  #numberOf(line: string): string {
    if (!this.#lines.includes(line)) this.#lines.push(line);
    return String(this.#lines.indexOf(line) + 1);
  }

  get text(): string {
    return this.#lines.map((line, index) => `${index + 1}. ${line}`).join("\n");
  }
}

type Marks = (deed: Deed) => string;

/** The mark of a deed: the number of its test, or of the reason why there is none. */
function marker(done: Evidence[string], reasons: Reasons | undefined, wanted: readonly Deed[], notes: Notes): Marks {
  return (deed) => {
    const proof = done[deed];
    if (proof !== undefined) return notes.test(proof.test);
    if (!wanted.includes(deed)) return "";
    const reason = reasons?.get(deed);
    return reason === undefined ? "**missing**" : notes.reason(reason);
  };
}

function tableSection(
  schema: string,
  table: TableDefinition,
  evidence: Evidence,
  reasons: Reasons | undefined,
): string {
  const notes = new Notes();
  const done = evidence[tableName(schema, table.name)] ?? {};
  const wanted = deedsOfTable(table);
  const mark = marker(done, reasons, wanted, notes);
  const activities = table.activities.map((each) => [each, mark(each), done[each]?.platforms.join(", ") ?? ""]);
  const columns = table.columns.map(({ name, type }) => [
    code(name),
    type,
    mark(`query:${name}`),
    wanted.includes(`create:${name}`) ? mark(`create:${name}`) : "",
    wanted.includes(`update:${name}`) ? mark(`update:${name}`) : "",
  ]);
  return blocks(
    `### ${table.name} (${table.kind === "VIEW" ? "view" : "table"})`,
    markdownTable(["Activity", "Test", "On platforms"], activities),
    markdownTable(["Column", "Type", "Read", "Created", "Updated"], columns),
    notes.text,
  );
}

function procedureSection(
  schema: string,
  procedure: Procedure,
  evidence: Evidence,
  reasons: Reasons | undefined,
  presentation: Presentation,
): string {
  const notes = new Notes();
  const done = evidence[procedureName(schema, procedure.name)] ?? {};
  const mark = marker(done, reasons, deedsOfProcedure(procedure), notes);
  const facts = presentation.facts?.(procedure, schema) ?? [];
  const parameters = [
    ...procedure.inputs.map(({ name, type }) => [code(name), "input", type, mark(`input:${name}`)]),
    ...procedure.outputs.map(({ name, type }) => [code(name), "output", type, mark(`output:${name}`)]),
  ];
  const executed = mark("execute");
  const platforms = done["execute"]?.platforms ?? [];
  return blocks(
    `### ${procedure.name} (procedure)`,
    ...facts.map(([name, value]) => `${name}: ${value}`),
    `Execute: ${executed}${platforms.length === 0 ? "" : `, on ${platforms.join(", ")}`}`,
    parameters.length === 0 ? undefined : markdownTable(["Parameter", "Direction", "Type", "Test"], parameters),
    notes.text,
  );
}

/** Procedures in their order, those of one group together under its heading. */
function grouped(procedures: readonly Procedure[], { group }: Presentation): ReadonlyMap<string, readonly Procedure[]> {
  return Map.groupBy(procedures, (procedure) => group?.(procedure) ?? "");
}

/** How much of a schema was executed, has a reason, and is missing. */
function summary({ schema, tables, procedures }: Declared, evidence: Evidence, reasons: ReadonlyMap<string, Reasons>) {
  const things = [
    ...tables.map((table) => [tableName(schema, table.name), deedsOfTable(table)] as const),
    ...procedures.map((each) => [procedureName(schema, each.name), deedsOfProcedure(each)] as const),
  ];
  const deeds = things.flatMap(([thing, wanted]) => wanted.map((deed) => [thing, deed] as const));
  const executed = deeds.filter(([thing, deed]) => evidence[thing]?.[deed] !== undefined);
  const left = deeds.filter(([thing, deed]) => evidence[thing]?.[deed] === undefined);
  const reasoned = left.filter(([thing, deed]) => reasons.get(thing)?.has(deed));
  const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
  const counts = [tables.length, columns, procedures.length, executed.length, reasoned.length];
  return [schema, ...counts.map(String), String(left.length - reasoned.length)];
}

/** The page of what the tests executed of a connector. */
export function coveragePage(
  definition: ConnectorDefinition,
  evidence: Evidence,
  reasons: ReadonlyMap<string, Reasons>,
  presentation: Presentation,
): string {
  const sections = declaredBy(definition).flatMap(({ schema, tables, procedures }) => [
    `## ${schema}`,
    ...tables.map((table) => tableSection(schema, table, evidence, reasons.get(tableName(schema, table.name)))),
    ...[...grouped(procedures, presentation)].flatMap(([group, members]) => [
      group === "" ? "" : `### ${group}`,
      ...members.map((each) =>
        procedureSection(schema, each, evidence, reasons.get(procedureName(schema, each.name)), presentation),
      ),
    ]),
  ]);
  const page = blocks(
    `<!-- Printed from what the tests executed by \`${presentation.command}\`; changes here are overwritten. -->`,
    `# ${definition.displayName}: what the tests execute`,
    "Each activity, column and parameter names a test that executed it and passed, written down at the border between the service and the connector while the tests ran. A column is read when it came back with a value, created or updated when a value was written and read back equal. Keys and change keys count as updated when a change that named them succeeded. An input counts when it was given another value than its default. `none` names the reason why no test can execute it. Numbers stand for the tests listed below each table.",
    markdownTable(
      ["Schema", "Tables and views", "Columns", "Procedures", "Marks with a test", "With a reason", "Missing"],
      declaredBy(definition).map((declared) => summary(declared, evidence, reasons)),
    ),
    ...sections,
  );
  return `${page}\n`;
}
