import { describe, expect, test } from "vitest";
import { egressRules } from "../../../src/net/egress.ts";
import { canonicalHost, hostPattern } from "../../../src/net/hosts.ts";
import { get, loopbackAllowed, Recorder, serveHttp, transport } from "./support.ts";

const byDefault = egressRules({ allow: [], deny: [] });
const permits = (address: string, rules = byDefault) => rules.permits(address, address, 443);

describe("addresses by default", () => {
  test.each([
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["loopback", "::1"],
    ["unspecified", "0.0.0.0"],
    ["unspecified", "::"],
    ["this network", "0.1.2.3"],
    ["link-local, metadata", "169.254.169.254"],
    ["link-local", "fe80::1"],
    ["multicast", "224.0.0.1"],
    ["multicast", "ff02::1"],
    ["broadcast", "255.255.255.255"],
    ["reserved", "240.0.0.1"],
    ["documentation", "192.0.2.1"],
    ["documentation", "2001:db8::1"],
    ["benchmarking", "198.18.0.1"],
    ["Azure's host", "168.63.129.16"],
    ["Alibaba metadata", "100.100.100.200"],
    ["AWS metadata", "fd00:ec2::254"],
    ["mapped loopback", "::ffff:127.0.0.1"],
    ["mapped metadata", "::ffff:169.254.169.254"],
    ["mapped Azure host", "::ffff:168.63.129.16"],
    ["compatible loopback", "::127.0.0.1"],
    ["NAT64 loopback", "64:ff9b::7f00:1"],
    ["NAT64 metadata", "64:ff9b::a9fe:a9fe"],
    ["local NAT64", "64:ff9b:1::7f00:1"],
    ["translated loopback", "::ffff:0:127.0.0.1"],
    ["6to4 loopback", "2002:7f00:1::"],
    ["Teredo", "2001:0:1::1"],
    ["no address at all", "mail.example"],
  ])("%s %s is denied", (_why, address) => {
    expect(permits(address)).toBe(false);
  });

  test.each([
    "8.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "2606:4700::1",
    "fd12::1",
    "64:ff9b::808:808",
  ])("%s is allowed", (address) => {
    expect(permits(address)).toBe(true);
  });
});

describe("lists", () => {
  test("allow adds exceptions and closes nothing; mapped forms count as what they mean", () => {
    const rules = egressRules({ allow: ["127.0.0.0/8", " fe80::/10"], deny: [] });
    expect(permits("127.0.0.1", rules)).toBe(true);
    expect(permits("::ffff:127.0.0.1", rules)).toBe(true);
    expect(permits("fe80::1", rules)).toBe(true);
    expect(permits("::1", rules)).toBe(false);
    expect(permits("8.8.8.8", rules)).toBe(true);
  });

  test("deny wins", () => {
    const rules = egressRules({ allow: ["10.0.0.0/8", "*.example"], deny: ["10.9.0.0/16", "bad.example", "[::5]"] });
    expect(permits("10.9.1.1", rules)).toBe(false);
    expect(permits("10.8.1.1", rules)).toBe(true);
    expect(rules.permits("bad.example", "8.8.8.8", 443)).toBe(false);
    expect(rules.permits("good.example", "127.0.0.1", 443)).toBe(true);
    expect(rules.permits("good.example", "10.9.0.1", 443)).toBe(false);
    expect(rules.permitsName("bad.example")).toBe(false);
    expect(permits("::5", rules)).toBe(false);
  });

  test("own listening addresses", () => {
    const rules = egressRules({ allow: [], deny: [], own: () => [{ address: "10.0.0.5", port: 3000 }] });
    expect(rules.permits("x", "10.0.0.5", 3000)).toBe(false);
    expect(rules.permits("x", "::ffff:10.0.0.5", 3000)).toBe(false);
    expect(rules.permits("x", "10.0.0.5", 3001)).toBe(true);
  });

  test("localhost by name behind a proxy", () => {
    expect(byDefault.permitsName("localhost")).toBe(false);
    expect(byDefault.permitsName("a.localhost")).toBe(false);
    expect(loopbackAllowed.permitsName("localhost")).toBe(true);
  });

  test("an entry that is nothing is told", () => {
    expect(() => egressRules({ allow: ["http://x/"], deny: [] })).toThrow(RangeError);
    expect(() => egressRules({ allow: ["10.0.0.0/33"], deny: [] })).toThrow(RangeError);
  });
});

describe("host spellings", () => {
  test.each([
    ["2130706433", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["0177.0.0.1", "127.0.0.1"],
    ["127.1", "127.0.0.1"],
    ["127.0.0.1.", "127.0.0.1"],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1"],
    ["::1", "::1"],
    ["MAIL.Example.", "mail.example"],
    ["bücher.example", "xn--bcher-kva.example"],
  ])("%s is %s", (given, canonical) => {
    expect(canonicalHost(given)).toBe(canonical);
  });

  test.each(["a/b", "user@host", "host:80", "", "a b", "a?b", "a#b", "a\\b"])("%j is refused", (given) => {
    expect(() => canonicalHost(given)).toThrow(expect.objectContaining({ causeCode: "HOST_INVALID" }));
  });

  test.each([
    ["*.example", "a.b.example", true],
    ["*.example", "example", false],
    [".example", "example", true],
    [".example", "a.example", true],
    ["a*b*c", "axxbyyc", true],
    ["a*b*c", "axxcyyb", false],
    ["a*a", "a", false],
    ["*", "anything", true],
    ["mail.example", "mail.example.evil", false],
  ])("pattern %s on %s: %s", (pattern, host, matches) => {
    expect(hostPattern(pattern)(host)).toBe(matches);
  });
});

describe("on the wire", () => {
  const spellings = (port: number) => [
    `http://127.0.0.1:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f.1:${port}/`,
    `http://0177.0.0.1:${port}/`,
    `http://127.1:${port}/`,
    `http://[::1]:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://0.0.0.0:${port}/`,
    `http://[::]:${port}/`,
    `http://localhost:${port}/`,
    `http://LOCALHOST.:${port}/`,
    `http://[64:ff9b::7f00:1]:${port}/`,
  ];

  test("no spelling of loopback reaches a server, and each is refused in the same words", async () => {
    const { port, sockets } = await serveHttp((_request, response) => response.end());
    const { http } = transport({}, { egress: byDefault });
    const said = new Set<string>();
    for (const url of spellings(port)) {
      const error = await http.request(get(url)).catch((refused: unknown) => refused);
      expect(error, url).toMatchObject({
        code: "EGRESS_DENIED",
        causeCode: "EGRESS_DENIED",
        retry: "never",
        effect: "none",
      });
      said.add(JSON.stringify([(error as Error).message, (error as { evidence: object }).evidence]));
    }
    expect(said.size).toBe(1);
    expect(sockets.size).toBe(0);
  });

  test("a name that is answered differently the second time is checked anew for each connection", async () => {
    const { port, sockets } = await serveHttp((_request, response) => {
      response.writeHead(200, { connection: "close" }).end("ok");
    });
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    const { http } = transport({}, { resolver: async () => answers.shift() ?? [] });
    expect(await (await http.request(get(`http://rebind.test:${port}/`))).text()).toBe("ok");
    await expect(http.request(get(`http://rebind.test:${port}/`))).rejects.toMatchObject({ code: "EGRESS_DENIED" });
    expect(sockets.size).toBe(1);
  });

  test("of a mixed answer only the permitted address is used and shown", async () => {
    const { port } = await serveHttp((_request, response) => response.end("ok"));
    const observer = new Recorder();
    const { http } = transport({}, { observer, resolver: async () => ["169.254.169.254", "127.0.0.1"] });
    expect(await (await http.request(get(`http://mixed.test:${port}/`))).text()).toBe("ok");
    expect(observer.step("dns")?.evidence).toEqual({ host: "mixed.test", addresses: ["127.0.0.1"] });
    expect(observer.step("tcp")?.evidence).toMatchObject({ address: "127.0.0.1", port });
  });

  test("the managed-identity endpoint alone is exempt", async () => {
    const { port, origin } = await serveHttp((_request, response) => response.end("token"));
    const other = await serveHttp((_request, response) => response.end("secret"));
    const { http } = transport({ managedIdentityEndpoint: `${origin}/metadata` }, { egress: byDefault });
    expect(await (await http.request(get(`http://127.0.0.1:${port}/metadata/identity`))).text()).toBe("token");
    await expect(http.request(get(other.origin))).rejects.toMatchObject({ code: "EGRESS_DENIED" });
    expect(other.sockets.size).toBe(0);
  });

  test("DNS failures are told apart", async () => {
    const failing = (code: string) => async () => {
      throw Object.assign(new Error(code), { code });
    };
    const request = get("http://mail.test/");
    await expect(transport({}, { resolver: failing("ENOTFOUND") }).http.request(request)).rejects.toMatchObject({
      causeCode: "DNS_NOT_FOUND",
    });
    await expect(transport({}, { resolver: failing("EAI_AGAIN") }).http.request(request)).rejects.toMatchObject({
      causeCode: "DNS_FAILED",
    });
    const silent = transport({}, { resolver: () => new Promise(() => undefined), limits: { dnsMs: 20 } });
    await expect(silent.http.request(request)).rejects.toMatchObject({ causeCode: "DNS_FAILED" });
  });

  test("the second address is tried when the first refuses", async () => {
    const { port } = await serveHttp((_request, response) => response.end("ok"));
    const { http } = transport({}, { resolver: async () => ["127.0.0.2", "127.0.0.1"] });
    expect(await (await http.request(get(`http://two.test:${port}/`))).text()).toBe("ok");
  });
});
