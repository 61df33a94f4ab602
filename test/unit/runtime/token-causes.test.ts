import { afterEach, expect, test } from "vitest";
import { createVault } from "../../../src/runtime/secrets.ts";
import { createTokenService } from "../../../src/runtime/tokens.ts";
import { type Clock, type HttpClient, Secret } from "../../../src/spi/index.ts";
import type { Store } from "../../../src/store/store.ts";
import { hurriedClock, keptLog, manualClock, memoryStore, realRandom } from "./fixtures.ts";
import { rotatingProvider } from "./rotating-provider.ts";

const http: HttpClient = { request: () => Promise.reject(new Error("the fake provider sends nothing")) };
const never = new AbortController().signal;
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function bench(lifeMs: number, clock: Clock = hurriedClock()) {
  const store = await memoryStore(clock);
  opened.push(store);
  const facts = {
    connector: "x",
    active: true,
    tags: [],
    credentialActive: true,
    expectedSecrets: [],
    properties: {},
    version: 1,
    createdAt: 1,
    updatedAt: 1,
  };
  await store.connections.insert({ id: "c", name: "c", ...facts });
  const provider = rotatingProvider(() => clock.now(), 3_600_000);
  const vault = createVault([realRandom.bytes(32)], realRandom);
  const service = createTokenService({ store, vault, clock, random: realRandom, log: keptLog(), instance: "a" });
  const tokens = { ...provider.first, expiresAt: clock.now() + lifeMs };
  await service.put("c", provider.source.fingerprint, tokens, async () => undefined);
  return { store, provider, access: service.accessTokens({ connectionId: "c", source: provider.source, http }) };
}

test("TOKEN_TIMEOUT: the identity provider does not answer", async () => {
  const { provider, access } = await bench(0);
  provider.beforeAnswer = () => new Promise(() => undefined);
  await expect(access.access(never)).rejects.toMatchObject({ code: "TIMEOUT", causeCode: "TOKEN_TIMEOUT" });
});

test("TOKEN_RENEWAL_BUSY: another instance keeps the lease", async () => {
  const { store, provider, access } = await bench(0);
  const { version = 0 } = (await store.tokens.read("c")) ?? {};
  expect(await store.tokens.acquire("c", version, "another", 3_600_000)).toBe(true);
  const busy = { code: "BUSY", causeCode: "TOKEN_RENEWAL_BUSY", retry: "later" };
  await expect(access.access(never)).rejects.toMatchObject(busy);
  expect(provider.calls).toBe(0);
});

test("TOKEN_REFUSED_REPEATEDLY: new tokens do not help; a minute later they are tried again", async () => {
  // A clock that stands still: all refusals fall into one minute.
  const clock = manualClock();
  const { access, provider } = await bench(3_600_000, clock);
  const refuse = async () => access.invalidate((await access.access(never)).accessToken);
  for (let refusal = 1; refusal <= 10; refusal += 1) expect(await refuse()).toBe(true);
  expect(await refuse()).toBe(false);
  const { calls } = provider;
  const refused = { code: "AUTHENTICATION_FAILED", causeCode: "TOKEN_REFUSED_REPEATEDLY" };
  await expect(access.access(never)).rejects.toMatchObject(refused);
  expect(provider.calls).toBe(calls);
  clock.advance(60_000);
  await access.access(never);
  expect(provider.calls).toBe(calls + 1);
});

test("SECRET_UNREADABLE: a stored secret that was altered, or copied to another place", () => {
  const vault = createVault([realRandom.bytes(32)], realRandom);
  const key = vault.newDataKey("c");
  const place = { table: "secret", id: "c", field: "Password", version: 1 };
  const sealed = vault.seal(key, place, new Secret("hush"));
  // The first character of the last part, all of whose bits count.
  const at = sealed.lastIndexOf(".") + 1;
  const altered = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
  const unreadable = expect.objectContaining({ code: "INTERNAL", causeCode: "SECRET_UNREADABLE" });
  expect(() => vault.open(key, place, altered)).toThrow(unreadable);
  expect(() => vault.open(key, { ...place, id: "d" }, sealed)).toThrow(unreadable);
  expect(vault.open(key, place, sealed).reveal()).toBe("hush");
});
