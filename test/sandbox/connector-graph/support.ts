import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, expect } from "vitest";
import {
  type Batch,
  type ConnectorContext,
  ConnectorError,
  type HttpClient,
  type Identity,
  type Mistake,
  mistaken,
  type Row,
  type RowOutcome,
  Secret,
  type Session,
  type StepFinding,
  type TokenSet,
} from "#spi";
import {
  type GraphBinding,
  type GraphConfig,
  graphProcedures,
  graphTables,
  openGraphSession,
} from "../../../connectors/microsoft-exchange/graph/index.ts";
import {
  type FullSandbox,
  type FullSandboxOptions,
  startFullSandbox,
} from "../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import {
  cloudFor,
  cloudOverrides,
  createTokenSource,
  type EntraOptions,
  graphAudiences,
} from "../../../connectors/microsoft-identity/index.ts";
import { bindQuery } from "../../../src/query/bind.ts";
import { bindInput, inputsOfBody } from "../../../src/query/bind-input.ts";
import { bodyPlaces, rowBinder, type WriteKind } from "../../../src/query/bind-rows.ts";
import { createSorter } from "../../../src/query/order.ts";
import { parseQuery } from "../../../src/query/parse-query.ts";
import { compileFilter } from "../../../src/query/residual.ts";
import { split } from "../../../src/query/split.ts";
import type { QueryBody } from "../../../src/runtime/use-cases.ts";
import { recordedSession } from "../../coverage/recorder.ts";
import { hasGraphContract, requestComplaint, responseComplaint } from "../graph-contract.ts";
import { fetchHttp } from "./fetch-http.ts";

export const ALICE = "alice@sandbox.example";
export const BOB = "bob@sandbox.example";
export const never = new AbortController().signal;

/** Text that every layer must hand on untouched. */
export const wild = "Grüße & <b> \"q\" 'a' 漢字 😀  two  spaces \\ %27";

export interface Answered {
  readonly rows: readonly Row[];
  readonly batches: readonly Batch[];
  readonly warnings: readonly string[];
  /** Requests sent for it. */
  readonly sent: readonly string[];
}

interface Step {
  readonly id: string;
  readonly finding?: StepFinding;
  readonly error?: ConnectorError;
}

/** How the connection signs in. */
export type Login = "application" | "alice";

/** A sandbox and a session of the connector against it, with what the runtime does around a session. */
export function useGraph(options: FullSandboxOptions = {}) {
  let sandbox: FullSandbox;
  const sent: string[] = [];
  const bodies: unknown[] = [];
  const waits: number[] = [];
  const files = new Map<string, Uint8Array>();
  const tokens = new Map<string, TokenSet>();

  beforeAll(async () => {
    sandbox = await startFullSandbox(options);
    setDefaultCACertificates([...getCACertificates("default"), sandbox.tls.ca]);
  });
  afterAll(() => sandbox.stop());

  function oauth(login: Login, more: Partial<EntraOptions> = {}): EntraOptions {
    const { app, accounts } = sandbox.description;
    const password = accounts.find(({ user }) => user === ALICE)?.password ?? "";
    return {
      cloud: cloudFor({}, cloudOverrides.parse(sandbox.description.cloudOverrides)),
      schema: "MSGraph",
      grant: login === "application" ? "client" : "password",
      renews: true,
      tenant: app.tenant,
      clientId: app.clientId,
      credential: { kind: "secret", secret: secret(app.clientSecret) },
      ...(login === "alice" ? { user: ALICE, password: secret(password) } : {}),
      ...more,
    };
  }

  async function tokenOf(login: Login, more: Partial<EntraOptions>): Promise<TokenSet> {
    const key = JSON.stringify([login, more.clientId, more.schema]);
    const known = tokens.get(key) ?? (await createTokenSource(oauth(login, more)).renew(undefined, fetchHttp, never));
    tokens.set(key, known);
    return known;
  }

  /** The transport with a bearer token; remembers requests and checks both ways against the Graph contract. */
  function transport(login: Login, more: Partial<EntraOptions>): HttpClient {
    return {
      async request(request) {
        const url = new URL(request.url);
        const isUpload = /\/(?:upload|oauth2)\//.test(url.pathname);
        if (!isUpload) await checkRequest(request.method, url, request.body);
        if (typeof request.body === "string" && !isUpload) bodies.push(JSON.parse(request.body));
        sent.push(`${request.method} ${decodeURIComponent(url.pathname).replace("/v1.0", "")}`);
        const { accessToken } = await tokenOf(login, more);
        const bearer = { authorization: `Bearer ${accessToken.reveal()}` };
        try {
          const headers = { ...request.headers, ...(request.credentials === false ? {} : bearer) };
          const answer = await fetchHttp.request({ ...request, headers });
          if (!isUpload) await checkResponse(request.method, url, answer.status, await answer.text());
          return answer;
        } catch (cause) {
          if (cause instanceof TypeError) {
            throw new ConnectorError("UNREACHABLE", "the connection broke", { effect: "unknown", cause });
          }
          throw cause;
        }
      },
    };
  }

  function context(login: Login, more: Partial<EntraOptions>): ConnectorContext {
    const sleep = async (waitMs: number) => {
      waits.push(waitMs);
    };
    return {
      http: transport(login, more),
      tokens: { access: () => tokenOf(login, more), invalidate: async () => false },
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
        for (let attempt = 1; ; attempt += 1) {
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

  function session(
    login: Login = "alice",
    changes: Partial<GraphConfig> = {},
    more: Partial<EntraOptions> = {},
  ): Session<GraphBinding> {
    const options = oauth(login, more);
    const config: GraphConfig = {
      baseUrl: `${options.cloud.graph}/v1.0`,
      appOnly: login === "application",
      pageSize: 1000,
      folderDepth: 5,
      audiences: graphAudiences(options.cloud),
      oauth: options,
      ...changes,
    };
    const place = { connector: "microsoft-exchange", schema: "MSGraph" };
    return recordedSession(place, openGraphSession(config, context(login, more)));
  }

  async function query(
    body: QueryBody,
    own: Session<GraphBinding> = session(),
    localFiltering = false,
  ): Promise<Answered> {
    const limits = { pageSize: 1000, readOnly: false, localFiltering, localWork: true };
    const plan = split(bindQuery(parseQuery(body as never), graphTables() as never, "MSGraph"), limits);
    const before = sent.length;
    const filter = compileFilter(plan.residual);
    const batches: Batch[] = [];
    const rows: Row[] = [];
    const warnings = plan.warnings.map(({ code }) => code);
    for await (const batch of own.query(plan.pushed as never, never)) {
      batches.push(batch);
      rows.push(...filter(batch.rows));
      warnings.push(...(batch.warnings ?? []).map(({ code }) => code));
    }
    const answer = { batches, warnings, sent: sent.slice(before) };
    const shown = (row: Row): Row => Object.fromEntries(plan.columns.map(({ name }) => [name, row[name] ?? null]));
    if (plan.residual.orderBy.length === 0) return { ...answer, rows: rows.slice(0, plan.limit).map(shown) };
    const sorter = createSorter(plan.residual.orderBy, plan.limit ?? rows.length);
    sorter.add(rows);
    return { ...answer, rows: sorter.sorted().map(shown) };
  }

  async function write(
    kind: WriteKind,
    tableName: string,
    given: readonly Row[],
    own: Session<GraphBinding> = session(),
  ): Promise<readonly RowOutcome[]> {
    const table = graphTables().find(({ name }) => name === tableName);
    if (table === undefined) throw new Error(`no table ${tableName}`);
    const mistakes: Mistake[] = [];
    const bind = rowBinder(table as never, kind);
    const rows = given.map((row, index) => bind(row, bodyPlaces(index), mistakes));
    if (mistakes.length > 0) throw mistaken(mistakes);
    return own[kind](table, rows, never);
  }

  async function execute(
    name: string,
    input: Record<string, unknown>,
    own: Session<GraphBinding> = session(),
  ): Promise<readonly Row[]> {
    const procedure = graphProcedures().find((each) => each.name === name);
    if (procedure === undefined) throw new Error(`no procedure ${name}`);
    const bound = bindInput(procedure as never, inputsOfBody(input));
    const rows: Row[] = [];
    for await (const batch of own.execute(bound as never, never)) rows.push(...batch.rows);
    return rows;
  }

  /** Runs the connection test; a failed step ends it, as the runtime does. */
  async function probe(own: Session<GraphBinding>): Promise<{ steps: readonly Step[]; identity?: Identity }> {
    const steps: Step[] = [];
    let identity: Identity | undefined;
    const reporter = {
      async step(id: string, _title: string, look: () => Promise<StepFinding>) {
        try {
          steps.push({ id, finding: await look() });
        } catch (error) {
          steps.push({ id, error: error as ConnectorError });
          throw error;
        }
      },
      identity: (found: Identity) => {
        identity = found;
      },
      serverVersion: () => undefined,
    };
    await own.test(reporter, never).catch((error: unknown) => {
      if (!(error instanceof ConnectorError)) throw error;
    });
    return { steps, ...(identity === undefined ? {} : { identity }) };
  }

  return { sandbox: () => sandbox, session, query, write, execute, probe, sent, bodies, waits, files };
}

/** The contract is of the Exchange side: it leaves out reports, people, licences, and writing users. */
const isOutside = (method: string, path: string): boolean =>
  /\/reports\/|\/people$|\/subscribedSkus$|\/assignLicense$|\/licenseDetails$/.test(path) ||
  (method !== "GET" && /^(?:\/v1\.0)?\/users(?:\/[^/]+)?$/.test(path));

async function checkRequest(method: string, url: URL, body: unknown): Promise<void> {
  if (!hasGraphContract || isOutside(method, url.pathname)) return;
  const content = typeof body === "string" ? JSON.parse(body) : undefined;
  const query = Object.fromEntries(url.searchParams);
  const given = { query, ...(content === undefined ? {} : { body: content }) };
  expect(await requestComplaint(method, url.pathname, given), `request ${method} ${url.pathname}`).toBeUndefined();
  for (const part of content?.requests ?? []) {
    const inner = new URL(part.url, "https://graph.microsoft.com");
    if (isOutside(part.method, inner.pathname)) continue;
    const more = {
      query: Object.fromEntries(inner.searchParams),
      ...(part.body === undefined ? {} : { body: part.body }),
    };
    const complaint = await requestComplaint(part.method, inner.pathname, more);
    expect(complaint, `batched ${part.method} ${part.url}`).toBeUndefined();
  }
}

async function checkResponse(method: string, url: URL, status: number, text: string): Promise<void> {
  if (!hasGraphContract || isOutside(method, url.pathname)) return;
  if (status >= 300 || url.pathname.endsWith("$value") || text.startsWith("<")) return;
  const body = text === "" ? undefined : JSON.parse(text);
  const complaint = await responseComplaint(method, url.pathname, status, body);
  expect(complaint, `answer to ${method} ${url.pathname}`).toBeUndefined();
}

function secret(value: string): Secret {
  return new Secret(value);
}
