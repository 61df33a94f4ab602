import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createApi, isRow, listOf, textOf } from "../api.ts";
import { check } from "../problem.ts";
import type { Processes } from "../processes.ts";
import type { Screen } from "../screen.ts";
import type { Sandbox, Scene } from "./scene.ts";

const readyLimitMs = 30_000;
const askAgainMs = 100;

/** Settings of the service that would lead the demo elsewhere or hide its problems; an empty value counts as not set. */
const notInherited = {
  STORE: "",
  MASTER_KEY_FILE: "",
  ADMIN_KEY: "",
  TLS_CERT_FILE: "",
  TLS_KEY_FILE: "",
  BEHIND_TLS_PROXY: "",
  PUBLIC_URL: "",
  FILE_ROOTS: "",
  LOG_LEVEL: "warn",
};

/** Step 1: a sandbox Exchange and a service that is allowed to reach it. */
export const startBoth = {
  title: "Start a sandbox Exchange and the service",
  explanation: "Two processes on free ports of this machine, with a temporary data folder.",
  async run(screen: Screen, processes: Processes, signal: AbortSignal): Promise<Scene> {
    screen.note("starting the sandbox …");
    const sandbox = await startSandbox(processes);
    screen.note("starting the service …");
    const dataFolder = path.join(processes.folder, "data");
    const baseUrl = await startService(processes, sandbox, dataFolder);
    await untilReady(baseUrl, signal);
    screen.table(
      [{ name: "Program" }, { name: "Address" }],
      [
        { Program: "sandbox: EWS", Address: sandbox.ews },
        { Program: "sandbox: Graph", Address: `${sandbox.graph}/v1.0` },
        { Program: "service", Address: baseUrl },
      ],
    );
    screen.passed("The service says it is ready.");
    const keyFile = path.join(dataFolder, "admin.key");
    const key = (await readFile(keyFile, "utf8")).trim();
    const api = createApi({ baseUrl, key, screen, signal });
    return { screen, api, key, keyFile, sandbox, contacts: new Map() };
  },
};

function startSandbox(processes: Processes): Promise<Sandbox> {
  return processes.start({
    name: "sandbox",
    file: "connectors/microsoft-exchange/sandbox/main.ts",
    parameters: ["--port", "0"],
    recognise: (line) => (line.startsWith("{") ? readSandbox(JSON.parse(line)) : undefined),
  });
}

function readSandbox(printed: unknown): Sandbox {
  check(isRow(printed), "The sandbox printed no description.");
  const { app, cloudOverrides } = printed;
  const [account] = listOf(printed, "accounts");
  check(isRow(app) && isRow(cloudOverrides) && account !== undefined, "The description of the sandbox is incomplete.");
  return {
    cloudOverrides,
    ews: textOf(printed, "ews"),
    graph: textOf(printed, "graph"),
    user: textOf(account, "user"),
    password: textOf(account, "password"),
    tenant: textOf(app, "tenant"),
    clientId: textOf(app, "clientId"),
    clientSecret: textOf(app, "clientSecret"),
  };
}

async function startService(processes: Processes, sandbox: Sandbox, dataFolder: string): Promise<string> {
  const overrides = path.join(processes.folder, "cloud-overrides.json");
  await writeFile(overrides, JSON.stringify(sandbox.cloudOverrides));
  return processes.start({
    name: "service",
    file: "src/main.ts",
    environment: {
      ...notInherited,
      HOST: "127.0.0.1",
      PORT: "0",
      DATA_DIR: dataFolder,
      EGRESS_ALLOW: "127.0.0.0/8",
      CLOUD_OVERRIDES_FILE: overrides,
    },
    recognise: (line) => /^listening on (http:\S+)/.exec(line)?.[1],
  });
}

async function untilReady(baseUrl: string, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(readyLimitMs)]);
  while ((await fetch(`${baseUrl}/readyz`, { signal: limit })).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
}
