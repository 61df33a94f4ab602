import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { Secret } from "#spi";
import { parseChallenges } from "../../../src/net/auth/challenge.ts";
import { DigestSession, strongestDigest } from "../../../src/net/auth/digest.ts";
import { digestServer } from "./digest-server.ts";
import { bodyOf, get, post, serveHttp, transport } from "./support.ts";

const challenge = (text: string) => {
  const found = strongestDigest(parseChallenges([text]));
  if (found === undefined) throw new Error("no digest");
  return found;
};
const parametersOf = (header: string) => parseChallenges([header])[0]?.parameters ?? {};

/** RFC 7616 section 3.9.1 and RFC 2617 section 3.5. */
const mufasa = {
  realm: "http-auth@example.org",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
};
const rfc7616 = (algorithm: string) =>
  `Digest realm="${mufasa.realm}", qop="auth, auth-int", algorithm=${algorithm}, nonce="${mufasa.nonce}", opaque="${mufasa.opaque}"`;

describe("vectors", () => {
  test.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("RFC 7616, %s", (algorithm, response) => {
    const session = new DigestSession(
      challenge(rfc7616(algorithm)),
      "Mufasa",
      new Secret("Circle of Life"),
      mufasa.cnonce,
    );
    const parameters = parametersOf(session.answer({ method: "GET", uri: "/dir/index.html" }).header);
    expect({ ...parameters }).toEqual({
      username: "Mufasa",
      realm: mufasa.realm,
      nonce: mufasa.nonce,
      opaque: mufasa.opaque,
      uri: "/dir/index.html",
      algorithm,
      qop: "auth",
      nc: "00000001",
      cnonce: mufasa.cnonce,
      response,
    });
  });

  test("RFC 2617", () => {
    const text = 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const session = new DigestSession(challenge(text), "Mufasa", new Secret("Circle Of Life"), "0a4f113b");
    const { header } = session.answer({ method: "GET", uri: "/dir/index.html" });
    expect(parametersOf(header)["response"]).toBe("6629fae49393a05397450978507c4ef1");
  });

  test("the example of RFC 7616 section 3.9.2: SHA-512/256, user hash, UTF-8", () => {
    const text =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true';
    const cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm";
    const session = new DigestSession(challenge(text), "J\u00e4s\u00f8n Doe", new Secret("Secret, or not?"), cnonce);
    const parameters = parametersOf(session.answer({ method: "GET", uri: "/doe.json" }).header);
    // The RFC prints SHA-512 cut to 256 bits here, which is not SHA-512/256; so the formula is checked instead.
    const hash = (bytes: string) => createHash("sha512-256").update(bytes, "latin1").digest("hex");
    const user = Buffer.from("J\u00e4s\u00f8n Doe").toString("latin1");
    expect(parameters["username"]).toBe(hash(`${user}:api@example.org`));
    const a1 = hash(`${user}:api@example.org:Secret, or not?`);
    const a2 = hash("GET:/doe.json");
    const nonce = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK";
    expect(parameters["response"]).toBe(hash(`${a1}:${nonce}:00000001:${cnonce}:auth:${a2}`));
    expect(parameters["userhash"]).toBe("true");
  });
});

describe("reading challenges", () => {
  test("the strongest one that can be answered is taken", () => {
    const offers = [
      "Digest realm=r, nonce=m, algorithm=MD5",
      "Digest realm=r, nonce=s, algorithm=SHA-256-sess, qop=auth",
    ];
    expect(strongestDigest(parseChallenges(offers))).toMatchObject({ nonce: "s", isSession: true, hash: "sha256" });
    expect(strongestDigest(parseChallenges([...offers].reverse()))).toMatchObject({ nonce: "s" });
  });

  test.each([
    "Digest realm=r, nonce=n, algorithm=MD4",
    "Digest realm=r, nonce=n, qop=auth-int",
    "Digest realm=r",
    "Basic realm=r",
  ])("%s cannot be answered", (text) => {
    expect(strongestDigest(parseChallenges([text]))).toBeUndefined();
  });

  test("a user with a backslash is quoted in the header and plain in the hash", () => {
    const make = (user: string) =>
      new DigestSession(challenge("Digest realm=r, nonce=n, qop=auth"), user, new Secret("p"), "c").answer({
        method: "GET",
        uri: "/",
      });
    expect(make("DOM\\user").header).toContain('username="DOM\\\\user"');
    expect(parametersOf(make("DOM\\user").header)["username"]).toBe("DOM\\user");
  });
});

describe("on the wire", () => {
  test.each([
    "MD5",
    "MD5-sess",
    "SHA-256",
    "SHA-256-sess",
  ])("%s, not ASCII, and the nonce is used again", async (algorithm) => {
    const { origin, log, open } = await digestServer({ algorithm });
    const http = open();
    expect(await (await http.request(post(`${origin}/a?b=c&d="e"`, "one"))).text()).toBe("in");
    expect(await (await http.request(get(`${origin}/`))).text()).toBe("in");
    expect(log).toEqual(["asked 0", "in one", "in"]);
  });

  test("many at once each have their own count", async () => {
    const { origin, log, open } = await digestServer();
    const http = open();
    await (await http.request(get(origin))).text();
    await Promise.all(Array.from({ length: 20 }, async () => (await http.request(get(origin))).text()));
    expect(log.filter((line) => line === "in")).toHaveLength(21);
  });

  test("a stale nonce costs one more request and no new password question", async () => {
    const { origin, log, open } = await digestServer({ uses: 1 });
    const http = open();
    for (const body of ["1", "2"]) expect(await (await http.request(post(origin, body))).text()).toBe("in");
    expect(log).toEqual(["asked 0", "in 1", "stale", "in 2"]);
  });

  test("a server that calls every nonce stale is not asked for ever", async () => {
    const { origin, log, open } = await digestServer({ uses: 0 });
    await expect(open().request(get(origin))).rejects.toMatchObject({ causeCode: "CREDENTIALS_REFUSED" });
    expect(log).toEqual(["asked 0", "stale", "stale"]);
  });

  test("a wrong password is tried once", async () => {
    const { origin, log, open } = await digestServer();
    await expect(open("nonsense").request(get(origin))).rejects.toMatchObject({
      code: "AUTHENTICATION_FAILED",
      causeCode: "CREDENTIALS_REFUSED",
      evidence: { offered: ["Digest", "Negotiate"] },
    });
    expect(log).toEqual(["asked 0", "wrong"]);
  });

  test("a streamed body is sent once, under a fresh nonce", async () => {
    const { origin, log, open } = await digestServer({ uses: 1 });
    const http = open();
    for (const text of ["1", "2"]) await (await http.request(post(origin, Readable.from([Buffer.from(text)])))).text();
    expect(log).toEqual(["asked 0", "in 1", "asked 0", "in 2"]);
  });

  test("the server's proof is checked, its next nonce taken", async () => {
    const honest = await digestServer({ tell: ({ rspauth }) => `qop=auth, rspauth="${rspauth}"` });
    expect((await honest.open().request(get(honest.origin))).status).toBe(200);
    const liar = await digestServer({ tell: () => `rspauth="${"0".repeat(32)}"` });
    await expect(liar.open().request(get(liar.origin))).rejects.toMatchObject({ causeCode: "SERVER_NOT_PROVEN" });
    const next = await digestServer({ tell: () => 'nextnonce="nonce-99"' });
    const http = next.open();
    await (await http.request(get(next.origin))).text();
    await (await http.request(get(next.origin))).text();
    expect(next.log).toEqual(["asked 0", "in", "stale", "in"]);
  });

  test("a server that asks for no login gets the request as it is", async () => {
    const seen: string[] = [];
    const { origin } = await serveHttp(async (request, response) => {
      seen.push(`${request.headers.authorization} ${await bodyOf(request)}`);
      response.end("open");
    });
    const authentication = { scheme: "digest", user: "a", password: new Secret("b") } as const;
    const { http } = transport({ authentication, credentialOrigins: [origin] });
    expect(await (await http.request(post(origin, "body"))).text()).toBe("open");
    expect(seen).toEqual(["undefined ", "undefined body"]);
  });

  test("a server without Digest is told so", async () => {
    const { origin } = await serveHttp((_request, response) => {
      response.writeHead(401, { "www-authenticate": ["Negotiate", "NTLM"] }).end();
    });
    const authentication = { scheme: "digest", user: "a", password: new Secret("b") } as const;
    const { http } = transport({ authentication, credentialOrigins: [origin] });
    await expect(http.request(get(origin))).rejects.toMatchObject({ causeCode: "SCHEME_NOT_OFFERED" });
  });
});
