import { type ConnectionProperty, text } from "#spi";

/** The properties of group "SSL". */
export const sslProperties: readonly ConnectionProperty[] = [
  text({
    key: "SSLServerCert",
    displayName: "SSL Server Cert",
    group: "SSL",
    description:
      "Certificate(s) to accept: PEM text, file path, public key, MD5/SHA1 thumbprint, or * for any; empty = system trust.",
    movesCredentials: true,
  }),
];
