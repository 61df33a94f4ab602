import { readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import path from "node:path";
import type { FastifyInstance } from "fastify";
import { type Cause, type Clock, type ConnectorDefinition, Secret, type TokenSource } from "#spi";
import { buildApp } from "./app.ts";
import { createMetrics } from "./http/metrics-registry.ts";
import { defaultLimits, type HttpSettings } from "./http/settings.ts";
import type { ServiceLog } from "./log.ts";
import { networkCauses } from "./net/causes.ts";
import { openTransport } from "./net/client.ts";
import { egressRules, type ListeningAddress } from "./net/egress.ts";
import type { Resolver } from "./net/resolve.ts";
import { Slots } from "./net/slots.ts";
import { createPageTokens } from "./query/page-token.ts";
import { createActivities } from "./runtime/activities.ts";
import { ensureAdminKey } from "./runtime/admin-key.ts";
import { createAgentCases, heartbeatEveryMs } from "./runtime/agents.ts";
import { throughAliases } from "./runtime/alias-resolution.ts";
import { createAliases } from "./runtime/aliases.ts";
import { createAuditCases, createAuditTrail } from "./runtime/audit.ts";
import { createCatalog } from "./runtime/catalog.ts";
import { systemClock } from "./runtime/clock.ts";
import { connectionSchema } from "./runtime/connection-schema.ts";
import { createTestCases, testCauses } from "./runtime/connection-test.ts";
import { createConnections } from "./runtime/connections.ts";
import { createContents } from "./runtime/contents.ts";
import { Dialogues } from "./runtime/dialogues.ts";
import { fileAccess, fileCauses } from "./runtime/files.ts";
import { createHealthCases } from "./runtime/health.ts";
import { createIdempotencyCases } from "./runtime/idempotency.ts";
import { createKeyCases } from "./runtime/keys.ts";
import type { SessionSurroundings } from "./runtime/open-session.ts";
import { createListPaging } from "./runtime/page.ts";
import { systemRandom } from "./runtime/random.ts";
import { recordFiles } from "./runtime/record-files.ts";
import { createRegistry } from "./runtime/registry.ts";
import { createResolvedConnections } from "./runtime/resolve-connection.ts";
import { createSavedActivities } from "./runtime/saved-activities.ts";
import { startChores } from "./runtime/schedule.ts";
import { openVault } from "./runtime/secrets.ts";
import { serviceCauses } from "./runtime/service-causes.ts";
import { subscriptionCauses } from "./runtime/subscriptions/causes.ts";
import { openSubscriptions } from "./runtime/subscriptions/open.ts";
import { createTokenCases, type SourceOf } from "./runtime/token-cases.ts";
import { createTokenService } from "./runtime/tokens.ts";
import { createTransfer } from "./runtime/transfer.ts";
import type { ConnectorCases, UseCases } from "./runtime/use-cases.ts";
import { validate } from "./runtime/validation.ts";
import { createVariables } from "./runtime/variables.ts";
import type { Settings } from "./settings.ts";
import { isEmbedded, openStore } from "./store/open.ts";

/** Causes of everything but the connectors. */
export const runtimeCauses: readonly Cause[] = [
  ...networkCauses,
  ...fileCauses,
  ...serviceCauses,
  ...subscriptionCauses,
  ...testCauses,
];

/** Upstream requests in flight over all connections of one process. */
const sharedSlots = 64;
/** A session nobody used for so long is closed. */
const sessionIdleMs = 5 * 60_000;
/** So long are answers under way waited for; then they are ended, which may take a little as well. */
const drainLimitMs = 30_000;
const endingLimitMs = 3000;

export interface ServiceParts {
  readonly settings: Settings;
  readonly definitions: readonly ConnectorDefinition[];
  readonly log: ServiceLog;
  readonly version: string;
  /** The present and all waiting; the machine's clock unless given. */
  readonly clock?: Clock;
  /** Host names to addresses; the machine's own resolution unless given. */
  readonly resolver?: Resolver;
}

/** The running service. */
export interface Service {
  readonly app: FastifyInstance;
  readonly url: string;
  /** Where the first admin key was written, when this start made one. */
  readonly adminKeyFile?: string;
  /** Refuses new work, waits for what is under way, closes everything. */
  close(): Promise<void>;
}

/** Opens the store, wires all use cases and listens. Errors: INVALID_PROPERTY with `target` for settings that cannot work. */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { settings, definitions, log, version, clock = systemClock, resolver } = parts;
  const random = systemRandom;
  const dataDir = path.resolve(settings.DATA_DIR);
  const agentName = settings.AGENT_NAME ?? hostname();

  const store = await openStore({ address: settings.STORE, dataDir, clock, log });
  const masterKeyFile = settings.MASTER_KEY_FILE ?? path.join(dataDir, "master.key");
  const vault = await openVault({ store, masterKeyFile, mayCreate: isEmbedded(settings.STORE), random, log });
  const paging = createListPaging(vault);
  const audit = createAuditTrail({ store, clock, random });
  const keys = createKeyCases({ store, vault, audit, paging, clock, random, log });
  const adminKey = settings.ADMIN_KEY === undefined ? {} : { adminKey: new Secret(settings.ADMIN_KEY) };
  const { writtenTo } = await ensureAdminKey({
    store,
    vault,
    audit,
    clock,
    random,
    log,
    ...adminKey,
    adminKeyFile: path.join(dataDir, "admin.key"),
  });

  const registry = createRegistry(definitions);
  const connectors: ConnectorCases = {
    ...registry,
    validate: (name, properties) => validate(registry.get(name), properties),
    connectionSchema: (name) => connectionSchema(registry.get(name)),
  };
  const connections = createConnections({ store, vault, audit, paging, connectors, clock, random });
  const access = throughAliases(store, connections);
  const variables = createVariables({ store, vault, audit, paging, clock, random });

  let listening: readonly ListeningAddress[] = [];
  const filesBase = path.join(dataDir, "files");
  const files = fileAccess({ base: filesBase, roots: settings.FILE_ROOTS ?? [filesBase] });
  const surroundings: SessionSurroundings = {
    egress: egressRules({ allow: settings.EGRESS_ALLOW, deny: settings.EGRESS_DENY, own: () => listening }),
    clock,
    random,
    log,
    files,
    records: recordFiles(filesBase, files),
    sharedSlots: new Slots(sharedSlots),
    ...(resolver === undefined ? {} : { resolver }),
    ...(settings.AGENT_PROXY_URL === undefined
      ? {}
      : { agentProxy: { url: new Secret(settings.AGENT_PROXY_URL), exceptions: settings.AGENT_NO_PROXY } }),
  };
  const instance = `${agentName}/${random.uuid()}`;
  const tokenService = createTokenService({ store, vault, clock, random, log, instance });
  const tokensFor = (
    connectionId: string,
    source: TokenSource,
    http: Parameters<typeof tokenService.accessTokens>[0]["http"],
  ) => tokenService.accessTokens({ connectionId, source, http });
  const getConnector = (name: string): ConnectorDefinition => registry.get(name);
  const dialogues = new Dialogues(clock);
  const resolved = createResolvedConnections({
    access,
    variables,
    store,
    surroundings,
    dialogues,
    idleMs: sessionIdleMs,
    getConnector,
    tokensFor,
  });

  const tokenTransports = createTokenTransports(surroundings);
  const sourceOf: SourceOf = async (call, reference) => {
    const located = await access.locate(call, reference);
    const { definition, config, options, connectionId, name, version: revision } = await resolved.ready(call, located);
    const source = definition.tokens?.(config, surroundings.files);
    return {
      connectionId,
      name,
      ...(source === undefined ? {} : { source }),
      http: tokenTransports.of(connectionId, revision, options),
    };
  };

  // While sealed nothing is answered, so any key will do.
  const pageTokenKey = vault.sealedBecause === undefined ? vault.derive("query page token") : random.bytes(32);
  let publicUrl = settings.PUBLIC_URL ?? "";
  const tokens = createTokenCases({
    service: tokenService,
    sourceOf,
    store,
    vault,
    audit,
    clock,
    random,
    publicUrl: () => publicUrl,
  });
  const activities = createActivities({
    resolve: resolved.resolve,
    pageTokens: createPageTokens({ key: pageTokenKey, now: () => clock.now() }),
    clock,
    log,
    activityTimeoutSeconds: settings.ACTIVITY_TIMEOUT_SECONDS,
  });
  const agents = createAgentCases({
    store,
    name: agentName,
    group: settings.AGENT_GROUP,
    version,
    connectors: definitions.map(({ name, version: own }) => ({ name, version: own })),
  });
  const idempotency = createIdempotencyCases({
    store,
    vault,
    random,
    runningLimitMs: (settings.ACTIVITY_TIMEOUT_SECONDS + 30) * 1000,
  });
  const subscribing = openSubscriptions({
    store,
    vault,
    audit,
    access,
    resolve: resolved.resolve,
    paging,
    clock,
    random,
    log,
    instance,
    surroundings,
    getConnector,
    limitSeconds: settings.ACTIVITY_TIMEOUT_SECONDS,
    pollMs: settings.SUBSCRIPTION_POLL_SECONDS * 1000,
    publicUrl: () => publicUrl,
  });
  const cases: UseCases = {
    connectors,
    connections: {
      ...connections,
      async remove(call, reference, options) {
        const { id } = await connections.locate(call, reference);
        await connections.remove(call, reference, options);
        resolved.sessions.retire(id);
        dialogues.forget(id);
      },
    },
    tests: createTestCases({
      agent: agentName,
      group: settings.AGENT_GROUP,
      agents,
      store,
      audit,
      access,
      variables,
      connectors,
      connections: resolved,
      tokens,
      surroundings,
      dialogues,
      causes: runtimeCauses,
      clock,
      log,
      tokensFor,
    }),
    tokens,
    catalog: createCatalog({ connector: getConnector, resolve: resolved.resolve }),
    activities,
    contents: createContents({
      resolve: resolved.resolve,
      audit,
      clock,
      spoolFolder: path.join(dataDir, "spool"),
    }),
    notices: subscribing.notices,
    subscriptions: subscribing.cases,
    savedActivities: createSavedActivities({
      store,
      access,
      variables,
      activities,
      audit,
      paging,
      clock,
      random,
    }),
    aliases: createAliases({ store, access: connections, audit, paging, clock, random }),
    transfer: createTransfer({ store, vault, audit, connectors, clock, random }),
    variables,
    keys,
    agents,
    audit: createAuditCases({ store, paging }),
    idempotency,
    health: createHealthCases({ store, vault, clock, log }),
  };

  const app = buildApp({
    cases,
    log,
    clock,
    random,
    settings: await httpSettings(settings),
    version,
    metrics: createMetrics(),
  });
  const url = await app.listen({ host: settings.HOST, port: settings.PORT });
  const { port } = app.server.address() as { port: number };
  listening = listeningAddresses(settings.HOST, port);
  if (publicUrl === "") publicUrl = url;
  await agents.register();
  const stopChores = startChores(
    [
      { name: "heartbeat", everyMs: heartbeatEveryMs, run: () => agents.heartbeat() },
      { name: "idempotency", everyMs: 600_000, run: () => idempotency.prune() },
      { name: "authorizations", everyMs: 600_000, run: () => store.authorizations.prune() },
      ...subscribing.chores,
    ],
    clock,
    log,
  );

  return {
    app,
    url,
    ...(writtenTo === undefined ? {} : { adminKeyFile: writtenTo }),
    async close() {
      app.beginDrain();
      stopChores();
      subscribing.stop();
      // Still listening: who comes now is told so by 503, and probes see it.
      await within(drainLimitMs, app.idle(), clock);
      app.cutOff();
      await within(endingLimitMs, app.idle(), clock);
      await within(endingLimitMs, app.close(), clock);
      await resolved.sessions.close();
      await tokenTransports.close();
      await subscribing.close();
      await agents.withdraw();
      await store.close();
    },
  };
}

async function within(limitMs: number, step: PromiseLike<unknown>, clock: Clock): Promise<void> {
  const ending = new AbortController();
  await Promise.race([step, clock.sleep(limitMs, ending.signal).catch(() => undefined)]);
  ending.abort();
}

async function httpSettings(settings: Settings): Promise<HttpSettings> {
  const limits = {
    ...defaultLimits,
    inFlight: settings.MAX_IN_FLIGHT,
    keyRequestsPerMinute: settings.KEY_REQUESTS_PER_MINUTE,
  };
  const common = { limits, behindTlsProxy: settings.BEHIND_TLS_PROXY };
  if (settings.TLS_CERT_FILE === undefined || settings.TLS_KEY_FILE === undefined) return common;
  const [cert, key] = await Promise.all([readFile(settings.TLS_CERT_FILE), readFile(settings.TLS_KEY_FILE)]);
  return { ...common, tls: { cert, key } };
}

/** Where this service itself listens; an unspecified address means all of the machine's. */
function listeningAddresses(host: string, port: number): readonly ListeningAddress[] {
  if (host !== "0.0.0.0" && host !== "::")
    return [{ address: host === "localhost" ? "127.0.0.1" : host.replace(/^\[|\]$/g, ""), port }];
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.map(({ address }) => ({ address, port }));
}

type TokenTransport = ReturnType<typeof openTransport>;

/** Transports over which tokens are asked for outside a session: one for each connection and version. */
function createTokenTransports(surroundings: SessionSurroundings) {
  const open = new Map<string, { readonly version: string; readonly transport: TokenTransport }>();
  return {
    of(connectionId: string, version: string, options: Parameters<typeof openTransport>[0]): TokenTransport["http"] {
      const found = open.get(connectionId);
      if (found?.version === version) return found.transport.http;
      // An identity provider is asked without the connection's own credentials.
      const transport = openTransport({ ...options, authentication: { scheme: "none" } }, surroundings);
      open.set(connectionId, { version, transport });
      if (found !== undefined) void found.transport.close();
      return transport.http;
    },
    close: async () => {
      await Promise.all([...open.values()].map(({ transport }) => transport.close()));
    },
  };
}
