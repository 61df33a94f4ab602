import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { createTokenCases } from "../../../src/runtime/token-cases.ts";
import { createTokenService } from "../../../src/runtime/tokens.ts";
import { type CodeFlow, ConnectorError, type HttpClient, Secret, type TokenSource } from "../../../src/spi/index.ts";
import { realRandom } from "./fixtures.ts";
import { callBy, refusalOf, type Workplace, workplace } from "./workplace.ts";

const call = callBy();
const signal = new AbortController().signal;
const http: HttpClient = { request: () => Promise.reject(new Error("nothing is sent")) };

let here: Workplace;
let cases: ReturnType<typeof createTokenCases>;
let source: TokenSource | undefined;
let connectionId: string;
let redeemed: { redirectUri: string; code: Secret; codeVerifier: Secret }[];
let challenge: string;

const codeFlow: CodeFlow = {
  authorizationUrl: async (request) => {
    challenge = request.codeChallenge;
    return `https://login.example/authorize?${new URLSearchParams({ state: request.state, redirect_uri: request.redirectUri })}`;
  },
  redeem: async (request) => {
    redeemed.push(request);
    return {
      accessToken: new Secret("the token"),
      refreshToken: new Secret("renewal"),
      expiresAt: here.clock.now() + 3_600_000,
      account: "u@x",
    };
  },
};

beforeEach(async () => {
  here = await workplace();
  redeemed = [];
  source = { fingerprint: "f", canRenew: () => false, renew: () => Promise.reject(new Error("not asked")), codeFlow };
  const { store, vault, audit, clock, log } = here;
  const service = createTokenService({ store, vault, clock, log, random: realRandom, instance: "one" });
  cases = createTokenCases({
    ...{ store, vault, audit, clock, service },
    random: realRandom,
    publicUrl: () => "https://me.example/base/",
    sourceOf: async (by, reference) => {
      const { id, name } = await here.connections.locate(by, reference);
      return { connectionId: id, name, http, ...(source === undefined ? {} : { source }) };
    },
  });
  const { value } = await here.connections.create(call, {
    name: "mail",
    connector: "postbox",
    properties: { Server: "s" },
  });
  connectionId = value.id;
  return () => here.store.close();
});

const callback = (query: Record<string, string>) => cases.callback(query, "r2", signal);

describe("authorization by browser", () => {
  it("ends with stored tokens: PKCE, the service's own redirect URI, a hashed state", async () => {
    const { authorizationUrl, state, expiresAt } = await cases.authorize(call, "mail");
    const url = new URL(authorizationUrl);
    expect(url.searchParams.get("redirect_uri")).toBe("https://me.example/base/v1/oauth/callback");
    expect(url.searchParams.get("state")).toBe(state);
    expect(Buffer.from(state, "base64url").length).toBe(32);
    expect(Date.parse(expiresAt) - (await here.store.now())).toBeLessThanOrEqual(10 * 60_000);
    expect(await callback({ state, code: "the code" })).toMatchObject({ succeeded: true });
    const [asked] = redeemed;
    expect(asked?.code.reveal()).toBe("the code");
    expect(
      createHash("sha256")
        .update(asked?.codeVerifier.reveal() ?? "")
        .digest("base64url"),
    ).toBe(challenge);
    expect(asked?.redirectUri).toBe("https://me.example/base/v1/oauth/callback");
    expect(await cases.get(call, "mail")).toMatchObject({ state: "valid", account: "u@x", hasRefreshToken: true });
    expect((await here.audited()).slice(1)).toEqual([
      "k1 authorization.start connection/ID started",
      "k1 authorization.finish connection/ID succeeded",
    ]);
  });

  it("takes a state once, also when the first time failed, and no invented one", async () => {
    const { state } = await cases.authorize(call, "mail");
    expect((await callback({ state, error: "access_denied", error_description: "no\r\nway" })).detail).toBe(
      "access_denied: no way",
    );
    expect(await callback({ state, code: "c" })).toMatchObject({ succeeded: false });
    expect(await callback({ state: "invented", code: "c" })).toMatchObject({ succeeded: false });
    expect(await callback({ code: "c" })).toMatchObject({ succeeded: false });
    expect(redeemed).toEqual([]);
    expect(await cases.get(call, "mail")).toEqual({ state: "none", hasRefreshToken: false });
  });

  it("is void when the connection changed meanwhile, or was removed", async () => {
    const first = await cases.authorize(call, "mail");
    if (source !== undefined) source = { ...source, fingerprint: "another client" };
    expect(await callback({ state: first.state, code: "c" })).toMatchObject({ succeeded: false });
    const second = await cases.authorize(call, "mail");
    await here.connections.remove(call, "mail", { force: false });
    expect(await callback({ state: second.state, code: "c" })).toMatchObject({ succeeded: false });
    expect(redeemed).toEqual([]);
  });

  it("tells in short why the code was refused", async () => {
    const redeem = () => Promise.reject(new ConnectorError("AUTHENTICATION_FAILED", "x".repeat(1000)));
    if (source !== undefined) source = { ...source, codeFlow: { ...codeFlow, redeem } };
    const { state } = await cases.authorize(call, "mail");
    const answer = await callback({ state, code: "c" });
    expect([answer.succeeded, answer.detail.length]).toEqual([false, 300]);
  });

  it("goes to the connection's own redirect URI where it has one", async () => {
    if (source !== undefined) source = { ...source, codeFlow: { ...codeFlow, redirectUri: "https://own.example/cb" } };
    const { authorizationUrl } = await cases.authorize(call, "mail");
    expect(new URL(authorizationUrl).searchParams.get("redirect_uri")).toBe("https://own.example/cb");
  });

  it("is not offered where the scheme has none", async () => {
    if (source !== undefined) source = { fingerprint: "f", canRenew: () => false, renew: source.renew };
    expect(await refusalOf(cases.authorize(call, "mail"))).toBe("UNSUPPORTED");
    source = undefined;
    expect(await refusalOf(cases.authorize(call, "mail"))).toBe("UNSUPPORTED");
    expect(await refusalOf(cases.put(call, "mail", { accessToken: "x" }))).toBe("UNSUPPORTED");
    expect(await cases.get(call, "mail")).toEqual({ state: "none", hasRefreshToken: false });
  });
});

describe("tokens obtained elsewhere", () => {
  it("show as metadata, expire, and are forgotten", async () => {
    const put = await cases.put(call, "mail", {
      accessToken: "secret token",
      refreshToken: "r",
      expiresIn: 60,
      scope: "mail",
    });
    expect(put).toEqual({
      state: "valid",
      obtainedAt: new Date(here.clock.now()).toISOString(),
      expiresAt: new Date(here.clock.now() + 60_000).toISOString(),
      scope: "mail",
      hasRefreshToken: true,
    });
    here.clock.advance(60_000);
    expect((await cases.get(call, "mail")).state).toBe("expired");
    expect(JSON.stringify(await here.store.tokens.read(connectionId))).not.toContain("secret token");
    await cases.forget(call, "mail");
    expect(await cases.get(call, "mail")).toEqual({ state: "none", hasRefreshToken: false });
    expect(await refusalOf(cases.refresh(call, "mail"))).toBe("AUTHORIZATION_REQUIRED");
    expect(await refusalOf(cases.put(call, "mail", { accessToken: "x", expiresIn: -1 }))).toBe(
      "INVALID_REQUEST /expiresIn",
    );
    expect(await refusalOf(cases.put(call, "mail", { accessToken: "" }))).toBe("INVALID_REQUEST /accessToken");
  });
});
