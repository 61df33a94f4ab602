import type { ActivityLimits, PropertyValues, TransportOptions } from "#spi";
import { given, Values } from "../common/values.ts";
import {
  type Cloud,
  cloudFor,
  type EntraOptions,
  entraOptionsOf,
  exchangeAudiences,
  graphAudiences,
  type HostOptions,
  isExchangeOnlineHost,
  managedIdentityEndpoint,
} from "../microsoft-identity/index.ts";
import { type EwsConfig, type Impersonation, impersonationTypes, type Platform, platforms } from "./ews/index.ts";
import type { GraphConfig } from "./graph/index.ts";
import { ewsEndpoint } from "./properties/endpoint.ts";
import { transportOptions } from "./properties/transport.ts";
import { type SchemePlan, schemePlan } from "./schemes.ts";

/** The parsed properties of one connection. */
export type ExchangeConfig = {
  readonly transport: TransportOptions;
  readonly limits: ActivityLimits;
  readonly oauth?: EntraOptions;
  /** Names of Tables and Views that are listed; absent = all. */
  readonly shown?: { readonly TABLE: ReadonlySet<string> | undefined; readonly VIEW: ReadonlySet<string> | undefined };
  /** Properties of the connection's scheme that will stop to work, and when. */
  readonly isExchangeOnlineEws: boolean;
} & ({ readonly schema: "EWS"; readonly ews: EwsConfig } | { readonly schema: "MSGraph"; readonly graph: GraphConfig });

/** Reads the settled properties of a connection. Errors: INVALID_PROPERTY. */
export function parseConfig(properties: PropertyValues, host: HostOptions): ExchangeConfig {
  const values = new Values(properties);
  const schema = values.text("Schema") === "MSGraph" ? "MSGraph" : "EWS";
  const plan = schemePlan({
    authScheme: values.text("AuthScheme") ?? "",
    schema,
    ...given("grantType", values.text("OAuthGrantType")),
    ...given("initiateOAuth", values.text("InitiateOAuth")),
  });
  const cloud = cloudFor(
    {
      ...given("office365Environment", values.text("Office365Environment")),
      ...given("azureEnvironment", values.text("AzureEnvironment")),
    },
    host.cloudOverrides,
  );
  const oauth = plan.kind === "token" ? entraOptionsOf(values, { ...plan, cloud, schema }, host) : undefined;
  const isOnline = values.text("Platform") === "Exchange_Online";
  const url =
    schema === "MSGraph" ? `${cloud.graph}/v1.0` : isOnline ? cloud.ews : ewsEndpoint(values.text("Server") ?? "");
  const extraCa = cloud.caFile === undefined ? undefined : host.authorities?.[cloud.caFile];
  const identity =
    plan.kind === "token" && plan.grant === "managed-identity"
      ? managedIdentityEndpoint(host.managedIdentity)
      : undefined;
  const common = {
    transport: transportOptions(values, plan, {
      url,
      ...given("extraCa", extraCa),
      ...given("managedIdentityEndpoint", identity),
    }),
    limits: activityLimits(values),
    ...given("oauth", oauth),
    ...given("shown", shownTables(values)),
    isExchangeOnlineEws: schema === "EWS" && isOnline,
  };
  // A server of one's own may be spelt as Exchange Online's host.
  const isOnlineEws = isOnline || isExchangeOnlineHost(new URL(url).host);
  const online = isOnlineEws ? { isOnline: true, audiences: exchangeAudiences(cloud) } : {};
  if (schema === "EWS")
    return { ...common, schema, ews: { ...ewsConfig(values, url), ...online, ...given("oauth", oauth) } };
  return { ...common, schema, graph: graphConfig(values, url, plan, cloud, oauth) };
}

const pageSizeLimit = 1000;
const pageSize = (values: Values): number =>
  Math.min(pageSizeLimit, Math.max(1, values.integer("Pagesize") ?? pageSizeLimit));

function activityLimits(values: Values): ActivityLimits {
  const maxRows = values.integer("MaxRows") ?? -1;
  const batchSize = values.integer("BatchSize") ?? 0;
  return {
    ...(maxRows < 0 ? {} : { maxRows }),
    ...(batchSize <= 0 ? {} : { batchSize }),
    pageSize: pageSize(values),
    readOnly: values.flag("Readonly"),
    localFiltering: values.flag("DisableServerSideFiltering"),
    localWork: values.flag("SupportEnhancedSQL"),
  };
}

function shownTables(values: Values): ExchangeConfig["shown"] {
  const names = (key: string): ReadonlySet<string> | undefined => {
    const list = values.list(key, /,/);
    return list.length === 0 ? undefined : new Set(list.map((name) => name.toLowerCase()));
  };
  const TABLE = names("Tables");
  const VIEW = names("Views");
  return TABLE === undefined && VIEW === undefined ? undefined : { TABLE, VIEW };
}

function ewsConfig(values: Values, endpoint: string): EwsConfig {
  const bodyType = values.text("BodyType");
  return {
    endpoint,
    platform: platforms.find((name) => name === values.text("Platform")) ?? ("Exchange_Online" satisfies Platform),
    ...given("impersonation", impersonation(values)),
    includeContent: values.flag("IncludeContent"),
    bodyType: bodyType === "HTML" || bodyType === "Text" ? bodyType : "Best",
    pageSize: pageSize(values),
    folderDepth: values.integer("DirectoryRetrievalDepth") ?? 5,
    ...given("user", values.text("User")),
    itemConcurrency: 4,
  };
}

function impersonation(values: Values): Impersonation | undefined {
  const user = values.text("ImpersonationUser");
  const type = impersonationTypes.find((name) => name === values.text("ImpersonationType")) ?? "PrincipalName";
  return user === undefined ? undefined : { type, user };
}

function graphConfig(
  values: Values,
  baseUrl: string,
  plan: SchemePlan,
  cloud: Cloud,
  oauth: EntraOptions | undefined,
): GraphConfig {
  return {
    baseUrl,
    ...given("userId", values.text("UserId") ?? values.text("DefaultUser")),
    appOnly: plan.kind === "token" && plan.appOnly,
    ...given("groupId", values.text("GroupId") ?? values.list("DefaultGroups", /[,;]/)[0]),
    pageSize: pageSize(values),
    folderDepth: values.integer("DirectoryRetrievalDepth") ?? 5,
    audiences: graphAudiences(cloud),
    ...given("oauth", oauth),
  };
}
