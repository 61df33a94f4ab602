import { type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect } from "vitest";
import {
  type Batch,
  type ConnectorContext,
  ConnectorError,
  type HttpClient,
  type Mistake,
  mistaken,
  type Row,
  type RowOutcome,
  type Session,
} from "#spi";
import {
  type EwsBinding,
  type EwsConfig,
  ewsProcedures,
  ewsTables,
  openEwsSession,
} from "../../../connectors/microsoft-exchange/ews/index.ts";
import {
  type RunningSandbox,
  type SandboxOptions,
  startSandbox,
} from "../../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { bindQuery } from "../../../src/query/bind.ts";
import { bindInput, inputsOfBody } from "../../../src/query/bind-input.ts";
import { bodyPlaces, rowBinder, type WriteKind } from "../../../src/query/bind-rows.ts";
import { createSorter } from "../../../src/query/order.ts";
import { parseQuery } from "../../../src/query/parse-query.ts";
import { compileFilter } from "../../../src/query/residual.ts";
import { type Plan, split } from "../../../src/query/split.ts";
import type { QueryBody } from "../../../src/runtime/use-cases.ts";
import { recordedSession } from "../../coverage/recorder.ts";
import { hasEwsContract, validateEws } from "../ews-contract.ts";

/** What one upstream request was. */
export interface SentRequest {
  readonly operation: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly plan: Plan;
  readonly rows: readonly Row[];
  readonly batches: readonly Batch[];
  readonly warnings: readonly string[];
}

const limits = { pageSize: 1000, readOnly: false, localFiltering: false, localWork: true };

/** One request on a socket of its own: nothing below repeats it. */
function post(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, headers, signal, agent: false }, resolve);
    sending.on("error", reject);
    sending.end(body);
  });
}

function withoutContent(text: string): string {
  const [begin, end] = [text.indexOf("<t:Content>") + "<t:Content>".length, text.lastIndexOf("</t:Content>")];
  return text.slice(0, begin) + text.slice(end);
}

/** The transport with Basic authentication; remembers requests and checks them against Microsoft's schemas. */
function transport(sent: SentRequest[], user: string, password: string): HttpClient {
  return {
    async request({ method, url, headers = {}, body, signal, operation }) {
      const text = body instanceof Readable ? Buffer.concat(await body.toArray()).toString("utf8") : String(body);
      sent.push({ operation, body: text, headers });
      if (hasEwsContract) {
        // The validator takes no text above 10 MB.
        const shown = text.length < 10_000_000 ? text : withoutContent(text);
        expect(validateEws(shown), `request ${shown}`).toBeUndefined();
        expect(validateEws(shown, "onprem"), `request ${shown}`).toBeUndefined();
      }
      const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
      let answer: IncomingMessage;
      try {
        answer = await post(method, url, { ...headers, authorization }, text, signal);
      } catch (cause) {
        throw new ConnectorError("UNREACHABLE", "the connection broke", { effect: "unknown", cause });
      }
      const names = answer.headersDistinct;
      const whole = async () => Buffer.concat(await answer.toArray()).toString("utf8");
      return {
        status: answer.statusCode ?? 0,
        headers: Object.fromEntries(Object.entries(names).map(([name, values]) => [name, (values ?? []).join(", ")])),
        header: (name) => names[name] ?? [],
        body: answer,
        text: whole,
        json: async () => JSON.parse(await whole()),
        discard: async () => {
          answer.destroy();
        },
      };
    },
  };
}

/** A context whose waits end at once and are remembered; attempts follow the retry rule of the SPI, five times at most. */
export function testContext(
  http: HttpClient,
  waits: number[],
  files: Map<string, Uint8Array> = new Map(),
): ConnectorContext {
  const sleep = async (waitMs: number) => {
    waits.push(waitMs);
  };
  return {
    http,
    socket: () => Promise.reject(new Error("this connector speaks HTTP only")),
    clock: { now: () => Date.now(), sleep },
    random: {
      bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      fraction: () => 0.5,
      uuid: () => crypto.randomUUID(),
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    files: {
      read: async (path) => files.get(path) ?? new Uint8Array(),
      resolve: async (path) => path,
      open: async (path) => {
        const content = files.get(path) ?? new Uint8Array();
        const bytes = async function* () {
          yield content;
        };
        return { sizeBytes: content.length, bytes };
      },
      writeStream: async (folder, name, content) => {
        files.set(`${folder}/${name}`, Buffer.concat(await Array.fromAsync(content)));
        return `${folder}/${name}`;
      },
      write: async (folder, name, content) => {
        files.set(`${folder}/${name}`, content);
        return `${folder}/${name}`;
      },
    },
    records: {
      keep: async (record, name, content) => {
        files.set(`records/${record}/${name}`, content);
        return `records/${record}/${name}`;
      },
      discard: async (record) =>
        [...files.keys()].filter((name) => name.startsWith(`records/${record}/`) && files.delete(name)).length,
    },
    async attempt({ repeatable }, send, signal) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await send(signal);
        } catch (error) {
          const again =
            error instanceof ConnectorError && error.retry === "later" && (repeatable || error.effect === "none");
          if (!again || attempt >= 5) throw error;
          await sleep(error.waitMs ?? 500);
        }
      }
    },
  };
}

/** A sandbox and a session of the connector against it, with what the runtime does around a session. */
export function useConnector(
  options: SandboxOptions = {},
  config: Partial<EwsConfig> = {},
  user = "alice@sandbox.example",
) {
  let sandbox: RunningSandbox;
  const sent: SentRequest[] = [];
  const waits: number[] = [];
  const files = new Map<string, Uint8Array>();
  const tables = ewsTables({ platform: config.platform ?? "Exchange2013_SP1" });

  beforeAll(async () => {
    sandbox = await startSandbox(options);
  });
  afterAll(async () => {
    await sandbox.stop();
  });

  function session(changes: Partial<EwsConfig> = {}, password = "sandbox"): Session<EwsBinding> {
    const complete: EwsConfig = {
      endpoint: sandbox.ewsUrl,
      platform: "Exchange2013_SP1",
      includeContent: false,
      bodyType: "Best",
      pageSize: 1000,
      folderDepth: 5,
      user,
      itemConcurrency: 4,
      ...config,
      ...changes,
    };
    const place = { connector: "microsoft-exchange", schema: "EWS", platform: complete.platform };
    return recordedSession(place, openEwsSession(complete, testContext(transport(sent, user, password), waits, files)));
  }

  const never = new AbortController().signal;

  async function query(body: QueryBody, changes: Partial<EwsConfig> = {}, from?: string): Promise<Answered> {
    const plan = split(bindQuery(parseQuery(body as never), tables as never, "EWS"), limits);
    const pushed = { ...plan.pushed, ...(from === undefined ? {} : { from }) };
    const filter = compileFilter(plan.residual);
    const batches: Batch[] = [];
    const rows: Row[] = [];
    const warnings = plan.warnings.map(({ code }) => code);
    for await (const batch of session(changes).query(pushed as never, never)) {
      batches.push(batch);
      rows.push(...filter(batch.rows));
      warnings.push(...(batch.warnings ?? []).map(({ code }) => code));
    }
    if (plan.residual.orderBy.length === 0) return { plan, rows: rows.slice(0, plan.limit), batches, warnings };
    const sorter = createSorter(plan.residual.orderBy, plan.limit ?? rows.length);
    sorter.add(rows);
    return { plan, rows: sorter.sorted(), batches, warnings };
  }

  async function write(kind: WriteKind, tableName: string, given: readonly Row[]): Promise<readonly RowOutcome[]> {
    const table = tables.find(({ name }) => name === tableName);
    if (table === undefined) throw new Error(`no table ${tableName}`);
    const mistakes: Mistake[] = [];
    const bind = rowBinder(table as never, kind);
    const rows = given.map((row, index) => bind(row, bodyPlaces(index), mistakes));
    if (mistakes.length > 0) throw mistaken(mistakes);
    return session()[kind](table, rows, never);
  }

  async function execute(name: string, input: Record<string, unknown>): Promise<readonly Row[]> {
    const procedure = ewsProcedures({ platform: "Exchange_Online" }).find((each) => each.name === name);
    if (procedure === undefined) throw new Error(`no procedure ${name}`);
    const bound = bindInput(procedure as never, inputsOfBody(input));
    const rows: Row[] = [];
    for await (const batch of session().execute(bound as never, never)) rows.push(...batch.rows);
    return rows;
  }

  /** Operations sent while `run` ran. */
  async function operationsOf<T>(run: () => Promise<T>): Promise<{ result: T; operations: string[] }> {
    const before = sent.length;
    const result = await run();
    return { result, operations: sent.slice(before).map(({ operation }) => operation) };
  }

  return { sandbox: () => sandbox, session, query, write, execute, sent, waits, files, operationsOf, never };
}
