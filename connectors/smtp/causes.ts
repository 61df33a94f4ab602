import type { Cause, Code, Owner, StepId } from "#spi";

type Row = readonly [problem: Code, step: StepId, owner: Owner, seen: string, fix: string, property?: string];

const table = {
  SMTP_NOT_SPOKEN: [
    "PROTOCOL",
    "challenge",
    "designer",
    "What answers at the port does not speak SMTP.",
    "Check Server and Port: 587 with STARTTLS, 465 with TLS, 25 between servers. A web server or POP/IMAP server answers otherwise.",
    "Port",
  ],
  SMTP_GREETING_MISSING: [
    "TIMEOUT",
    "challenge",
    "designer",
    "The server took the connection and sent no greeting.",
    "If the port expects TLS from the first byte (465), choose ConnectionSecurity TLS; otherwise look for a firewall that holds SMTP back.",
    "ConnectionSecurity",
  ],
  SMTP_GREETING_REFUSED: [
    "ACCESS_DENIED",
    "challenge",
    "server-admin",
    "The server refuses to talk to this address at all (554 or 5xx in place of a greeting, or to EHLO).",
    "Have the address of this service allowed at the server, or taken off the block list its answer names.",
  ],
  SMTP_STARTTLS_NOT_OFFERED: [
    "CERTIFICATE",
    "tls",
    "designer",
    "ConnectionSecurity is STARTTLS, and the server does not offer it. Nothing was sent in the clear.",
    "Use the port that offers STARTTLS (587), or ConnectionSecurity TLS on 465; where it is missing all of a sudden, something in between removes it.",
    "ConnectionSecurity",
  ],
  SMTP_STARTTLS_REFUSED: [
    "CERTIFICATE",
    "tls",
    "server-admin",
    "The server offers STARTTLS and refuses to start it.",
    "Repair the certificate of the server; its log says why TLS is not available.",
  ],
  SMTP_AUTH_NOT_OFFERED: [
    "AUTHENTICATION_FAILED",
    "challenge",
    "designer",
    "The server does not offer the mechanism that AuthScheme needs: PLAIN or LOGIN for BASIC, XOAUTH2 for OAUTH. The detail lists what it offers.",
    "Choose an AuthScheme the server offers, or the submission port (587) with STARTTLS: many servers offer AUTH only there.",
    "AuthScheme",
  ],
  SMTP_AUTH_REQUIRED: [
    "AUTHENTICATION_FAILED",
    "permission",
    "designer",
    "The server takes no mail without a login (530 5.7.x).",
    "Choose AuthScheme BASIC or OAUTH.",
    "AuthScheme",
  ],
  SMTP_CREDENTIALS_REFUSED: [
    "AUTHENTICATION_FAILED",
    "authentication",
    "designer",
    "The server refuses User and Password (535).",
    "Correct User and Password; some providers want an app password in place of the account's own.",
    "Password",
  ],
  SMTP_TOKEN_REFUSED: [
    "AUTHENTICATION_FAILED",
    "authentication",
    "designer",
    "The server refuses the access token for this User (535 5.7.3).",
    "User must be the mailbox the token is for, and the token must be for outlook.office.com or outlook.office365.com with SMTP.Send or SMTP.SendAsApp.",
    "User",
  ],
  SMTP_TOKEN_AUDIENCE: [
    "AUTHENTICATION_FAILED",
    "authentication",
    "designer",
    "The access token was refused, and it is for another service than SMTP (its audience is in the evidence).",
    "Leave Scope empty, or ask for https://outlook.office.com/SMTP.Send (sign-in) or https://outlook.office365.com/.default (application).",
    "Scope",
  ],
  SMTP_TOKEN_SCOPE: [
    "AUTHENTICATION_FAILED",
    "authentication",
    "tenant-admin",
    "The access token was refused, and it holds neither the scope SMTP.Send nor the role SMTP.SendAsApp.",
    "Grant the application SMTP.Send (delegated) or SMTP.SendAsApp (application) and consent to it, then sign in again.",
  ],
  SMTP_APP_WITHOUT_MAILBOX: [
    "AUTHENTICATION_FAILED",
    "authentication",
    "tenant-admin",
    "The application's token holds SMTP.SendAsApp, and the mailbox refuses it all the same.",
    "Register the application in Exchange Online (New-ServicePrincipal with the object id of the enterprise application, not of the registration) and give it the mailbox (Add-MailboxPermission, FullAccess).",
    "User",
  ],
  SMTP_AUTH_DISABLED: [
    "AUTHENTICATION_FAILED",
    "authentication",
    "tenant-admin",
    "SMTP AUTH is switched off for the tenant or the mailbox (535 5.7.139), or a policy blocks the login.",
    "Allow it for this mailbox: Set-CASMailbox -SmtpClientAuthenticationDisabled $false; check security defaults and authentication policies.",
  ],
  SMTP_BASIC_NOT_SUPPORTED: [
    "AUTHENTICATION_FAILED",
    "authentication",
    "designer",
    "The server no longer takes user and password for client submission (550 5.7.30).",
    "Change AuthScheme to OAUTH.",
    "AuthScheme",
  ],
  SMTP_SENDER_REFUSED: [
    "ACCESS_DENIED",
    "permission",
    "designer",
    "The server refuses the sender's address.",
    "Set From to an address this login may send from.",
    "From",
  ],
  SMTP_SEND_AS_DENIED: [
    "ACCESS_DENIED",
    "permission",
    "tenant-admin",
    "The login has no right to send as that From (554 5.2.252 SendAsDenied).",
    "Grant Send As on the mailbox of From to the login, or change From to the login's own address.",
    "From",
  ],
  SMTP_SENDER_MISSING: [
    "INVALID_PROPERTY",
    "permission",
    "designer",
    "Mails would have no sender: From is empty and User is no mail address.",
    "Set From to the address mails come from.",
    "From",
  ],
  SMTP_RECIPIENT_REFUSED: [
    "ACCESS_DENIED",
    "permission",
    "designer",
    "The server refuses every recipient: unknown there, or relaying is not allowed.",
    "Correct the addresses; for recipients elsewhere the account must be allowed to relay (log in, or use the submission port).",
  ],
  SMTP_UTF8_NOT_OFFERED: [
    "UNSUPPORTED",
    "permission",
    "server-admin",
    "An address has characters beyond ASCII before the @, and the server does not offer SMTPUTF8.",
    "Use an ASCII address of the same mailbox, or a server with SMTPUTF8.",
  ],
  SMTP_TOO_LARGE: [
    "TOO_LARGE",
    "permission",
    "designer",
    "The message is larger than the server takes (SIZE, 552 5.3.4).",
    "Send less at a time, or a link in place of the attachment.",
  ],
  SMTP_MESSAGE_REFUSED: [
    "ACCESS_DENIED",
    "permission",
    "server-admin",
    "The server took sender and recipients and refuses the message itself: content, policy or quota.",
    "The server's answer in the detail says why.",
  ],
  SMTP_BUSY: [
    "BUSY",
    "protocol",
    "server-admin",
    "The server asks to come back later: too many connections or messages, or a passing fault (421, 432 4.3.2, 45x).",
    "Repeat later; send less often and over fewer connections.",
  ],
  SMTP_REPLY_TIMEOUT: [
    "TIMEOUT",
    "protocol",
    "server-admin",
    "The server did not answer a command in the time `Timeout` allows.",
    "Raise Timeout, or check the server's load.",
    "Timeout",
  ],
  SMTP_ANSWER_LOST: [
    "UNREACHABLE",
    "protocol",
    "network",
    "The whole message was handed over and the answer to it never came: it may have been sent or not.",
    "Look for the Message-ID of the detail at the recipient or in the server's log before sending again.",
  ],
  SMTP_UNEXPECTED_REPLY: [
    "PROTOCOL",
    "protocol",
    "server-admin",
    "The server answered a command with a code that has no place there.",
    "The server's answer in the detail says more; check what stands between this service and the server.",
  ],
} as const satisfies Record<string, Row>;

export type SmtpCause = keyof typeof table;

/** What SMTP servers refuse, and how, told apart, owned and explained. */
export const smtpCauses: readonly Cause[] = Object.entries(table).map(([code, row]: readonly [string, Row]) => {
  const [problem, step, owner, seen, fix, property] = row;
  return { code, problem, step, owner, seen, fix, ...(property === undefined ? {} : { property }) };
});

const byCode = new Map(smtpCauses.map((cause) => [cause.code, cause]));

export function smtpCause(code: SmtpCause): Cause {
  const cause = byCode.get(code);
  if (cause === undefined) throw new Error(`cause ${code} is in no table`);
  return cause;
}
