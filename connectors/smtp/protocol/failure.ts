import { ConnectorError, type ErrorOptions } from "#spi";
import { type SmtpCause, smtpCause } from "../causes.ts";
import { type Reply, replyText } from "./reply.ts";

/** An error of a named cause: problem and property come from the cause table. */
export function failure(code: SmtpCause, message: string, options: ErrorOptions = {}): ConnectorError {
  const { problem, property } = smtpCause(code);
  return new ConnectorError(problem, message, {
    causeCode: code,
    ...(property === undefined ? {} : { target: property }),
    ...options,
  });
}

/** The same for a reply of the server, which is shown as it came. */
export function refusal(
  code: SmtpCause,
  message: string,
  operation: string,
  reply: Reply,
  options: ErrorOptions = {},
): ConnectorError {
  const remote = {
    service: "SMTP",
    operation,
    status: reply.code,
    code: reply.enhanced ?? String(reply.code),
  } as const;
  return failure(code, `${message} The server said: ${replyText(reply)}`, { remote, ...options });
}
