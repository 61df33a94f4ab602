import { type Column, invalidQuery, nearestHint, type Row, type TableDefinition } from "#spi";

/** What CreateSchema needs. */
export interface SchemaWork {
  readonly schema: string;
  readonly tables: readonly TableDefinition[];
  text(name: string): string | undefined;
  write(folder: string, name: string, content: Uint8Array, overwrite: boolean): Promise<string>;
}

/** Types of the schema files that desktop drivers read. */
const types: Readonly<Record<Column["type"], string>> = {
  string: "string",
  id: "string",
  integer: "integer",
  double: "double",
  boolean: "boolean",
  datetime: "datetime",
  date: "date",
  binary: "binary",
  json: "string",
};

/** Writes the definition of a table as a schema file, and answers its content. */
export async function schemaRow(work: SchemaWork): Promise<Row> {
  const wanted = work.text("SchemaName") ?? work.schema;
  if (wanted.toLowerCase() !== work.schema.toLowerCase()) {
    throw invalidQuery(`SchemaName: this connection has schema ${work.schema} only.`, { target: "SchemaName" });
  }
  const name = work.text("TableName") ?? "";
  const table = work.tables.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (table === undefined) {
    const hint = nearestHint(
      name,
      work.tables.map((candidate) => candidate.name),
    );
    throw invalidQuery(`TableName: there is no table "${name}".${hint}`, { target: "TableName" });
  }
  const content = Buffer.from(schemaText(table), "utf8");
  const file = work.text("FileName");
  if (file !== undefined) await store(work, file, content);
  return { Result: "Success", FileData: content.toString("base64") };
}

async function store(work: SchemaWork, file: string, content: Uint8Array): Promise<void> {
  // It takes the place of what has this name, and that must not be a file of another sort, such as a keytab.
  if (!/\.rsd$/i.test(file))
    throw invalidQuery("FileName: a schema file is called something.rsd.", { target: "FileName" });
  const cut = Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"));
  await work.write(cut < 0 ? "." : file.slice(0, cut) || "/", file.slice(cut + 1), content, true);
}

function schemaText(table: TableDefinition): string {
  const lines = table.columns.map((column) => `    <attr ${attributes(column)}/>`);
  const inputs = table.pseudoColumns.map(
    ({ name, type, description }) =>
      `    <input name="${escaped(name)}" xs:type="${types[type]}" description="${escaped(description)}"/>`,
  );
  return [
    '<api:script xmlns:api="http://apiscript.com/ns?v1" xmlns:xs="http://www.w3.org/2001/XMLSchema">',
    `  <api:info title="${escaped(table.name)}" description="${escaped(table.description)}">`,
    ...lines,
    ...inputs,
    "  </api:info>",
    "</api:script>",
    "",
  ].join("\n");
}

function attributes(column: Column): string {
  const told = {
    name: column.name,
    "xs:type": types[column.type],
    key: String(column.key),
    readonly: String(column.mutability === "read-only"),
    description: column.description,
  };
  return Object.entries(told)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(" ");
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.codePointAt(0)};`);
