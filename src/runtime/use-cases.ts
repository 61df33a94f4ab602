import type { Readable } from "node:stream";
import type {
  Activity,
  Batch,
  ByteRange,
  Code,
  ConnectorDefinition,
  Owner,
  PlannedCall,
  RemoteError,
  Row,
  RowOutcome,
  StepId,
  Upload,
  Value,
  Warning,
} from "#spi";
import type { RetryPolicy } from "../net/retry-policy.ts";
import type { SubscriptionCases } from "./subscriptions/cases.ts";
import type { NoticeCases } from "./subscriptions/notices.ts";

export type { RetryPolicy } from "../net/retry-policy.ts";

/** What the HTTP layer may ask for: the shapes of all use cases, one interface per resource. */
export interface UseCases {
  readonly connectors: ConnectorCases;
  readonly connections: ConnectionCases;
  readonly tests: TestCases;
  readonly tokens: TokenCases;
  readonly catalog: CatalogCases;
  readonly activities: ActivityCases;
  readonly contents: ContentCases;
  readonly subscriptions: SubscriptionCases;
  readonly notices: NoticeCases;
  readonly savedActivities: SavedActivityCases;
  readonly aliases: AliasCases;
  readonly transfer: TransferCases;
  readonly variables: VariableCases;
  readonly keys: KeyCases;
  readonly agents: AgentCases;
  readonly audit: AuditCases;
  readonly idempotency: IdempotencyCases;
  readonly health: HealthCases;
}

export const scopes = ["designer", "operator", "agent", "auditor", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** Who calls: an API key, or the service itself. */
export interface Principal {
  readonly keyId: string;
  readonly scopes: readonly Scope[];
  /** Connection ids or names the key is limited to; absent = all. */
  readonly connections?: readonly string[];
}

/** One request: its caller, its id for audit and log, its cancellation. */
export interface Call {
  readonly principal: Principal;
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** Variable values of this call alone; they win over the stored ones. */
  readonly variables?: Readonly<Record<string, string | number | boolean>>;
  /** Connections chosen in place of an alias's own. */
  readonly overrides?: ConnectionOverrides;
  /** Filled in while the call runs. */
  readonly use?: ConnectionUse;
  /** Of a saved activity; wins over the alias's. */
  readonly retryPolicy?: RetryPolicy;
}

/** A child alias, or a connection of the alias or its children, by the level that chose it: action wins over subflow, subflow over flow. */
export interface ConnectionOverrides {
  readonly action?: string;
  readonly subflow?: string;
  readonly flow?: string;
}

/** The connection as the caller wrote it, and the name of the one that was used. */
export interface ConnectionUse {
  requested?: string;
  used?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}
export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken?: string;
}

/** A representation with the hash of itself as ETag. */
export interface Tagged<T> {
  readonly value: T;
  readonly etag: string;
}

/**
 * Members a representation shows that are not the client's to set: PUT takes them back as they were read. `updatedAt` is
 * not compared, since a repeated request whose answer was lost carries the old one; If-Match is the guard there.
 */
export interface ShownMembers {
  readonly id?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
}

// ---- connectors and validation -------------------------------------------------------------------------------------

export interface ConnectorCases {
  list(): readonly ConnectorDefinition[];
  /** Errors: NOT_FOUND naming the nearest. */
  get(name: string): ConnectorDefinition;
  validate(connector: string, properties: Readonly<Record<string, unknown>>): ValidationReport;
  /** JSON Schema 2020-12 of the form. */
  connectionSchema(connector: string): Record<string, unknown>;
}

export interface PropertyReport {
  readonly key: string;
  readonly visible: boolean;
  readonly required: boolean;
  readonly choices?: readonly string[];
  readonly errors: readonly { readonly code: Code; readonly detail: string }[];
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
}

/** A property that is accepted, but has no effect, weakens the connection, or will stop. */
export interface PropertyWarning {
  readonly property: string;
  readonly code: string;
  readonly detail: string;
}

export interface ValidationReport {
  readonly errorCount: number;
  readonly groups: readonly string[];
  readonly properties: readonly PropertyReport[];
}

// ---- connections ---------------------------------------------------------------------------------------------------

/** A connection as the API shows it: secrets read `{isSet: true}`. */
export interface ConnectionView {
  readonly id: string;
  readonly name: string;
  readonly connector: string;
  readonly description?: string;
  readonly active: boolean;
  readonly credentialActive: boolean;
  /** Unconfigured while secrets an import left out are missing. */
  readonly state: "configured" | "unconfigured";
  readonly missingSecrets?: readonly string[];
  readonly tags: readonly string[];
  readonly properties: Readonly<Record<string, Value>>;
  readonly urlBuilder?: UrlBuilder;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** In the answer to a change only, and only when there are some. */
  readonly warnings?: readonly PropertyWarning[];
}

export interface ConnectionInput {
  readonly name: string;
  readonly connector: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly description?: string;
  readonly active?: boolean;
  readonly credentialActive?: boolean;
  readonly tags?: readonly string[];
  readonly urlBuilder?: UrlBuilder;
}

/** The parts of a connection's URL, in place of the property that holds it. */
export interface UrlBuilder {
  readonly protocol?: "https" | "http" | undefined;
  readonly host: string;
  readonly port?: number | undefined;
  readonly basePath?: string | undefined;
}

export interface ConnectionCases {
  create(call: Call, input: ConnectionInput): Promise<Tagged<ConnectionView>>;
  /** `POST /v1/connections?validateOnly=true`: the report, name included. */
  validate(call: Call, input: ConnectionInput): Promise<ValidationReport>;
  list(call: Call, page: PageRequest): Promise<Page<ConnectionView>>;
  /** Id before name. Errors: NOT_FOUND, FORBIDDEN. */
  get(call: Call, connection: string): Promise<Tagged<ConnectionView>>;
  /** Errors: INVALID_REQUEST when `id` or `createdAt` came and are not those of the connection. */
  replace(
    call: Call,
    connection: string,
    input: ConnectionInput & ShownMembers,
    ifMatch?: string,
  ): Promise<Tagged<ConnectionView>>;
  /** JSON merge patch (RFC 7396) on the representation. */
  patch(
    call: Call,
    connection: string,
    patch: Readonly<Record<string, unknown>>,
    ifMatch?: string,
  ): Promise<Tagged<ConnectionView>>;
  remove(
    call: Call,
    connection: string,
    options: { readonly force: boolean; readonly ifMatch?: string },
  ): Promise<void>;
}

// ---- test and status -----------------------------------------------------------------------------------------------

export interface TestStep {
  readonly id: StepId;
  readonly title: string;
  readonly status: "passed" | "failed" | "warning" | "skipped";
  readonly durationMs: number;
  readonly detail: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly code?: string;
  readonly problem?: Code;
  readonly owner?: Owner;
  readonly fix?: string;
  readonly property?: string;
}

export interface TestReport {
  readonly status: "succeeded" | "failed";
  readonly agent: string;
  readonly connectorVersion: string;
  readonly durationMs: number;
  readonly identity?: { readonly user: string; readonly mailbox?: string; readonly displayName?: string };
  readonly serverVersion?: string;
  readonly steps: readonly TestStep[];
}

export interface ConnectionStatus {
  readonly lastTest?: {
    readonly at: string;
    readonly status: "succeeded" | "failed";
    readonly failedStep?: StepId;
    readonly code?: string;
  };
  readonly token?: TokenView;
  readonly throttledUntil?: string;
  readonly openSessions: number;
  readonly warnings: readonly { readonly code: string; readonly detail: string; readonly at?: string }[];
}

/** What this agent recorded of a connection's conversation with its server. */
export interface DialogueReport {
  readonly agent: string;
  /** Lines are being recorded. */
  readonly enabled: boolean;
  readonly until?: string;
  readonly lines: readonly {
    readonly at: string;
    readonly direction: "sent" | "received" | "note";
    readonly text: string;
  }[];
  /** Older lines that made room for newer ones. */
  readonly dropped: number;
}

export interface TestCases {
  test(call: Call, connection: string): Promise<TestReport>;
  /** On every live agent of this one's group. Errors: UNSUPPORTED while the group has other agents. */
  testOnGroup(call: Call, connection: string): Promise<{ readonly reports: readonly TestReport[] }>;
  testUnsaved(call: Call, connector: string, properties: Readonly<Record<string, unknown>>): Promise<TestReport>;
  status(call: Call, connection: string): Promise<ConnectionStatus>;
  /** The conversation with the server as this agent recorded it, where the connection asks for it. */
  dialogue(call: Call, connection: string): Promise<DialogueReport>;
}

// ---- tokens --------------------------------------------------------------------------------------------------------

export interface TokenView {
  readonly state: "none" | "valid" | "expired" | "authorization-required";
  readonly expiresAt?: string;
  readonly obtainedAt?: string;
  readonly scope?: string;
  readonly account?: string;
  readonly hasRefreshToken: boolean;
}
export interface TokenInput {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly expiresIn?: number;
  readonly scope?: string;
}
export interface TokenCases {
  get(call: Call, connection: string): Promise<TokenView>;
  put(call: Call, connection: string, token: TokenInput): Promise<TokenView>;
  forget(call: Call, connection: string): Promise<void>;
  refresh(call: Call, connection: string): Promise<TokenView>;
  /** Start of the code flow. Errors: UNSUPPORTED where the scheme has none. */
  authorize(
    call: Call,
    connection: string,
  ): Promise<{ readonly authorizationUrl: string; readonly state: string; readonly expiresAt: string }>;
  /** End of the code flow; answers what the page tells. */
  callback(
    query: Readonly<Record<string, string>>,
    requestId: string,
    signal: AbortSignal,
  ): Promise<{ readonly succeeded: boolean; readonly title: string; readonly detail: string }>;
}

// ---- catalogue -----------------------------------------------------------------------------------------------------

export interface ColumnView {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly key: boolean;
  readonly readOnly: boolean;
  readonly operators: readonly string[];
  readonly sortable: boolean;
  readonly readCost: "list" | "item";
  readonly description: string;
  readonly allowed?: readonly string[];
}
export interface TableView {
  readonly name: string;
  readonly kind: "TABLE" | "VIEW";
  readonly schema: string;
  readonly description: string;
  readonly activities: readonly string[];
  readonly columns?: readonly ColumnView[];
  readonly pseudoColumns?: readonly {
    readonly name: string;
    readonly type: string;
    readonly use: readonly string[];
    readonly allowed?: readonly string[];
    readonly description: string;
  }[];
  readonly requiredOnCreate?: readonly string[];
}
export interface ParameterView {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  readonly default?: Value;
  readonly allowed?: readonly string[];
}
export interface ProcedureView {
  readonly name: string;
  readonly schema: string;
  readonly description: string;
  readonly writes: boolean;
  readonly inputs?: readonly ParameterView[];
  readonly outputs?: readonly ParameterView[];
}
/** `schema` absent: all schemas of the connector. Lists leave columns and parameters out. Errors: UNKNOWN_TABLE, UNKNOWN_PROCEDURE. */
export interface CatalogCases {
  tables(connector: string, schema?: string): readonly TableView[];
  table(connector: string, name: string, schema?: string): TableView;
  procedures(connector: string, schema?: string): readonly ProcedureView[];
  procedure(connector: string, name: string, schema?: string): ProcedureView;
  connectionTables(call: Call, connection: string): Promise<readonly TableView[]>;
  connectionTable(call: Call, connection: string, name: string): Promise<TableView>;
  connectionProcedures(call: Call, connection: string): Promise<readonly ProcedureView[]>;
  connectionProcedure(call: Call, connection: string, name: string): Promise<ProcedureView>;
}

// ---- activities ----------------------------------------------------------------------------------------------------

/** Body of query: either a table query as data, or SQL text. Shape-checked by the HTTP layer, meaning checked by binding. */
export type QueryBody =
  | {
      readonly table: string;
      readonly columns?: readonly string[];
      readonly where?: unknown;
      readonly orderBy?: readonly { readonly column: string; readonly direction?: "asc" | "desc" }[];
      readonly limit?: number;
      readonly offset?: number;
      readonly pageSize?: number;
      readonly pageToken?: string;
    }
  | {
      readonly sql: string;
      readonly parameters?: readonly Value[] | Readonly<Record<string, Value>>;
      readonly pageSize?: number;
      readonly pageToken?: string;
    };

export type WriteBody =
  | { readonly table: string; readonly rows: readonly Row[]; readonly onRowError?: "continue" | "stop" }
  | {
      readonly sql: string;
      readonly parameters?: readonly Value[] | Readonly<Record<string, Value>>;
      readonly onRowError?: "continue" | "stop";
    };

export type ExecuteBody =
  | { readonly procedure: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly sql: string; readonly parameters?: readonly Value[] | Readonly<Record<string, Value>> };

export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}
export interface QueryPage {
  readonly columns: readonly ResultColumn[];
  readonly records: readonly Row[];
  readonly nextPageToken?: string;
  readonly warnings: readonly Warning[];
}
/** Columns are known before the first batch; batches hold only the columns asked for. */
export interface QueryStream {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<Batch>;
}
export interface Explanation {
  readonly pushdown: unknown;
  readonly residual: unknown;
  readonly calls: readonly PlannedCall[];
  readonly warnings: readonly Warning[];
}
export interface WriteSummary {
  readonly succeeded: number;
  readonly failed: number;
  readonly notAttempted: number;
  readonly indeterminate: number;
}
export interface WriteResult {
  readonly outcomes: readonly RowOutcome[];
  readonly summary: WriteSummary;
}
export interface ExecuteResult {
  readonly results: readonly Row[];
  readonly warnings: readonly Warning[];
}
/** One line of an NDJSON upload: a row, or what is wrong with the line (it fails that row alone). */
export type UploadedRow =
  | { readonly row: Row }
  | { readonly mistake: { readonly code: Code; readonly detail: string } };

export interface ActivityCases {
  query(call: Call, connection: string, body: QueryBody): Promise<QueryPage>;
  queryStream(call: Call, connection: string, body: QueryBody): Promise<QueryStream>;
  explain(call: Call, connection: string, body: QueryBody): Promise<Explanation>;
  write(call: Call, connection: string, kind: "create" | "update" | "delete", body: WriteBody): Promise<WriteResult>;
  /** NDJSON upload: outcomes are yielded chunk by chunk, in order. */
  writeStream(
    call: Call,
    connection: string,
    kind: "create" | "update" | "delete",
    target: { readonly table: string; readonly onRowError: "continue" | "stop" },
    rows: AsyncIterable<readonly UploadedRow[]>,
  ): AsyncIterable<readonly RowOutcome[]>;
  execute(call: Call, connection: string, body: ExecuteBody): Promise<ExecuteResult>;
  /** Rows as they come; the columns are the procedure's outputs. */
  executeStream(call: Call, connection: string, body: ExecuteBody): Promise<QueryStream>;
}

// ---- contents ------------------------------------------------------------------------------------------------------

/** What is read or added to; without `attachment` it is the record's own content. */
export interface ContentTarget {
  readonly table: string;
  readonly record: string;
  readonly attachment?: string;
  /** Pseudo columns of the table by name. */
  readonly pseudo: Readonly<Record<string, string>>;
}
export interface RangeRequest {
  readonly range?: ByteRange;
  /** ETag the range is good for. */
  readonly ifRange?: string;
  readonly ifNoneMatch?: readonly string[];
}
/** A content with its head; `body` must be read or destroyed. */
export interface ContentAnswer {
  readonly name: string;
  readonly contentType: string;
  readonly etag?: string;
  /** The caller has it already. */
  readonly isKnown: boolean;
  /** Exact size of the whole. */
  readonly sizeBytes?: number;
  /** `body` holds this part alone. */
  readonly part?: { readonly first: number; readonly last: number } | "unsatisfiable";
  readonly body: Readable;
}
/** Errors: UNSUPPORTED where the connector has no contents, NOT_FOUND, TOO_LARGE. */
export interface ContentCases {
  read(call: Call, connection: string, target: ContentTarget, request: RangeRequest): Promise<ContentAnswer>;
  /** Adds an attachment; answers its id. */
  add(call: Call, connection: string, target: ContentTarget, upload: Upload): Promise<Row>;
  /** Creates a record from message/rfc822; answers its key. */
  create(
    call: Call,
    connection: string,
    target: Pick<ContentTarget, "table" | "pseudo"> & { readonly folder?: string },
    upload: Upload,
  ): Promise<Row>;
  /** The upload in a file, with its fingerprint; nothing is written for who may not use the connection. */
  spool(
    call: Call,
    connection: string,
    upload: Upload,
  ): Promise<{
    readonly upload: Upload & { readonly sizeBytes: number };
    readonly digest: string;
    close(): Promise<void>;
  }>;
}

// ---- saved activities, variables, keys, agents, audit ---------------------------------------------------------------

export type ActivityKind = Activity;
export interface SavedActivityInput {
  readonly name: string;
  readonly connection: string;
  readonly kind: ActivityKind;
  readonly description?: string;
  readonly retryPolicy?: RetryPolicy;
  /** The body of that activity. */
  readonly body: Readonly<Record<string, unknown>>;
}
export interface SavedActivityView extends SavedActivityInput {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface RunInput {
  readonly variables?: Readonly<Record<string, string | number | boolean>>;
  readonly rows?: readonly Row[];
  readonly input?: Readonly<Record<string, unknown>>;
  readonly pageToken?: string;
  readonly overrides?: ConnectionOverrides;
}
export interface SavedActivityCases {
  create(call: Call, input: SavedActivityInput): Promise<Tagged<SavedActivityView>>;
  list(call: Call, page: PageRequest): Promise<Page<SavedActivityView>>;
  get(call: Call, activity: string): Promise<Tagged<SavedActivityView>>;
  replace(
    call: Call,
    activity: string,
    input: SavedActivityInput & ShownMembers,
    ifMatch?: string,
  ): Promise<Tagged<SavedActivityView>>;
  remove(call: Call, activity: string, ifMatch?: string): Promise<void>;
  /** The answer of that activity's kind. */
  run(call: Call, activity: string, input: RunInput): Promise<QueryPage | WriteResult | ExecuteResult>;
}

export interface AliasInput {
  readonly name: string;
  readonly description?: string;
  /** Name of another alias. */
  readonly parent?: string;
  readonly supportMultipleActiveConnections: boolean;
  /** Names or ids, in the order in which they are tried. */
  readonly connections: readonly string[];
  /** Of calls that come by the alias; a child without one has its parent's. */
  readonly retryPolicy?: RetryPolicy;
}
export interface AliasView extends AliasInput {
  readonly id: string;
  readonly children: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface AliasCases {
  create(call: Call, input: AliasInput): Promise<Tagged<AliasView>>;
  list(call: Call, page: PageRequest): Promise<Page<AliasView>>;
  get(call: Call, name: string): Promise<Tagged<AliasView>>;
  replace(call: Call, name: string, input: AliasInput & ShownMembers, ifMatch?: string): Promise<Tagged<AliasView>>;
  /** Errors: CONFLICT while child aliases or saved activities refer to it. */
  remove(call: Call, name: string, ifMatch?: string): Promise<void>;
}

/** Definitions by name, for another installation; a secret reads `{isSet: true}`. */
export interface TransferDocument {
  readonly connections: readonly ConnectionInput[];
  readonly aliases: readonly AliasInput[];
  readonly activities: readonly SavedActivityInput[];
  readonly variables: readonly {
    readonly name: string;
    readonly kind: "project" | "global";
    readonly secret: boolean;
    readonly value?: string;
  }[];
}
export type ConflictRule = "fail" | "skip" | "replace";
interface ImportCount {
  readonly created: number;
  readonly replaced: number;
}
export interface ImportSummary {
  readonly connections: ImportCount;
  readonly aliases: ImportCount;
  readonly activities: ImportCount;
  readonly variables: ImportCount;
  readonly skipped: readonly string[];
  readonly unconfigured: readonly { readonly name: string; readonly missingSecrets: readonly string[] }[];
}
export interface TransferCases {
  exportAll(call: Call): Promise<TransferDocument>;
  /** All or nothing. Errors: all mistakes of the document at once, names that exist among them. */
  importAll(call: Call, document: TransferDocument, onConflict: ConflictRule): Promise<ImportSummary>;
}

export interface VariableInput {
  readonly name: string;
  readonly kind: "project" | "global";
  readonly secret: boolean;
  /** Of a secret variable that is replaced: absent or `{isSet: true}` keeps the stored value, null clears it. */
  readonly value?: string | null | { readonly isSet: boolean };
}
/** A secret variable's value reads `{isSet}`. */
export interface VariableView {
  readonly name: string;
  readonly kind: "project" | "global";
  readonly secret: boolean;
  readonly value: string | null | { readonly isSet: boolean };
  readonly updatedAt: string;
}
export interface VariableCases {
  create(call: Call, input: VariableInput): Promise<Tagged<VariableView>>;
  list(call: Call, page: PageRequest): Promise<Page<VariableView>>;
  get(call: Call, name: string): Promise<Tagged<VariableView>>;
  replace(call: Call, name: string, input: VariableInput, ifMatch?: string): Promise<Tagged<VariableView>>;
  remove(call: Call, name: string, ifMatch?: string): Promise<void>;
}

export interface KeyInput {
  readonly name?: string;
  readonly scopes: readonly Scope[];
  readonly connections?: readonly string[];
  readonly expiresAt?: string;
}
/** A JSON merge patch: null takes a name or a limit away. */
export interface KeyPatch {
  readonly name?: string | null;
  readonly scopes?: readonly Scope[];
  readonly connections?: readonly string[] | null;
  readonly expiresAt?: string | null;
}
export interface KeyView extends KeyInput {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt?: string;
}
export interface KeyCases {
  /** The principal of a presented key. Errors: UNAUTHENTICATED. */
  authenticate(presented: string): Promise<Principal>;
  create(call: Call, input: KeyInput): Promise<KeyView & { readonly key: string }>;
  list(call: Call, page: PageRequest): Promise<Page<KeyView>>;
  get(call: Call, id: string): Promise<KeyView>;
  patch(call: Call, id: string, patch: KeyPatch): Promise<KeyView>;
  remove(call: Call, id: string): Promise<void>;
}

export interface AgentView {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly connectors: readonly { readonly name: string; readonly version: string }[];
  readonly startedAt: string;
  readonly seenAt: string;
}
export interface AgentCases {
  list(call: Call): Promise<readonly AgentView[]>;
}

export interface AuditRecord {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: "succeeded" | "failed" | "denied" | "started";
  readonly requestId: string;
}
export interface AuditCases {
  list(
    call: Call,
    page: PageRequest & { readonly action?: string; readonly target?: string; readonly since?: string },
  ): Promise<Page<AuditRecord>>;
}

// ---- idempotency and health ----------------------------------------------------------------------------------------

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface IdempotencyCases {
  /**
   * Claims `principal + path + key`. Answers the stored answer to replay, or a claim to be finished.
   * Errors: CONFLICT when the same key came with another fingerprint, or is still running (`waitMs` set).
   */
  begin(request: {
    readonly principal: Principal;
    readonly path: string;
    readonly key: string;
    readonly fingerprint: string;
  }): Promise<
    | { readonly replay: StoredAnswer }
    | { readonly complete: (answer: StoredAnswer) => Promise<void>; readonly release: () => Promise<void> }
  >;
}

export interface HealthCases {
  /** "ready", or one word why not: `sealed`, `draining`, `store`, `migrating`. */
  readiness(): Promise<"ready" | "sealed" | "draining" | "store" | "migrating">;
  drain(): void;
}

/** A problem as answered to a caller; the HTTP layer adds type, title, status and requestId. */
export interface Problem {
  readonly code: Code;
  readonly detail: string;
  readonly cause?: string;
  readonly effect?: "none" | "unknown";
  readonly retryAfterMs?: number;
  readonly remote?: RemoteError;
  readonly authorize?: string;
}
