import type { ConnectionProperty } from "#spi";
import { proxyProperties } from "../../common/proxy-properties.ts";
import { authenticationProperties } from "./authentication.ts";
import { miscellaneousProperties } from "./miscellaneous.ts";
import { oauthProperties } from "./oauth.ts";
import { serverProperties, sslProperties } from "./server.ts";

/** The groups of the form, in order. */
export const propertyGroups: readonly string[] = [
  "Server",
  "Authentication",
  "Sender",
  "Azure Authentication",
  "OAuth",
  "JWT OAuth",
  "SSL",
  "Proxy",
  "Logging",
  "Miscellaneous",
];

/** Every connection property, in the order of the form. */
export const connectionProperties: readonly ConnectionProperty[] = [
  ...serverProperties,
  ...authenticationProperties,
  ...oauthProperties,
  ...sslProperties,
  ...proxyProperties,
  ...miscellaneousProperties,
];
