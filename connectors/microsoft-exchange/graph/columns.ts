import type { Column, ColumnType, Mutability, Operator, PseudoColumn, Pushability } from "#spi";
import type { FilterKind, GraphBinding, PropertyBinding } from "./binding.ts";

type GraphColumn = Column<GraphBinding>;
type Operators = GraphColumn["operators"];

/** What a column declaration may say beyond its name and type. */
export interface ColumnOptions {
  readonly write?: Mutability;
  readonly sortable?: boolean;
  readonly description?: string;
  readonly allowed?: readonly string[];
  readonly filter?: FilterKind;
  readonly path?: readonly string[];
  readonly nullable?: boolean;
  readonly read?: "list" | "item";
  /** Of a zoned time: without `Z` or offset it is one on the clocks of its zone. */
  readonly clock?: true;
}

const likes = (filter: Extract<FilterKind, { kind: "text" }>): readonly Operator[] =>
  filter.startsWith || filter.contains ? ["=", "IN", "LIKE"] : ["=", "IN"];

/** Operators Graph takes for a kind of property. All "superset": Graph may refuse any filter, then we filter alone. */
function operatorsOf(filter: FilterKind | undefined): Operators {
  if (filter === undefined) return {};
  const order: readonly Operator[] = ["<", "<=", ">", ">=", "BETWEEN"];
  const lists: { readonly [K in FilterKind["kind"]]: readonly Operator[] } = {
    text: filter.kind === "text" ? likes(filter) : [],
    choice: ["=", "<>", "IN"],
    boolean: ["=", "<>"],
    number: ["=", ...order, "IN"],
    instant: ["=", ...order],
    zoned: ["=", ...order],
  };
  return Object.fromEntries(lists[filter.kind].map((operator): [Operator, Pushability] => [operator, "superset"]));
}

/** The members a flattened column name stands for: `from_emailAddress_name` is `from.emailAddress.name`. */
const pathOf = (name: string): readonly string[] => name.split("_");

/** `from_emailAddress_name` in words: "From, email address, name." */
function describe(name: string): string {
  const words = pathOf(name).map((member) =>
    member.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  );
  const sentence = words.join(", ");
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function column(
  name: string,
  type: ColumnType,
  options: ColumnOptions,
  binding: Partial<PropertyBinding> = {},
): GraphColumn {
  const { filter } = options;
  return {
    name,
    type,
    nullable: options.nullable ?? true,
    key: false,
    mutability: options.write ?? "read-only",
    operators: operatorsOf(filter),
    sortable: options.sortable ?? false,
    // Exchange orders text by the mailbox's locale and Entra by its own rules; times are the same everywhere.
    sortsExactly: (options.sortable ?? false) && type === "datetime",
    read: options.read ?? "list",
    description: options.description ?? describe(name),
    ...(options.allowed === undefined ? {} : { allowed: options.allowed }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    binding: {
      kind: "property",
      path: options.path ?? pathOf(name),
      ...(filter === undefined ? {} : { filter }),
      ...binding,
    },
  };
}

/** The id of a row: addressed, not filtered. */
export const idColumn = (options: ColumnOptions = {}): GraphColumn => ({
  ...column("id", "id", { write: "update-only", nullable: false, ...options }, { addresses: true }),
  key: true,
  operators: { "=": "exact", IN: "exact" },
});

/** The id of a parent: it stands in the address of the rows, and in the rows themselves where Graph tells it. */
export const parentColumn = (name: string, options: ColumnOptions = {}): GraphColumn => ({
  ...column(name, "id", { write: "create-only", ...options }, { addresses: true }),
  operators: { "=": "exact", IN: "exact" },
});

export const reference = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "id", options);

export const text = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "string", options);

/** One word of a fixed set. */
export const choice = (name: string, allowed: readonly string[], options: ColumnOptions = {}): GraphColumn =>
  column(name, "string", { allowed, filter: { kind: "choice", values: allowed }, ...options });

/** A word of a fixed set that Graph does not filter by. */
export const word = (name: string, allowed: readonly string[], options: ColumnOptions = {}): GraphColumn =>
  column(name, "string", { allowed, ...options });

export const flag = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "boolean", options);

export const count = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "integer", options);

export const measure = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "double", options);

export const instant = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "datetime", options);

/** The `dateTime` of a dateTimeTimeZone; its `timeZone` is the neighbouring column. */
export const zoned = (name: string, options: ColumnOptions = {}): GraphColumn =>
  column(name, "datetime", options, { zoned: true });

/** The zone of the neighbouring `dateTime`. Exchange keeps zones by their Windows names. */
export const zone = (name: string, options: ColumnOptions = {}): GraphColumn =>
  column(name, "string", options, { zone: "windows" });

/** A time zone that Graph keeps as it is given. */
export const ownZone = (name: string, options: ColumnOptions = {}): GraphColumn =>
  column(name, "string", options, { zone: "given" });

export const day = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "date", options);

export const json = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "json", options);

export const bytes = (name: string, options: ColumnOptions = {}): GraphColumn => column(name, "binary", options);

export const exactText: FilterKind = { kind: "text", startsWith: false, contains: false };
export const prefixText: FilterKind = { kind: "text", startsWith: true, contains: false };
export const anyText: FilterKind = { kind: "text", startsWith: true, contains: true };
export const byFlag: FilterKind = { kind: "boolean" };
export const byNumber: FilterKind = { kind: "number" };
export const byInstant: FilterKind = { kind: "instant" };
export const byZoned: FilterKind = { kind: "zoned" };

/** Whose data a statement is about. */
export const userIdColumn: PseudoColumn = {
  name: "UserId",
  type: "string",
  use: ["query", "create", "update", "delete"],
  description: "Mailbox to address instead of the signed-in one: object id or user principal name.",
};

export const groupIdColumn: PseudoColumn = {
  name: "GroupId",
  type: "string",
  use: ["query"],
  description: "Group whose calendar is read.",
};
