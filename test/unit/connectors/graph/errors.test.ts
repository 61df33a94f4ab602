import { expect, test } from "vitest";
import { graphCauses } from "../../../../connectors/microsoft-exchange/graph/causes.ts";
import { graphError, retryAfterMs } from "../../../../connectors/microsoft-exchange/graph/errors.ts";

const now = Date.UTC(2026, 0, 1);

test.each([
  ["120", 120_000],
  ["0", 0],
  ["0.5", 500],
  ["-5", 0],
  ["999999999", 3_600_000],
  ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
  ["Thu, 01 Jan 2020 00:00:00 GMT", 0],
  ["soon", undefined],
  [undefined, undefined],
])("Retry-After %s", (text, expected) => {
  expect(retryAfterMs(text, now)).toBe(expected);
});

test("every cause an error names is explained, for its code", () => {
  const codes = [
    "ErrorItemNotFound",
    "ErrorQuotaExceeded",
    "AccessRestricted",
    "ErrorMessageSizeExceeded",
    "NotSupported",
  ];
  const statuses = [400, 401, 403, 404, 405, 409, 412, 413, 418, 422, 423, 429, 500, 501, 502, 503, 504];
  const answers = [
    ...statuses.map((status) => ({ status, headers: {}, body: undefined })),
    ...codes.map((code) => ({ status: 400, headers: {}, body: { error: { code, message: "" } } })),
    {
      status: 401,
      headers: {},
      body: { error: { code: "x", message: "Access token validation failure. Invalid audience." } },
    },
    {
      status: 401,
      headers: {},
      body: { error: { code: "x", message: "Lifetime validation failed, the token is expired." } },
    },
  ];
  for (const answer of answers) {
    const error = graphError(answer, "GET messages", false, now);
    const cause = graphCauses.find(({ code }) => code === error.causeCode);
    expect(cause?.problem, `${answer.status} ${error.causeCode}`).toBe(error.code);
  }
});

test("a write's effect is known where Graph says it did nothing, unknown where it may have", () => {
  const effect = (status: number, headers = {}, code = "") =>
    graphError({ status, headers, body: { error: { code, message: "" } } }, "POST messages", true, now).effect;
  expect(effect(429)).toBe("none");
  expect(effect(400)).toBe("none");
  expect(effect(503, { "Retry-After": "1" })).toBe("none");
  expect(effect(500, {}, "ErrorServerBusy")).toBe("none");
  expect(effect(503)).toBe("unknown");
  expect(effect(504)).toBe("unknown");
  expect(effect(500)).toBe("unknown");
});
