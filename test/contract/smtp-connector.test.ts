import { afterAll, beforeAll } from "vitest";
import { Secret } from "#spi";
import { smtpConnector } from "../../connectors/smtp/manifest.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openSession } from "../../src/runtime/open-session.ts";
import { systemRandom } from "../../src/runtime/random.ts";
import { type MailSink, startMailSink } from "../unit/connectors/smtp/mail-sink.ts";
import { loopbackAllowed, noFiles, silentLog } from "../unit/net/support.ts";
import { connectorContract } from "./connector.contract.ts";

const definition = smtpConnector({});
let sink: MailSink;
beforeAll(async () => {
  sink = await startMailSink();
});
afterAll(() => sink.close());

/** Its port is known only when the server runs. */
const properties = {
  Server: "127.0.0.1",
  Port: 25,
  ConnectionSecurity: "NONE",
  AuthScheme: "BASIC",
  User: "alice@mail.test",
  Password: new Secret("open sesame"),
  Timeout: 10,
};

connectorContract("the SMTP connector", {
  definition,
  schema: "SMTP",
  properties,
  badProperties: { ...properties, From: "no address" },
  async open() {
    const config = definition.parse({ ...properties, Port: sink.port });
    const surroundings = {
      egress: loopbackAllowed,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      files: noFiles,
    };
    const opened = await openSession({ definition, config, options: definition.transport(config) }, surroundings);
    return opened.session;
  },
  procedure: {
    name: "SendMail",
    input: () => ({ ToRecipients: "bob@mail.test", Subject: "Hello", Content: "Hello." }),
  },
});
