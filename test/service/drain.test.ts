import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect as connectSocket, type Socket } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { installedConnectors } from "../../connectors/index.ts";
import { type FullSandbox, startFullSandbox } from "../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { emptyFields } from "../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { createLog } from "../../src/log.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { startService } from "../../src/service.ts";
import { readSettings } from "../../src/settings.ts";
import { type Client, createClient } from "./support/client.ts";
import { expectProblem } from "./support/problem.ts";
import { dataFolder, type ServiceProcess, startServiceProcess, stopProgram } from "./support/processes.ts";
import { alice, connect, connectBoth, ewsProperties } from "./support/stand.ts";

const messageCount = 1200;

let sandbox: FullSandbox;
beforeAll(async () => {
  sandbox = await startFullSandbox({ empty: true });
  const mailbox = sandbox.organisation.requireMailbox(alice);
  const inbox = mailbox.folders.requireWellKnown("inbox").id;
  for (let index = 0; index < messageCount; index += 1)
    mailbox.createItem("message", inbox, { ...emptyFields("message"), subject: `Message ${index}` });
});
afterAll(() => sandbox.stop());

async function folderOfTest() {
  const { folder, remove } = await dataFolder(sandbox.description);
  onTestFinished(remove);
  return folder;
}

async function startProcess(folder: string, environment: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startServiceProcess(folder, environment);
  onTestFinished(async () => {
    await stopProgram(service.child, "SIGKILL");
  });
  return service;
}

/** A stream of frames that is read as far as the test likes. */
async function openStream({ url, key }: { readonly url: string; readonly key: string }, body: object) {
  const answer = await fetch(`${url}/v1/connections/ews/query`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", accept: "application/x-ndjson" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  const first = await reader.read();
  return {
    /** Reads the rest; answers all frames. */
    async frames() {
      const parts = [first.value ?? new Uint8Array()];
      for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
      const text = Buffer.concat(parts).toString();
      expect(text.endsWith("\n")).toBe(true);
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    },
  };
}

const listing = { table: "Inbox", columns: ["Subject"] };

describe("a service that is told to end", () => {
  test("lets a stream finish, refuses new work and exits with 0", async () => {
    const service = await startProcess(await folderOfTest());
    await connectBoth({ sandbox, admin: service.admin });
    const stream = { url: service.url, key: service.admin.key };
    await service.admin.run("ews", "query", { ...listing, limit: 1 });
    // The second page comes late enough for the questions below.
    sandbox.faults.add({ kind: "slow", operation: "FindItem", after: 1, count: 1, waitMs: 1500 });
    const running = await openStream(stream, listing);
    const exited = once(service.child, "exit");
    service.child.kill("SIGTERM");
    await expect.poll(async () => (await service.admin.get("/readyz")).status).toBe(503);
    const ready = await service.admin.get("/readyz");
    expect(ready.text).toContain("draining");
    const refused = await service.admin.call("/v1/connections/ews/query", { ...listing, limit: 1 });
    expectProblem(refused, 503, "BUSY");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("connection")).toBe("close");
    const frames = await running.frames();
    expect(frames.at(-1)).toEqual({ type: "end", count: messageCount });
    expect(frames.filter(({ type }) => type === "record")).toHaveLength(messageCount);
    expect(await exited).toEqual([0, null]);
    expect(service.stderr()).not.toContain('"level":"error"');
  });

  test("ends at once when nothing is under way, whoever keeps a connection", async () => {
    const service = await startProcess(await folderOfTest());
    expect((await service.admin.get("/v1/connections")).headers.get("connection")).toBe("keep-alive");
    const started = performance.now();
    expect(await stopProgram(service.child)).toBe(0);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test("ends a stream that takes too long with an error frame", async () => {
    const { admin, url, endNow } = await startHurried();
    await connect(admin, "ews", ewsProperties(sandbox));
    await admin.run("ews", "query", { ...listing, limit: 1 });
    sandbox.faults.add({ kind: "slow", operation: "FindItem", after: 1, waitMs: 60_000 });
    onTestFinished(() => sandbox.faults.clear());
    const running = await openStream({ url, key: admin.key }, listing);
    const closed = endNow();
    const frames = await running.frames();
    expect(frames.at(-1)).toMatchObject({ type: "error", problem: { status: 503, code: "BUSY" } });
    expect(frames.length).toBeGreaterThan(10);
    await closed;
  });
});

/** Stands before the sandbox; what it answers to a CreateItem is withheld while `onCreated` is set. */
async function startWithholding() {
  const state: { onCreated?: () => void } = {};
  const upstream = new URL(sandbox.description.ews);
  const server: Server = createServer((request, response) => {
    const forwarded = httpRequest(
      {
        host: upstream.hostname,
        port: upstream.port,
        path: request.url,
        method: request.method,
        headers: request.headers,
      },
      async (answer) => {
        const bytes = Buffer.concat(await Array.fromAsync(answer));
        if (state.onCreated !== undefined && bytes.includes("CreateItemResponse")) return state.onCreated();
        response.writeHead(answer.statusCode ?? 500, answer.headers).end(bytes);
      },
    );
    request.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { state, url: `http://127.0.0.1:${port}${upstream.pathname}` };
}

describe("a service that is killed in the middle of a write", () => {
  const create = (admin: Client, key: string, name: string) =>
    admin.call(
      "/v1/connections/ews/create",
      { table: "Contacts", rows: [{ GivenName: name, Surname: "Killed" }] },
      { headers: { "idempotency-key": key } },
    );
  const contacts = async (admin: Client): Promise<readonly string[]> => {
    const where = { column: "Surname", operator: "=", value: "Killed" };
    const { records } = await admin.run("ews", "query", { table: "Contacts", columns: ["GivenName"], where });
    return records.map((row: { GivenName: string }) => row.GivenName).sort();
  };

  test("does nothing twice and says what it knows; connections and tokens are there", async () => {
    const folder = await folderOfTest();
    const { state, url } = await startWithholding();
    const first = await startProcess(folder);
    await connectBoth({ sandbox, admin: first.admin });
    const current = await first.admin.ok("/v1/connections/ews");
    await first.admin.ok(
      "/v1/connections/ews",
      { properties: { Server: url, Password: "sandbox" } },
      { method: "PATCH", headers: { "content-type": "application/merge-patch+json" } },
    );
    await first.admin.run("graph", "query", { table: "Messages", columns: ["subject"], limit: 1 });
    const token = await first.admin.ok("/v1/connections/graph/token");
    const done = await create(first.admin, "done", "Answered");
    expect(done.status, done.text).toBe(200);

    const exited = once(first.child, "exit");
    state.onCreated = () => first.child.kill("SIGKILL");
    const lost = create(first.admin, "lost", "Withheld");
    await expect(lost).rejects.toThrow();
    await exited;
    delete state.onCreated;

    const second = await startProcess(folder);
    const { admin } = second;
    const replayed = await create(admin, "done", "Answered");
    expect(replayed.headers.get("idempotency-replayed")).toBe("true");
    expect(replayed.body).toEqual(done.body);
    const honest = await create(admin, "lost", "Withheld");
    expectProblem(honest, 409, "CONFLICT");
    expect(Number(honest.headers.get("retry-after"))).toBeGreaterThan(0);
    expectProblem(await create(admin, "lost", "Other"), 409, "CONFLICT");
    expect(await contacts(admin)).toEqual(["Answered", "Withheld"]);

    expect(await admin.ok("/v1/connections/ews")).toMatchObject({ id: current.id, properties: { Server: url } });
    expect(await admin.ok("/v1/connections/graph/token")).toEqual(token);
    const subjects = await admin.run("graph", "query", { table: "Messages", columns: ["subject"], limit: 3 });
    expect(subjects.records).toHaveLength(3);
    expect(await stopProgram(second.child)).toBe(0);
  });
});

describe("a service that is pressed", () => {
  test("works on so many requests at a time, and tells the others when to come again", async () => {
    const service = await startProcess(await folderOfTest(), { MAX_IN_FLIGHT: "2" });
    await connect(service.admin, "ews", ewsProperties(sandbox));
    sandbox.faults.add({ kind: "slow", operation: "FindItem", count: 2, waitMs: 1000 });
    onTestFinished(() => sandbox.faults.clear());
    const ask = () => service.admin.call("/v1/connections/ews/query", { ...listing, limit: 1 });
    const running = [ask(), ask()];
    await expect.poll(() => sandbox.faults.list()).toEqual([]);
    const refused = await ask();
    expectProblem(refused, 503, "BUSY");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await service.admin.get("/livez")).status).toBe(200);
    for (const answer of await Promise.all(running)) expect(answer.status, answer.text).toBe(200);
    expect((await ask()).status).toBe(200);
  });

  test("serves good callers while hundreds send their requests bit by bit", async () => {
    const service = await startProcess(await folderOfTest());
    const { hostname, port } = new URL(service.url);
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let index = 0; index < 300; index += 1) {
      const socket = connectSocket(Number(port), hostname);
      socket.on("error", () => undefined);
      socket.write(
        index % 2 === 0
          ? "GET /v1/connections HTTP/1.1\r\nHost: x\r\nX-Slow: "
          : `POST /v1/connections HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer exk_a_b\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{`,
      );
      sockets.push(socket);
    }
    await Promise.all(sockets.filter(({ connecting }) => connecting).map((socket) => once(socket, "connect")));
    for (let round = 0; round < 10; round += 1) expect((await service.admin.get("/readyz")).status).toBe(200);
    const answer = await service.admin.get("/v1/connections");
    expect(answer.status, answer.text).toBe(200);
  });

  test("refuses bodies and headers that are too large, and lives on", async () => {
    const service = await startProcess(await folderOfTest());
    const body = await service.admin.call("/v1/connections", { name: "x".repeat(1_100_000) });
    expectProblem(body, 413, "TOO_LARGE");
    const headers = await service.admin.get("/v1/connections", { "x-large": "x".repeat(17_000) });
    expect(headers.status).toBe(431);
    const deep = await service.admin.call("/v1/connections", undefined, { raw: `${"[".repeat(40)}${"]".repeat(40)}` });
    expectProblem(deep, 400, "INVALID_REQUEST");
    expect((await service.admin.get("/readyz")).status).toBe(200);
  });
});

/** The service in this process, with a clock by which waiting for answers takes no time. */
async function startHurried() {
  const folder = await folderOfTest();
  const overrides = path.join(folder, "clouds.json");
  const settings = readSettings({
    PORT: "0",
    DATA_DIR: folder,
    EGRESS_ALLOW: "127.0.0.0/8",
    CLOUD_OVERRIDES_FILE: overrides,
  });
  let isHurried = false;
  const sleep: typeof systemClock.sleep = (ms, signal) =>
    systemClock.sleep(isHurried && ms === 30_000 ? 0 : ms, signal);
  const service = await startService({
    settings,
    definitions: await installedConnectors({
      environment: {},
      cloudOverridesFile: overrides,
      readFile: (file) => readFile(file, "utf8"),
    }),
    log: createLog({ level: "silent" }),
    version: "0.0.0-test",
    clock: { ...systemClock, sleep },
  });
  const key = (await readFile(path.join(folder, "admin.key"), "utf8")).trim();
  return {
    url: service.url,
    admin: createClient(service.url, key),
    endNow: () => {
      isHurried = true;
      return service.close();
    },
  };
}
