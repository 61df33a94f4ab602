import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import {
  SMTPServer,
  type SMTPServerAuthentication,
  type SMTPServerAuthenticationResponse,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from "smtp-server";
import type { KeyPair } from "../tls.ts";

/** Who signed in at the submission port. */
export type SmtpSender = { readonly address: string };

/** What SMTP submission needs of the organisation behind it. */
export type SmtpHost = {
  signIn(user: string, password: string): SmtpSender | undefined;
  /** Sign-in by OAuth 2.0: an Exchange access token for this user name. */
  signInWithToken(user: string, accessToken: string): SmtpSender | undefined;
  maySendAs(sender: SmtpSender, from: string): boolean;
  submit(submission: SmtpSubmission): Promise<void> | void;
  /** A refusal to give instead of taking the next message, when one is switched on. */
  fault?(stage: "connect" | "auth" | "data"): SmtpRefusal | undefined;
};

/** A message as it was submitted; the MIME bytes are the client's. */
export type SmtpSubmission = {
  readonly sender: SmtpSender;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly mime: Buffer;
};

/** A running submission server. */
export type SmtpServer = { readonly port: number; close(): Promise<void> };

/** Exchange Online's default for the size of a submitted message. */
const SIZE_LIMIT_BYTES = 35 * 1024 * 1024;
/** Exchange Online takes 500 recipients a message. */
const RECIPIENT_LIMIT = 500;

/** A refusal with its SMTP reply code; the text carries the enhanced status code. */
export class SmtpRefusal extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

/** Starts SMTP submission: AUTH PLAIN, LOGIN and XOAUTH2, only after STARTTLS. */
export async function startSmtp(host: SmtpHost, pair: KeyPair, port = 0, hostname = "127.0.0.1"): Promise<SmtpServer> {
  const server = new SMTPServer({
    key: pair.key,
    cert: pair.cert,
    name: "sandbox.example",
    banner: "Microsoft ESMTP MAIL Service ready",
    size: SIZE_LIMIT_BYTES,
    authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect: (_session, done) => done(host.fault?.("connect") ?? null),
    onAuth: (auth, _session, done) => finish(authenticated(host, auth), done),
    onRcptTo: (_address, session, done) => done(recipientRefusal(session)),
    onData: (stream, session, done) => {
      accepted(host, stream, session).then(
        () => done(null, "2.0.0 OK <sandbox> [Hostname=localhost]"),
        (problem: unknown) => done(problem instanceof Error ? problem : new Error(String(problem))),
      );
    },
  });
  // Clients that hang up in the middle of TLS are no fault of the server.
  server.on("error", (problem) => {
    if (server.server.listening) return;
    throw problem;
  });
  await new Promise<void>((resolve) => server.listen(port, hostname, resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type AuthOutcome = { readonly sender: SmtpSender } | { readonly refusal: SmtpRefusal };

function authenticated(host: SmtpHost, auth: SMTPServerAuthentication): AuthOutcome {
  const fault = host.fault?.("auth");
  if (fault !== undefined) return { refusal: fault };
  const user = auth.username ?? "";
  const sender =
    auth.method === "XOAUTH2"
      ? host.signInWithToken(user, auth.accessToken ?? "")
      : host.signIn(user, auth.password ?? "");
  return sender === undefined ? { refusal: new SmtpRefusal(535, "5.7.3 Authentication unsuccessful") } : { sender };
}

function finish(
  outcome: AuthOutcome,
  done: (problem: Error | null, response?: SMTPServerAuthenticationResponse) => void,
): void {
  if ("refusal" in outcome) done(outcome.refusal);
  else done(null, { user: outcome.sender });
}

function recipientRefusal(session: SMTPServerSession): Error | null {
  const isFull = session.envelope.rcptTo.length >= RECIPIENT_LIMIT;
  return isFull ? new SmtpRefusal(452, "4.5.3 Too many recipients") : null;
}

async function accepted(host: SmtpHost, stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw new SmtpRefusal(552, "5.3.4 Message size exceeds fixed maximum message size");
  const fault = host.fault?.("data");
  if (fault !== undefined) throw fault;
  const mime = Buffer.concat(chunks);
  const sender = session.user as SmtpSender;
  const envelopeFrom = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
  await checkSender(host, sender, envelopeFrom, mime);
  const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
  await host.submit({ sender, from: envelopeFrom, recipients, mime });
}

/** Exchange Online looks at the envelope and at the From header, both at the end of DATA. */
async function checkSender(host: SmtpHost, sender: SmtpSender, envelopeFrom: string, mime: Buffer): Promise<void> {
  const message = await PostalMime.parse(mime);
  for (const from of [envelopeFrom, message.from?.address ?? envelopeFrom]) {
    if (from === "" || host.maySendAs(sender, from)) continue;
    throw new SmtpRefusal(
      554,
      `5.2.252 SendAsDenied; ${sender.address} not allowed to send as ${from}; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied`,
    );
  }
}
