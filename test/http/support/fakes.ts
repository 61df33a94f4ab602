import { Readable } from "node:stream";
import { type Batch, type ConnectorDefinition, ConnectorError, notFound, type Row, type RowOutcome } from "#spi";
import type { EventView, SubscriptionView } from "../../../src/runtime/subscriptions/cases.ts";
import type {
  AliasView,
  Call,
  ConnectionView,
  Page,
  Principal,
  SavedActivityView,
  Scope,
  StoredAnswer,
  Tagged,
  UploadedRow,
  UseCases,
  VariableView,
} from "../../../src/runtime/use-cases.ts";

export const at = "2026-01-02T03:04:05Z";
export const scopeNames: readonly Scope[] = ["designer", "operator", "agent", "auditor", "admin"];

/** Key texts the fakes accept: a scope alone, or limited to one connection. */
export const keyOf = (scope: Scope, connection?: string): string =>
  connection === undefined ? `key-${scope}` : `key-${scope}-only-${connection}`;

const authenticate = async (presented: string): Promise<Principal> => {
  const match = /^key-(designer|operator|agent|auditor|admin)(?:-only-(.+))?$/.exec(presented);
  if (match === null) throw new ConnectorError("UNAUTHENTICATED", "This API key is not known.");
  const [, scope, connection] = match;
  return {
    keyId: presented,
    scopes: [scope as Scope],
    ...(connection !== undefined && { connections: [connection] }),
  };
};

const connectionOf = (name: string): ConnectionView => ({
  id: `id-${name}`,
  name,
  connector: "test-connector",
  active: true,
  credentialActive: true,
  state: "configured",
  tags: [],
  properties: { Server: "https://mail.example", Password: { isSet: true } },
  createdAt: at,
  updatedAt: at,
});

const connectionNames = ["own", "foreign", "with space"];
export const etag = "tag-1";
const tagged = <T>(value: T): Tagged<T> => ({ value, etag });
const pageOf = <T>(items: readonly T[]): Page<T> => ({ items });

/** The rule every use case keeps: unknown connections are NOT_FOUND, those outside the key's list FORBIDDEN. */
function enter(call: Call, connection: string): ConnectionView {
  const name = connection.replace(/^id-/, "");
  if (!connectionNames.includes(name)) throw notFound(`There is no connection ${connection}.`);
  const { connections } = call.principal;
  if (connections !== undefined && !connections.includes(name))
    throw new ConnectorError("FORBIDDEN", "The API key is limited to other connections.");
  return connectionOf(name);
}

const definition: ConnectorDefinition = {
  name: "test-connector",
  version: "1.2.3",
  displayName: "Test connector",
  description: "For tests.",
  schemas: [{ name: "A", displayName: "A", description: "Schema A" }],
  properties: [
    {
      key: "Server",
      displayName: "Server",
      group: "Connection",
      type: "string",
      secret: false,
      description: "Address.",
      advanced: false,
      effect: "active",
    },
  ],
  propertyGroups: ["Connection"],
  jointRules: [],
  causes: [],
  parse: (values) => values,
  transport: () => {
    throw new Error("not used by the HTTP layer");
  },
  tablesOf: () => [],
  proceduresOf: () => [],
  tables: () => [],
  procedures: () => [],
  calls: () => [],
  limits: () => ({ pageSize: 100, readOnly: false, localFiltering: false, localWork: true }),
  connect: async () => {
    throw new Error("not used by the HTTP layer");
  },
};

const tableView = {
  name: "Contacts",
  kind: "TABLE",
  schema: "A",
  description: "People.",
  activities: ["query"],
} as const;
const procedureView = { name: "SendMail", schema: "A", description: "Sends.", writes: true } as const;
const variableView: VariableView = { name: "v", kind: "project", secret: false, value: "x", updatedAt: at };
const savedActivity: SavedActivityView = {
  id: "a1",
  name: "unread",
  connection: "own",
  kind: "query",
  body: { table: "Contacts", limit: 3 },
  createdAt: at,
  updatedAt: at,
};
const testReport = {
  status: "succeeded",
  agent: "agent-1",
  connectorVersion: "1.2.3",
  durationMs: 3,
  steps: [],
} as const;
const validation = { errorCount: 0, groups: ["Connection"], properties: [] } as const;
const keyView = { id: "k1", scopes: ["operator"], createdAt: at } as const;
const token = { state: "valid", hasRefreshToken: true, expiresAt: at } as const;

export const columns = [
  { name: "Id", type: "id" },
  { name: "Text", type: "string" },
] as const;
export const sampleRows: readonly Row[] = [
  { Id: "1", Text: "a\u2028b" },
  { Id: "2", Text: null },
  { Id: "3", Text: "" },
];

async function* sentBatch(): AsyncGenerator<Batch> {
  yield { rows: [{ Sent: true, Note: "=1+1" }], warnings: [{ code: "W", detail: "ä" }] };
}

export async function* oneBatch(rows: readonly Row[] = sampleRows): AsyncGenerator<Batch> {
  yield { rows, warnings: [{ code: "LOCAL_FILTER", detail: "Filtered here." }] };
}

/** Succeeds every uploaded row, fails bad lines, batch by batch. */
export async function* succeedUpload(
  rows: AsyncIterable<readonly UploadedRow[]>,
): AsyncGenerator<readonly RowOutcome[]> {
  let index = 0;
  for await (const batch of rows)
    yield batch.map((uploaded): RowOutcome => {
      const at = index++;
      if ("mistake" in uploaded) return { index: at, status: "failed", error: uploaded.mistake };
      return { index: at, status: "succeeded", key: { Id: uploaded.row["Id"] ?? null } };
    });
}

interface Entry {
  fingerprint: string;
  answer?: StoredAnswer;
}

function idempotencyFake(): UseCases["idempotency"] {
  const entries = new Map<string, Entry>();
  return {
    begin: async ({ principal, path, key, fingerprint }) => {
      const id = JSON.stringify([principal.keyId, path, key]);
      const known = entries.get(id);
      if (known !== undefined) {
        if (known.fingerprint !== fingerprint)
          throw new ConnectorError("CONFLICT", "This Idempotency-Key came with another request.");
        if (known.answer === undefined)
          throw new ConnectorError("CONFLICT", "The first request is still running.", { waitMs: 2000 });
        return { replay: known.answer };
      }
      const entry: Entry = { fingerprint };
      entries.set(id, entry);
      return {
        complete: async (answer) => {
          entry.answer = answer;
        },
        release: async () => void entries.delete(id),
      };
    },
  };
}

const aliasView: AliasView = {
  id: "a1",
  name: "Exchange_https",
  children: [],
  supportMultipleActiveConnections: false,
  connections: ["mine"],
  createdAt: "2026-11-01T00:00:00.000Z",
  updatedAt: "2026-11-01T00:00:00.000Z",
};

const subscriptionView: SubscriptionView = {
  id: "s1",
  state: "active",
  kind: "pull",
  table: "Contacts",
  owners: [{ keyId: "k1", changeTypes: ["created"], addedAt: "2026-11-01T00:00:00.000Z" }],
  createdAt: "2026-11-01T00:00:00.000Z",
  warnings: [],
};

const subscriptionEvent: EventView = {
  id: "s1.1",
  at: "2026-11-01T00:00:00.000Z",
  changeType: "created",
  key: { Id: "c1" },
  table: "Contacts",
  source: "notification",
};

/** What attachments the fakes took, the latest last. */
export const uploads: Record<string, unknown>[] = [];

/** Use cases in memory: enough truth for the HTTP layer, nothing behind it. */
export function fakeCases(): UseCases {
  return {
    connectors: {
      list: () => [definition],
      get: (name) => {
        if (name !== definition.name)
          throw notFound(`There is no connector ${name}; the nearest is ${definition.name}.`);
        return definition;
      },
      validate: () => validation,
      connectionSchema: () => ({ $schema: "https://json-schema.org/draft/2020-12/schema", type: "object" }),
    },
    connections: {
      create: async (_call, input) => tagged({ ...connectionOf(input.name), properties: {} }),
      validate: async () => validation,
      list: async () => pageOf(connectionNames.map(connectionOf)),
      get: async (call, connection) => tagged(enter(call, connection)),
      replace: async (call, connection) => tagged(enter(call, connection)),
      patch: async (call, connection) => tagged(enter(call, connection)),
      remove: async (call, connection) => void enter(call, connection),
    },
    tests: {
      test: async (call, connection) => {
        enter(call, connection);
        return testReport;
      },
      testOnGroup: async (call, connection) => {
        enter(call, connection);
        return { reports: [testReport] };
      },
      testUnsaved: async () => testReport,
      dialogue: async (call, connection) => {
        enter(call, connection);
        return { agent: "agent-1", enabled: false, lines: [], dropped: 0 };
      },
      status: async (call, connection) => {
        enter(call, connection);
        return { openSessions: 0, warnings: [] };
      },
    },
    tokens: {
      get: async (call, connection) => {
        enter(call, connection);
        return token;
      },
      put: async (call, connection) => {
        enter(call, connection);
        return token;
      },
      forget: async (call, connection) => void enter(call, connection),
      refresh: async (call, connection) => {
        enter(call, connection);
        return token;
      },
      authorize: async (call, connection) => {
        enter(call, connection);
        return { authorizationUrl: "https://login.example/authorize", state: "s", expiresAt: at };
      },
      callback: async (query) =>
        query["code"] === undefined
          ? { succeeded: false, title: "Not authorized", detail: query["error_description"] ?? "No code came." }
          : { succeeded: true, title: "Authorized", detail: "You may close this page." },
    },
    catalog: {
      tables: () => [tableView, { ...tableView, name: "Inbox" }],
      table: (_connector, name) => {
        if (name !== "Contacts")
          throw new ConnectorError("UNKNOWN_TABLE", `No table ${name}; the nearest is Contacts.`);
        return tableView;
      },
      procedures: () => [procedureView],
      procedure: (_connector, name) => {
        if (name !== "SendMail") throw new ConnectorError("UNKNOWN_PROCEDURE", `No procedure ${name}.`);
        return procedureView;
      },
      connectionTables: async (call, connection) => {
        enter(call, connection);
        return [tableView];
      },
      connectionTable: async (call, connection) => {
        enter(call, connection);
        return tableView;
      },
      connectionProcedures: async (call, connection) => {
        enter(call, connection);
        return [procedureView];
      },
      connectionProcedure: async (call, connection) => {
        enter(call, connection);
        return procedureView;
      },
    },
    activities: {
      query: async (call, connection) => {
        enter(call, connection);
        return { columns, records: sampleRows, nextPageToken: "next", warnings: [] };
      },
      queryStream: async (call, connection) => {
        enter(call, connection);
        return { columns, batches: oneBatch() };
      },
      explain: async (call, connection) => {
        enter(call, connection);
        return { pushdown: {}, residual: {}, calls: [{ operation: "Find", count: 1 }], warnings: [] };
      },
      write: async (call, connection, _kind, body) => {
        enter(call, connection);
        const rows = "rows" in body ? body.rows : [{}];
        const outcomes = rows.map(
          (_row, index): RowOutcome => ({ index, status: "succeeded", key: { Id: `${index}` } }),
        );
        return { outcomes, summary: { succeeded: rows.length, failed: 0, notAttempted: 0, indeterminate: 0 } };
      },
      writeStream: (call, connection, _kind, _target, rows) => {
        enter(call, connection);
        return succeedUpload(rows);
      },
      execute: async (call, connection) => {
        enter(call, connection);
        return { results: [{ Sent: true, Note: "=1+1" }], warnings: [{ code: "W", detail: "ä" }] };
      },
      executeStream: async (call, connection) => {
        enter(call, connection);
        const outputs = [
          { name: "Sent", type: "boolean" },
          { name: "Note", type: "string" },
        ] as const;
        return { columns: outputs, batches: sentBatch() };
      },
    },
    contents: {
      read: async (call, connection, target, request) => {
        enter(call, connection);
        const bytes = Buffer.from(`content of ${target.attachment ?? target.record}`);
        const head = { name: 'a "b" \r\nX: é.txt', contentType: "text/plain\r\nX: y", etag: '"c1"', isKnown: false };
        const { range } = request;
        if (range === undefined) return { ...head, sizeBytes: bytes.length, body: Readable.from([bytes]) };
        const first = "suffix" in range ? bytes.length - range.suffix : range.first;
        const body = Readable.from([bytes.subarray(first)]);
        if (first >= bytes.length) return { ...head, sizeBytes: bytes.length, part: "unsatisfiable", body };
        return { ...head, sizeBytes: bytes.length, part: { first, last: bytes.length - 1 }, body };
      },
      add: async (call, connection, target, upload) => {
        enter(call, connection);
        const parts: Uint8Array[] = [];
        for await (const part of upload.bytes()) parts.push(part);
        const { name, contentType, contentId, isInline, sizeBytes } = upload;
        const content = Buffer.concat(parts).toString("base64");
        uploads.push({ name, contentType, contentId, isInline, sizeBytes, content, pseudo: target.pseudo });
        return { id: `A/${name}`, recordId: target.record };
      },
      create: async (call, connection) => {
        enter(call, connection);
        return { Id: "M/1" };
      },
      spool: async (call, connection, upload) => {
        enter(call, connection);
        const parts: Uint8Array[] = [];
        for await (const part of upload.bytes()) parts.push(part);
        const bytes = Buffer.concat(parts);
        const again = async function* () {
          yield bytes;
        };
        return {
          upload: { ...upload, sizeBytes: bytes.length, isRepeatable: true, bytes: again },
          digest: bytes.toString("base64"),
          close: async () => undefined,
        };
      },
    },
    savedActivities: {
      create: async (_call, input) => tagged({ ...savedActivity, ...input }),
      list: async () => pageOf([savedActivity]),
      get: async (_call, id) => {
        if (id !== "a1" && id !== "unread") throw notFound(`There is no activity ${id}.`);
        return tagged(savedActivity);
      },
      replace: async (_call, _id, { id: _, createdAt: __, updatedAt: ___, ...input }) =>
        tagged({ ...savedActivity, ...input }),
      remove: async () => undefined,
      run: async (_call, _id, input) =>
        input.pageToken === undefined
          ? { columns, records: sampleRows.slice(0, 2), nextPageToken: "2", warnings: [] }
          : { columns, records: sampleRows.slice(2), warnings: [] },
    },
    notices: { receive: async () => ({ accepted: 1, refused: 0 }) },
    subscriptions: {
      create: async (call, connection) => {
        enter(call, connection);
        return { view: subscriptionView, isNew: true };
      },
      list: async (call, connection) => {
        enter(call, connection);
        return pageOf([subscriptionView]);
      },
      get: async (call, connection) => {
        enter(call, connection);
        return subscriptionView;
      },
      remove: async (call, connection) => void enter(call, connection),
      events: async (call, connection) => {
        enter(call, connection);
        return { items: [subscriptionEvent], nextCursor: "WyJzMSIsMV0" };
      },
    },
    aliases: {
      create: async (_call, input) => tagged({ ...aliasView, ...input }),
      list: async () => pageOf([aliasView]),
      get: async () => tagged(aliasView),
      replace: async (_call, _name, input) => tagged({ ...aliasView, ...input }),
      remove: async () => undefined,
    },
    transfer: {
      exportAll: async () => ({ connections: [], aliases: [], activities: [], variables: [] }),
      importAll: async () => {
        const none = { created: 0, replaced: 0 };
        return { connections: none, aliases: none, activities: none, variables: none, skipped: [], unconfigured: [] };
      },
    },
    variables: {
      create: async () => tagged(variableView),
      list: async () => pageOf([variableView]),
      get: async () => tagged(variableView),
      replace: async () => tagged(variableView),
      remove: async () => undefined,
    },
    keys: {
      authenticate,
      create: async (_call, input) => ({ ...keyView, ...input, key: "exk_k1_SHOWN-ONCE" }),
      list: async () => pageOf([keyView]),
      get: async () => keyView,
      patch: async (_call, _id, { scopes }) => ({ ...keyView, ...(scopes !== undefined && { scopes }) }),
      remove: async () => undefined,
    },
    agents: {
      list: async () => [
        { name: "agent-1", group: "default", version: "1.0.0", connectors: [], startedAt: at, seenAt: at },
      ],
    },
    audit: {
      list: async () =>
        pageOf([
          {
            id: "1",
            at,
            actor: "k1",
            action: "connection.create",
            target: "own",
            outcome: "succeeded",
            requestId: "r",
          },
        ]),
    },
    idempotency: idempotencyFake(),
    health: { readiness: async () => "ready", drain: () => undefined },
  };
}

/** The fakes with some use cases replaced, resource by resource. */
export type CaseOverrides = { readonly [R in keyof UseCases]?: Partial<UseCases[R]> };

export function casesWith(overrides: CaseOverrides): UseCases {
  const base = fakeCases() as unknown as Record<string, object>;
  const merged = Object.fromEntries(
    Object.entries(base).map(([resource, cases]) => [
      resource,
      { ...cases, ...(overrides as Record<string, object | undefined>)[resource] },
    ]),
  );
  return merged as unknown as UseCases;
}
