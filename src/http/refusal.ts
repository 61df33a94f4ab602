import { type Code, ConnectorError, type ErrorOptions } from "#spi";

/** A refusal whose status HTTP itself prescribes (406, 408, 414, 415, 431), or that needs a header of its own. */
export class Refusal extends ConnectorError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: Code,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    options: ErrorOptions = {},
  ) {
    super(code, message, options);
    this.status = status;
    this.headers = headers;
  }
}
