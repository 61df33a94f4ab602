import { ConnectorError, type Row } from "#spi";

/** Refuses bodies with more rows than one call takes. Errors: TOO_LARGE. */
export function requireRowLimit(rows: readonly Row[] | undefined, limit: number): void {
  if (rows === undefined || rows.length <= limit) return;
  const detail = `One call takes ${limit} rows at most, ${rows.length} came; send several calls or an NDJSON upload.`;
  throw new ConnectorError("TOO_LARGE", detail, { mistakes: [{ pointer: "/rows", code: "TOO_LARGE", detail }] });
}
