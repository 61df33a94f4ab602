import { type ConnectionProperty, choice, integer, is, text } from "#spi";
import { values } from "../../common/choices.ts";

/** The properties of groups "Server" and "Sender". */
export const serverProperties: readonly ConnectionProperty[] = [
  text({
    key: "Server",
    displayName: "Server",
    group: "Server",
    description:
      "Host name of the SMTP server. Left out with AuthScheme OAUTH at Microsoft: the SMTP host of the cloud, smtp.office365.com.",
    required: is("AuthScheme", "BASIC", "NONE"),
    movesCredentials: true,
  }),
  integer({
    key: "Port",
    displayName: "Port",
    group: "Server",
    description: "Port of the SMTP server.",
    default: 587,
    defaultsWhen: [
      { when: is("ConnectionSecurity", "TLS"), value: 465 },
      { when: is("ConnectionSecurity", "NONE"), value: 25 },
    ],
    minimum: 1,
    maximum: 65_535,
    required: "always",
    movesCredentials: true,
  }),
  choice({
    key: "ConnectionSecurity",
    displayName: "Connection Security",
    group: "Server",
    description:
      "STARTTLS: connect in the clear, then TLS before anything else; where it is not offered the connection fails. TLS: TLS from the first byte. NONE: no protection.",
    default: "STARTTLS",
    choices: values("NONE", "STARTTLS", "TLS"),
    required: "always",
    movesCredentials: true,
  }),
  text({
    key: "From",
    displayName: "From",
    group: "Sender",
    description:
      "Address mails come from unless the mail itself names one. Left out: User, which then also takes the answers (Reply-To).",
    required: is("AuthScheme", "NONE"),
  }),
  text({
    key: "DisplayName",
    displayName: "Email User Label",
    group: "Sender",
    description: "Name shown beside the sender's address.",
  }),
];

/** The properties of group "SSL". */
export const sslProperties: readonly ConnectionProperty[] = [
  text({
    key: "SSLServerCert",
    displayName: "SSL Server Cert",
    group: "SSL",
    description:
      "Certificate(s) to accept: PEM text, file path, public key, MD5/SHA1/SHA256 thumbprint, or * for any; empty = system trust.",
    visible: is("ConnectionSecurity", "STARTTLS", "TLS"),
    movesCredentials: true,
  }),
];
