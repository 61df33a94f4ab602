import { type ConnectionProperty, choice, integer, is, secretText, text } from "#spi";
import { values } from "../../common/choices.ts";

/** The properties of group "Firewall". */
export const firewallProperties: readonly ConnectionProperty[] = [
  choice({
    key: "FirewallType",
    displayName: "Firewall Type",
    group: "Firewall",
    description: "Kind of TCP firewall.",
    default: "NONE",
    choices: values("NONE", "TUNNEL", "SOCKS4", "SOCKS5"),
    advanced: true,
    movesCredentials: true,
  }),
  text({
    key: "FirewallServer",
    displayName: "Firewall Server",
    group: "Firewall",
    description: "Firewall host.",
    required: is("FirewallType", "TUNNEL", "SOCKS4", "SOCKS5"),
    advanced: true,
    movesCredentials: true,
  }),
  integer({
    key: "FirewallPort",
    displayName: "Firewall Port",
    group: "Firewall",
    description: "Firewall port (TUNNEL 80, SOCKS 1080 when 0).",
    default: 0,
    advanced: true,
    movesCredentials: true,
  }),
  text({
    key: "FirewallUser",
    displayName: "Firewall User",
    group: "Firewall",
    description: "Login for the firewall.",
    advanced: true,
  }),
  secretText({
    key: "FirewallPassword",
    displayName: "Firewall Password",
    group: "Firewall",
    description: "Password for the firewall.",
    advanced: true,
  }),
];
