import type { Cause, StepId } from "./causes.ts";
import type { NoticeReader } from "./changes.ts";
import type { ConnectorContext, FileAccess } from "./context.ts";
import type { TransportOptions } from "./http.ts";
import type { Procedure } from "./procedure.ts";
import type { ConnectionProperty, JointRule, PropertyValues } from "./property.ts";
import type { BoundQuery, PlannedCall } from "./query.ts";
import type { Warning } from "./records.ts";
import type { Session } from "./session.ts";
import type { TableDefinition } from "./table.ts";
import type { TokenSource } from "./tokens.ts";

export interface SchemaInfo {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
}

/** Something of a connection that will stop, and when. */
export interface Expiry {
  readonly code: string;
  readonly detail: string;
  /** ISO 8601; absent when the date is not known. */
  readonly at?: string;
}

/** What is known of a connection's tokens without opening them. Times are milliseconds since the epoch. */
export interface TokenFacts {
  readonly obtainedAt?: number;
  readonly hasRefreshToken: boolean;
}

/**
 * An installed kind of connection. A connector gets all I/O through its ConnectorContext; everything but `connect`
 * is pure. `C` is its parsed configuration, `B` its private column binding; both are opaque outside.
 */
export interface ConnectorDefinition<C = unknown, B = unknown> {
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly description: string;
  readonly schemas: readonly SchemaInfo[];
  /** The schema of a configuration is the value of this property; absent when there is one schema only. */
  readonly schemaProperty?: string;
  /** The property that holds the address of the server; a connection's URL builder fills it. */
  readonly urlProperty?: string;
  readonly properties: readonly ConnectionProperty[];
  readonly propertyGroups: readonly string[];
  readonly jointRules: readonly JointRule[];
  readonly causes: readonly Cause[];
  /** Takes values that passed validation, defaults filled in, Secrets closed. Errors: INVALID_PROPERTY with mistakes, or with the property as target. */
  parse(values: PropertyValues): C;
  transport(config: C): TransportOptions;
  /** All tables of a schema, before any configuration: the static catalogue. */
  tablesOf(schema: string): readonly TableDefinition<B>[];
  proceduresOf(schema: string): readonly Procedure<B>[];
  tables(config: C): readonly TableDefinition<B>[];
  procedures(config: C): readonly Procedure<B>[];
  /** What explain shows for a pushed-down query. */
  calls(config: C, query: BoundQuery<B>): readonly PlannedCall[];
  /** Limits the configuration puts on activities: row cap, page size, read-only, local filtering only. */
  limits(config: C): ActivityLimits;
  tokens?(config: C, files: FileAccess): TokenSource | undefined;
  /** What will stop and when, as the configuration and the state of its tokens tell. */
  expiries?(config: C, tokens: TokenFacts | undefined): readonly Expiry[];
  warnings?(config: C): readonly Warning[];
  /** The steps a connection test has with this configuration; absent = those of an HTTP connection. */
  steps?(config: C): readonly StepId[];
  /**
   * For how many minutes, counted from the last change of the connection, its conversation with the server is recorded;
   * undefined where the configuration does not ask for it.
   */
  debugMinutes?(config: C): number | undefined;
  /** How notices a server posts are understood; absent = this connector's servers post none. */
  readonly notices?: NoticeReader;
  connect(config: C, context: ConnectorContext): Promise<Session<B>>;
}

export interface ActivityLimits {
  readonly maxRows?: number;
  readonly pageSize: number;
  readonly readOnly: boolean;
  /** Send no filters and sorts to the server. */
  readonly localFiltering: boolean;
  /** Rows of one write call, below the table's own. */
  readonly batchSize?: number;
  /** False: what the server cannot do is refused instead of done locally. */
  readonly localWork: boolean;
}

/** Checks a definition's own consistency at load and gives it the opaque type the registry holds. */
export function defineConnector<C, B>(definition: ConnectorDefinition<C, B>): ConnectorDefinition {
  const seen = new Set<string>();
  for (const { key } of definition.properties) {
    if (seen.has(key)) throw new Error(`${definition.name}: property ${key} is declared twice`);
    seen.add(key);
  }
  for (const cause of definition.causes) {
    if (seen.has(`cause:${cause.code}`)) throw new Error(`${definition.name}: cause ${cause.code} is declared twice`);
    seen.add(`cause:${cause.code}`);
  }
  return definition as ConnectorDefinition<unknown, unknown> as ConnectorDefinition;
}
