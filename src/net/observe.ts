import type { ConnectorError, StepId } from "#spi";

export type ObservedStep = Extract<StepId, "proxy" | "dns" | "egress" | "tcp" | "tls" | "challenge">;

/** One step of opening a connection, as it happened on the very socket that carries the request. */
export interface Observation {
  readonly step: ObservedStep;
  readonly status: "passed" | "warning" | "failed";
  readonly durationMs: number;
  readonly detail: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Cause codes of what is weak or will stop, when the status is `warning`. */
  readonly warnings: readonly string[];
  /** Present when the status is `failed`; the request fails with the same error. */
  readonly error?: ConnectorError;
}

/** Takes what the transport sees while it connects; feeds the connection test. */
export interface Observer {
  observe(observation: Observation): void;
}

export const nobody: Observer = { observe: () => undefined };

/** Runs one step and reports how it ended. */
export async function observed<T>(
  observer: Observer,
  step: ObservedStep,
  run: () => Promise<T>,
  tell: (value: T) => { detail: string; evidence?: Readonly<Record<string, unknown>>; warnings?: readonly string[] },
  fail: (error: unknown) => ConnectorError,
): Promise<T> {
  const start = performance.now();
  try {
    const value = await run();
    const { detail, evidence = {}, warnings = [] } = tell(value);
    const status = warnings.length === 0 ? "passed" : "warning";
    observer.observe({ step, status, durationMs: since(start), detail, evidence, warnings });
    return value;
  } catch (thrown) {
    const error = fail(thrown);
    const { message: detail, evidence } = error;
    observer.observe({ step, status: "failed", durationMs: since(start), detail, evidence, warnings: [], error });
    throw error;
  }
}

const since = (start: number): number => Math.round((performance.now() - start) * 10) / 10;
