import { z } from "zod";

/** The Microsoft endpoints of one national cloud. */
export interface Cloud {
  /** Login host, without tenant. */
  readonly authority: string;
  /** Host of Graph, without version. */
  readonly graph: string;
  /** Resource identifier in scopes and audiences of Graph tokens; not moved by an override. */
  readonly graphResource: string;
  /** The EWS endpoint of Exchange Online. */
  readonly ews: string;
  /** Resource identifier in scopes of Exchange Online tokens; not moved by an override. */
  readonly exchangeResource: string;
  readonly smtp: { readonly host: string; readonly port: number };
  /** PEM file of further certificate authorities, from an override. */
  readonly caFile?: string;
}

/** Values of Office365Environment that name a cloud. */
export const cloudNames = ["GLOBAL", "CHINA", "USGOVTGCC", "USGOVTDOD"] as const;
export type CloudName = (typeof cloudNames)[number];

/** Endpoints as Microsoft documents them under "National cloud deployments" and "Microsoft 365 endpoints" (2026). */
const clouds: Readonly<Record<CloudName, Cloud>> = {
  GLOBAL: {
    authority: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    graphResource: "https://graph.microsoft.com",
    ews: "https://outlook.office365.com/EWS/Exchange.asmx",
    exchangeResource: "https://outlook.office365.com",
    smtp: { host: "smtp.office365.com", port: 587 },
  },
  CHINA: {
    authority: "https://login.chinacloudapi.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    graphResource: "https://microsoftgraph.chinacloudapi.cn",
    ews: "https://partner.outlook.cn/EWS/Exchange.asmx",
    exchangeResource: "https://partner.outlook.cn",
    smtp: { host: "smtp.partner.outlook.cn", port: 587 },
  },
  // The driver's help maps USGOVTGCC to Graph's US Government endpoint (L4), which Microsoft calls GCC High.
  USGOVTGCC: {
    authority: "https://login.microsoftonline.us",
    graph: "https://graph.microsoft.us",
    graphResource: "https://graph.microsoft.us",
    ews: "https://outlook.office365.us/EWS/Exchange.asmx",
    exchangeResource: "https://outlook.office365.us",
    smtp: { host: "smtp.office365.us", port: 587 },
  },
  USGOVTDOD: {
    authority: "https://login.microsoftonline.us",
    graph: "https://dod-graph.microsoft.us",
    graphResource: "https://dod-graph.microsoft.us",
    ews: "https://outlook-dod.office365.us/EWS/Exchange.asmx",
    exchangeResource: "https://outlook-dod.office365.us",
    smtp: { host: "outlook-dod.office365.us", port: 587 },
  },
};

/** AzureEnvironment names the same clouds partly by other names. */
const cloudOfAzure: Readonly<Record<string, CloudName>> = {
  GLOBAL: "GLOBAL",
  CHINA: "CHINA",
  USGOVT: "USGOVTGCC",
  USGOVTHIGH: "USGOVTGCC",
  USGOVTDOD: "USGOVTDOD",
};

const httpUrl = z.url({ protocol: /^https?$/ });
const cloudOverride = z.strictObject({
  authority: httpUrl.optional(),
  graph: httpUrl.optional(),
  ews: httpUrl.optional(),
  smtp: z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) }).optional(),
  caFile: z.string().min(1).optional(),
});

/** The content of CLOUD_OVERRIDES_FILE: other endpoints for a cloud, every member optional. */
export const cloudOverrides = z.partialRecord(z.enum(cloudNames), cloudOverride);
export type CloudOverrides = z.infer<typeof cloudOverrides>;

export interface CloudChoice {
  readonly office365Environment?: string;
  readonly azureEnvironment?: string;
}

/**
 * The cloud of a connection. Office365Environment, unless NONE, chooses the services and AzureEnvironment the login,
 * each following the other where it stands at its default: no cloud takes the tokens of another.
 */
export function cloudFor(choice: CloudChoice, overrides: CloudOverrides = {}): Cloud {
  const login = cloudOfAzure[choice.azureEnvironment ?? "GLOBAL"] ?? "GLOBAL";
  const services = cloudNames.find((name) => name === choice.office365Environment) ?? login;
  const authority = login === "GLOBAL" ? services : login;
  return { ...overridden(services, overrides), authority: overridden(authority, overrides).authority };
}

function overridden(name: CloudName, overrides: CloudOverrides): Cloud {
  const { authority, graph, ews, smtp, caFile } = overrides[name] ?? {};
  const known = clouds[name];
  return {
    ...known,
    ...(authority === undefined ? {} : { authority: bare(authority) }),
    // An override may name Graph with or without its version.
    ...(graph === undefined ? {} : { graph: bare(graph).replace(/\/v1\.0$/, "") }),
    ...(ews === undefined ? {} : { ews }),
    ...(smtp === undefined ? {} : { smtp }),
    ...(caFile === undefined ? {} : { caFile }),
  };
}

const bare = (url: string): string => url.replace(/\/+$/, "");

/** Audiences by which a Graph token is known: the resource of the cloud and Graph's application id. */
export const graphAudiences = (cloud: Cloud): readonly string[] => [
  cloud.graphResource,
  "00000003-0000-0000-c000-000000000000",
];

/** Audiences by which a token for Exchange Online is known. */
export const exchangeAudiences = (cloud: Cloud): readonly string[] => [
  cloud.exchangeResource,
  "https://outlook.office.com",
  "00000002-0000-0ff1-ce00-000000000000",
];

/** Is this the host of Exchange Online in one of Microsoft's own clouds? */
export const isExchangeOnlineHost = (host: string): boolean =>
  Object.values(clouds).some(({ ews }) => new URL(ews).host === host.toLowerCase());
