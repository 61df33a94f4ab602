import { type ConnectorContext, invalidQuery, type Row, type Session, type TableDefinition, type Value } from "#spi";
import type { EwsBinding, ProcedureRun } from "../ews/binding.ts";
import { EwsCaller, type Operation } from "../ews/call.ts";
import { type EwsConfig, knows } from "../ews/config.ts";
import type { CallIdentity } from "../ews/envelope.ts";
import type { CallState } from "../ews/response-messages.ts";
import { openEwsSession } from "../ews/session.ts";
import type { EwsProcedureDefinition } from "../procedures/ews/parameters.ts";
import { ewsTables } from "../tables/ews/index.ts";
import { boundQuery, type Reading, tableNamed } from "./bound-query.ts";
import { Inputs } from "./inputs.ts";
import { keyOf } from "./outcome.ts";

const smtp = /^[^\s@<>]+@[^\s@<>]+$/;

const lentToEvents: readonly string[] = ["BodyType", "Attachments"];

/** What an action does its work with over Exchange Web Services: tables and procedures of one mailbox. */
export class EwsWork {
  readonly caller: EwsCaller;
  readonly inputs: Inputs;
  readonly signal: AbortSignal;
  readonly #session: Session<EwsBinding>;

  /** `actsIn` false: inputs user and mailbox do not name where. */
  constructor({ caller, input, signal }: ProcedureRun, actsIn = true) {
    this.inputs = new Inputs(input);
    const config = actsIn ? inMailbox(caller.config, this.inputs) : caller.config;
    this.caller = new EwsCaller(config, caller.context);
    this.#session = openEwsSession(this.caller.config, caller.context);
    this.signal = signal;
  }

  get context(): ConnectorContext {
    return this.caller.context;
  }

  get identity(): CallIdentity {
    const { impersonation } = this.caller.config;
    return impersonation === undefined ? {} : { impersonation };
  }

  /** Address of the mailbox worked in. Errors: INVALID_QUERY when no address is known. */
  get address(): string {
    const { impersonation, user } = this.caller.config;
    const known = impersonation?.user ?? user;
    if (known !== undefined && smtp.test(known)) return known;
    throw invalidQuery("The connection's own mailbox is not known by its address: name the mailbox.", {
      target: "mailbox",
    });
  }

  knows(platform: string): boolean {
    return knows(this.caller.config.platform, platform);
  }

  /** A table; that of events also with the form of the body and with attachments, which tables of messages have. */
  table(name: string): TableDefinition<EwsBinding> {
    const tables = ewsTables(this.caller.config);
    const table = tableNamed(tables, name);
    if (name !== "Calendar") return table;
    const more = tableNamed(tables, "Inbox").columns.filter((column) => lentToEvents.includes(column.name));
    return { ...table, columns: [...table.columns, ...more] };
  }

  /** The same work in another mailbox. */
  in(address: string): EwsWork {
    const { caller, signal } = this;
    return new EwsWork({ caller, input: { ...this.inputs.values, user: null, mailbox: address }, signal });
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

  call<S extends CallState>(operation: Operation<S>): Promise<S> {
    return this.caller.call(operation, this.identity, this.signal);
  }

  /** Runs a procedure of schema EWS in this mailbox. */
  async execute(procedure: EwsProcedureDefinition, input: Readonly<Record<string, Value>>): Promise<readonly Row[]> {
    const { binding } = procedure;
    if (binding.kind !== "procedure") throw new TypeError(`${procedure.name} is no procedure`);
    const rows: Row[] = [];
    const answered = binding.run({ caller: this.caller, input, signal: this.signal });
    if (answered instanceof Promise) return answered;
    for await (const batch of answered) rows.push(...batch);
    return rows;
  }
}

/** The connection's configuration, acting in the mailbox an input names. */
function inMailbox(config: EwsConfig, inputs: Inputs): EwsConfig {
  const name = inputs.has("mailbox") ? "mailbox" : "user";
  const given = inputs.text(name);
  if (given === undefined) return config;
  if (!smtp.test(given)) {
    throw invalidQuery(`${name}: "${given}" is no SMTP address, which impersonation over EWS needs.`, { target: name });
  }
  // By OAuth somebody else than User may have signed in: then only impersonation is sure to reach the mailbox named.
  const isLogin = config.oauth === undefined && config.impersonation === undefined;
  const isOwn = isLogin && config.user?.toLowerCase() === given.toLowerCase();
  return isOwn ? config : { ...config, impersonation: { type: "PrimarySmtpAddress", user: given } };
}
