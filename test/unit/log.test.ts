import { describe, expect, test } from "vitest";
import { ConnectorError, Secret } from "#spi";
import { createLog, type ServiceLog } from "../../src/log.ts";

function capture(): {
  readonly log: ServiceLog;
  readonly text: () => string;
  readonly last: () => Record<string, unknown>;
} {
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
  return { log, text: () => lines.join(""), last: () => JSON.parse(lines.at(-1) ?? "{}") };
}

describe("the log", () => {
  test("writes JSON lines with level name, ISO time and message", () => {
    const { log, last } = capture();
    log.info({ requestId: "r1", status: 200 }, "request");
    expect(last()).toMatchObject({ level: "info", msg: "request", requestId: "r1", status: 200 });
    expect(last()["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test("drops fields nobody decided on", () => {
    const { log, text } = capture();
    log.info({ requestId: "r1", headers: { authorization: "canary" }, config: { Password: "canary" } }, "m");
    expect(text()).not.toContain("canary");
    expect(text()).not.toContain("headers");
  });

  test("keeps of an error its name, message, code, frames and causes, never its members", () => {
    const { log, last, text } = capture();
    const cause = Object.assign(new Error("socket closed"), { code: "ECONNRESET", options: { auth: "canary" } });
    log.error({ err: new ConnectorError("UNREACHABLE", "No answer.", { causeCode: "TCP_RESET", cause }) }, "failed");
    expect(last()["err"]).toMatchObject({
      type: "ConnectorError",
      message: "No answer.",
      code: "UNREACHABLE",
      causeCode: "TCP_RESET",
      cause: { message: "socket closed", code: "ECONNRESET" },
    });
    expect(text()).not.toContain("canary");
  });

  test("follows a circle of causes to an end", () => {
    const { log, last } = capture();
    const error = new Error("a");
    error.cause = error;
    log.error({ err: error }, "m");
    expect(last()["err"]).toMatchObject({ message: "a" });
  });

  test("replaces concealed values in every usual encoding", () => {
    const { log, text } = capture();
    const secret = 'p"ss wörd/1+';
    log.conceal(secret);
    const forms = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
      Buffer.from(secret).toString("base64url"),
    ];
    for (const form of forms) log.info({ detail: `x ${form} y` }, `m ${form}`);
    for (const form of [...forms, JSON.stringify(secret).slice(1, -1)]) expect(text()).not.toContain(form);
    expect(text()).toContain("[secret]");
  });

  test("a Secret shows its mask", () => {
    const { log, text } = capture();
    log.info({ detail: new Secret("canary") }, `m ${new Secret("canary")}`);
    expect(text()).not.toContain("canary");
  });

  test.each([
    "Bearer abcdefghijklmnop",
    "NTLM TlRMTVNTUAABAAAAB4IIogAAAAA=",
    "exk_k1_abcdefabcdefabcdef",
    "http://user:canarypass@proxy.example:3128",
    "grant_type=password&password=canarypass&x=1",
  ])("credentials of whatever origin are masked: %s", (text_) => {
    const { log, text, last } = capture();
    log.warn({ detail: text_ }, "m");
    expect(text()).not.toMatch(/abcdefghijklmnop|TlRMTVNT|abcdefabcdef|canarypass/);
    expect(last()["detail"]).toContain("[secret]");
  });
});
