import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Clock, ConnectorDefinition } from "#spi";
import { installedConnectors } from "../../../connectors/index.ts";
import {
  type FullSandbox,
  type FullSandboxOptions,
  startFullSandbox,
} from "../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { createLog } from "../../../src/log.ts";
import { type Service, startService } from "../../../src/service.ts";
import { readSettings } from "../../../src/settings.ts";
import { recorded } from "../../coverage/recorder.ts";
import { type Client, createClient } from "./client.ts";

export const alice = "alice@sandbox.example";

/** The real service before a whole sandbox, both in this process. */
export interface Stand {
  readonly sandbox: FullSandbox;
  readonly service: Service;
  readonly dataDir: string;
  readonly admin: Client;
  /** A client with another key. */
  client(key: string): Client;
  /** Every line the service logged. */
  log(): string;
  /** Every answer any client of this stand got. */
  answers(): string;
  /** How many requests the sandbox has got, on EWS and Graph. */
  upstreamCalls(): number;
  stop(): Promise<void>;
}

export interface StandOptions {
  readonly sandbox?: FullSandboxOptions;
  readonly environment?: Readonly<Record<string, string>>;
  /** Puts something between the service and each connector. */
  readonly between?: (definition: ConnectorDefinition) => ConnectorDefinition;
  /** The service's clock; the machine's unless given. */
  readonly clock?: Clock;
}

/** Starts a sandbox and a service with an empty store on free ports. */
export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "exchange-service-"));
  const sandbox = await startFullSandbox(options.sandbox);
  const overrides = path.join(dataDir, "clouds.json");
  await writeFile(overrides, JSON.stringify(sandbox.description.cloudOverrides));
  const lines: string[] = [];
  const heard: string[] = [];
  const settings = readSettings({
    PORT: "0",
    DATA_DIR: dataDir,
    EGRESS_ALLOW: "127.0.0.0/8",
    CLOUD_OVERRIDES_FILE: overrides,
    ...options.environment,
  });
  const log = createLog({ level: settings.LOG_LEVEL, destination: { write: (line) => lines.push(line) } });
  const installed = await installedConnectors({
    environment: {},
    cloudOverridesFile: overrides,
    readFile: (file) => readFile(file, "utf8"),
  });
  const { between = (definition) => definition } = options;
  const definitions = installed.map((definition) => recorded(between(definition)));
  const service = await startService({
    settings,
    definitions,
    log,
    version: "0.0.0-test",
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const key = (await readFile(service.adminKeyFile ?? "", "utf8")).trim();
  const client = (one: string) => createClient(service.url, one, (text) => heard.push(text));
  return {
    sandbox,
    service,
    dataDir,
    admin: client(key),
    client,
    log: () => lines.join(""),
    answers: () => heard.join("\n"),
    upstreamCalls: () => [...sandbox.faults.calls.values()].reduce((sum, count) => sum + count, 0),
    stop: async () => {
      await service.close();
      await sandbox.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Properties of an on-premises connection for one mailbox of the sandbox. */
export function ewsProperties({ description }: Pick<FullSandbox, "description">, user = alice) {
  return {
    Schema: "EWS",
    Platform: "Exchange2013_SP1",
    AuthScheme: "Basic",
    Server: description.ews,
    User: user,
    Password: "sandbox",
  };
}

/** Properties of an app-only Graph connection for one mailbox of the sandbox. */
export function graphProperties({ description: { app } }: Pick<FullSandbox, "description">, user = alice) {
  return {
    Schema: "MSGraph",
    AuthScheme: "AzureServicePrincipal",
    AzureTenant: app.tenant,
    OAuthClientId: app.clientId,
    OAuthClientSecret: app.clientSecret,
    UserId: user,
  };
}

/** Creates a connection; answers its representation. */
export function connect(client: Client, name: string, properties: object) {
  return client.ok("/v1/connections", { name, connector: "microsoft-exchange", properties });
}

/** Creates "ews" and "graph" for the same mailbox. */
export async function connectBoth({ sandbox, admin }: Pick<Stand, "sandbox" | "admin">): Promise<void> {
  await connect(admin, "ews", ewsProperties(sandbox));
  await connect(admin, "graph", graphProperties(sandbox));
}
