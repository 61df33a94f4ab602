import { describe, expect, it } from "vitest";
import { type Cause, ConnectorError, type StepId } from "#spi";
import type { Observation } from "../../../src/net/observe.ts";
import { TestRecord } from "../../../src/runtime/test-report.ts";

const cause = (code: string, step: StepId): Cause => ({
  code,
  step,
  problem: "CERTIFICATE",
  owner: "server-admin",
  seen: "seen",
  fix: "fix it",
  property: "SSLServerCert",
});
const causes = [cause("PIN_WRONG", "tls"), cause("PIN_WEAK", "tls")];
const about = { agent: "a", connectorVersion: "1", durationMs: 5 };
const every = new Set<StepId>([
  "configuration",
  "dns",
  "tcp",
  "tls",
  "authentication",
  "protocol",
  "mailbox",
  "permission",
]);
const seen = (step: Observation["step"], detail: string, warnings: readonly string[] = []): Observation => ({
  step,
  status: warnings.length === 0 ? "passed" : "warning",
  durationMs: 1,
  detail,
  evidence: { detail },
  warnings,
});

describe("a test report", () => {
  it("puts steps in their order, whatever order they were found in", () => {
    const record = new TestRecord(causes);
    record.found("protocol", { detail: "answers" }, 1);
    record.observe(seen("tcp", "connected"));
    record.observe(seen("dns", "found"));
    record.found("configuration", { detail: "fine" }, 1);
    const report = record.report(every, about);
    expect(report.status).toBe("succeeded");
    expect(report.steps.map(({ id }) => id)).toEqual(["configuration", "dns", "tcp", "protocol"]);
  });

  it("fails at the step the cause names and skips what comes after it", () => {
    const record = new TestRecord(causes);
    record.observe(seen("tcp", "connected"));
    record.begin("authentication");
    record.fail(
      new ConnectorError("CERTIFICATE", "another certificate", { causeCode: "PIN_WRONG", evidence: { sha256: "x" } }),
      2,
    );
    const { status, steps } = record.report(every, about);
    expect(status).toBe("failed");
    expect(steps.map(({ id, status: how }) => `${id} ${how}`)).toEqual([
      "tcp passed",
      "tls failed",
      "authentication skipped",
      "protocol skipped",
      "mailbox skipped",
      "permission skipped",
    ]);
    expect(steps[1]).toMatchObject({
      code: "PIN_WRONG",
      problem: "CERTIFICATE",
      owner: "server-admin",
      fix: "fix it",
      property: "SSLServerCert",
      detail: "another certificate",
      evidence: { sha256: "x" },
    });
  });

  it("without a known cause fails where the code belongs, else at the running step", () => {
    const byCode = new TestRecord([]);
    byCode.fail(new ConnectorError("UNREACHABLE", "gone"), 1);
    expect(byCode.failed?.id).toBe("tcp");
    const running = new TestRecord([]);
    running.begin("mailbox");
    running.fail(new ConnectorError("BUSY", "wait"), 1);
    expect(running.failed?.id).toBe("mailbox");
  });

  it("joins further sockets into one step and keeps the worst", () => {
    const record = new TestRecord(causes);
    record.observe(seen("tls", "first"));
    record.observe(seen("tls", "first"));
    record.observe(seen("tls", "second", ["PIN_WEAK"]));
    const [step] = record.report(every, about).steps;
    expect(step).toMatchObject({ status: "warning", code: "PIN_WEAK", detail: "second" });
    expect(step?.evidence["others"]).toEqual([{ detail: "first" }]);
  });

  it("passes a failed try of the transport over: the request fails with it, or succeeded in another try", () => {
    const record = new TestRecord(causes);
    const error = new ConnectorError("UNREACHABLE", "refused");
    record.observe({ ...seen("tcp", "refused"), status: "failed", error });
    record.observe(seen("tcp", "connected"));
    expect(record.report(every, about).steps).toMatchObject([{ id: "tcp", status: "passed", detail: "connected" }]);
  });
});
