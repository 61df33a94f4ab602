import { createHash } from "node:crypto";
import tls from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { type CertificateWish, type MadeCertificate, makeCertificate } from "../../unit/net/certificates.ts";
import { listen, serveHttps } from "../../unit/net/support.ts";
import { proves } from "./support/proves.ts";
import { ewsAt, ewsPath, serveAlike } from "./support/servers.ts";
import { useCauseStand } from "./support/stand.ts";

let authority: MadeCertificate;
let stray: MadeCertificate;
const stand = useCauseStand({
  sandbox: false,
  authority: async () => {
    authority = await makeCertificate({ isAuthority: true });
    return authority.cert;
  },
});
beforeAll(async () => {
  stray = await makeCertificate({ isAuthority: true });
});

/** A server that shows this certificate and remembers whatever is asked. */
async function decoy({ cert, key, issuer }: MadeCertificate & { readonly issuer?: MadeCertificate }) {
  const heard: string[] = [];
  const chain = issuer === undefined ? cert : `${cert}\n${issuer.cert}`;
  const server = await serveHttps({ cert: chain, key }, (request, response) => {
    heard.push(JSON.stringify(request.headers));
    response.end();
  });
  return { ...server, heard };
}

const at = (port: number, more = {}, host = "exchange.test") => ewsAt(`https://${host}:${port}${ewsPath}`, more);
const names = ["exchange.test"];
const thumbprint = ({ certificate }: MadeCertificate, name = "sha256") =>
  createHash(name).update(Buffer.from(certificate.rawData)).digest("hex").toUpperCase().match(/../g)?.join(":");

describe("a server's certificate; not a byte of the request leaves", () => {
  const cases: readonly (readonly [string, "server-admin" | "designer", () => CertificateWish, object])[] = [
    [
      "CERTIFICATE_EXPIRED",
      "server-admin",
      () => ({ names, issuer: authority, fromDays: -10, toDays: -1 }),
      { daysLeft: -2 },
    ],
    ["CERTIFICATE_NOT_YET_VALID", "server-admin", () => ({ names, issuer: authority, fromDays: 1, toDays: 100 }), {}],
    ["CERTIFICATE_SELF_SIGNED", "designer", () => ({ names }), { selfSigned: true }],
    [
      "CERTIFICATE_NAME",
      "designer",
      () => ({ names: ["mail.example"], issuer: authority }),
      { names: ["mail.example"] },
    ],
    ["CERTIFICATE_UNKNOWN_CA", "server-admin", () => ({ names, issuer: stray }), { issuer: "CN=Test Authority" }],
    ["CERTIFICATE_REVOKED", "server-admin", () => ({ names, issuer: authority, isClients: true }), {}],
  ];

  test.each(cases)("%s", async (code, owner, wish, facts) => {
    const made = await makeCertificate(wish());
    const server = await decoy({ ...made, issuer: wish().issuer });
    const { evidence } = await proves(stand(), { code, step: "tls", problem: "CERTIFICATE", owner }, at(server.port));
    expect(evidence.version).toMatch(/^TLSv1\.[23]$/);
    expect(evidence.certificate).toMatchObject({
      subject: `CN=${wish().names?.[0]}`,
      sha256: thumbprint(made),
      sha1: thumbprint(made, "sha1"),
      ...facts,
    });
    const issuer = wish().issuer === undefined ? [] : ["CN=Test Authority"];
    expect(evidence.certificate.chain).toEqual([`CN=${wish().names?.[0]}`, ...issuer]);
    expect(server.heard).toEqual([]);
  });

  test("another one than SSLServerCert", async () => {
    const made = await makeCertificate({ names, issuer: authority });
    const server = await decoy(made);
    const { evidence } = await proves(
      stand(),
      {
        code: "CERTIFICATE_PIN_MISMATCH",
        step: "tls",
        problem: "CERTIFICATE",
        owner: "designer",
        property: "SSLServerCert",
      },
      at(server.port, { SSLServerCert: thumbprint(stray) }),
    );
    expect(evidence.certificate.sha256).toBe(thumbprint(made));
    expect(server.heard).toEqual([]);
  });

  test("SSLServerCert that is no certificate", async () => {
    const server = await decoy(await makeCertificate({ names, issuer: authority }));
    const expected = {
      code: "CERTIFICATE_PIN_INVALID",
      step: "tls",
      problem: "INVALID_PROPERTY",
      owner: "designer",
    } as const;
    await proves(stand(), expected, at(server.port, { SSLServerCert: "no-such-file.pem" }));
    expect(server.heard).toEqual([]);
  });
});

describe("TLS itself", () => {
  test("a server of TLS 1.1", async () => {
    const { cert, key } = await makeCertificate({ names, issuer: authority });
    const options = { cert, key, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const { port } = await listen(tls.createServer(options));
    await proves(
      stand(),
      { code: "TLS_VERSION", step: "tls", problem: "CERTIFICATE", owner: "server-admin" },
      at(port),
    );
  });

  test("https at a port of http", async () => {
    const plain = await serveAlike({ status: 200 });
    const expected = { code: "TLS_HANDSHAKE", step: "tls", problem: "UNREACHABLE", owner: "server-admin" } as const;
    const { detail } = await proves(stand(), expected, at(plain.port));
    expect(detail).toContain("without TLS");
    expect(plain.heard).toEqual([]);
  });
});
