/** The mailboxes' refusal; `code` is the EWS response code, which the Graph face translates. */
export class MailboxError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "MailboxError";
    this.code = code;
  }
}
