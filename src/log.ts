import { type DestinationStream, type Logger, pino } from "pino";
import { ConnectorError } from "#spi";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go; standard error unless given. */
  readonly destination?: { write(text: string): unknown };
}

/** The log of the process, and its second net: secrets named here never reach a line. */
export interface ServiceLog extends Logger {
  /** Replaces this value, in every usual encoding, wherever it would appear. */
  conceal(secret: string): void;
}

/** Fields that may be logged; all others are dropped, so that a new field is a decision. */
const allowedFields: ReadonlySet<string> = new Set(
  (
    "requestId method route status durationMs keyId err code cause detail warning reason url path file port host " +
    "address agent group version connector connection connectionId activity table procedure operation schema runId " +
    "state attempt count rows bytes waitMs limit retry remote service signal migration store engine scope action " +
    "target outcome step mailbox pid"
  ).split(" "),
);

const stackFrames = (stack: string | undefined): string[] =>
  (stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 20)
    .map((line) => line.trim());

const causeDepth = 3;

/** What the log keeps of an error: never its enumerable members, which may hold requests, headers or configuration. */
function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = (error as { readonly code?: unknown }).code;
  return {
    type: error.name,
    message: error.message.slice(0, 500),
    ...((typeof code === "string" || typeof code === "number") && { code }),
    ...(error instanceof ConnectorError && error.causeCode !== undefined && { causeCode: error.causeCode }),
    ...(error instanceof ConnectorError && error.remote !== undefined && { remote: error.remote }),
    stack: stackFrames(error.stack),
    ...(error.cause !== undefined && depth < causeDepth && { cause: errorFields(error.cause, depth + 1) }),
  };
}

function pickFields(fields: Record<string, unknown>): Record<string, unknown> {
  const picked = Object.entries(fields).filter(([name]) => allowedFields.has(name));
  return Object.fromEntries(picked.map(([name, value]) => [name, value instanceof Error ? errorFields(value) : value]));
}

/** The forms in which a secret could stand in a line. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  const forms = [secret, json, encodeURIComponent(secret), bytes.toString("base64"), bytes.toString("base64url")];
  return [...new Set(forms)];
}

const shortestSecret = 6;
const mask = "[secret]";

// What looks like a credential whoever wrote it: bearer and basic headers, our own keys, passwords in URLs.
const suspicious: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|NTLM|Negotiate) +[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${mask}`],
  [/\bexk_[A-Za-z0-9_-]+/g, mask],
  [/(:\/\/[^/\s:@"]+:)[^/\s@"]+@/g, `$1${mask}@`],
  [/\b(password|client_secret|refresh_token|access_token|assertion|code)=[^&\s"]+/gi, `$1=${mask}`],
];

class SecretNet {
  readonly #forms = new Set<string>();

  add(secret: string): void {
    if (secret.length < shortestSecret) return;
    for (const form of formsOf(secret)) this.#forms.add(form);
  }

  clean(line: string): string {
    let text = line;
    for (const form of this.#forms) text = text.replaceAll(form, mask);
    for (const [pattern, replacement] of suspicious) text = text.replace(pattern, replacement);
    return text;
  }
}

/** JSON lines to standard error: allow-listed fields, errors picked apart, and a filter as the second net. */
export function createLog({ level, destination = process.stderr }: LogOptions): ServiceLog {
  const net = new SecretNet();
  const filtered: DestinationStream = { write: (line) => void destination.write(net.clean(line)) };
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: pickFields },
      serializers: { err: (value: unknown) => value },
    },
    filtered,
  );
  return Object.assign(log, { conceal: (secret: string) => net.add(secret) });
}
