import { createHash } from "node:crypto";
import tls from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { pinWarnings } from "../../../src/net/pin.ts";
import { type MadeCertificate, makeCertificate } from "./certificates.ts";
import { basic, get, listen, noFiles, Recorder, serveHttps, serveTcp, transport } from "./support.ts";

let authority: MadeCertificate;
let right: MadeCertificate;
let selfSigned: MadeCertificate;
let expired: MadeCertificate;
let early: MadeCertificate;
let otherName: MadeCertificate;
let strayIssuer: MadeCertificate;

beforeAll(async () => {
  authority = await makeCertificate({ isAuthority: true });
  const stray = await makeCertificate({ isAuthority: true });
  [right, selfSigned, expired, early, otherName, strayIssuer] = await Promise.all([
    makeCertificate({ issuer: authority }),
    makeCertificate(),
    makeCertificate({ issuer: authority, fromDays: -10, toDays: -1 }),
    makeCertificate({ issuer: authority, fromDays: 1 }),
    makeCertificate({ issuer: authority, names: ["mail.example", "*.mail.example"] }),
    makeCertificate({ issuer: stray }),
  ]);
});

/** A server that counts requests, so that "no byte before the check" can be seen. */
async function server(certificate: MadeCertificate) {
  const seen: string[] = [];
  const { cert, key } = certificate;
  const listening = await serveHttps({ cert, key }, (request, response) => {
    seen.push(String(request.headers.authorization));
    response.end("ok");
  });
  return { ...listening, seen };
}

const withAuthority = (serverCert?: string) => ({
  tls: { extraCa: authority.cert, ...(serverCert === undefined ? {} : { serverCert }) },
});

describe("without a pin", () => {
  test("a certificate of a known authority for the right name is accepted, and reported", async () => {
    const { origin } = await server(right);
    const observer = new Recorder();
    const answer = await transport(withAuthority(), { observer }).http.request(get(origin));
    expect(await answer.text()).toBe("ok");
    expect(observer.step("tls")).toMatchObject({
      status: "passed",
      evidence: {
        version: "TLSv1.3",
        certificate: {
          subject: "CN=127.0.0.1",
          issuer: "CN=Test Authority",
          names: ["127.0.0.1"],
          daysLeft: 364,
          selfSigned: false,
        },
      },
    });
  });

  test.each([
    ["CERTIFICATE_SELF_SIGNED", () => selfSigned],
    ["CERTIFICATE_EXPIRED", () => expired],
    ["CERTIFICATE_NOT_YET_VALID", () => early],
    ["CERTIFICATE_NAME", () => otherName],
    ["CERTIFICATE_UNKNOWN_CA", () => strayIssuer],
  ])("%s, with the certificate as evidence and no request", async (causeCode, certificate) => {
    const { origin, seen } = await server(certificate());
    const observer = new Recorder();
    const error = await transport(withAuthority(), { observer })
      .http.request(get(origin))
      .catch((refused: unknown) => refused);
    expect(error).toMatchObject({ code: "CERTIFICATE", causeCode, retry: "never", effect: "none" });
    const sha256 = createHash("sha256").update(Buffer.from(certificate().certificate.rawData)).digest("hex");
    expect(observer.step("tls")?.evidence).toMatchObject({
      certificate: { sha256: sha256.toUpperCase().match(/../g)?.join(":") },
    });
    expect(seen).toEqual([]);
  });

  test("a certificate that expires soon is a warning", async () => {
    const { origin } = await server(await makeCertificate({ issuer: authority, toDays: 10 }));
    const observer = new Recorder();
    await transport(withAuthority(), { observer }).http.request(get(origin));
    expect(observer.step("tls")).toMatchObject({ status: "warning", warnings: ["CERTIFICATE_EXPIRES_SOON"] });
  });

  test("only TLS 1.1: the version is to blame", async () => {
    const { cert, key } = right;
    const options = { cert, key, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const { origin } = await listen(tls.createServer(options), "https");
    await expect(transport(withAuthority()).http.request(get(origin))).rejects.toMatchObject({
      code: "CERTIFICATE",
      causeCode: "TLS_VERSION",
    });
  });

  test("no TLS on the port, a cut and a silent handshake", async () => {
    const plain = await serveTcp((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const cutting = await serveTcp((socket) => socket.once("data", () => socket.destroy()));
    const silent = await serveTcp(() => undefined);
    const { http } = transport({}, { limits: { tlsMs: 50 } });
    const https = (port: number) => http.request(get(`https://127.0.0.1:${port}/`));
    await expect(https(plain.port)).rejects.toMatchObject({ code: "UNREACHABLE", causeCode: "TLS_HANDSHAKE" });
    await expect(https(cutting.port)).rejects.toMatchObject({ code: "UNREACHABLE", causeCode: "TLS_HANDSHAKE" });
    await expect(https(silent.port)).rejects.toMatchObject({ code: "TIMEOUT", causeCode: "TLS_TIMEOUT" });
  });
});

const der = (made: MadeCertificate) => Buffer.from(made.certificate.rawData);
const spki = (made: MadeCertificate) => Buffer.from(made.certificate.publicKey.rawData);
const colons = (hex: string) => hex.match(/../g)?.join(":") ?? "";
const hash = (name: string, made: MadeCertificate) => createHash(name).update(der(made)).digest("hex");

const forms: readonly (readonly [string, (made: MadeCertificate) => string])[] = [
  ["PEM", (made) => made.cert],
  ["PEM on one line", (made) => made.cert.replaceAll("\n", " ")],
  ["base64 DER", (made) => der(made).toString("base64")],
  ["public key PEM", (made) => made.certificate.publicKey.toString("pem")],
  ["public key DER", (made) => spki(made).toString("base64")],
  ["SHA-256 thumbprint", (made) => hash("sha256", made)],
  ["SHA-256 thumbprint with colons", (made) => colons(hash("sha256", made)).toUpperCase()],
  ["SHA-1 thumbprint", (made) => hash("sha1", made)],
  ["SHA-1 thumbprint with blanks", (made) => colons(hash("sha1", made)).replaceAll(":", " ")],
  ["MD5 thumbprint", (made) => hash("md5", made)],
  ["file of PEM", () => "server.pem"],
  ["file of DER", () => "server.der"],
];

describe.each(forms)("pinned by %s", (_form, pinOf) => {
  const files = (made: MadeCertificate) => ({
    ...noFiles,
    read: async (path: string) => (path.endsWith(".pem") ? Buffer.from(made.cert) : der(made)),
  });

  const call = async (pinned: MadeCertificate, shown: MadeCertificate) => {
    const { origin, seen } = await server(shown);
    const credentials = { authentication: basic(), credentialOrigins: [origin] };
    const { http } = transport({ ...withAuthority(pinOf(pinned)), ...credentials }, { files: files(pinned) });
    const outcome = await http.request(get(origin)).catch((error: unknown) => error);
    return { outcome, seen };
  };

  test.each([
    ["self-signed", () => selfSigned],
    ["expired", () => expired],
    ["for another name", () => otherName],
    ["of an unknown authority", () => strayIssuer],
  ])("the right certificate is accepted although it is %s", async (_flaw, certificate) => {
    const { outcome } = await call(certificate(), certificate());
    expect(outcome).toMatchObject({ status: 200 });
  });

  test("another certificate is refused before any request, even one of a known authority", async () => {
    for (const shown of [strayIssuer, right]) {
      const { outcome, seen } = await call(selfSigned, shown);
      expect(outcome).toMatchObject({ code: "CERTIFICATE", causeCode: "CERTIFICATE_PIN_MISMATCH" });
      expect(seen).toEqual([]);
    }
  });
});

describe("pins otherwise", () => {
  test("`*` accepts anything, with a warning", async () => {
    const { origin } = await server(expired);
    const observer = new Recorder();
    const options = { tls: { serverCert: "*" }, credentialOrigins: [origin] };
    await transport(options, { observer }).http.request(get(origin));
    expect(observer.step("tls")?.warnings).toEqual(["CERTIFICATE_ANY_ACCEPTED", "CERTIFICATE_EXPIRED"]);
  });

  test("weak forms are named", () => {
    expect(pinWarnings("*")).toEqual(["CERTIFICATE_ANY_ACCEPTED"]);
    expect(pinWarnings("aa:".repeat(15).concat("aa"))).toEqual(["CERTIFICATE_PIN_WEAK"]);
    expect(pinWarnings("a".repeat(40))).toEqual(["CERTIFICATE_PIN_WEAK"]);
    expect(pinWarnings("a".repeat(64))).toEqual([]);
    expect(pinWarnings(undefined)).toEqual([]);
  });

  test("where no credentials go, a known authority or the pin will do, and nothing else", async () => {
    const known = await server(right);
    const pinned = await server(selfSigned);
    const neither = await server(strayIssuer);
    const { http } = transport(withAuthority(hash("sha256", selfSigned)));
    expect((await http.request(get(known.origin))).status).toBe(200);
    expect((await http.request(get(pinned.origin))).status).toBe(200);
    await expect(http.request(get(neither.origin))).rejects.toMatchObject({ causeCode: "CERTIFICATE_UNKNOWN_CA" });
  });

  test.each([
    "nonsense",
    "-----BEGIN CERTIFICATE----- AAAA -----END CERTIFICATE-----",
    "AAAA".repeat(30),
  ])("%s is told to be unreadable", async (serverCert) => {
    const { origin, seen } = await server(right);
    await expect(transport({ tls: { serverCert } }).http.request(get(origin))).rejects.toMatchObject({
      code: "INVALID_PROPERTY",
      causeCode: "CERTIFICATE_PIN_INVALID",
      target: "SSLServerCert",
    });
    expect(seen).toEqual([]);
  });

  test("each new socket is checked: a server that changes its certificate is refused", async () => {
    const { cert, key } = selfSigned;
    let requests = 0;
    const https = await import("node:https");
    const changing = https.createServer({ cert, key }, (_request, response) => {
      requests++;
      response.writeHead(200, { connection: "close" }).end();
    });
    const { origin } = await listen(changing, "https");
    const { http } = transport({ tls: { serverCert: hash("sha256", selfSigned) }, credentialOrigins: [origin] });
    await (await http.request(get(origin))).discard();
    changing.setSecureContext({ cert: strayIssuer.cert, key: strayIssuer.key });
    await expect(http.request(get(origin))).rejects.toMatchObject({ causeCode: "CERTIFICATE_PIN_MISMATCH" });
    expect(requests).toBe(1);
  });
});
