import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { ConnectorError, type HttpClient, type HttpRequest } from "#spi";
import {
  askManagedIdentity,
  imdsEndpoint,
  type ManagedIdentitySource,
  managedIdentityEndpoint,
  managedIdentitySource,
} from "../../../../connectors/microsoft-identity/managed-identity.ts";

const signal = new AbortController().signal;
const readKey = async (path: string) => `key of ${path}`;
const resource = "https://graph.microsoft.com";
const now = () => 1000;

function fake(answer: (request: HttpRequest) => { status?: number; body?: unknown; challenge?: string }) {
  const seen: HttpRequest[] = [];
  const http: HttpClient = {
    async request(request) {
      seen.push(request);
      const { status = 200, body = { access_token: "AT", expires_in: "3599" }, challenge } = answer(request);
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return {
        status,
        headers: (challenge === undefined ? {} : { "www-authenticate": challenge }) as Record<string, string>,
        header: (name) => (name === "www-authenticate" && challenge !== undefined ? [challenge] : []),
        body: Readable.from([]),
        text: async () => text,
        json: async () => JSON.parse(text),
        discard: async () => undefined,
      };
    },
  };
  return { http, seen };
}

const ask = (http: HttpClient, source?: ManagedIdentitySource, clientId?: string) =>
  askManagedIdentity({ resource, now, ...(clientId === undefined ? {} : { clientId }) }, source, http, signal);

describe("the source of a machine", () => {
  test.each([
    [{}, "imds", imdsEndpoint],
    [
      { IDENTITY_ENDPOINT: "http://127.0.0.1:41/msi/token", IDENTITY_HEADER: "h" },
      "app-service",
      "http://127.0.0.1:41/msi/token",
    ],
    [{ IDENTITY_ENDPOINT: "http://127.0.0.1:42/arc", IMDS_ENDPOINT: "x" }, "arc", "http://127.0.0.1:42/arc"],
    [
      { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:43/" },
      "imds",
      "http://127.0.0.1:43/metadata/identity/oauth2/token",
    ],
  ] as const)("%j", (environment, kind, endpoint) => {
    const source = managedIdentitySource(environment, readKey);
    expect(source.kind).toBe(kind);
    expect(managedIdentityEndpoint(source)).toBe(endpoint);
  });
});

describe("asking", () => {
  test("IMDS, for the machine's own identity or a named one", async () => {
    const { http, seen } = fake(() => ({}));
    const set = await ask(http, undefined, "client-1");
    expect(set).toMatchObject({ obtainedAt: 1000, expiresAt: 1000 + 3_599_000 });
    expect(seen[0]).toMatchObject({ method: "GET", headers: { Metadata: "true" }, credentials: false });
    const url = new URL(seen[0]?.url ?? "");
    expect(url.origin).toBe("http://169.254.169.254");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      "api-version": "2018-02-01",
      resource,
      client_id: "client-1",
    });
  });

  test("App Service, with its header", async () => {
    const { http, seen } = fake(() => ({}));
    await ask(
      http,
      managedIdentitySource({ IDENTITY_ENDPOINT: "http://127.0.0.1:41/msi/token", IDENTITY_HEADER: "h" }, readKey),
    );
    expect(seen[0]?.headers).toEqual({ "X-IDENTITY-HEADER": "h" });
  });

  test("Azure Arc, by the key file it names, and no other file", async () => {
    const arc = managedIdentitySource({ IDENTITY_ENDPOINT: "http://127.0.0.1:42/arc", IMDS_ENDPOINT: "x" }, readKey);
    const path = "/var/opt/azcmagent/tokens/abc.key";
    const { http, seen } = fake(({ headers }) =>
      headers?.Authorization === undefined ? { status: 401, body: {}, challenge: `Basic realm=${path}` } : {},
    );
    await ask(http, arc);
    expect(seen[1]?.headers).toMatchObject({ Authorization: `Basic key of ${path}` });
    for (const realm of ["/etc/shadow", "/var/opt/azcmagent/tokens/../../x.key", "/var/opt/azcmagent/tokens/a/b.key"]) {
      const hostile = fake(() => ({ status: 401, body: {}, challenge: `Basic realm=${realm}` }));
      await expect(ask(hostile.http, arc)).rejects.toMatchObject({ causeCode: "MANAGED_IDENTITY_REFUSED" });
      expect(hostile.seen).toHaveLength(1);
    }
  });

  test.each([
    [
      400,
      { error: "invalid_request", error_description: "Identity not found" },
      "AUTHENTICATION_FAILED",
      "MANAGED_IDENTITY_NOT_FOUND",
    ],
    [401, { statusCode: 401 }, "AUTHENTICATION_FAILED", "MANAGED_IDENTITY_REFUSED"],
    [503, "<html>", "BUSY", "OAUTH_BUSY"],
    [200, {}, "AUTHENTICATION_FAILED", "MANAGED_IDENTITY_REFUSED"],
  ])("%i %j", async (status, body, code, causeCode) => {
    await expect(ask(fake(() => ({ status, body })).http)).rejects.toMatchObject({ code, causeCode });
  });

  test("a machine without one", async () => {
    const http: HttpClient = {
      request: async () => {
        throw new ConnectorError("UNREACHABLE", "no route");
      },
    };
    await expect(ask(http)).rejects.toMatchObject({ code: "UNREACHABLE", causeCode: "MANAGED_IDENTITY_UNAVAILABLE" });
  });
});
