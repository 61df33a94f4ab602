import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningSandbox, startSandbox } from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { hasEwsContract } from "../sandbox/ews-contract.ts";
import { contractFindings, recordAnswers } from "../sandbox/recorded-answers.ts";
import { hasPythonModule, python, runPeer } from "./run-peer.ts";

const isInstalled = hasPythonModule("exchangelib");
const script = fileURLToPath(new URL("exchangelib_round.py", import.meta.url));
const title = `exchangelib against the sandbox${isInstalled ? "" : " (skipped: python3-exchangelib is not installed, see test/peers/install-debian.sh)"}`;

describe.skipIf(!isInstalled)(title, () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(async () => {
    await sandbox.stop();
  });

  it("lists, creates, queries, updates and deletes with a value in every writable field", async () => {
    const answers = recordAnswers(sandbox);
    const result = await runPeer(python, ["-W", "ignore", script, sandbox.ewsUrl, "alice@sandbox.example", "sandbox"]);
    expect(result.code, result.stderr.slice(-3000)).toBe(0);
    const report = JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
    expect(report["errors"]).toEqual([]);
    expect(report).toMatchObject({ created: 200, updated: 100, version: "15.2.2562.17" });
    expect(report["rooms"]).toEqual(["room1@sandbox.example", "room2@sandbox.example"]);
    expect(report["occurrences"]).toHaveLength(6);
    expect(answers.length).toBeGreaterThan(50);
    if (hasEwsContract) expect(contractFindings(answers)).toEqual([]);
  });
});
