import type { BoundProcedure, Parameter, Procedure, RecordStream, Row, Value } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import type { GraphCalls } from "../../graph/call.ts";
import { mailboxOwner, type Owner } from "../../graph/mailbox.ts";
import { parameterOf } from "../parameter-of.ts";

/** The inputs of one call, and whose mailbox it is about. */
export interface Execution {
  readonly calls: GraphCalls;
  readonly owner: Owner;
  readonly signal: AbortSignal;
  /** Text of an input; absent and empty are the same. */
  readonly text: (name: string) => string | undefined;
  flag(name: string): boolean;
  readonly input: BoundProcedure["input"];
}

interface Declaration {
  readonly name: string;
  readonly description: string;
  readonly writes: boolean;
  readonly inputs: readonly Parameter[];
  readonly outputs: readonly Parameter[];
  /** Rows of the answer: all at once, or one by one as they come. */
  run(execution: Execution): Promise<Row> | AsyncIterable<Row>;
}

/** A procedure on the mailbox that input UserId names. */
export function mailboxProcedure(declaration: Declaration): Procedure<GraphBinding> {
  return graphProcedure(declaration, (calls, input) => mailboxOwner(calls.config, input));
}

/** A procedure that reads or changes no mailbox of its own. */
export function graphProcedure(
  { run, ...rest }: Declaration,
  owner: (calls: GraphCalls, input: BoundProcedure["input"]) => Owner,
): Procedure<GraphBinding> {
  return {
    ...rest,
    binding: {
      kind: "procedure",
      run: (calls, input, signal) => answer(run(execution(calls, owner(calls, input), input, signal))),
    },
  };
}

function execution(calls: GraphCalls, owner: Owner, input: BoundProcedure["input"], signal: AbortSignal): Execution {
  const inputValue = (name: string): Value => input[name] ?? null;
  return {
    calls,
    owner,
    signal,
    input,
    text: (name) => {
      const value = inputValue(name);
      return typeof value === "string" && value !== "" ? value : undefined;
    },
    flag: (name) => inputValue(name) === true,
  };
}

async function* answer(rows: Promise<Row> | AsyncIterable<Row>): RecordStream {
  if (rows instanceof Promise) {
    yield { rows: [await rows] };
    return;
  }
  yield* gathered(rows);
}

/** Rows handed on at once. */
const atOnce = 100;

async function* gathered(rows: AsyncIterable<Row>): RecordStream {
  let some: Row[] = [];
  try {
    for await (const row of rows) {
      some.push(row);
      if (some.length < atOnce) continue;
      yield { rows: some };
      some = [];
    }
  } catch (error) {
    // What was done before the failure is told.
    if (some.length > 0) yield { rows: some };
    throw error;
  }
  if (some.length > 0) yield { rows: some };
}

// ---- inputs and outputs --------------------------------------------------------------------------------------------

export const text = parameterOf("string");
export const flag = parameterOf("boolean");
export const bytes = parameterOf("binary");
export const instant = parameterOf("datetime");
export const json = parameterOf("json");
export const count = parameterOf("integer");
export const measure = parameterOf("double");

export const required = { required: true } as const;
export const userId = text("UserId", "Mailbox to act on instead of the signed-in one: object id or principal name.");

/** The output of procedures that only do something. */
export const statusOutput = text("Status", "Success when Microsoft Graph did what was asked.");
export const success: Row = { Status: "Success" };
