import {
  type AccessTokens,
  asConnectorError,
  type Cause,
  type Clock,
  type ConnectorDefinition,
  ConnectorError,
  type Dialogue,
  type HttpClient,
  type Log,
  type PropertyValues,
  type StepId,
  type TokenFacts,
  type TokenSource,
  type TransportOptions,
  timedOut,
  unsupported,
  type Value,
} from "#spi";
import type { Store } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import { type Configuration, closedValues, configure, fixedProperties } from "./configuration.ts";
import type { ConnectionAccess } from "./connections.ts";
import type { Dialogues } from "./dialogues.ts";
import { openSession, type SessionSurroundings } from "./open-session.ts";
import { passingTokens } from "./passing-tokens.ts";
import { isoTime } from "./representation.ts";
import type { Connections } from "./resolve-connection.ts";
import { endingsOf } from "./subscriptions/endings.ts";
import { TestRecord } from "./test-report.ts";
import { requireCredential } from "./usable.ts";
import type {
  AgentCases,
  Call,
  ConnectionStatus,
  ConnectorCases,
  TestCases,
  TestReport,
  TokenCases,
  TokenView,
} from "./use-cases.ts";
import { warningsOf } from "./validation.ts";
import { type VariableResolver, variablesIn } from "./variable-resolver.ts";

/** Longest test; its message says which step was running. */
const testLimitMs = 60_000;

export interface TestParts {
  readonly agent: string;
  readonly group: string;
  readonly agents: Pick<AgentCases, "list">;
  readonly store: Store;
  readonly audit: AuditTrail;
  readonly access: ConnectionAccess;
  readonly variables: VariableResolver;
  readonly connectors: Pick<ConnectorCases, "get" | "validate">;
  readonly connections: Connections;
  readonly tokens: Pick<TokenCases, "get">;
  readonly surroundings: SessionSurroundings;
  readonly dialogues: Dialogues;
  /** Cause tables of the runtime and the transport. */
  readonly causes: readonly Cause[];
  readonly clock: Clock;
  readonly log: Log;
  tokensFor(connectionId: string, source: TokenSource, http: HttpClient): AccessTokens;
}

/** What is tested: a saved connection, or properties that never were. */
interface Subject {
  readonly definition: ConnectorDefinition;
  readonly values: PropertyValues;
  /** What stands in the way of using it, apart from its properties. Errors: as they are reported. */
  readonly check?: () => void;
  /** As validation wants to see them. */
  readonly given: Readonly<Record<string, unknown>>;
  tokens(source: TokenSource, http: HttpClient): AccessTokens;
  /** Where the conversation goes, where it is asked for; nowhere for properties that never were saved. */
  dialogue?(configuration: Configuration): Dialogue | undefined;
}

export function createTestCases(parts: TestParts): TestCases {
  return {
    test: (call, reference) => testSaved(parts, call, reference),

    async testOnGroup(call, reference) {
      await parts.access.locate(call, reference);
      const others = (await parts.agents.list(call)).filter(
        ({ name, group }) => group === parts.group && name !== parts.agent,
      );
      if (others.length > 0)
        throw unsupported(
          `This version tests on the agent that is asked, and ${others.map(({ name }) => name).join(", ")} live in its group too: ask each without agents=group.`,
        );
      return { reports: [await testSaved(parts, call, reference)] };
    },

    async testUnsaved(call, connector, properties) {
      const definition = parts.connectors.get(connector);
      await parts.audit.record(call, "connector.test", `connector/${connector}`, "started");
      const values = closedValues(definition, properties);
      const tokens: Subject["tokens"] = (source, http) => passingTokens(source, http, parts.clock);
      return run(parts, call, { definition, values, given: properties, tokens });
    },

    async dialogue(call, reference) {
      const located = await parts.access.locate(call, reference);
      await parts.audit.record(call, "connection.debug", `connection/${located.id}`, "started");
      const ready = await parts.connections.ready(call, located);
      const kept = parts.dialogues.read(located.id, ready, located.changedAt);
      if (kept === undefined) return { agent: parts.agent, enabled: false, lines: [], dropped: 0 };
      const { untilMs, lines, dropped } = kept;
      return {
        agent: parts.agent,
        enabled: untilMs > parts.clock.now(),
        until: isoTime(untilMs),
        lines: lines.map(({ at, direction, text }) => ({ at: isoTime(at), direction, text })),
        dropped,
      };
    },

    async status(call, reference) {
      const located = await parts.access.locate(call, reference);
      const state = await parts.store.connectionStates.read(located.id);
      const throttled = Math.max(state.throttledUntil ?? 0, parts.connections.throttledUntil(located.id) ?? 0);
      const about = await aboutConfiguration(parts, call, reference);
      const endings = await endingsOf(parts.store, located.id, parts.clock.now());
      return {
        ...(state.lastTest === undefined
          ? {}
          : { lastTest: state.lastTest as unknown as ConnectionStatus["lastTest"] }),
        ...about,
        warnings: [...about.warnings, ...endings],
        ...(throttled > parts.clock.now() ? { throttledUntil: new Date(throttled).toISOString() } : {}),
        openSessions: parts.connections.sessions.openCount(located.id),
      };
    },
  };
}

async function testSaved(parts: TestParts, call: Call, reference: string): Promise<TestReport> {
  const located = await parts.access.locate(call, reference);
  const definition = parts.connectors.get(located.connector);
  const { values } = await parts.access.load(call, located.id);
  await parts.audit.record(call, "connection.test", `connection/${located.id}`, "started");
  const tokens: Subject["tokens"] = (source, http) => parts.tokensFor(located.id, source, http);
  const dialogue: Subject["dialogue"] = (configuration) =>
    parts.dialogues.of(located.id, configuration, located.changedAt);
  const check = (): void => requireCredential(located);
  const report = await run(parts, call, { definition, values, given: values, tokens, dialogue, check });
  await parts.store.connectionStates.saveLastTest(located.id, lastTest(report, parts.clock.now()));
  return report;
}

function lastTest(report: TestReport, at: number): Readonly<Record<string, Value>> {
  const failed = report.steps.find(({ status }) => status === "failed");
  return {
    at: new Date(at).toISOString(),
    status: report.status,
    ...(failed === undefined ? {} : { failedStep: failed.id, code: failed.code ?? "" }),
  };
}

/** Token and warnings; a configuration that cannot be made is itself the warning. */
async function aboutConfiguration(
  parts: TestParts,
  call: Call,
  reference: string,
): Promise<Pick<ConnectionStatus, "token" | "warnings">> {
  const located = await parts.access.locate(call, reference);
  try {
    const { definition, config, warnings: ofProperties } = await parts.connections.ready(call, located);
    const hasTokens = definition.tokens?.(config, parts.surroundings.files) !== undefined;
    const token = hasTokens ? await parts.tokens.get(call, reference) : undefined;
    const expiries = definition.expiries?.(config, token === undefined ? undefined : factsOf(token)) ?? [];
    const remarks = ofProperties.map(({ code, detail }) => ({ code, detail }));
    const warnings = [...expiries, ...(definition.warnings?.(config) ?? []), ...remarks];
    return token === undefined ? { warnings } : { token, warnings };
  } catch (error) {
    const { code, causeCode, message } = asConnectorError(error);
    return { warnings: [{ code: causeCode ?? code, detail: message }] };
  }
}

const factsOf = ({ obtainedAt, hasRefreshToken }: TokenView): TokenFacts => ({
  hasRefreshToken,
  ...(obtainedAt === undefined ? {} : { obtainedAt: Date.parse(obtainedAt) }),
});

/** Steps every connection has unless its connector says otherwise. */
const judged: readonly StepId[] = ["authentication", "protocol", "mailbox", "permission"];

async function run(parts: TestParts, call: Call, subject: Subject): Promise<TestReport> {
  const start = performance.now();
  const record = new TestRecord([...parts.causes, ...subject.definition.causes]);
  const names = variablesIn(subject.values);
  const applicable = new Set<StepId>(["configuration", ...judged]);
  if (names.length > 0) applicable.add("variables");
  try {
    await examine(parts, call, subject, record, applicable);
  } catch (error) {
    const known = asConnectorError(error);
    if (known.code === "INTERNAL")
      parts.log.error({ err: error, requestId: call.requestId }, "a connection test failed unexpectedly");
    record.fail(known, sinceMs(start));
  }
  return record.report(applicable, {
    agent: parts.agent,
    connectorVersion: subject.definition.version,
    durationMs: sinceMs(start),
  });
}

async function examine(
  parts: TestParts,
  call: Call,
  subject: Subject,
  record: TestRecord,
  applicable: Set<StepId>,
): Promise<void> {
  const { definition } = subject;
  checkProperties(parts, subject, record);
  const resolved = await resolveVariables(parts, call, subject, record);
  const configuration = configure(definition, resolved);
  const own = definition.steps?.(configuration.config);
  if (own !== undefined) for (const step of judged) applicable.delete(step);
  for (const step of own ?? stepsOf(configuration.options)) applicable.add(step);
  const source = definition.tokens?.(configuration.config, parts.surroundings.files);
  const dialogue = subject.dialogue?.(configuration);
  const opened = await openSession(
    {
      ...configuration,
      ...(source === undefined ? {} : { tokens: (http: HttpClient) => subject.tokens(source, http) }),
      ...(dialogue === undefined ? {} : { dialogue }),
      observer: { observe: (observation) => record.observe(observation) },
      once: true,
    },
    parts.surroundings,
  );
  try {
    await withinLimit(parts.clock, call.signal, record, (signal) => opened.session.test(reporter(record), signal));
  } finally {
    await opened.close();
  }
}

function checkProperties({ connectors }: TestParts, { definition, given, check }: Subject, record: TestRecord): void {
  const start = performance.now();
  record.begin("configuration");
  check?.();
  const report = connectors.validate(definition.name, given);
  const mistakes = report.properties.flatMap(({ key, errors }) =>
    errors.map(({ code, detail }) => ({ pointer: `/properties/${key}`, code, detail })),
  );
  const [first] = mistakes;
  if (first !== undefined)
    throw new ConnectorError("INVALID_PROPERTY", mistakes.map(({ detail }) => detail).join(" "), {
      causeCode: "PROPERTIES_INVALID",
      target: first.pointer.slice("/properties/".length),
      mistakes,
    });
  const warnings = warningsOf(report);
  const detail =
    warnings.length === 0 ? "All properties are in order." : warnings.map((warning) => warning.detail).join(" ");
  const evidence = warnings.length === 0 ? {} : { warnings };
  const warning = warnings[0] === undefined ? {} : { warning: "PROPERTY_WARNINGS" };
  record.found("configuration", { detail, evidence, ...warning }, sinceMs(start));
}

async function resolveVariables(
  parts: TestParts,
  call: Call,
  subject: Subject,
  record: TestRecord,
): Promise<PropertyValues> {
  const names = variablesIn(subject.values);
  const start = performance.now();
  if (names.length > 0) record.begin("variables");
  const resolved = await parts.variables.resolve(call, subject.values, fixedProperties(subject.definition));
  if (names.length > 0)
    record.found("variables", { detail: `All ${names.length} have a value.`, evidence: { names } }, sinceMs(start));
  return resolved;
}

/** Steps of the wire that a connection with these options has. */
function stepsOf({ proxy, authentication, credentialOrigins }: TransportOptions): readonly StepId[] {
  const isTls = credentialOrigins.some((origin) => origin.startsWith("https:"));
  const hasChallenge = !["none", "bearer"].includes(authentication.scheme);
  return [
    ...(proxy === undefined ? [] : (["proxy"] as const)),
    "dns",
    "egress",
    "tcp",
    ...(isTls ? (["tls"] as const) : []),
    ...(hasChallenge ? (["challenge"] as const) : []),
  ];
}

function reporter(record: TestRecord): Parameters<Awaited<ReturnType<typeof openSession>>["session"]["test"]>[0] {
  return {
    async step(id, title, look) {
      const start = performance.now();
      record.begin(id);
      record.found(id, await look(), sinceMs(start), title);
    },
    identity: (identity) => record.identity(identity),
    serverVersion: (version) => record.serverVersion(version),
  };
}

async function withinLimit(
  clock: Clock,
  caller: AbortSignal,
  record: TestRecord,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ending = new AbortController();
  const limit = clock.sleep(testLimitMs, ending.signal).then(
    () => {
      throw timedOut(
        `The test did not end within ${testLimitMs / 1000} seconds; it was at the step ${record.running ?? "protocol"}.`,
        {
          causeCode: "TEST_TIMEOUT",
        },
      );
    },
    () => new Promise<never>(() => undefined),
  );
  const stop = new AbortController();
  const signal = AbortSignal.any([caller, stop.signal]);
  try {
    await Promise.race([work(signal), limit]);
  } finally {
    ending.abort();
    stop.abort();
  }
}

const sinceMs = (start: number): number => Math.round(performance.now() - start);

/** Causes of the configuration itself and of the test as a whole. */
export const testCauses: readonly Cause[] = [
  {
    code: "PROPERTIES_INVALID",
    problem: "INVALID_PROPERTY",
    step: "configuration",
    owner: "designer",
    seen: "Properties are missing, unknown, of the wrong type or do not go together.",
    fix: "Correct every property named in the detail.",
  },
  {
    code: "PROPERTY_WARNINGS",
    problem: "INVALID_PROPERTY",
    step: "configuration",
    owner: "designer",
    seen: "Properties are accepted, but have no effect, are not in effect yet, or will stop to work.",
    fix: "Read the warnings in the evidence; remove what is not needed.",
  },
  {
    code: "CONNECTION_INACTIVE",
    problem: "CONFLICT",
    step: "configuration",
    owner: "designer",
    seen: "The connection is switched off.",
    fix: "Set `active` to true.",
  },
  {
    code: "TEST_TIMEOUT",
    problem: "TIMEOUT",
    step: "protocol",
    owner: "server-admin",
    seen: "The test as a whole took longer than its limit; the detail names the step that was running.",
    fix: "Find out why that step is slow: the server's load, or the way to it.",
  },
];
