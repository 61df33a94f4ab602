import { type ConnectorDefinition, defineConnector, type StepId } from "#spi";
import { type HostOptions, oauthCauses } from "../microsoft-identity/index.ts";
import { smtpCauses } from "./causes.ts";
import { parseConfig, type SmtpConfig } from "./config.ts";
import { expiries } from "./expiries.ts";
import { mailTokens } from "./oauth/token-source.ts";
import { sendMail } from "./procedures/send-mail.ts";
import { connectionProperties, propertyGroups } from "./properties/index.ts";
import { jointRules } from "./properties/rules.ts";
import { SmtpSession } from "./session.ts";

/** The SMTP connector: email accounts that send. */
export function smtpConnector(host: HostOptions): ConnectorDefinition {
  return defineConnector<SmtpConfig, "SendMail">({
    name: "smtp",
    version: "1.0.0",
    displayName: "SMTP",
    description: "Email accounts that send over any SMTP server, Microsoft 365 with OAuth 2.0 among them.",
    schemas: [{ name: "SMTP", displayName: "SMTP", description: "SMTP submission sends; it has no tables to read." }],
    properties: connectionProperties,
    propertyGroups,
    jointRules,
    causes: [...smtpCauses, ...oauthCauses],
    parse: (values) => parseConfig(values, host),
    transport: ({ transport }) => transport,
    tablesOf: () => [],
    proceduresOf: () => [sendMail],
    tables: () => [],
    procedures: () => [sendMail],
    calls: () => [],
    limits: ({ limits }) => limits,
    tokens: ({ signIn }, files) => (signIn === undefined ? undefined : mailTokens(signIn, files)),
    expiries,
    steps: stepsOf,
    debugMinutes: ({ debugMinutes }) => debugMinutes,
    connect: async (config, context) => new SmtpSession(config, context),
  });
}

/** Whether the sender is a mailbox only the server knows: it shows at the permission to send. */
const stepsOf = ({ server, login, transport }: SmtpConfig): readonly StepId[] => [
  ...(transport.proxy === undefined ? [] : (["proxy"] as const)),
  "dns",
  "egress",
  "tcp",
  ...(server.security === "NONE" ? [] : (["tls"] as const)),
  "challenge",
  ...(login.scheme === "none" ? [] : (["authentication"] as const)),
  "protocol",
  "permission",
];
