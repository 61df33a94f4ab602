import { existsSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { HttpResponse } from "#spi";
import { ewsCauses } from "../../../../connectors/microsoft-exchange/ews/causes.ts";
import { knownResponseCodes, plainLine, responseError } from "../../../../connectors/microsoft-exchange/ews/errors.ts";
import { notSoap, retryAfterMs } from "../../../../connectors/microsoft-exchange/ews/http-answers.ts";

const schema = new URL("../../../../../shared/reference/ews/messages.xsd", import.meta.url);
const causes = new Set(ewsCauses.map(({ code }) => code));

function answer(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): HttpResponse {
  return {
    status,
    headers,
    header: (name) => (headers[name] === undefined ? [] : [headers[name]]),
    body: Readable.from([body]),
    text: async () => body,
    json: async () => JSON.parse(body),
    discard: async () => undefined,
  };
}

describe("response codes", () => {
  test("every code of the table has one meaning, and its cause is listed", () => {
    expect(new Set(knownResponseCodes).size).toBe(knownResponseCodes.length);
    for (const responseCode of knownResponseCodes) {
      const error = responseError("GetItem", { responseCode, text: "said" });
      if (error.causeCode !== undefined) expect(causes, responseCode).toContain(error.causeCode);
      expect(error.remote).toMatchObject({ service: "EWS", operation: "GetItem", code: responseCode });
    }
  });

  test.each([
    ["ErrorServerBusy", { code: "BUSY", retry: "later", effect: "none", waitMs: 900 }],
    ["ErrorItemNotFound", { code: "NOT_FOUND", retry: "never" }],
    ["ErrorNonExistentMailbox", { code: "NOT_FOUND", causeCode: "EWS_NO_MAILBOX" }],
    ["ErrorIrresolvableConflict", { code: "PRECONDITION" }],
    ["ErrorImpersonateUserDenied", { code: "ACCESS_DENIED", causeCode: "EWS_IMPERSONATION_DENIED" }],
    ["ErrorQuotaExceeded", { code: "ACCESS_DENIED", causeCode: "EWS_QUOTA" }],
    ["ErrorTimeoutExpired", { code: "TIMEOUT", effect: "unknown" }],
    ["ErrorInternalServerError", { code: "PROTOCOL", effect: "unknown", retry: "never" }],
    ["ErrorSomethingNew", { code: "PROTOCOL", retry: "never" }],
  ])("%s", (responseCode, expected) => {
    expect(responseError("CreateItem", { responseCode, text: "x", backOffMs: 900 })).toMatchObject(expected);
  });

  test("server text is one bounded line", () => {
    expect(plainLine("a\r\nb\u0000c\u2028d")).toBe("a b c d");
    expect(plainLine("x".repeat(5000)).length).toBeLessThan(500);
  });
});

describe("answers that are not SOAP", () => {
  const html = { "content-type": "text/html; charset=utf-8" };
  test.each([
    [200, html, "<html>Sign in</html>", { code: "PROTOCOL", causeCode: "NOT_EWS_HTML" }],
    [
      302,
      { location: "https://login.example/" },
      "",
      { code: "PROTOCOL", causeCode: "NOT_EWS_REDIRECT", evidence: { location: "https://login.example/" } },
    ],
    [404, html, "<html>", { code: "PROTOCOL", causeCode: "NOT_EWS_PATH" }],
    [405, {}, "", { code: "PROTOCOL", causeCode: "NOT_EWS_PATH" }],
    [401, {}, "", { code: "AUTHENTICATION_FAILED", causeCode: "EWS_UNAUTHORIZED", retry: "never" }],
    [
      401,
      { "www-authenticate": 'Negotiate, NTLM, Basic realm="a Digest realm"' },
      "",
      { causeCode: "EWS_UNAUTHORIZED", evidence: { offered: ["Negotiate", "NTLM", "Basic"] } },
    ],
    [403, {}, "", { code: "EWS_DISABLED", causeCode: "EWS_NOT_ENABLED" }],
    [
      403,
      { ...html, "x-ms-diagnostics": '2000021;reason="EWS is disabled for this tenant."' },
      "<html>",
      { code: "EWS_DISABLED" },
    ],
    [
      403,
      html,
      "<html>403 - Forbidden: Access is denied.</html>",
      { code: "ACCESS_DENIED", causeCode: "EWS_FORBIDDEN" },
    ],
    [413, {}, "", { code: "TOO_LARGE" }],
    [429, { "retry-after": "7" }, "", { code: "BUSY", waitMs: 7000, effect: "none" }],
    [503, { "retry-after": "7" }, "", { code: "BUSY", waitMs: 7000, effect: "none" }],
    [503, {}, "", { code: "BUSY", effect: "unknown" }],
    [502, html, "<html>", { code: "BUSY", effect: "unknown" }],
    [500, html, "<html>", { code: "PROTOCOL", causeCode: "NOT_EWS_HTML" }],
    [200, { "content-type": "application/json" }, "{}", { code: "PROTOCOL", causeCode: "NOT_EWS_ANSWER" }],
  ])("%i %j", async (status, headers, body, expected) => {
    const error = await notSoap("GetFolder", answer(status, headers as Record<string, string>, body), 0);
    expect(error).toMatchObject(expected);
    expect(causes).toContain(error.causeCode ?? "EWS_THROTTLED");
    expect(error.remote).toMatchObject({ service: "EWS", operation: "GetFolder", status });
  });

  test("Retry-After in seconds and as a date, never negative or absurd", () => {
    const wait = (value: string) => retryAfterMs(answer(503, { "retry-after": value }), Date.UTC(2026, 0, 1));
    expect(wait("120")).toBe(120_000);
    expect(wait("Thu, 01 Jan 2026 00:00:30 GMT")).toBe(30_000);
    expect(wait("Wed, 31 Dec 2025 00:00:00 GMT")).toBe(0);
    expect(wait("999999999999")).toBe(86_400_000);
    expect(wait("soon")).toBeUndefined();
  });
});

describe.skipIf(!existsSync(schema))("response codes against messages.xsd in ../shared (skipped when absent)", () => {
  test("are those of the schema, but for what only newer servers answer", () => {
    const text = existsSync(schema) ? readFileSync(schema, "utf8") : "";
    const known = new Set([...text.matchAll(/enumeration value="(\w+)"/g)].map((match) => match[1]));
    const beyond = knownResponseCodes.filter((code) => !known.has(code));
    expect(beyond).toEqual(["ErrorEwsDisabled", "ErrorEWSDisabled", "ErrorExchangeWebServicesDisabled"]);
  });
});
