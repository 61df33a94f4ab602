import type { Activity, Column, PseudoColumn, TableDefinition } from "#spi";
import { acceptPushdown } from "../../graph/accepts.ts";
import type { GraphBinding } from "../../graph/binding.ts";
import type { GraphResource, GraphTable } from "../../graph/resource.ts";

interface Declaration {
  readonly name: string;
  readonly kind?: "TABLE" | "VIEW";
  readonly description: string;
  readonly activities: readonly Exclude<Activity, "execute">[];
  readonly columns: readonly Column<GraphBinding>[];
  readonly pseudoColumns: readonly PseudoColumn[];
  readonly requiredOnCreate?: readonly string[];
  readonly requiredInWhere?: readonly string[];
  readonly resource: GraphResource;
}

/** One write call holds as many rows as one batch takes requests. */
const ROWS_PER_WRITE = 20;

/** A table from its declaration, with the rules all Graph tables share. */
export function graphTable({ resource, ...declaration }: Declaration): GraphTable {
  const definition: TableDefinition<GraphBinding> = {
    kind: "TABLE",
    requiredOnCreate: [],
    ...declaration,
    columns: declaration.columns.map((column) => (isLock(column, resource) ? lock(column) : column)),
    rowsPerWrite: ROWS_PER_WRITE,
    accepts: (query, proposed) => acceptPushdown(resource, query, proposed),
  };
  return { definition, resource };
}

const isLock = (column: Column<GraphBinding>, { writes }: GraphResource): boolean =>
  column.name === "changeKey" && writes?.recognition !== undefined;

/** The change key a row was read with may be given on update and delete, which then happen on that version only. */
const lock = (column: Column<GraphBinding>): Column<GraphBinding> => ({
  ...column,
  mutability: "update-only",
  description: "Version of the item; given on update or delete, the item must still have it.",
});
