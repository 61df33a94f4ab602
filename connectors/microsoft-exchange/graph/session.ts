import type {
  BoundProcedure,
  BoundQuery,
  ConnectorContext,
  RecordStream,
  Row,
  RowOutcome,
  Session,
  StepReporter,
  TableDefinition,
} from "#spi";
import { resourceOf } from "../tables/graph/index.ts";
import type { GraphBinding } from "./binding.ts";
import { GraphCalls } from "./call.ts";
import type { GraphConfig } from "./config.ts";
import { createRows } from "./create.ts";
import { deleteRows } from "./delete.ts";
import { runQuery } from "./query.ts";
import { testGraph } from "./test-steps.ts";
import { updateRows } from "./update.ts";

type Table = TableDefinition<GraphBinding>;

/** An open conversation with Microsoft Graph. It keeps no state of its own but the transport's. */
class GraphSession implements Session<GraphBinding> {
  readonly #calls: GraphCalls;

  constructor(config: GraphConfig, context: ConnectorContext) {
    this.#calls = new GraphCalls(config, context);
  }

  test(steps: StepReporter, signal: AbortSignal): Promise<void> {
    return testGraph(this.#calls, steps, signal);
  }

  query(query: BoundQuery<GraphBinding>, signal: AbortSignal): RecordStream {
    return runQuery(this.#calls, resourceOf(query.table), query, signal);
  }

  create(table: Table, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]> {
    return createRows(this.#calls, { definition: table, resource: resourceOf(table) }, rows, signal);
  }

  update(table: Table, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]> {
    return updateRows(this.#calls, { definition: table, resource: resourceOf(table) }, rows, signal);
  }

  delete(table: Table, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]> {
    return deleteRows(this.#calls, { definition: table, resource: resourceOf(table) }, rows, signal);
  }

  execute({ procedure, input }: BoundProcedure<GraphBinding>, signal: AbortSignal): RecordStream {
    const { binding } = procedure;
    if (binding.kind !== "procedure") throw new TypeError(`${procedure.name} has no procedure binding`);
    return binding.run(this.#calls, input, signal);
  }

  async close(): Promise<void> {
    // The transport belongs to the service; nothing else is held open.
  }
}

/** Opens a session; nothing is sent before it is used. */
export const openGraphSession = (config: GraphConfig, context: ConnectorContext): Session<GraphBinding> =>
  new GraphSession(config, context);
