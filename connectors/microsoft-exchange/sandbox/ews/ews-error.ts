/** A refusal with a response code; `isFault` ends the whole request, else it fails the one entry it belongs to. */
export class EwsError extends Error {
  readonly code: string;
  readonly isFault: boolean;
  /** What MessageXml says, by name. */
  readonly values: Readonly<Record<string, string>>;
  readonly status: number;

  constructor(
    code: string,
    message: string,
    options: { isFault?: boolean; values?: Record<string, string>; status?: number } = {},
  ) {
    super(message);
    this.name = "EwsError";
    this.code = code;
    this.isFault = options.isFault ?? false;
    this.values = options.values ?? {};
    this.status = options.status ?? 500;
  }
}

/** The request breaks the schema: what Exchange finds before it looks at any entry. */
export function schemaViolation(violation: string): EwsError {
  return new EwsError("ErrorSchemaValidation", `The request failed schema validation: ${violation}`, {
    isFault: true,
    values: { LineNumber: "0", LinePosition: "0", Violation: violation },
  });
}

export function invalidRequest(message: string): EwsError {
  return new EwsError("ErrorInvalidRequest", message, { isFault: true });
}
