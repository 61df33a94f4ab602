import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as the server took it. */
export interface TakenMail {
  readonly user: string | undefined;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly content: Buffer;
}

export interface MailSink {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  close(): Promise<void>;
}

/** npm's smtp-server on loopback: takes every mail of `alice@mail.test`, password `open sesame`, token `good`. */
export async function startMailSink(options: SMTPServerOptions = {}): Promise<MailSink> {
  const mails: TakenMail[] = [];
  const server = new SMTPServer({
    authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    ...options,
    onAuth({ username = "", password, accessToken }, _session, done) {
      const isRight = username === "alice@mail.test" && (password === "open sesame" || accessToken === "good");
      if (isRight) done(null, { user: username });
      else done(Object.assign(new Error("5.7.8 Wrong"), { responseCode: 535 }));
    },
    onData(stream, session, done) {
      if (options.onData !== undefined) {
        options.onData(stream, session, done);
        return;
      }
      const { user, envelope } = session;
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        const recipients = envelope.rcptTo.map(({ address }) => address);
        mails.push({ user: user as string | undefined, from, recipients, content: Buffer.concat(chunks) });
        done(null, "2.0.0 Taken");
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
