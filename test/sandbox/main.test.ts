import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Agent, fetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import type { SandboxDescription } from "../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = join(root, "connectors/microsoft-exchange/sandbox/main.ts");
let child: ChildProcess | undefined;

afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** Starts the program and reads its first line. */
async function start(...flags: string[]): Promise<{ description: SandboxDescription; lines: string[] }> {
  const started = spawn(process.execPath, [program, ...flags], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  child = started;
  const lines: string[] = [];
  const reader = createInterface({ input: started.stdout });
  reader.on("line", (line) => lines.push(line));
  await once(reader, "line");
  return { description: JSON.parse(lines[0] ?? "") as SandboxDescription, lines };
}

async function appToken(description: SandboxDescription, dispatcher: Agent): Promise<string> {
  const { tenant, clientId, clientSecret } = description.app;
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    scope: "https://graph.microsoft.com/.default",
  });
  const address = `${description.authority}/${tenant}/oauth2/v2.0/token`;
  const answer = await fetch(address, { method: "POST", body, dispatcher });
  return ((await answer.json()) as { access_token: string }).access_token;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

describe("npm run sandbox", () => {
  it("prints one line, answers on http and https, loads mail, and stops cleanly", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sandbox-mail-"));
    const mail = join(folder, "one.eml");
    writeFileSync(
      mail,
      "From: x@elsewhere.example\r\nTo: alice@sandbox.example\r\nSubject: Loaded\r\nDate: Fri, 1 May 2026 10:00:00 +0000\r\n\r\nhi\r\n",
    );
    const { description, lines } = await start("--port", "0", "--mail", mail, "--empty");
    const dispatcher = new Agent({ connect: { ca: readFileSync(description.caFile, "utf8") } });
    const token = await appToken(description, dispatcher);
    const inbox = await fetch(`${description.graph}/v1.0/users/alice@sandbox.example/messages?$select=subject`, {
      headers: { authorization: `Bearer ${token}` },
      dispatcher,
    });
    expect(((await inbox.json()) as { value: unknown }).value).toMatchObject([{ subject: "Loaded" }]);
    expect((await fetch(description.ews)).status).toBe(401);
    expect((await fetch(description.ewsTls.toLowerCase(), { dispatcher })).status).toBe(401);
    expect(description).toMatchObject({
      cloudOverrides: { GLOBAL: { authority: description.authority, smtp: description.smtp } },
      accounts: [
        { user: "alice@sandbox.example", password: "sandbox" },
        { user: "bob@sandbox.example", password: "sandbox" },
        { user: "svc@sandbox.example", password: "sandbox" },
      ],
    });
    await dispatcher.close();
    child?.kill("SIGTERM");
    expect(child === undefined ? [] : await once(child, "exit")).toEqual([0, null]);
    expect(existsSync(description.caFile)).toBe(false);
    expect(lines).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });

  it("takes the port it is told, with https on the next", async () => {
    const port = await freePort();
    const { description } = await start("--port", String(port));
    expect(new URL(description.ews).port).toBe(String(port));
    expect(new URL(description.ewsTls).port).toBe(String(port + 1));
    child?.kill("SIGINT");
    expect(child === undefined ? [] : await once(child, "exit")).toEqual([0, null]);
  });

  it("explains itself on wrong arguments", async () => {
    const started = spawn(process.execPath, [program, "--port", "many"], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    started.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    expect(await once(started, "exit")).toEqual([2, null]);
    expect(said).toContain("--port P");
  });
});
