import { type Cause, type ConnectorError, type Identity, type StepFinding, type StepId, stepIds } from "#spi";
import type { Observation } from "../net/observe.ts";
import type { TestReport, TestStep } from "./use-cases.ts";

const titles: Readonly<Record<StepId, string>> = {
  configuration: "Properties are complete and go together",
  variables: "Variables have values",
  proxy: "The proxy opens the way",
  dns: "The host name has an address",
  egress: "The address is allowed",
  tcp: "The server answers on its port",
  tls: "The connection is encrypted and the server is who it says",
  challenge: "The server offers the authentication scheme",
  authentication: "The credentials are accepted",
  protocol: "The server speaks the protocol",
  mailbox: "The mailbox can be opened",
  permission: "The account has the rights it needs",
};

/** Where an error belongs whose cause is not in a table. */
const stepOfCode: Partial<Readonly<Record<string, StepId>>> = {
  INVALID_PROPERTY: "configuration",
  EGRESS_DENIED: "egress",
  UNREACHABLE: "tcp",
  CERTIFICATE: "tls",
  AUTHENTICATION_FAILED: "authentication",
  AUTHORIZATION_REQUIRED: "authentication",
  PROTOCOL: "protocol",
  EWS_DISABLED: "protocol",
  NOT_FOUND: "mailbox",
  ACCESS_DENIED: "permission",
};

/** Gathers what a test finds and puts it into a report whose steps are in their order. */
export class TestRecord {
  readonly #steps = new Map<StepId, TestStep>();
  readonly #causes: ReadonlyMap<string, Cause>;
  #identity: Identity | undefined;
  #serverVersion: string | undefined;
  #running: StepId | undefined;

  constructor(causes: Iterable<Cause>) {
    this.#causes = new Map([...causes].map((cause) => [cause.code, cause]));
  }

  identity(identity: Identity): void {
    this.#identity = identity;
  }

  serverVersion(version: string): void {
    this.#serverVersion = version;
  }

  get running(): StepId | undefined {
    return this.#running;
  }

  begin(id: StepId): void {
    this.#running = id;
  }

  found(id: StepId, finding: StepFinding, durationMs: number, title = titles[id]): void {
    const warning = finding.warning === undefined ? {} : this.#explained(finding.warning);
    const status = finding.warning === undefined ? "passed" : "warning";
    this.#steps.set(id, {
      id,
      title,
      status,
      durationMs,
      detail: finding.detail,
      evidence: finding.evidence ?? {},
      ...warning,
    });
    this.#running = undefined;
  }

  /** Several sockets may be opened in one test: the worst finding of a step stands, further ones join its evidence. */
  observe({ step, status, durationMs, detail, evidence, warnings }: Observation): void {
    // The request fails with the same error, or succeeds in another try: then nothing failed.
    if (status === "failed") return;
    const before = this.#steps.get(step);
    const warning = warnings[0] === undefined ? {} : this.#explained(warnings[0]);
    const now: TestStep = {
      id: step,
      title: titles[step],
      status: status === "passed" ? "passed" : "warning",
      durationMs,
      detail,
      evidence: warnings.length > 1 ? { ...evidence, warnings } : evidence,
      ...warning,
    };
    if (before === undefined) this.#steps.set(step, now);
    else if (before.detail !== detail) this.#steps.set(step, joined(before, now));
  }

  /** The failed step is the one the cause names, else the one that was running. */
  fail(error: ConnectorError, durationMs: number): void {
    const cause = error.causeCode === undefined ? undefined : this.#causes.get(error.causeCode);
    const step = cause?.step ?? stepOfCode[error.code] ?? this.#running ?? "protocol";
    this.#fail(step, error, durationMs);
  }

  #fail(step: StepId, error: ConnectorError, durationMs: number): void {
    const code = error.causeCode ?? error.code;
    const property = error.target;
    this.#steps.set(step, {
      id: step,
      title: titles[step],
      status: "failed",
      durationMs,
      detail: error.message,
      evidence: evidenceOf(error),
      problem: error.code,
      ...(property === undefined ? {} : { property }),
      ...this.#explained(code),
      code,
    });
  }

  #explained(code: string): Partial<TestStep> {
    const cause = this.#causes.get(code);
    if (cause === undefined) return { code };
    const { problem, owner, fix, property } = cause;
    return { code, problem, owner, fix, ...(property === undefined ? {} : { property }) };
  }

  get failed(): TestStep | undefined {
    return [...this.#steps.values()].find(({ status }) => status === "failed");
  }

  /** `applicable`: steps this connection has; those that were not reached are `skipped` when a step failed. */
  report(
    applicable: ReadonlySet<StepId>,
    about: Pick<TestReport, "agent" | "connectorVersion" | "durationMs">,
  ): TestReport {
    const { failed } = this;
    const failedAt = failed === undefined ? stepIds.length : stepIds.indexOf(failed.id);
    const steps = stepIds.flatMap((id, index): readonly TestStep[] => {
      const known = this.#steps.get(id);
      if (known !== undefined && index <= failedAt) return [known];
      if (failed === undefined || !applicable.has(id)) return [];
      if (index > failedAt) return [skipped(id, `Not tried, because the step ${failed.id} failed.`)];
      return told.has(id) ? [skipped(id, `Not decided, because the step ${failed.id} failed first.`)] : [];
    });
    return {
      status: failed === undefined ? "succeeded" : "failed",
      ...about,
      ...(this.#identity === undefined ? {} : { identity: this.#identity }),
      ...(this.#serverVersion === undefined ? {} : { serverVersion: this.#serverVersion }),
      steps,
    };
  }
}

/** Steps one answer of the server decides together: which of them it does not reach depends on the answer. */
const told: ReadonlySet<StepId> = new Set(["authentication", "protocol", "mailbox"]);

const skipped = (id: StepId, detail: string): TestStep => ({
  id,
  title: titles[id],
  status: "skipped",
  durationMs: 0,
  detail,
  evidence: {},
});

function joined(before: TestStep, now: TestStep): TestStep {
  const worst = now.status === "warning" && before.status === "passed" ? now : before;
  const others = (before.evidence["others"] as readonly unknown[] | undefined) ?? [];
  const other = worst === before ? now : before;
  const { others: _, ...own } = worst.evidence;
  return {
    ...worst,
    durationMs: before.durationMs + now.durationMs,
    evidence: { ...own, others: [...others, { detail: other.detail, ...other.evidence }] },
  };
}

function evidenceOf({ evidence, remote, mistakes }: ConnectorError): Readonly<Record<string, unknown>> {
  return {
    ...evidence,
    ...(remote === undefined ? {} : { remote }),
    ...(mistakes.length === 0 ? {} : { mistakes }),
  };
}
