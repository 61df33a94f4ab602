import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningSandbox, startSandbox } from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { hasEwsContract } from "../sandbox/ews-contract.ts";
import { contractFindings, recordAnswers } from "../sandbox/recorded-answers.ts";
import { python, runPeer } from "./run-peer.ts";

const jar = "/usr/share/davmail/davmail.jar";
const isInstalled = existsSync(jar) && existsSync(python) && spawnSync("java", ["-version"]).status === 0;
const script = fileURLToPath(new URL("davmail_round.py", import.meta.url));
const title = `DavMail against the sandbox${isInstalled ? "" : " (skipped: davmail-server is not installed, see test/peers/install-debian.sh)"}`;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe.skipIf(!isInstalled)(title, () => {
  let sandbox: RunningSandbox;
  let davmail: ChildProcess;
  let home: string;
  const ports: number[] = [];

  beforeAll(async () => {
    sandbox = await startSandbox();
    home = mkdtempSync(join(tmpdir(), "davmail-"));
    for (let n = 0; n < 3; n++) ports.push(await freePort());
    const settings: Record<string, string | number | undefined> = {
      "davmail.server": "true",
      "davmail.mode": "EWS",
      "davmail.url": sandbox.ewsUrl,
      "davmail.bindAddress": "127.0.0.1",
      "davmail.disableUpdateCheck": "true",
      "davmail.imapPort": ports[0],
      "davmail.smtpPort": ports[1],
      "davmail.caldavPort": ports[2],
      "davmail.popPort": "",
      "davmail.ldapPort": "",
      "davmail.logFilePath": join(home, "davmail.log"),
    };
    const file = join(home, "davmail.properties");
    writeFileSync(
      file,
      Object.entries(settings)
        .map(([key, value]) => `${key}=${value ?? ""}\n`)
        .join(""),
    );
    davmail = spawn("java", [`-Duser.home=${home}`, "-jar", jar, file], { stdio: "ignore" });
  });

  afterAll(async () => {
    davmail.kill("SIGKILL");
    await sandbox.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("logs in, lists, reads, flags, files, sends, and reads the calendar", async () => {
    const answers = recordAnswers(sandbox);
    const result = await runPeer(python, [script, ...ports.map(String), "alice@sandbox.example", "sandbox"]);
    expect(result.code, result.stderr.slice(-3000)).toBe(0);
    const report = JSON.parse(result.stdout) as Record<string, unknown>;
    expect(report["folders"]).toEqual(expect.arrayContaining(["INBOX", "Drafts", "Sent", "Trash"]));
    expect(report["subjects"]).toContain("Subject: Invoice 2026-017");
    expect(report).toMatchObject({
      inbox: 6,
      found: 2,
      flagged: 1,
      filed: 2,
      after_expunge: 1,
      sent: 1,
      propfind: 207,
      report: 207,
    });
    expect(report["whole"]).toContain("Content-Disposition: attachment; filename=invoice-2026-017.csv");
    expect(report["calendar"]).toMatch(/SUMMARY:Team meeting[\s\S]*RRULE:FREQ=WEEKLY/);
    const bob = sandbox.organisation.requireMailbox("bob@sandbox.example");
    expect(bob.allItems().map((item) => item.subject)).toContain("through DavMail: Grüße");
    if (hasEwsContract) expect(contractFindings(answers)).toEqual([]);
  });
});
