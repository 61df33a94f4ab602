import type { ConnectorContext, Procedure, Row, Session, TableDefinition, Value } from "#spi";
import type { GraphBinding } from "../graph/binding.ts";
import { GraphCalls } from "../graph/call.ts";
import type { JsonObject } from "../graph/errors.ts";
import { mailboxOwner, type Owner } from "../graph/mailbox.ts";
import { absoluteLink, LinkWatch, readPage } from "../graph/paging.ts";
import { openGraphSession } from "../graph/session.ts";
import { graphTables } from "../tables/graph/index.ts";
import { boundQuery, type Reading, tableNamed } from "./bound-query.ts";
import { Inputs } from "./inputs.ts";
import { keyOf } from "./outcome.ts";

interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the mailbox worked in, unless it starts with a slash. */
  readonly path: string;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly repeatable?: boolean;
}

/** What an action does its work with over Microsoft Graph: tables, procedures and requests of one mailbox. */
export class GraphWork {
  readonly calls: GraphCalls;
  readonly inputs: Inputs;
  readonly signal: AbortSignal;
  readonly #session: Session<GraphBinding>;

  /** `actsIn` false: inputs user and mailbox do not name where. */
  constructor(calls: GraphCalls, input: Readonly<Record<string, Value>>, signal: AbortSignal, actsIn = true) {
    this.inputs = new Inputs(input);
    const userId = actsIn ? (this.inputs.text("mailbox") ?? this.inputs.text("user")) : undefined;
    const { groupId: _, ...config } = calls.config;
    this.calls = new GraphCalls({ ...config, ...(userId === undefined ? {} : { userId }) }, calls.context);
    this.#session = openGraphSession(this.calls.config, calls.context);
    this.signal = signal;
  }

  get context(): ConnectorContext {
    return this.calls.context;
  }

  get owner(): Owner {
    return mailboxOwner(this.calls.config, {});
  }

  table(name: string): TableDefinition<GraphBinding> {
    return tableNamed(graphTables(), name);
  }

  /** The same work in another mailbox. */
  in(user: string): GraphWork {
    return new GraphWork(this.calls, { ...this.inputs.values, user: null, mailbox: user }, this.signal);
  }

  async *read(table: string, reading: Reading): AsyncIterable<readonly Row[]> {
    for await (const { rows } of this.#session.query(boundQuery(this.table(table), reading), this.signal)) yield rows;
  }

  async create(table: string, row: Row): Promise<Row> {
    return keyOf(await this.#session.create(this.table(table), [row], this.signal));
  }

  async update(table: string, row: Row): Promise<Row> {
    return keyOf(await this.#session.update(this.table(table), [row], this.signal));
  }

  async delete(table: string, row: Row): Promise<Row> {
    return keyOf(await this.#session.delete(this.table(table), [row], this.signal));
  }

  /** The JSON of one request. */
  json({ path, ...request }: Request): Promise<JsonObject> {
    const isOwn = !path.startsWith("/");
    const owner = isOwn ? this.owner : undefined;
    const whole = owner === undefined ? path : `${owner.path}/${path}`;
    const operation = `${request.method} ${
      path
        .split("?", 1)[0]
        ?.split("/")
        .find((part) => part !== "") ?? ""
    }`;
    return this.calls.json({ ...request, path: whole, operation, mailbox: owner?.mailbox ?? "directory" }, this.signal);
  }

  /** The pages of a collection, to its end. */
  async *pages(path: string, headers?: Readonly<Record<string, string>>): AsyncIterable<readonly Value[]> {
    const owner = path.startsWith("/") ? undefined : this.owner;
    const request = {
      method: "GET",
      operation: `GET ${
        path
          .split("?", 1)[0]
          ?.split("/")
          .findLast((part) => part !== "") ?? ""
      }`,
      mailbox: owner?.mailbox ?? "directory",
      ...(headers === undefined ? {} : { headers }),
    } as const;
    const watch = new LinkWatch();
    let next: string | undefined = owner === undefined ? path : `${owner.path}/${path}`;
    while (next !== undefined) {
      watch.follow(next, request.operation);
      const page: Awaited<ReturnType<typeof readPage>> = await readPage(
        this.calls,
        { ...request, path: next },
        this.signal,
      );
      yield page.items;
      next =
        page.next === undefined
          ? undefined
          : absoluteLink(page.next, this.calls.config.baseUrl, { ...request, path: next });
    }
  }

  /** Runs a procedure of schema MSGraph in this mailbox. */
  async execute(procedure: Procedure<GraphBinding>, input: Readonly<Record<string, Value>>): Promise<readonly Row[]> {
    const { binding } = procedure;
    if (binding.kind !== "procedure") throw new TypeError(`${procedure.name} is no procedure`);
    const rows: Row[] = [];
    for await (const batch of binding.run(this.calls, input, this.signal)) rows.push(...batch.rows);
    return rows;
  }
}
