import { type HttpAnswer, type HttpRequest, jsonAnswer } from "../http.ts";
import type { Authority } from "./authority.ts";
import { ENTRA_ERRORS, type EntraCode } from "./entra-errors.ts";

/** Lifetimes and manners that may be changed while the sandbox runs. */
const lifetimes = ["accessTokenSeconds", "refreshTokenSeconds", "codeSeconds"] as const;

/**
 * Answers `POST /__identity`, the switches for tests that drive the sandbox from outside: `failNext` (AADSTS numbers
 * for the next token calls), `strictRefresh`, the lifetimes in seconds, and `revokeGrantsOf` (a user's name).
 */
export function answerControl(
  authority: Authority,
  request: HttpRequest,
  revoke: (userId: string) => void,
): HttpAnswer {
  if (request.method !== "POST") return jsonAnswer(405, { error: "POST only" });
  let given: unknown;
  try {
    given = JSON.parse(request.body.toString("utf8"));
  } catch {
    return jsonAnswer(400, { error: "the body is no JSON" });
  }
  if (typeof given !== "object" || given === null) return jsonAnswer(400, { error: "the body is no object" });
  for (const [name, value] of Object.entries(given)) {
    const problem = applySwitch(authority, name, value, revoke);
    if (problem !== undefined) return jsonAnswer(400, { error: problem });
  }
  const { strictRefresh, accessTokenSeconds, refreshTokenSeconds, codeSeconds } = authority.settings;
  const switches = { strictRefresh, accessTokenSeconds, refreshTokenSeconds, codeSeconds };
  return jsonAnswer(200, { ...switches, failNext: authority.forced });
}

function applySwitch(
  authority: Authority,
  name: string,
  value: unknown,
  revoke: (userId: string) => void,
): string | undefined {
  const lifetime = lifetimes.find((one) => one === name);
  if (lifetime !== undefined) {
    if (typeof value !== "number" || value < 0) return `${name} is a number of seconds`;
    authority.settings[lifetime] = value;
    return undefined;
  }
  if (name === "strictRefresh") {
    authority.settings.strictRefresh = value === true;
    return undefined;
  }
  if (name === "failNext") return forceRefusals(authority, value);
  if (name !== "revokeGrantsOf") return `unknown switch ${name}`;
  const user = authority.settings.directory.find(String(value));
  if (user === undefined) return `no user ${String(value)}`;
  revoke(user.id);
  return undefined;
}

function forceRefusals(authority: Authority, value: unknown): string | undefined {
  const codes: unknown[] = Array.isArray(value) ? value : [value];
  const bad = codes.find((code) => !Object.hasOwn(ENTRA_ERRORS, String(code)));
  if (bad !== undefined) return `the sandbox does not know AADSTS${String(bad)}`;
  authority.forced.push(...codes.map((code) => Number(code) as EntraCode));
  return undefined;
}
