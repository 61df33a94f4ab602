import { describe, expect, it } from "vitest";
import { createVault } from "../../src/runtime/secrets.ts";
import { createTokenService, type TokenTarget } from "../../src/runtime/tokens.ts";
import { ConnectorError, type HttpClient, type TokenSet } from "../../src/spi/index.ts";
import type { Store } from "../../src/store/store.ts";
import { hurriedClock, keptLog, memoryStore, realRandom } from "../unit/runtime/fixtures.ts";
import { rotatingProvider } from "../unit/runtime/rotating-provider.ts";

const http: HttpClient = { request: () => Promise.reject(new Error("not used")) };
const hour = 3_600_000;
const signal = new AbortController().signal;

/** Fails the call with this number, before or after it took effect, and counts all. */
interface Failure {
  readonly at: number;
  readonly when: "before" | "after";
  count: number;
}

function failing<T extends object>(target: T, failure: Failure): T {
  return new Proxy(target, {
    get(object, member) {
      const value: unknown = Reflect.get(object, member);
      if (typeof value === "object" && value !== null && member !== "changes") return failing(value, failure);
      if (typeof value !== "function") return value;
      return async (...given: unknown[]) => {
        failure.count += 1;
        const isDue = failure.count === failure.at;
        if (isDue && failure.when === "before") throw broken();
        const result: unknown = await value.apply(object, given);
        if (isDue) throw broken();
        return result;
      };
    },
  });
}

const broken = () => new ConnectorError("BUSY", "the disk is gone", { causeCode: "STORE_UNAVAILABLE", waitMs: 1 });

/** One renewal with the n-th store call failing; answers whether the failure was reached. */
async function renewWithFailure(at: number, when: "before" | "after"): Promise<boolean> {
  const clock = hurriedClock();
  const store = await memoryStore(clock);
  await store.connections.insert({
    ...{
      id: "c",
      name: "c",
      connector: "x",
      active: true,
      tags: [],
      credentialActive: true,
      expectedSecrets: [],
      properties: {},
    },
    ...{ version: 1, createdAt: 1, updatedAt: 1 },
  });
  const provider = rotatingProvider(() => clock.now(), hour);
  // The time limit of a request would be over at once on this clock, so the provider's answer is not waited for.
  const vault = createVault([realRandom.bytes(32)], realRandom);
  const target: TokenTarget = { connectionId: "c", source: provider.source, http };
  const serviceOver = (over: Store, instance: string) =>
    createTokenService({ store: over, vault, clock, random: realRandom, log: keptLog(), instance });
  const healthy = serviceOver(store, "healthy");
  await healthy.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, async () => {});

  const failure: Failure = { at, when, count: 0 };
  const service = serviceOver(failing(store, failure), "failing");
  const outcome = await attempt(() => service.accessTokens(target).access(signal));
  expect(["access 1", "BUSY"]).toContain(outcome);

  // Whatever failed, the next call has a usable token, the other instance too, and no grant was used twice.
  clock.advance(60_000);
  expect(await attempt(() => service.accessTokens(target).access(signal))).toMatch(/^access [12]$/);
  clock.advance(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await attempt(() => healthy.accessTokens(target).access(signal))).toMatch(/^access [12]$/);
  expect(provider.reuse).toBe(0);
  await store.close();
  return failure.count >= at;
}

const attempt = (work: () => Promise<TokenSet>): Promise<string> =>
  work().then(
    ({ accessToken }) => accessToken.reveal(),
    (error: unknown) => {
      if (!(error instanceof ConnectorError)) throw error;
      return error.code;
    },
  );

describe("the n-th store call of a renewal fails", () => {
  for (const when of ["before", "after"] as const)
    it(`${when} it took effect: for every n the grant survives and the next call is served`, async () => {
      let at = 1;
      while (await renewWithFailure(at, when)) at += 1;
      // Reading, lease, data key, save: fewer would mean that nothing was made to fail.
      expect(at).toBeGreaterThan(5);
    });
});
