import { afterEach, describe, expect, test } from "vitest";
import { type Bench, type BenchOptions, bearer, bench } from "./support/app.ts";
import { casesWith } from "./support/fakes.ts";

let current: Bench | undefined;
const start = (options?: BenchOptions): Bench => {
  current = bench(options);
  return current;
};
afterEach(async () => {
  await current?.app.close();
  current = undefined;
});

describe("health", () => {
  test("livez answers whatever the store does; readyz tells one word", async () => {
    for (const status of ["sealed", "store", "migrating", "draining"] as const) {
      const { app } = start({
        cases: casesWith({ health: { readiness: async () => status, drain: () => undefined } }),
      });
      expect((await app.inject("/livez")).json()).toEqual({ status: "live" });
      const ready = await app.inject("/readyz");
      expect(ready.statusCode).toBe(503);
      expect(ready.json()).toEqual({ status });
      await app.close();
    }
    expect((await start().app.inject("/readyz")).json()).toEqual({ status: "ready" });
  });
});

describe("metrics", () => {
  test("count requests by route pattern and rows by activity, as Prometheus text", async () => {
    const { app } = start();
    const operator = bearer("operator");
    const payload = { table: "T" };
    await app.inject({ method: "POST", url: "/v1/connections/own/query", headers: operator, payload });
    await app.inject({ method: "POST", url: "/v1/connections/nope/query", headers: operator, payload });
    const answer = await app.inject({ url: "/metrics", headers: bearer("auditor") });
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = answer.body;
    expect(text).toContain(
      'http_requests_total{method="POST",route="/v1/connections/:connection/query",status="200"} 1\n',
    );
    expect(text).toContain(
      'http_requests_total{method="POST",route="/v1/connections/:connection/query",status="404"} 1\n',
    );
    expect(text).toContain('activity_rows_total{activity="query"} 3\n');
    expect(text).toContain(
      'http_request_duration_seconds_bucket{route="/v1/connections/:connection/query",le="+Inf"} 2\n',
    );
    expect(text).toContain("http_requests_in_flight 1\n");
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? -?[\d.e+-]+)$/);
  });
});

describe("request log", () => {
  test("has id, route pattern, status and duration, and nothing of path, query, body or key", async () => {
    const { app, lines } = start();
    await app.inject({
      method: "POST",
      url: "/v1/connections/foreign/query?canaryParameter=canary-2",
      headers: { ...bearer("operator"), "x-request-id": "r-1" },
      payload: { table: "canary-3" },
    });
    const [line] = lines;
    expect(line?.level).toBe("info");
    expect(line?.fields).toMatchObject({
      requestId: "r-1",
      method: "POST",
      route: "/v1/connections/:connection/query",
      status: 400,
      keyId: "key-operator",
    });
    expect(JSON.stringify(lines)).not.toMatch(/canary|foreign|Bearer/);
  });
});

describe("the OAuth callback", () => {
  test("needs no key, takes whatever comes back, and escapes it under a strict policy", async () => {
    const { app } = start();
    const good = await app.inject("/v1/oauth/callback?state=s&code=c&session_state=x&iss=y");
    expect(good.statusCode).toBe(200);
    expect(good.headers["content-type"]).toBe("text/html; charset=utf-8");
    const evil = encodeURIComponent("<script>alert(1)</script>\"'&");
    const bad = await app.inject(`/v1/oauth/callback?error=access_denied&error_description=${evil}`);
    expect(bad.statusCode).toBe(400);
    expect(bad.body).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
    expect(bad.body).not.toContain("<script>");
    const policy = String(bad.headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(policy).not.toContain("unsafe");
    expect(bad.headers["referrer-policy"]).toBe("no-referrer");
  });
});

describe("the API page", () => {
  test("loads with every file from here, and runs no inline script", async () => {
    const { app } = start();
    const page = await app.inject("/docs");
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)/);
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await app.inject(link)).statusCode, link).toBe(200);
    }
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    const initializer = await app.inject("/docs/static/swagger-initializer.js");
    expect(initializer.body).toContain("/openapi.json");
    expect(initializer.headers["content-security-policy"]).toContain("script-src 'self'");
  });

  test("serves nothing outside its folder", async () => {
    const { app } = start();
    for (const path of ["..%2f..%2fpackage.json", "../../package.json", "%2e%2e/%2e%2e/package.json"])
      expect((await app.inject(`/docs/static/${path}`)).statusCode, path).toBeGreaterThanOrEqual(400);
  });
});
