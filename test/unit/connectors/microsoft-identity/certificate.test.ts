import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { Secret } from "#spi";
import { loadCertificate } from "../../../../connectors/microsoft-identity/certificate.ts";
import { oid, readElement } from "../../../../connectors/microsoft-identity/der.ts";
import { readPkcs12 } from "../../../../connectors/microsoft-identity/pkcs12.ts";

const fixture = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url));
const thumbprint = /^[0-9A-F]{64}$/;

let pem = "";
let other = "";
beforeAll(async () => {
  const { certificates, keys } = readPkcs12(await fixture("aes-256.pfx"), "pä55");
  const lines = certificates[0]?.toString("base64").match(/.{1,64}/g) ?? [];
  const certificate = `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  pem = `${keys[0]?.export({ format: "pem", type: "pkcs8" })}${certificate}`;
  const encrypted = keys[0]?.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "secret" });
  other = `${certificate}${encrypted}`;
});

const load = (type: string, value: string, more: Partial<Parameters<typeof loadCertificate>[0]> = {}) =>
  loadCertificate({ type, value: new Secret(value), ...more });

describe("PFX", () => {
  test("AES and triple DES, as content or file", async () => {
    const aes = (await fixture("aes-256.pfx")).toString("base64");
    const blob = await load("PFXBLOB", aes, { password: new Secret("pä55") });
    expect(blob.thumbprintSha256).toMatch(thumbprint);
    expect(blob.privateKeyPem).toContain("BEGIN PRIVATE KEY");
    const file = await load("PFXFILE", "client.pfx", {
      password: new Secret("pass"),
      readFile: async (path) => (path === "client.pfx" ? fixture("triple-des.pfx") : new Uint8Array()),
    });
    expect(file.thumbprintSha256).toBe(blob.thumbprintSha256);
  });

  test("a wrong password, an obsolete cipher and rubbish are told apart from a defect of ours", async () => {
    const unreadable = { code: "INVALID_PROPERTY", causeCode: "OAUTH_CERTIFICATE_UNREADABLE", target: "OAuthJWTCert" };
    const aes = (await fixture("aes-256.pfx")).toString("base64");
    await expect(load("PFXBLOB", aes, { password: new Secret("wrong") })).rejects.toMatchObject(unreadable);
    const rc2 = (await fixture("rc2-40.pfx")).toString("base64");
    await expect(load("PFXBLOB", rc2, { password: new Secret("pass") })).rejects.toMatchObject({
      ...unreadable,
      message: expect.stringContaining("RC2"),
    });
    for (const rubbish of ["", "AAAA", "MIIBAA==", "MIAwgDCAMIAwgDCAMIAwgA=="]) {
      await expect(load("PFXBLOB", rubbish)).rejects.toMatchObject(unreadable);
    }
    await expect(load("PFXFILE", "x")).rejects.toMatchObject(unreadable);
  });
});

describe("PEM", () => {
  test("in order or not, on one line, in base64, with an encrypted key", async () => {
    const { thumbprintSha256 } = await load("PEMKEY_BLOB", pem);
    expect(thumbprintSha256).toMatch(thumbprint);
    for (const form of [pem.replaceAll("\n", ""), pem.replaceAll("\n", "\\n"), Buffer.from(pem).toString("base64")]) {
      expect((await load("PEMKEY_BLOB", form)).thumbprintSha256).toBe(thumbprintSha256);
    }
    const encrypted = await load("PEMKEY_BLOB", other, { password: new Secret("secret") });
    expect(encrypted.thumbprintSha256).toBe(thumbprintSha256);
    await expect(load("PEMKEY_BLOB", other, { password: new Secret("no") })).rejects.toMatchObject({
      causeCode: "OAUTH_CERTIFICATE_UNREADABLE",
    });
  });

  test("the subject chooses", async () => {
    expect((await load("PEMKEY_BLOB", pem, { subject: "CN=connector test" })).subject).toContain("connector test");
    await expect(load("PEMKEY_BLOB", pem, { subject: "CN=somebody else" })).rejects.toThrow(/OAuthJWTCertSubject/);
  });

  test("a part alone is not enough", async () => {
    const [key = "", certificate = ""] = pem.split(/(?=-----BEGIN CERTIFICATE)/);
    await expect(load("PEMKEY_BLOB", key)).rejects.toThrow(/no certificate/);
    await expect(load("PEMKEY_BLOB", certificate)).rejects.toThrow(/no private key/);
  });
});

test.each([
  "USER",
  "MACHINE",
  "JKSFILE",
  "JKSBLOB",
  "PUBLIC_KEY_FILE",
  "PUBLIC_KEY_BLOB",
  "SSHPUBLIC_KEY_FILE",
  "SSHPUBLIC_KEY_BLOB",
  "P7BFILE",
  "PPKFILE",
  "XMLFILE",
  "XMLBLOB",
])("%s says why it cannot be used", async (type) => {
  await expect(load(type, "x")).rejects.toThrow(new RegExp(`${type} cannot sign: .+ Use PEM or PFX`));
});

test("object identifiers", () => {
  expect(oid(readElement(Buffer.from("06092a864886f70d010701", "hex")))).toBe("1.2.840.113549.1.7.1");
  expect(oid(readElement(Buffer.from("0603551d0e", "hex")))).toBe("2.5.29.14");
  expect(oid(readElement(Buffer.from("0603883703", "hex")))).toBe("2.999.3");
});
