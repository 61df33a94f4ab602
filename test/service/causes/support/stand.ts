import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Clock } from "#spi";
import { installedConnectors } from "../../../../connectors/index.ts";
import {
  type FullSandbox,
  type FullSandboxOptions,
  startFullSandbox,
} from "../../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { createLog } from "../../../../src/log.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { type Service, startService } from "../../../../src/service.ts";
import { readSettings } from "../../../../src/settings.ts";
import { type Client, createClient } from "../../support/client.ts";
import { testResolver } from "./resolver.ts";

/** The real service, and the sandbox it was told about. */
export interface CauseStand {
  readonly admin: Client;
  /** Where relative names of files lead. */
  readonly files: string;
  /** Throws where none was started. */
  readonly sandbox: FullSandbox;
}

export interface CauseStandOptions {
  /** False: none; the endpoints of Microsoft lead nowhere. */
  readonly sandbox?: FullSandboxOptions | false;
  /** PEM of an authority the service trusts, where there is no sandbox with its own. */
  readonly authority?: () => Promise<string>;
  /** A limit of so many milliseconds ends after a fifth of a second. */
  readonly hurriedMs?: number;
  /** What the connector sees of the machine's environment. */
  readonly machine?: (sandbox: FullSandbox | undefined) => Promise<Readonly<Record<string, string>>>;
  /** Endpoints of further clouds. */
  readonly clouds?: () => Promise<Readonly<Record<string, object>>>;
}

/** How often the service looks after subscriptions. */
const turnEveryMs = 1000;

/** Waits of retries pass at once. Limits and periodic chores, most of whole tens of seconds, are real but for the named one. */
function quickClock(hurriedMs: number | undefined): Clock {
  let skippedMs = 0;
  return {
    now: () => Date.now() + skippedMs,
    async sleep(waitMs, signal) {
      if (waitMs === hurriedMs) return systemClock.sleep(200, signal);
      if (waitMs >= 60_000 || waitMs % 10_000 === 0 || waitMs === turnEveryMs) return systemClock.sleep(waitMs, signal);
      skippedMs += waitMs;
      return systemClock.sleep(0, signal);
    },
  };
}

/** Starts the service before the tests of this file and stops it after them. */
export function useCauseStand(options: CauseStandOptions = {}): () => CauseStand {
  let stand: (CauseStand & { stop(): Promise<void> }) | undefined;
  beforeAll(async () => {
    stand = await start(options);
  });
  afterAll(() => stand?.stop());
  return () => {
    if (stand === undefined) throw new Error("the stand did not start");
    return stand;
  };
}

async function start({ sandbox: wish = {}, authority, hurriedMs, machine, clouds }: CauseStandOptions) {
  const dataDir = await mkdtemp(path.join(tmpdir(), "causes-"));
  const files = path.join(dataDir, "files");
  await mkdir(files);
  const sandbox = wish === false ? undefined : await startFullSandbox(wish);
  const overrides = path.join(dataDir, "clouds.json");
  const caFile = path.join(dataDir, "ca.pem");
  if (authority !== undefined) await writeFile(caFile, await authority());
  const own = authority === undefined ? {} : { GLOBAL: { caFile } };
  const others = (await clouds?.()) ?? {};
  await writeFile(overrides, JSON.stringify({ ...(sandbox?.description.cloudOverrides ?? own), ...others }));
  const service = await open(dataDir, overrides, (await machine?.(sandbox)) ?? {}, quickClock(hurriedMs));
  const key = await readFile(service.adminKeyFile ?? "", "utf8");
  return {
    admin: createClient(service.url, key.trim()),
    files,
    get sandbox(): FullSandbox {
      if (sandbox === undefined) throw new Error("this stand has no sandbox");
      return sandbox;
    },
    async stop() {
      await service.close();
      await sandbox?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function open(
  dataDir: string,
  overrides: string,
  machine: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<Service> {
  const settings = readSettings({
    PORT: "0",
    DATA_DIR: dataDir,
    EGRESS_ALLOW: "127.0.0.0/8,255.255.255.255/32",
    EGRESS_DENY: "127.0.0.66/32",
    CLOUD_OVERRIDES_FILE: overrides,
  });
  const definitions = await installedConnectors({
    environment: machine,
    cloudOverridesFile: overrides,
    readFile: (file) => readFile(file, "utf8"),
  });
  const log = createLog({ level: "error", destination: { write: () => undefined } });
  return startService({
    settings,
    definitions,
    log,
    version: "0.0.0-test",
    clock,
    resolver: testResolver,
  });
}
