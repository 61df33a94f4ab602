import { Readable } from "node:stream";
import {
  asConnectorError,
  type BoundQuery,
  type Column,
  type ConnectorContext,
  type HttpRequest,
  type HttpResponse,
  Secret,
  type TableDefinition,
} from "#spi";
import type { GraphBinding } from "../../../../connectors/microsoft-exchange/graph/binding.ts";
import type { GraphConfig } from "../../../../connectors/microsoft-exchange/graph/config.ts";
import { graphTables } from "../../../../connectors/microsoft-exchange/tables/graph/index.ts";

export const base = "https://graph.microsoft.com/v1.0";

export const config: GraphConfig = {
  baseUrl: base,
  appOnly: false,
  pageSize: 1000,
  folderDepth: 5,
  audiences: ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"],
};

/** What the fake answers: a status, a JSON body and headers; a throw is a transport failure. */
export interface FakeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as the fake saw it. */
export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly credentials: boolean;
}

export type Handler = (request: Seen) => FakeAnswer | Promise<FakeAnswer>;

export interface FakeGraph {
  readonly context: ConnectorContext;
  readonly seen: Seen[];
  /** Waits asked for, in order; nothing is waited for. */
  readonly waits: number[];
}

/** A context whose HTTP goes to a handler; retries follow the rule of ConnectorContext.attempt. */
export function fakeGraph(handler: Handler, tokenText = "opaque"): FakeGraph {
  const seen: Seen[] = [];
  const waits: number[] = [];
  let uuids = 0;
  const context: ConnectorContext = {
    socket: () => Promise.reject(new Error("this connector speaks HTTP only")),
    http: {
      async request(request) {
        const call = await seenOf(request);
        seen.push(call);
        return answerOf(await handler(call));
      },
    },
    tokens: {
      access: async () => ({ accessToken: new Secret(tokenText) }),
      invalidate: async () => false,
    },
    async attempt(call, send, signal) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await send(signal);
        } catch (thrown) {
          const error = asConnectorError(thrown);
          const mayRepeat = error.retry === "later" && (error.effect === "none" || call.repeatable);
          if (!mayRepeat || tries >= 3) throw error;
          waits.push(error.waitMs ?? 0);
        }
      }
    },
    files: {
      read: async (path) => new TextEncoder().encode(`content of ${path}`),
      resolve: async (path) => path,
      open: async (path) => {
        const content = new TextEncoder().encode(`content of ${path}`);
        const bytes = async function* () {
          yield content;
        };
        return { sizeBytes: content.length, bytes };
      },
      writeStream: async (folder, name, content) => {
        await Array.fromAsync(content);
        return `${folder}/${name}`;
      },
      write: async (folder, name) => `${folder}/${name}`,
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    clock: {
      now: () => Date.UTC(2026, 5, 1),
      sleep: async (waitMs) => {
        waits.push(waitMs);
      },
    },
    random: {
      bytes: (count) => new Uint8Array(count),
      fraction: () => 0.5,
      uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, "0")}`,
    },
  };
  return { context, seen, waits };
}

async function seenOf(request: HttpRequest): Promise<Seen> {
  const { body } = request;
  const text = body instanceof Readable ? "(stream)" : body;
  const isJson = request.headers?.["content-type"] === "application/json" && typeof text === "string";
  return {
    method: request.method,
    url: new URL(request.url),
    headers: request.headers ?? {},
    body: isJson ? JSON.parse(text) : text,
    credentials: request.credentials ?? true,
  };
}

function answerOf({ status = 200, body, headers = {} }: FakeAnswer): HttpResponse {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    header: (name) => (headers[name] === undefined ? [] : [headers[name]]),
    body: Readable.from([Buffer.from(text)]),
    text: async () => text,
    json: async () => JSON.parse(text),
    discard: async () => undefined,
  };
}

export function table(name: string): TableDefinition<GraphBinding> {
  const found = graphTables().find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
}

export function column(of: TableDefinition<GraphBinding>, name: string): Column<GraphBinding> {
  const found = of.columns.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`${of.name} has no column ${name}`);
  return found;
}

/** A bound query of named columns. */
export function select(
  name: string,
  columns: readonly string[],
  rest: Partial<Omit<BoundQuery<GraphBinding>, "table" | "columns">> = {},
): BoundQuery<GraphBinding> {
  const of = table(name);
  return {
    table: of,
    columns: columns.map((each) => column(of, each)),
    columnsNamed: true,
    orderBy: [],
    pseudo: {},
    ...rest,
  };
}

export const neverAborted = new AbortController().signal;
