import { readFileSync } from "node:fs";
import { systemClock } from "../../src/runtime/clock.ts";
import { createVault } from "../../src/runtime/secrets.ts";
import { createTokenService } from "../../src/runtime/tokens.ts";
import { asConnectorError, ConnectorError, type HttpClient, Secret, type TokenSource } from "../../src/spi/index.ts";
import { openStore } from "../../src/store/open.ts";
import { keptLog, realRandom } from "../unit/runtime/fixtures.ts";

/** One instance of the service as far as tokens go: 20 callers who need a token again and again. */
const [dataDir = "", url = "", runMs = "0"] = process.argv.slice(2);
const callers = 20;
const pauseMs = 10;

const log = keptLog();
const store = await openStore({ address: "file:", dataDir, clock: systemClock, log });
const vault = createVault([Buffer.from(readFileSync(`${dataDir}/key`, "utf8"), "base64")], realRandom);
const service = createTokenService({
  ...{ store, vault, log },
  clock: systemClock,
  random: realRandom,
  instance: String(process.pid),
});

const source: TokenSource = {
  fingerprint: "client",
  canRenew: (current) => current?.refreshToken !== undefined,
  async renew(current, _, signal) {
    const response = await fetch(url, { method: "POST", body: current?.refreshToken?.reveal() ?? "", signal });
    if (!response.ok) throw new ConnectorError("AUTHORIZATION_REQUIRED", "invalid_grant");
    const answer = (await response.json()) as { accessToken: string; refreshToken: string; lifeMs: number };
    const now = Date.now();
    return {
      accessToken: new Secret(answer.accessToken),
      refreshToken: new Secret(answer.refreshToken),
      obtainedAt: now,
      expiresAt: now + answer.lifeMs,
    };
  },
};
const http: HttpClient = { request: () => Promise.reject(new Error("not used")) };
const tokens = service.accessTokens({ connectionId: "c", source, http });

const result = { served: 0, expired: 0, errors: [] as string[] };
const until = Date.now() + Number(runMs);
const signal = new AbortController().signal;
const call = async (): Promise<void> => {
  while (Date.now() < until) {
    try {
      const { expiresAt = 0 } = await tokens.access(signal);
      result.served += 1;
      if (expiresAt <= Date.now()) result.expired += 1;
    } catch (error) {
      result.errors.push(asConnectorError(error).message);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};
await Promise.all(Array.from({ length: callers }, call));
await store.close();
process.stdout.write(JSON.stringify(result));
