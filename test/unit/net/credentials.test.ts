import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { type AccessTokens, Secret, type TokenSet } from "#spi";
import { parseChallenges } from "../../../src/net/auth/challenge.ts";
import { basic, bodyOf, get, post, Recorder, serveHttp, transport } from "./support.ts";

/** Hands out token-1, and after a refusal token-2 … up to `last`. */
class FakeTokens implements AccessTokens {
  #number = 1;
  readonly refused: string[] = [];
  readonly #last: number;
  constructor(last: number) {
    this.#last = last;
  }
  async access(): Promise<TokenSet> {
    return { accessToken: new Secret(`token-${this.#number}`) };
  }
  async invalidate(refused: Secret): Promise<boolean> {
    this.refused.push(refused.reveal());
    if (this.#number === this.#last) return false;
    this.#number++;
    return true;
  }
}

/** Accepts one Authorization value; notes all it saw. */
async function guarded(accepted: string, challenge: string, body = "") {
  const seen: string[] = [];
  const server = await serveHttp(async (request, response) => {
    const text = await bodyOf(request);
    seen.push(`${request.headers.authorization ?? "-"} ${text}`.trim());
    const isIn = request.headers.authorization === accepted;
    if (!isIn) response.writeHead(401, { "www-authenticate": challenge, "content-type": "application/json" });
    response.end(isIn ? "in" : body);
  });
  return { ...server, seen };
}

const basicHeader = `Basic ${Buffer.from("alice:open sesame").toString("base64")}`;

describe("where credentials go", () => {
  test("to the credential origins, compared as parsed origins, and nowhere else", async () => {
    const home = await guarded(basicHeader, "Basic");
    const decoy = await serveHttp((request, response) => response.end(String(request.headers.authorization)));
    const { http } = transport({ authentication: basic(), credentialOrigins: [`${home.origin}/ews`] });
    expect(await (await http.request(get(`${home.origin}/`))).text()).toBe("in");
    expect(await (await http.request(get(decoy.origin))).text()).toBe("undefined");
    // a prefix of the string, another host
    const lookalike = `http://127.0.0.1:${home.port}.evil.test/`;
    await expect(http.request(get(lookalike))).rejects.toMatchObject({ causeCode: "HOST_INVALID" });
  });

  test("not with requests that ask to go without; such a 401 is an answer", async () => {
    const home = await guarded(basicHeader, "Basic");
    const { http } = transport({ authentication: basic(), credentialOrigins: [home.origin] });
    expect((await http.request(get(home.origin, { credentials: false }))).status).toBe(401);
    expect(home.seen).toEqual(["-"]);
  });

  test("another scheme on the same host is another origin", async () => {
    const home = await guarded(basicHeader, "Basic");
    const { http } = transport({
      authentication: basic(),
      credentialOrigins: [home.origin.replace("http:", "https:")],
    });
    expect((await http.request(get(home.origin))).status).toBe(401);
    expect(home.seen).toEqual(["-"]);
  });
});

describe("Basic", () => {
  test("a refusal is told with what the server offers and says", async () => {
    const home = await guarded("x", 'Basic realm="a, b", Negotiate, NTLM', '{"error":"locked\\nout"}');
    const observer = new Recorder();
    const { http } = transport({ authentication: basic(), credentialOrigins: [home.origin] }, { observer });
    await expect(http.request(post(home.origin, "x"))).rejects.toMatchObject({
      code: "AUTHENTICATION_FAILED",
      causeCode: "CREDENTIALS_REFUSED",
      effect: "none",
      retry: "never",
      evidence: { offered: ["Basic", "Negotiate", "NTLM"], answer: '{"error":"locked\\nout"}' },
      remote: { service: "HTTP", status: 401, operation: "Probe" },
    });
    expect(home.seen).toHaveLength(1);
    expect(observer.step("challenge")?.evidence).toEqual({ offered: ["Basic", "Negotiate", "NTLM"] });
  });

  test("a scheme that is not offered is another mistake", async () => {
    const home = await guarded("x", "Negotiate, NTLM");
    const { http } = transport({ authentication: basic(), credentialOrigins: [home.origin] });
    await expect(http.request(get(home.origin))).rejects.toMatchObject({
      causeCode: "SCHEME_NOT_OFFERED",
      target: "AuthScheme",
      message: expect.stringContaining("Negotiate, NTLM"),
    });
  });
});

describe("Bearer", () => {
  const open = (origin: string, tokens: AccessTokens) =>
    transport({ authentication: { scheme: "bearer" }, credentialOrigins: [origin] }, { tokens }).http;

  test("a refused token is given up and the request replayed once, body included", async () => {
    const home = await guarded("Bearer token-2", 'Bearer error="invalid_token"');
    const tokens = new FakeTokens(5);
    const answer = await open(home.origin, tokens).request(post(home.origin, "body"));
    expect(await answer.text()).toBe("in");
    expect(home.seen).toEqual(["Bearer token-1 body", "Bearer token-2 body"]);
    expect(tokens.refused).toEqual(["token-1"]);
  });

  test("once only", async () => {
    const home = await guarded("Bearer token-3", 'Bearer error="invalid_token"');
    await expect(open(home.origin, new FakeTokens(5)).request(get(home.origin))).rejects.toMatchObject({
      causeCode: "TOKEN_REFUSED",
      remote: { code: "invalid_token" },
    });
    expect(home.seen).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("not at all when no other token can be had, or the body is gone", async () => {
    const home = await guarded("Bearer token-2", "Bearer");
    await expect(open(home.origin, new FakeTokens(1)).request(get(home.origin))).rejects.toMatchObject({
      causeCode: "TOKEN_REFUSED",
    });
    const tokens = new FakeTokens(2);
    const streaming = post(home.origin, Readable.from([Buffer.from("body")]));
    await expect(open(home.origin, tokens).request(streaming)).rejects.toMatchObject({ causeCode: "TOKEN_REFUSED" });
    expect(home.seen).toEqual(["Bearer token-1", "Bearer token-1 body"]);
    expect(tokens.refused).toEqual(["token-1"]);
  });

  test("time spent on a token does not count as the request's", async () => {
    const home = await guarded("Bearer slow", "Bearer");
    const slow: AccessTokens = {
      access: () => new Promise((resolve) => setTimeout(() => resolve({ accessToken: new Secret("slow") }), 60)),
      invalidate: async () => false,
    };
    const options = { authentication: { scheme: "bearer" } as const, credentialOrigins: [home.origin], timeoutMs: 50 };
    const answer = await transport(options, { tokens: slow }).http.request(get(home.origin));
    expect(await answer.text()).toBe("in");
  });
});

describe("challenges", () => {
  test.each([
    ["Basic", [{ scheme: "Basic", parameters: {} }]],
    ["NTLM TlRMTVNTUAAC", [{ scheme: "NTLM", token: "TlRMTVNTUAAC", parameters: {} }]],
    [
      "Negotiate oYG==, NTLM",
      [
        { scheme: "Negotiate", token: "oYG==", parameters: {} },
        { scheme: "NTLM", parameters: {} },
      ],
    ],
    [
      'Digest realm="a \\"b\\", c", qop="auth,auth-int", algorithm=MD5-sess, stale=TRUE, Basic realm=x',
      [
        {
          scheme: "Digest",
          parameters: { realm: 'a "b", c', qop: "auth,auth-int", algorithm: "MD5-sess", stale: "TRUE" },
        },
        { scheme: "Basic", parameters: { realm: "x" } },
      ],
    ],
    ['Digest nonce="", realm = "spaced"', [{ scheme: "Digest", parameters: { nonce: "", realm: "spaced" } }]],
    [", ,", []],
    ["=broken", []],
  ])("%s", (value, expected) => {
    const plain = parseChallenges([value]).map(({ parameters, ...rest }) => ({
      ...rest,
      parameters: { ...parameters },
    }));
    expect(plain).toEqual(expected);
  });

  test("several headers, and hostile length in linear time", () => {
    expect(parseChallenges(["Negotiate", "NTLM"]).map(({ scheme }) => scheme)).toEqual(["Negotiate", "NTLM"]);
    const start = performance.now();
    for (const hostile of [
      "a".repeat(50_000),
      "a=".repeat(25_000),
      `a="${"\\".repeat(50_000)}`,
      "a ,".repeat(17_000),
    ]) {
      parseChallenges([hostile]);
    }
    expect(performance.now() - start).toBeLessThan(500);
  });
});
