import type { ConnectionProperty } from "#spi";
import { proxyProperties } from "../../common/proxy-properties.ts";
import { authenticationProperties } from "./authentication.ts";
import { azureProperties } from "./azure.ts";
import { cachingProperties } from "./caching.ts";
import { firewallProperties } from "./firewall.ts";
import { jwtProperties } from "./jwt.ts";
import { kerberosProperties } from "./kerberos.ts";
import { loggingProperties } from "./logging.ts";
import { miscellaneousProperties } from "./miscellaneous.ts";
import { oauthProperties } from "./oauth.ts";
import { schemaProperties } from "./schema.ts";
import { sslProperties } from "./ssl.ts";

/** The groups of the form, in order. */
export const propertyGroups: readonly string[] = [
  "Authentication",
  "Azure Authentication",
  "OAuth",
  "JWT OAuth",
  "Kerberos",
  "SSL",
  "Firewall",
  "Proxy",
  "Logging",
  "Schema",
  "Caching",
  "Miscellaneous",
];

/** Every connection property, in the order of the form. */
export const connectionProperties: readonly ConnectionProperty[] = [
  ...authenticationProperties,
  ...azureProperties,
  ...oauthProperties,
  ...jwtProperties,
  ...kerberosProperties,
  ...sslProperties,
  ...firewallProperties,
  ...proxyProperties,
  ...loggingProperties,
  ...schemaProperties,
  ...cachingProperties,
  ...miscellaneousProperties,
];
