import type {
  BoundProcedure,
  BoundQuery,
  ChangeFeed,
  ConnectorContext,
  Contents,
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
import { GraphChanges } from "./changes/feed.ts";
import type { GraphConfig } from "./config.ts";
import { graphContents } from "./contents/contents.ts";
import { createRows } from "./create.ts";
import { deleteRows } from "./delete.ts";
import { readExtendedProperties, writeExtendedProperties } from "./extended-properties.ts";
import { runQuery } from "./query.ts";
import { readReport } from "./report-csv.ts";
import { testGraph } from "./test-steps.ts";
import { updateRows } from "./update.ts";

type Table = TableDefinition<GraphBinding>;

/** An open conversation with Microsoft Graph. It keeps no state of its own but the transport's. */
class GraphSession implements Session<GraphBinding> {
  readonly #calls: GraphCalls;
  readonly contents: Contents<GraphBinding>;
  readonly changes: ChangeFeed<GraphBinding>;

  constructor(config: GraphConfig, context: ConnectorContext) {
    this.#calls = new GraphCalls(config, context);
    this.contents = graphContents(this.#calls);
    this.changes = new GraphChanges(this.#calls);
  }

  test(steps: StepReporter, signal: AbortSignal): Promise<void> {
    return testGraph(this.#calls, steps, signal);
  }

  query(query: BoundQuery<GraphBinding>, signal: AbortSignal): RecordStream {
    const resource = resourceOf(query.table);
    if (resource.report !== undefined) return readReport(this.#calls, resource.report, query, signal);
    if (resource.extendedProperties) return readExtendedProperties(this.#calls, query, signal);
    return runQuery(this.#calls, resource, query, signal);
  }

  create(table: Table, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]> {
    const write = resourceOf(table).extendedProperties ? writeExtendedProperties : createRows;
    return write(this.#calls, { definition: table, resource: resourceOf(table) }, rows, signal);
  }

  update(table: Table, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]> {
    const write = resourceOf(table).extendedProperties ? writeExtendedProperties : updateRows;
    return write(this.#calls, { definition: table, resource: resourceOf(table) }, rows, signal);
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
