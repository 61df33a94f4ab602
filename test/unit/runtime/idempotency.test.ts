import { beforeEach, describe, expect, it } from "vitest";
import { createIdempotencyCases } from "../../../src/runtime/idempotency.ts";
import type { StoredAnswer } from "../../../src/runtime/use-cases.ts";
import { realRandom } from "./fixtures.ts";
import { callBy, refusalOf, type Workplace, workplace } from "./workplace.ts";

const answer: StoredAnswer = { status: 200, headers: { "content-type": "application/json" }, body: '{"n":1}' };
const request = { principal: callBy().principal, path: "/v1/connections/x/create", key: "k", fingerprint: "f" };

let here: Workplace;
let idempotency: ReturnType<typeof createIdempotencyCases>;
beforeEach(async () => {
  here = await workplace();
  idempotency = createIdempotencyCases({
    store: here.store,
    vault: here.vault,
    random: realRandom,
    runningLimitMs: 60_000,
  });
  return () => here.store.close();
});

const begin = async (over: Partial<typeof request> = {}) => {
  const begun = await idempotency.begin({ ...request, ...over });
  if ("replay" in begun) throw new Error("a claim was expected");
  return begun;
};

describe("idempotency", () => {
  it("runs a key once and replays its answer to everybody", async () => {
    const { complete } = await begin();
    await complete(answer);
    for (let n = 0; n < 3; n += 1) expect(await idempotency.begin(request)).toEqual({ replay: answer });
  });

  it("keeps answers sealed", async () => {
    const { complete } = await begin();
    await complete({ ...answer, body: "CANARY of a mailbox" });
    const kept = await here.store.idempotency.read({ principal: "k1", path: request.path, key: "k" });
    expect(kept?.answer?.body).toMatch(/^1\./);
    expect(await idempotency.begin(request)).toMatchObject({ replay: { body: "CANARY of a mailbox" } });
  });

  it("lets exactly one of many concurrent requests run", async () => {
    let runs = 0;
    const results = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const begun = await idempotency.begin({ ...request, key: `k${n % 4}` }).catch(() => undefined);
        if (begun === undefined || "replay" in begun) return;
        runs += 1;
        await begun.complete(answer);
      }),
    );
    expect([results.length, runs]).toEqual([40, 4]);
  });

  it("refuses the same key with another request, and while the first is running", async () => {
    const { complete } = await begin();
    await expect(idempotency.begin(request)).rejects.toMatchObject({ code: "CONFLICT", waitMs: 5000 });
    expect(await refusalOf(idempotency.begin({ ...request, fingerprint: "other" }))).toBe("CONFLICT");
    await complete(answer);
    await expect(idempotency.begin({ ...request, fingerprint: "other" })).rejects.toMatchObject({ waitMs: undefined });
  });

  it("tells keys, paths and principals apart", async () => {
    await (await begin()).complete(answer);
    await begin({ key: "other" });
    await begin({ path: "/other" });
    await begin({ principal: callBy({ keyId: "k2" }).principal });
  });

  it("keeps nothing that was released, and every answer that was completed, whatever its status", async () => {
    await (await begin()).release();
    await (await begin()).complete({ ...answer, status: 502 });
    expect(await idempotency.begin(request)).toMatchObject({ replay: { status: 502 } });
    await (await begin({ key: "other" })).complete({ ...answer, status: 413 });
    expect(await idempotency.begin({ ...request, key: "other" })).toMatchObject({ replay: { status: 413 } });
  });

  it("neither runs again nor invents an answer when the first request died in the middle", async () => {
    const dead = createIdempotencyCases({
      store: here.store,
      vault: here.vault,
      random: realRandom,
      runningLimitMs: -1,
    });
    const abandoned = await dead.begin(request);
    await expect(idempotency.begin(request)).rejects.toMatchObject({
      code: "CONFLICT",
      effect: "unknown",
      causeCode: "IDEMPOTENCY_ANSWER_LOST",
    });
    // It was only slow: its answer is still taken.
    if ("replay" in abandoned) throw new Error("a claim was expected");
    await abandoned.complete(answer);
    expect(await idempotency.begin(request)).toEqual({ replay: answer });
    await idempotency.prune();
    expect(await idempotency.begin(request)).toEqual({ replay: answer });
  });
});
