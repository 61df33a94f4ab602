import { type Column, ConnectorError, invalidQuery, type RecordStream, type Row, unsupported, type Value } from "#spi";
import type { GraphBinding } from "./binding.ts";
import type { GraphCalls, GraphRequest } from "./call.ts";
import { parseCsv } from "./csv.ts";
import { directory } from "./mailbox.ts";
import type { GraphQuery } from "./reading.ts";
import type { ReportRule } from "./resource.ts";

/** Rows handed on at once. */
const PAGE = 1000;
/** A report of a hundred thousand users with 24 columns stays below this. */
const LIMIT_BYTES = 64 * 1024 * 1024;

/** Reads a usage report: Graph answers with the address of a CSV file, which is fetched without the token. */
export async function* readReport(
  calls: GraphCalls,
  rule: ReportRule,
  query: GraphQuery,
  signal: AbortSignal,
): RecordStream {
  const [header = [], ...records] = parseCsv(await download(calls, reportPath(rule, query.pseudo), signal));
  const readers = query.columns.map((column) => readerOf(column, header));
  const start = query.from === undefined ? (query.offset ?? 0) : Number.parseInt(query.from, 10) || 0;
  const end = query.limit === undefined ? records.length : Math.min(records.length, start + query.limit);
  for (let at = start; at < end; at += PAGE) {
    const next = Math.min(at + PAGE, end);
    const rows = records.slice(at, next).map((record) => rowOf(record, readers));
    yield { rows, ...(next < end ? { position: String(next) } : {}) };
  }
}

function reportPath({ name, days }: ReportRule, pseudo: Readonly<Record<string, Value>>): string {
  if (days === "none") return `/reports/${name}`;
  const date = pseudo.Date;
  const period = pseudo.Period;
  if (typeof date === "string") {
    if (days === "period")
      throw unsupported(`Microsoft Graph has no ${name} for one day; use Period.`, { target: "Date" });
    if (period !== undefined) throw invalidQuery("Give Period or Date, not both.", { target: "Date" });
    return `/reports/${name}(date=${encodeURIComponent(date)})`;
  }
  return `/reports/${name}(period='${encodeURIComponent(String(period ?? "D7"))}')`;
}

async function download(calls: GraphCalls, path: string, signal: AbortSignal): Promise<string> {
  const request: GraphRequest = {
    method: "GET",
    path,
    operation: "GET report",
    mailbox: directory.mailbox,
    headers: { accept: "*/*" },
    limitBytes: LIMIT_BYTES,
  };
  const first = await calls.response(request, signal);
  if (first.status < 300) return first.text();
  await first.discard();
  const target = URL.parse(first.headers.location ?? "", calls.config.baseUrl);
  const isSafe =
    target !== null && (target.protocol === "https:" || target.origin === new URL(calls.config.baseUrl).origin);
  if (target === null || !isSafe) {
    throw new ConnectorError("PROTOCOL", "Microsoft Graph gave no usable address for the report.", {
      causeCode: "GRAPH_FOREIGN_LINK",
      remote: { service: "MSGraph", operation: request.operation, status: first.status },
    });
  }
  const file = await calls.response({ ...request, path: target.href, anonymous: true }, signal);
  if (file.status < 300) return file.text();
  await file.discard();
  throw new ConnectorError("PROTOCOL", `The report could not be downloaded (status ${file.status}).`, {
    causeCode: "GRAPH_ANSWER_NOT_JSON",
    remote: { service: "MSGraph", operation: request.operation, status: file.status },
  });
}

interface Reader {
  readonly name: string;
  readonly index: number;
  readonly type: Column["type"];
}

/** `Storage Used (Byte)` is column StorageUsed: blanks, marks and units do not count. */
const plain = (title: string): string =>
  title
    .replace(/\([^)]*\)/g, "")
    .replace(/[^A-Za-z0-9]/g, "")
    .toLowerCase();

function readerOf(column: Column<GraphBinding>, header: readonly string[]): Reader {
  const index = header.findIndex((title) => plain(title) === column.name.toLowerCase());
  return { name: column.name, index, type: column.type };
}

function rowOf(record: readonly string[], readers: readonly Reader[]): Row {
  const row: Row = {};
  for (const { name, index, type } of readers) row[name] = typed(record[index] ?? "", type);
  return row;
}

function typed(text: string, type: Column["type"]): Value {
  // CSV has no NULL; what a report does not know is empty in it.
  if (text === "") return null;
  if (type === "integer") return Number.isSafeInteger(Number(text)) ? Number(text) : null;
  if (type === "boolean") return /^(true|yes|1)$/i.test(text);
  return type === "date" ? text.slice(0, 10) : text;
}
