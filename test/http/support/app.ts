import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../../../src/app.ts";
import { createMetrics } from "../../../src/http/metrics-registry.ts";
import { defaultLimits, type HttpLimits } from "../../../src/http/settings.ts";
import type { Scope, UseCases } from "../../../src/runtime/use-cases.ts";
import { fakeCases, keyOf } from "./fakes.ts";

/** A clock that stands still until it is moved; sleepers wake when their time has come. */
export class StillClock {
  #now = 1_700_000_000_000;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  sleep(waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.#now + waitMs, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  advance(byMs: number): void {
    this.#now += byMs;
    for (const sleeper of this.#sleepers)
      if (sleeper.until <= this.#now) {
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
  }
}

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Bench {
  readonly app: FastifyInstance;
  readonly clock: StillClock;
  readonly lines: readonly LogLine[];
}

export interface BenchOptions {
  readonly cases?: UseCases;
  readonly limits?: Partial<HttpLimits>;
  readonly behindTlsProxy?: boolean;
}

/** An app over fakes, with its clock and what it logged. */
export function bench({ cases = fakeCases(), limits = {}, behindTlsProxy = false }: BenchOptions = {}): Bench {
  const clock = new StillClock();
  const lines: LogLine[] = [];
  const keep = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: fields as Record<string, unknown>, message });
  const app = buildApp({
    cases,
    log: { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") },
    clock,
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.5, uuid: () => randomUUID() },
    settings: { limits: { ...defaultLimits, ...limits }, behindTlsProxy },
    version: "9.9.9",
    metrics: createMetrics(),
  });
  return { app, clock, lines };
}

export const bearer = (scope: Scope, connection?: string): { readonly authorization: string } => ({
  authorization: `Bearer ${keyOf(scope, connection)}`,
});

/** Listens on a free loopback port and answers its base address. */
export async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}
