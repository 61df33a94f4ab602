import type { ConnectorDefinition, SchemaInfo } from "#spi";
import { anchor, blocks, code } from "./markdown.ts";
import { procedurePages } from "./procedure-pages.ts";
import { propertyTables } from "./property-tables.ts";
import { tablePages } from "./table-pages.ts";

/** Said at the top of each file that is printed whole. */
export const generatedNote = "<!-- Printed from the declarations by `npm run docs`; changes here are overwritten. -->";

/** The page of one connector: properties, tables and procedures. */
export function connectorPage(definition: ConnectorDefinition): string {
  const { schemas } = definition;
  const page = blocks(
    generatedNote,
    `# ${definition.displayName}`,
    `${definition.description} Connector ${code(definition.name)}, version ${definition.version}.`,
    contents(schemas),
    "## Properties",
    "Every property also takes variables: `[name]` and `[name{default}]`. A condition looks at the value of a property or, where none is set, at its default.",
    propertyTables(definition),
    ...schemas.flatMap((schema) => schemaPages(definition, schema)),
  );
  return `${page}\n`;
}

const headings = ({ displayName }: SchemaInfo) => ({
  tables: `Tables of ${displayName}`,
  procedures: `Procedures of ${displayName}`,
});

function contents(schemas: readonly SchemaInfo[]): string {
  const all = ["Properties", ...schemas.flatMap((schema) => Object.values(headings(schema)))];
  return [...all.map((heading) => `[${heading}](#${anchor(heading)})`), "[Causes of failures](CAUSES.md)"].join(" · ");
}

function schemaPages(definition: ConnectorDefinition, schema: SchemaInfo): readonly string[] {
  const { name, description } = schema;
  const { tables, procedures } = headings(schema);
  const all = definition.tablesOf(name);
  const selected =
    definition.schemaProperty === undefined ? "" : `${code(definition.schemaProperty)} = ${code(name)}. `;
  return [
    `## ${tables}`,
    `${selected}${description}`,
    ...(all.length === 0 ? ["No tables."] : [columnsNote, tablePages(all)]),
    `## ${procedures}`,
    procedurePages(definition.proceduresOf(name)),
  ];
}

const columnsNote =
  "*Operators* are those the server evaluates; every other operator, and every sort by a column that is not *sortable*, is done by the service. *Read* `item` means that a list does not hold the column: it costs a read of each item.";
