import { type ConnectionProperty, secretFile, text } from "#spi";
import { isNegotiate, usesKerberos } from "./rules.ts";

/** The properties of group "Kerberos". */
export const kerberosProperties: readonly ConnectionProperty[] = [
  text({
    key: "KerberosKDC",
    displayName: "Kerberos KDC",
    group: "Kerberos",
    description: "Host of the key distribution centre.",
    visible: usesKerberos,
    movesCredentials: true,
  }),
  text({
    key: "KerberosRealm",
    displayName: "Kerberos Realm",
    group: "Kerberos",
    description: "Realm of the user, and of ProxyUser with ProxyAuthScheme NEGOTIATE.",
    visible: usesKerberos,
  }),
  text({
    key: "KerberosSPN",
    displayName: "Kerberos SPN",
    group: "Kerberos",
    description: "Service principal name, e.g. HTTP/mail.example.com.",
    visible: isNegotiate,
  }),
  text({
    key: "KerberosUser",
    displayName: "Kerberos User",
    group: "Kerberos",
    description: "Principal for the keytab when it differs from User.",
    visible: isNegotiate,
    advanced: true,
  }),
  secretFile({
    key: "KerberosKeytabFile",
    displayName: "Kerberos Keytab File",
    group: "Kerberos",
    description: "Keytab with the user keys (instead of a password).",
    visible: isNegotiate,
  }),
  text({
    key: "KerberosServiceRealm",
    displayName: "Kerberos Service Realm",
    group: "Kerberos",
    description: "Realm of the service in cross-realm set-ups.",
    visible: isNegotiate,
  }),
  text({
    key: "KerberosServiceKDC",
    displayName: "Kerberos Service KDC",
    group: "Kerberos",
    description: "KDC of the service realm.",
    visible: isNegotiate,
    movesCredentials: true,
  }),
  secretFile({
    key: "KerberosTicketCache",
    displayName: "Kerberos Ticket Cache",
    group: "Kerberos",
    description: "MIT ticket cache file to use.",
    visible: isNegotiate,
  }),
];
