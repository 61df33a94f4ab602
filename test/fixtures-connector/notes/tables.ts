import type { Column, Procedure, TableDefinition } from "#spi";

/** The binding of a column is simply its name here. */
type Binding = string;

function column(name: string, facts: Partial<Column<Binding>>): Column<Binding> {
  return {
    name,
    type: "string",
    nullable: true,
    key: false,
    mutability: "writable",
    operators: {},
    sortable: false,
    sortsExactly: false,
    read: "list",
    description: `${name} of the note.`,
    binding: name,
    ...facts,
  };
}

const range = { "=": "exact", ">=": "exact", "<": "exact" } as const;

export const notes: TableDefinition<Binding> = {
  name: "Notes",
  kind: "TABLE",
  description: "The notes of the notebook.",
  activities: ["query", "create", "update", "delete"],
  columns: [
    column("NoteId", {
      type: "id",
      nullable: false,
      key: true,
      mutability: "read-only",
      operators: { "=": "exact", IN: "exact" },
    }),
    column("ChangeKey", { type: "id", mutability: "update-only" }),
    column("Title", {
      nullable: false,
      operators: { "=": "exact", LIKE: "superset" },
      sortable: true,
      sortsExactly: true,
    }),
    column("Body", { read: "item" }),
    column("Pinned", { type: "boolean", nullable: false, operators: { "=": "exact" } }),
    column("Stars", { type: "integer", operators: range, sortable: true, sortsExactly: true }),
    column("Created", {
      type: "datetime",
      nullable: false,
      mutability: "read-only",
      operators: { "<": "exact", ">=": "exact" },
    }),
    column("Tags", { type: "json", nullable: false }),
  ],
  pseudoColumns: [
    { name: "OnBehalfOf", type: "string", use: ["query"], description: "Whose notes are read." },
    {
      name: "Notify",
      type: "string",
      use: ["create", "update", "delete"],
      allowed: ["All", "Nobody"],
      description: "Who is told.",
    },
  ],
  requiredOnCreate: ["Title"],
  rowsPerWrite: 3,
  /** The server sorts only what is not filtered. */
  accepts: (_query, proposed) =>
    proposed.where !== undefined && proposed.orderBy.length > 0 ? { ...proposed, orderBy: [], limit: false } : proposed,
};

export const comments: TableDefinition<Binding> = {
  name: "Comments",
  kind: "VIEW",
  description: "Comments of one note.",
  activities: ["query"],
  columns: [
    column("NoteId", { type: "id", nullable: false, key: true, mutability: "read-only", operators: { "=": "exact" } }),
    column("Author", { mutability: "read-only" }),
    column("Text", { mutability: "read-only" }),
  ],
  pseudoColumns: [],
  requiredOnCreate: [],
  rowsPerWrite: 1,
  requiredInWhere: ["NoteId"],
};

export const pinNote: Procedure<Binding> = {
  name: "PinNote",
  description: "Pins a note or takes the pin away.",
  writes: true,
  inputs: [
    { name: "NoteId", type: "id", required: true, description: "The note." },
    { name: "Pinned", type: "boolean", required: false, default: true, description: "Pin or not." },
    { name: "Stars", type: "integer", required: false, minimum: 0, maximum: 5, description: "Stars to give." },
    { name: "Place", type: "string", required: false, allowed: ["Top", "Bottom"], description: "Where the pin goes." },
  ],
  outputs: [{ name: "ChangeKey", type: "id", required: true, description: "The new version." }],
  binding: "pin",
};
