import {
  type BoundProcedure,
  type ConnectorContext,
  type RecordStream,
  type RowOutcome,
  type Session,
  type StepReporter,
  unsupported,
} from "#spi";
import type { SmtpConfig } from "./config.ts";
import { send } from "./send.ts";
import { testConnection } from "./test-connection.ts";

/** An email account. Each mail has a connection of its own: servers hang up on idle ones, and state never leaks. */
export class SmtpSession implements Session<"SendMail"> {
  readonly #config: SmtpConfig;
  readonly #context: ConnectorContext;

  constructor(config: SmtpConfig, context: ConnectorContext) {
    this.#config = config;
    this.#context = context;
  }

  test(steps: StepReporter, signal: AbortSignal): Promise<void> {
    return testConnection(this.#config, this.#context, steps, signal);
  }

  async *execute({ input }: BoundProcedure<"SendMail">, signal: AbortSignal): RecordStream {
    yield await send(input, this.#config, this.#context, signal);
  }

  // biome-ignore lint/correctness/useYield: it never has rows
  async *query(): RecordStream {
    throw noTables();
  }

  create(): Promise<readonly RowOutcome[]> {
    return Promise.reject(noTables());
  }

  update(): Promise<readonly RowOutcome[]> {
    return Promise.reject(noTables());
  }

  delete(): Promise<readonly RowOutcome[]> {
    return Promise.reject(noTables());
  }

  async close(): Promise<void> {
    // Nothing stays open between two mails.
  }
}

const noTables = () => unsupported("An email account has no tables: SMTP only sends. Execute SendMail.");
