import { type ConnectorDefinition, defineConnector, type TableDefinition } from "#spi";
import { type HostOptions, oauthCauses, tokenSourceWith } from "../microsoft-identity/index.ts";
import { type ExchangeConfig, parseConfig } from "./config.ts";
import { type EwsBinding, ewsCalls, ewsCauses, ewsProcedures, ewsTables, openEwsSession } from "./ews/index.ts";
import { expiries } from "./expiries.ts";
import {
  type GraphBinding,
  graphCalls,
  graphCauses,
  graphNotices,
  graphProcedures,
  graphTables,
  openGraphSession,
} from "./graph/index.ts";
import { connectionProperties, propertyGroups } from "./properties/index.ts";
import { jointRules } from "./properties/rules.ts";
import { spokeCauses } from "./spokes/causes.ts";

type Binding = EwsBinding | GraphBinding;

/** The newest platform: the static catalogue shows what it knows. */
const newestPlatform = "Exchange_Online";

/** The Microsoft Exchange connector: Exchange Web Services and Microsoft Graph. */
export function exchangeConnector(host: HostOptions): ConnectorDefinition {
  return defineConnector<ExchangeConfig, Binding>({
    name: "microsoft-exchange",
    version: "1.0.0",
    displayName: "Microsoft Exchange",
    description: "Mail, calendars, contacts, tasks and rooms of Exchange servers and Exchange Online.",
    schemas: [
      {
        name: "EWS",
        displayName: "Exchange Web Services",
        description: "Exchange servers of your own, from 2007 on; Exchange Online until April 2027.",
      },
      { name: "MSGraph", displayName: "Microsoft Graph", description: "Exchange Online by Microsoft Graph v1.0." },
    ],
    urlProperty: "Server",
    schemaProperty: "Schema",
    properties: connectionProperties,
    propertyGroups,
    jointRules,
    causes: [...ewsCauses, ...graphCauses, ...spokeCauses, ...oauthCauses],
    parse: (values) => parseConfig(values, host),
    transport: ({ transport }) => transport,
    tablesOf: (schema) => (schema === "EWS" ? ewsTables({ platform: newestPlatform }) : graphTables()) as Tables,
    proceduresOf: (schema) => (schema === "EWS" ? ewsProcedures({ platform: newestPlatform }) : graphProcedures()),
    tables: (config) => shownOf(config, tablesOf(config)),
    procedures: (config) =>
      config.schema === "EWS" ? ewsProcedures({ platform: config.ews.platform }) : graphProcedures(),
    calls: (config, query) =>
      config.schema === "EWS" ? ewsCalls(query as never, config.ews) : graphCalls(query as never, config.graph),
    limits: ({ limits }) => limits,
    tokens: ({ oauth }, files) => (oauth === undefined ? undefined : tokenSourceWith(oauth, files)),
    expiries,
    notices: graphNotices,
    connect: async (config, context) =>
      config.schema === "EWS"
        ? (openEwsSession(config.ews, context) as never)
        : (openGraphSession(config.graph, context) as never),
  });
}

type Tables = readonly TableDefinition<Binding>[];

const tablesOf = (config: ExchangeConfig): Tables =>
  (config.schema === "EWS" ? ewsTables({ platform: config.ews.platform }) : graphTables()) as Tables;

/** Properties Tables and Views restrict what a connection lists. */
const shownOf = ({ shown }: ExchangeConfig, tables: Tables): Tables =>
  shown === undefined ? tables : tables.filter(({ kind, name }) => shown[kind]?.has(name.toLowerCase()) ?? true);
