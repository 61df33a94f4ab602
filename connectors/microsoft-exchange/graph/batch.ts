import { asConnectorError, ConnectorError, type Value } from "#spi";
import type { GraphCalls, GraphRequest } from "./call.ts";
import { type GraphAnswer, type JsonObject, member } from "./errors.ts";

/** One request of a batch. `repeatable` as for a single request. */
export interface Part {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the base address, starting with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

/** What became of a part: an answer, or the error that kept it from having one. */
export type PartResult =
  | { readonly answer: GraphAnswer; readonly error?: undefined }
  | { readonly error: ConnectorError };

export interface BatchOptions {
  readonly operation: string;
  readonly mailbox: string;
  /** Every part may be done twice without harm. */
  readonly repeatable: boolean;
}

/** Graph takes twenty requests and about 4 MB in one batch. */
const MAX_PARTS = 20;
const MAX_CHARACTERS = 3_000_000;

/** Runs parts in as few calls as Graph allows; results in the order of the parts. Never throws for one part's failure. */
export async function runParts(
  calls: GraphCalls,
  parts: readonly Part[],
  options: BatchOptions,
  signal: AbortSignal,
): Promise<readonly PartResult[]> {
  const results: PartResult[] = [];
  for (const group of groups(parts)) results.push(...(await runGroup(calls, group, options, signal)));
  return results;
}

function groups(parts: readonly Part[]): readonly (readonly Part[])[] {
  const all: Part[][] = [];
  let characters = 0;
  for (const part of parts) {
    const size = part.body === undefined ? 0 : JSON.stringify(part.body).length;
    const last = all.at(-1);
    if (last === undefined || last.length >= MAX_PARTS || characters + size > MAX_CHARACTERS) {
      all.push([part]);
      characters = size;
    } else {
      last.push(part);
      characters += size;
    }
  }
  return all;
}

/**
 * One group under the retry rules. Only parts that may be repeated are sent again, after the longest wait any of them
 * asks for; all others keep their first answer.
 */
async function runGroup(
  calls: GraphCalls,
  group: readonly Part[],
  options: BatchOptions,
  signal: AbortSignal,
): Promise<readonly PartResult[]> {
  const results = new Map<number, PartResult>();
  const send = async (inner: AbortSignal): Promise<void> => {
    const open = [...group.keys()].filter((index) => isOpen(results.get(index), options));
    const answers = await sendOnce(calls, group, open, options, inner);
    for (const [index, answer] of answers) results.set(index, toResult(calls, group, index, answer, options));
    const again = open.flatMap((index) => results.get(index)?.error ?? []).filter((error) => mayRepeat(error, options));
    const slowest = again.toSorted((a, b) => (b.waitMs ?? 0) - (a.waitMs ?? 0))[0];
    if (slowest !== undefined) throw slowest;
  };
  try {
    await calls.context.attempt({ ...options }, send, signal);
  } catch (problem) {
    if (signal.aborted) throw problem;
    return group.map((_, index) => results.get(index) ?? { error: asConnectorError(problem) });
  }
  return group.map((_, index) => results.get(index) ?? { error: unanswered(options) });
}

/** Throttled parts were not executed; others that may work later are repeated only when that does no harm. */
const mayRepeat = (error: ConnectorError, { repeatable }: BatchOptions): boolean =>
  error.retry === "later" && (error.effect === "none" || repeatable);
const isOpen = (result: PartResult | undefined, options: BatchOptions): boolean =>
  result === undefined || (result.error !== undefined && mayRepeat(result.error, options));

function toResult(
  calls: GraphCalls,
  group: readonly Part[],
  index: number,
  answer: GraphAnswer,
  options: BatchOptions,
): PartResult {
  const part = group[index];
  if (part === undefined || answer.status < 400) return { answer };
  const { method, path } = part;
  return { error: calls.error(answer, { method, path, operation: options.operation, mailbox: options.mailbox }) };
}

async function sendOnce(
  calls: GraphCalls,
  group: readonly Part[],
  open: readonly number[],
  options: BatchOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, GraphAnswer>> {
  const [only] = open;
  const single = open.length === 1 && only !== undefined ? group[only] : undefined;
  if (single !== undefined && only !== undefined) {
    const answer = await calls.once({ ...single, operation: options.operation, mailbox: options.mailbox }, signal);
    return new Map([[only, answer]]);
  }
  const request: GraphRequest = {
    method: "POST",
    path: "/$batch",
    operation: `$batch ${options.operation}`,
    mailbox: options.mailbox,
    body: { requests: open.map((index) => entry(group[index] as Part, index)) },
  };
  const answer = await calls.once(request, signal);
  if (answer.status >= 400) throw calls.error(answer, request);
  return partAnswers(answer.body, new Set(open));
}

function entry(part: Part, index: number): JsonObject {
  const headers = { ...part.headers, ...(part.body === undefined ? {} : { "Content-Type": "application/json" }) };
  return {
    id: String(index),
    method: part.method,
    url: part.path,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(part.body === undefined ? {} : { body: part.body }),
  };
}

function partAnswers(body: Value | undefined, asked: ReadonlySet<number>): ReadonlyMap<number, GraphAnswer> {
  const responses = member(body, "responses");
  const answers = new Map<number, GraphAnswer>();
  for (const response of Array.isArray(responses) ? responses : []) {
    const index = Number(member(response, "id"));
    const status = member(response, "status");
    if (!asked.has(index) || typeof status !== "number") continue;
    answers.set(index, { status, headers: headersOf(member(response, "headers")), body: member(response, "body") });
  }
  return answers;
}

function headersOf(value: Value | undefined): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name.toLowerCase(), String(text)]));
}

function unanswered(options: BatchOptions): ConnectorError {
  return new ConnectorError("PROTOCOL", "Microsoft Graph left out the answer to a part of a batch.", {
    causeCode: "GRAPH_ANSWER_NOT_JSON",
    effect: options.repeatable ? "none" : "unknown",
    remote: { service: "MSGraph", operation: options.operation },
  });
}
