import { randomUUID } from "node:crypto";
import type { HttpAnswer, HttpRequest } from "../../http.ts";
import type { GraphCall, GraphResult } from "../call.ts";
import { badRequest } from "../errors.ts";
import { reportCsv } from "../reports/report-lines.ts";
import { type ReportRow, reportRows } from "../reports/report-table.ts";
import { routes } from "./route.ts";

/** Where finished reports are fetched, without a token: the address itself is the permission. */
export const DOWNLOAD_PATH = "/data/v1.0/download";

const periods: Readonly<Record<string, number>> = { D7: 7, D30: 30, D90: 90, D180: 180 };

/** Requests for usage reports: each answers with the address of a CSV. */
export const reportRoutes = routes("reports.read", "reports.read", {
  "GET reports/*": (call, name) => redirect(call, name),
});

/** Answers the download address of a report. */
export function answerDownload(downloads: Map<string, string>, request: HttpRequest): HttpAnswer {
  const csv = downloads.get(request.url.searchParams.get("token") ?? "");
  if (csv === undefined) return { status: 404 };
  return { status: 200, headers: { "content-type": "text/plain" }, body: csv };
}

function redirect(call: GraphCall, text: string): GraphResult {
  const match = /^(\w+)(?:\((.*)\))?$/.exec(text);
  const report = reportRows.find((row) => row.name.toLowerCase() === match?.[1]?.toLowerCase());
  if (report === undefined) throw badRequest(`Resource not found for the segment '${match?.[1] ?? text}'.`);
  const period = periodOf(report, match?.[2] ?? "");
  const token = randomUUID();
  call.service.downloads.set(token, reportCsv(report, call, period));
  const location = `${call.request.url.origin}${DOWNLOAD_PATH}?token=${token}`;
  return { status: 302, headers: { location } };
}

function periodOf(report: ReportRow, parameters: string): number {
  if (report.takes === "nothing") return 0;
  const period = /^period='([^']*)'$/i.exec(parameters)?.[1];
  if (period !== undefined) {
    const days = periods[period];
    if (days === undefined) throw badRequest(`Invalid value of parameter period: ${period}`);
    return days;
  }
  const date = /^date=(\d{4}-\d\d-\d\d)$/i.exec(parameters)?.[1];
  if (date === undefined || report.takes === "period") {
    throw badRequest("The function's parameters are not valid: period='D7', 'D30', 'D90' or 'D180' is expected.");
  }
  return 7;
}
