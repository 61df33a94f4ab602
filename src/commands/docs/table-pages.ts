import { type Column, keyColumns, type Mutability, type PseudoColumn, type TableDefinition } from "#spi";
import { blocks, code, codes, table } from "./markdown.ts";

/** Tables and views of one schema with their columns; columns that an earlier table has too are printed once. */
export function tablePages(tables: readonly TableDefinition[]): string {
  const printed = new Map<string, string>();
  return blocks(
    table(["Name", "Kind", "Activities", "Holds"], tables.map(overview)),
    ...tables.map((each) => tablePage(each, printed)),
  );
}

const overview = ({ name, kind, activities, description }: TableDefinition): readonly string[] => [
  code(name),
  kind.toLowerCase(),
  activities.join(", "),
  description,
];

function tablePage(each: TableDefinition, printed: Map<string, string>): string {
  const columns = table(columnHeads, each.columns.map(columnRow));
  const same = printed.get(columns);
  if (same === undefined) printed.set(columns, each.name);
  return blocks(
    `#### ${each.name}`,
    [
      each.description,
      `Activities: ${each.activities.join(", ")}.`,
      each.columns.some(({ key }) => key) ? `Key: ${codes(keyColumns(each).map(({ name }) => name))}.` : "",
      each.requiredOnCreate.length === 0 ? "" : `Create needs ${codes(each.requiredOnCreate)}.`,
      each.requiredInWhere === undefined ? "" : `A query needs \`=\` or \`IN\` on ${codes(each.requiredInWhere)}.`,
    ]
      .filter((sentence) => sentence !== "")
      .join(" "),
    same === undefined ? columns : `The columns are those of ${code(same)}.`,
    each.pseudoColumns.length === 0 ? undefined : table(pseudoHeads, each.pseudoColumns.map(pseudoRow)),
  );
}

const columnHeads = ["Column", "Type", "Key", "Writing", "Operators", "Sortable", "Read", "Since", "Meaning"];

const writing: Readonly<Record<Mutability, string>> = {
  "read-only": "read-only",
  "create-only": "create only",
  "update-only": "update only",
  writable: "yes",
};

function columnRow({ name, type, nullable, key, mutability, ...column }: Column): readonly string[] {
  return [
    code(name),
    nullable ? type : `${type}, never NULL`,
    key ? "key" : "",
    writing[mutability],
    codes(Object.keys(column.operators)),
    column.sortable ? "yes" : "",
    column.read,
    column.since ?? "",
    allowed(column.description, column.allowed),
  ];
}

const pseudoHeads = ["Pseudo-column", "Type", "Used in", "Default", "Meaning"];

const pseudoRow = ({ name, type, use, default: standard, description, ...column }: PseudoColumn): readonly string[] => [
  code(name),
  type,
  use.join(", "),
  standard === undefined ? "" : code(standard),
  allowed(description, column.allowed),
];

/** A description with the values that are allowed. */
export const allowed = (description: string, values: readonly string[] = []): string =>
  values.length === 0 ? description : `${description} One of ${codes(values)}.`;
