import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/runtime/clock.ts";
import { createVault } from "../../../src/runtime/secrets.ts";
import { createTokenService, type TokenService, type TokenTarget } from "../../../src/runtime/tokens.ts";
import { type Clock, ConnectorError, type HttpClient, Secret, type TokenSet } from "../../../src/spi/index.ts";
import type { Store } from "../../../src/store/store.ts";
import { type KeptLog, keptLog, manualClock, memoryStore, realRandom } from "./fixtures.ts";
import { type RotatingProvider, rotatingProvider } from "./rotating-provider.ts";

const http: HttpClient = { request: () => Promise.reject(new Error("the fake provider sends nothing")) };
const never = new AbortController().signal;
const hour = 3_600_000;

interface Bench {
  readonly store: Store;
  readonly provider: RotatingProvider;
  readonly target: TokenTarget;
  readonly log: KeptLog;
  instance(name: string, over?: { store?: Store; clock?: Clock }): TokenService;
}

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function bench(clock: Clock, lifeMs = hour): Promise<Bench> {
  const store = await memoryStore(systemClock);
  opened.push(store);
  await store.connections.insert({
    id: "c",
    name: "c",
    connector: "x",
    active: true,
    tags: [],
    credentialActive: true,
    expectedSecrets: [],
    properties: {},
    version: 1,
    createdAt: 1,
    updatedAt: 1,
  });
  const provider = rotatingProvider(() => clock.now(), lifeMs);
  const vault = createVault([realRandom.bytes(32)], realRandom);
  const log = keptLog();
  return {
    store,
    provider,
    log,
    target: { connectionId: "c", source: provider.source, http },
    instance: (name, over) =>
      createTokenService({ store, vault, clock, random: realRandom, log, instance: name, ...over }),
  };
}

const textOf = (tokens: TokenSet): string => tokens.accessToken.reveal();
const access = async (service: TokenService, target: TokenTarget): Promise<string> =>
  textOf(await service.accessTokens(target).access(never));
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: unknown) => (error instanceof ConnectorError ? error.code : String(error)),
  );
const nothingElse = async (): Promise<void> => {};

describe("token service", () => {
  it("hands out a stored token without asking, until less than five minutes or half of its life is left", async () => {
    const clock = manualClock();
    const { provider, target, instance } = await bench(clock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, provider.first, nothingElse);
    clock.advance(hour - 5 * 60_000 - 1);
    expect(await access(service, target)).toBe("access 0");
    clock.advance(1);
    expect(await access(service, target)).toBe("access 1");
    expect(provider.calls).toBe(1);
  });

  it("takes half of a short life as its margin", async () => {
    const clock = manualClock();
    const { provider, target, instance } = await bench(clock, 60_000);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, provider.first, nothingElse);
    clock.advance(29_999);
    expect(await access(service, target)).toBe("access 0");
    clock.advance(1);
    expect(await access(service, target)).toBe("access 1");
  });

  it("joins callers of one process, and forced refreshes, in one request", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    const seen = await Promise.all([
      ...Array.from({ length: 20 }, () => access(service, target)),
      ...Array.from({ length: 3 }, async () => textOf(await service.refresh(target, never))),
    ]);
    expect(new Set(seen)).toEqual(new Set(["access 1"]));
    expect([provider.calls, provider.reuse]).toEqual([1, 0]);
  });

  it("lets one of several instances ask; the others take what it saved", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const services = ["a", "b", "c"].map((name) => instance(name));
    const [first] = services;
    if (first === undefined) throw new Error("no instance");
    await first.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    provider.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 60));
    const seen = await Promise.all(services.flatMap((each) => [access(each, target), access(each, target)]));
    expect(new Set(seen)).toEqual(new Set(["access 1"]));
    expect([provider.calls, provider.reuse]).toEqual([1, 0]);
  });

  it("asks again on a forced refresh, also when another instance just did", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const [a, b] = [instance("a"), instance("b")];
    await a.put("c", provider.source.fingerprint, provider.first, nothingElse);
    expect(textOf(await a.refresh(target, never))).toBe("access 1");
    expect(textOf(await b.refresh(target, never))).toBe("access 2");
    expect(provider.reuse).toBe(0);
  });

  it("saves the rotated refresh token before anybody gets the access token", async () => {
    const { store, provider, target, instance } = await bench(systemClock);
    await instance("a").put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    const order: string[] = [];
    const watched = watching(store, "save", () => order.push("saved"));
    const tokens = await instance("a", { store: watched }).accessTokens(target).access(never);
    order.push("handed out");
    expect(order).toEqual(["saved", "handed out"]);
    const stored = await instance("b").stored(target);
    expect(stored.tokens?.refreshToken?.reveal()).toBe(tokens.refreshToken?.reveal());
  });

  it("keeps the old refresh token when the answer has none", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const source = {
      ...provider.source,
      renew: async () => ({ accessToken: new Secret("fresh"), expiresAt: Date.now() + hour }),
    };
    const service = instance("a");
    await service.put("c", source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    expect(await access(service, { ...target, source })).toBe("fresh");
    expect((await service.stored(target)).tokens?.refreshToken?.reveal()).toBe("refresh 0");
  });

  it("does not use tokens stored for another fingerprint", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", "another client", provider.first, nothingElse);
    expect(await codeOf(access(service, target))).toBe("AUTHORIZATION_REQUIRED");
    expect(provider.calls).toBe(0);
  });

  it("starts with the tokens of the properties", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const source = { ...provider.source, given: provider.first };
    const service = instance("a");
    expect(await access(service, { ...target, source })).toBe("access 0");
    expect(textOf(await service.refresh({ ...target, source }, never))).toBe("access 1");
  });

  it("invalidates exactly the refused token", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, provider.first, nothingElse);
    const tokens = service.accessTokens(target);
    const refused = (await tokens.access(never)).accessToken;
    expect(await tokens.invalidate(new Secret("some other token"))).toBe(true);
    expect(await access(service, target)).toBe("access 0");
    expect(await tokens.invalidate(refused)).toBe(true);
    expect(await access(service, target)).toBe("access 1");
    // The late refusal of the old token must not cost the new one.
    expect(await tokens.invalidate(refused)).toBe(true);
    expect(await access(service, target)).toBe("access 1");
    expect(provider.calls).toBe(1);
  });

  it("says that no other token can be had when there is nothing to renew with", async () => {
    const { target, instance } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", target.source.fingerprint, { accessToken: new Secret("given by hand") }, nothingElse);
    const tokens = service.accessTokens(target);
    expect(await tokens.invalidate((await tokens.access(never)).accessToken)).toBe(false);
    expect(await codeOf(tokens.access(never))).toBe("AUTHORIZATION_REQUIRED");
  });

  it("stops asking for tokens that are refused again and again", async () => {
    const clock = manualClock();
    const { provider, target, instance } = await bench(clock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, provider.first, nothingElse);
    const tokens = service.accessTokens(target);
    const refuse = async () => tokens.invalidate((await tokens.access(never)).accessToken);
    let refusals = 1;
    while (await refuse()) refusals += 1;
    expect(refusals).toBe(11);
    expect(await codeOf(tokens.access(never))).toBe("AUTHENTICATION_FAILED");
    clock.advance(60_001);
    expect(await codeOf(tokens.access(never))).toBe("no error");
  });

  it("marks a dead grant for all instances and asks no more until somebody authorizes", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const [a, b] = [instance("a"), instance("b")];
    await a.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    provider.beforeAnswer = () => Promise.reject(new ConnectorError("AUTHORIZATION_REQUIRED", "invalid_grant"));
    expect(await codeOf(access(a, target))).toBe("AUTHORIZATION_REQUIRED");
    expect(await codeOf(access(a, target))).toBe("AUTHORIZATION_REQUIRED");
    expect(await codeOf(access(b, target))).toBe("AUTHORIZATION_REQUIRED");
    expect(provider.calls).toBe(1);
    expect((await b.stored(target)).state).toBe("authorization-required");
    await b.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: Date.now() + hour }, nothingElse);
    expect(await access(b, target)).toBe("access 0");
    await expect.poll(() => codeOf(access(a, target)), { timeout: 4000 }).toBe("no error");
  });

  it("takes another instance's tokens when its own grant turns out dead", async () => {
    const { store, provider, target, instance } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    provider.beforeAnswer = async () => {
      await instance("b").put("c", provider.source.fingerprint, fresh("from elsewhere"), nothingElse);
      throw new ConnectorError("AUTHORIZATION_REQUIRED", "invalid_grant");
    };
    expect(await access(service, target)).toBe("from elsewhere");
    expect((await store.tokens.read("c"))?.state).toBe("valid");
  });

  it("does not hand out a forgotten token, nor save one renewed while it was forgotten", async () => {
    const { store, provider, target, instance } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    provider.afterRotation = () => service.forget("c", nothingElse);
    expect(await codeOf(access(service, target))).toBe("AUTHORIZATION_REQUIRED");
    expect(await store.tokens.read("c")).toMatchObject({ state: "none" });
    expect((await store.tokens.read("c"))?.sealed).toBeUndefined();
  });

  it("cools down after trouble at the provider, longer each time, and meanwhile uses what still lives", async () => {
    const clock = manualClock();
    const { provider, target, instance } = await bench(clock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, provider.first, nothingElse);
    provider.beforeAnswer = () => Promise.reject(new ConnectorError("UNREACHABLE", "no route"));
    clock.advance(hour - 60_000);
    expect(await access(service, target)).toBe("access 0");
    expect(await access(service, target)).toBe("access 0");
    expect(provider.calls).toBe(1);
    clock.advance(60_000);
    expect(await codeOf(access(service, target))).toBe("UNREACHABLE");
    expect(provider.calls).toBe(2);
    clock.advance(3999);
    expect(await codeOf(access(service, target))).toBe("UNREACHABLE");
    expect(provider.calls).toBe(2);
    provider.beforeAnswer = async () => {};
    clock.advance(1);
    expect(await access(service, target)).toBe("access 1");
  });

  it("does not try refused credentials at once again, but a forced refresh does", async () => {
    const clock = manualClock();
    const { provider, target, instance } = await bench(clock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    provider.beforeAnswer = () => Promise.reject(new ConnectorError("AUTHENTICATION_FAILED", "wrong secret"));
    expect(await codeOf(access(service, target))).toBe("AUTHENTICATION_FAILED");
    expect(await codeOf(access(service, target))).toBe("AUTHENTICATION_FAILED");
    expect(provider.calls).toBe(1);
    provider.beforeAnswer = async () => {};
    expect(textOf(await service.refresh(target, never))).toBe("access 1");
  });

  it("keeps a token that could not be saved, uses it, and saves it later", async () => {
    const clock = manualClock();
    const { store, provider, target, instance, log } = await bench(clock);
    await instance("z").put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    let isBroken = true;
    const breaking = watching(store, "save", () => {
      if (isBroken) throw new ConnectorError("BUSY", "disk full", { causeCode: "STORE_UNAVAILABLE" });
    });
    const service = instance("a", { store: breaking });
    expect(await access(service, target)).toBe("access 1");
    expect(log.lines.some((line) => line.startsWith("error a renewed token could not be saved"))).toBe(true);
    expect((await instance("b").stored(target)).tokens?.accessToken.reveal()).toBe("access 0");
    isBroken = false;
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(200);
    await expect.poll(async () => (await instance("b").stored(target)).tokens?.accessToken.reveal()).toBe("access 1");
    expect(provider.reuse).toBe(0);
  });

  it("gives up a request to the provider after 20 seconds and keeps the lease until it runs out", async () => {
    const clock = manualClock();
    const { store, provider, target, instance } = await bench(clock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    let isAborted = false;
    provider.beforeAnswer = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          isAborted = true;
          reject(signal.reason);
        });
      });
    const waiting = codeOf(access(service, target));
    await expect.poll(() => provider.calls).toBe(1);
    clock.advance(20_000);
    expect(await waiting).toBe("TIMEOUT");
    expect(isAborted).toBe(true);
    const { version } = (await store.tokens.read("c")) ?? { version: -1 };
    expect(await store.tokens.acquire("c", version, "another", 1000)).toBe(false);
  });

  it("lets a caller leave without ending the renewal", async () => {
    const { provider, target, instance } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    const leaving = new AbortController();
    let answer = (): void => {};
    provider.beforeAnswer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const left = service.accessTokens(target).access(leaving.signal);
    const staying = access(service, target);
    await expect.poll(() => provider.calls).toBe(1);
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    answer();
    expect(await staying).toBe("access 1");
  });

  it("shows no token in its log", async () => {
    const { provider, target, instance, log } = await bench(systemClock);
    const service = instance("a");
    await service.put("c", provider.source.fingerprint, { ...provider.first, expiresAt: 1 }, nothingElse);
    provider.beforeAnswer = () => Promise.reject(new ConnectorError("UNREACHABLE", "no route"));
    await codeOf(access(service, target));
    expect(log.lines.join("\n")).not.toMatch(/access \d|refresh \d/);
  });
});

const fresh = (text: string): TokenSet => ({
  accessToken: new Secret(text),
  refreshToken: new Secret("r"),
  expiresAt: Date.now() + hour,
  obtainedAt: Date.now(),
});

/** The store with something done before each call of one token statement. */
function watching(store: Store, name: keyof Store["tokens"], before: () => void): Store {
  const original = store.tokens[name] as (...given: unknown[]) => Promise<never>;
  const watched = async (...given: unknown[]): Promise<never> => {
    before();
    return original(...given);
  };
  return { ...store, tokens: { ...store.tokens, [name]: watched } };
}
