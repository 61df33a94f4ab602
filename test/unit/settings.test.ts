import { describe, expect, it } from "vitest";
import type { ConnectorError } from "#spi";
import { readSettings, settingDescriptions } from "../../src/settings.ts";

const mistakesOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    return (error as ConnectorError).mistakes.map(({ detail }) => detail);
  }
};

describe("settings", () => {
  it("have their documented defaults; empty counts as not set", () => {
    const settings = readSettings({ HOST: "", PATH: "/bin" });
    expect(settings).toMatchObject({
      HOST: "127.0.0.1",
      PORT: 3000,
      DATA_DIR: "./data",
      STORE: "file:",
      EGRESS_ALLOW: [],
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it("read lists, flags and numbers", () => {
    const settings = readSettings({
      EGRESS_ALLOW: "127.0.0.0/8, *.corp.example",
      PORT: "0",
      BEHIND_TLS_PROXY: "true",
      HOST: "0.0.0.0",
    });
    expect(settings.EGRESS_ALLOW).toEqual(["127.0.0.0/8", "*.corp.example"]);
    expect(settings).toMatchObject({ PORT: 0, BEHIND_TLS_PROXY: true });
  });

  it("report every mistake at once and name the nearest setting", () => {
    const mistakes = mistakesOf({
      PORT: "70000",
      LOG_LEVEL: "loud",
      EGRES_ALLOW: "x",
      EGRESS_ALOW: "127.0.0.1",
      ADMIN_KEY: "short",
    });
    expect(mistakes).toHaveLength(4);
    expect(mistakes.join("\n")).toMatch(
      /PORT: .*\nLOG_LEVEL: .*\nADMIN_KEY: .*\nEGRESS_ALOW: .*"EGRESS_ALLOW"|ADMIN_KEY/s,
    );
  });

  it.each([
    [{ HOST: "0.0.0.0" }, /HOST: elsewhere than loopback/],
    [{ HOST: "::" }, /HOST: elsewhere than loopback/],
    [{ TLS_CERT_FILE: "c.pem" }, /go together/],
    [{ STORE: "postgres://localhost/x" }, /MASTER_KEY_FILE: it must be given/],
    [{ STORE: "mysql://x" }, /STORE: /],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, /NODE_TLS_REJECT_UNAUTHORIZED/],
  ])("refuse %o", (environment, pattern) => {
    expect(mistakesOf(environment as Record<string, string>).join("\n")).toMatch(pattern);
  });

  it.each([
    [{ HOST: "0.0.0.0", BEHIND_TLS_PROXY: "true" }],
    [{ HOST: "0.0.0.0", TLS_CERT_FILE: "c", TLS_KEY_FILE: "k" }],
    [{ HOST: "127.0.0.2" }],
    [{ HOST: "::1" }],
  ])("accept %o", (environment) => {
    expect(mistakesOf(environment as Record<string, string>)).toEqual([]);
  });

  it("are all described", () => {
    expect(settingDescriptions.map(({ name }) => name)).toContain("CLOUD_OVERRIDES_FILE");
    for (const { meaning } of settingDescriptions) expect(meaning).not.toBe("");
  });
});
