import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { enableCompileCache } from "node:module";
import { asConnectorError, type ConnectorError } from "#spi";
import type { Service } from "./service.ts";

// Before the imports below are loaded: compiled code is kept between starts.
enableCompileCache();
const { installedConnectors } = await import("../connectors/index.ts");
const { createLog } = await import("./log.ts");
const { startService } = await import("./service.ts");
const { readSettings } = await import("./settings.ts");

/** A start that cannot work: what is wrong with which setting, and nothing else. */
function refuseToStart(error: unknown): never {
  const { message, mistakes, target }: ConnectorError = asConnectorError(error);
  const lines =
    mistakes.length > 0
      ? mistakes.map(({ detail }) => detail)
      : [target === undefined ? message : `${target}: ${message}`];
  process.stderr.write(`The service cannot start.\n${lines.map((line) => `  - ${line}\n`).join("")}`);
  if (lines[0] === asConnectorError(new Error("unexpected")).message)
    process.stderr.write(`${String((error as Error)?.stack ?? error)}\n`);
  process.exit(1);
}

async function start(): Promise<Service> {
  const settings = readSettings(process.env);
  const log = createLog({ level: settings.LOG_LEVEL });
  if (settings.ADMIN_KEY !== undefined) log.conceal(settings.ADMIN_KEY);
  const definitions = await installedConnectors({
    environment: process.env,
    ...(settings.CLOUD_OVERRIDES_FILE === undefined ? {} : { cloudOverridesFile: settings.CLOUD_OVERRIDES_FILE }),
    readFile: (file) => readFile(file, "utf8"),
  });
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const service = await startService({ settings, definitions, log, version });
  process.stdout.write(`listening on ${service.url}\n`);
  if (service.adminKeyFile !== undefined) process.stderr.write(`first admin key: ${service.adminKeyFile}\n`);
  process.stderr.write(`API page: ${service.url}/docs\n`);

  let isClosing = false;
  const close = (): void => {
    if (isClosing) return;
    isClosing = true;
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "closing failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", close);
  process.on("SIGINT", close);
  process.on("uncaughtException", (error) => {
    log.error({ err: error }, "an error nobody caught: the service stops");
    setTimeout(() => process.exit(1), 4000).unref();
    close();
  });
  return service;
}

// Not when it is only loaded to be compiled, as compile-cache.js does. Node before 24.2 does not tell, and fills nothing.
if (import.meta.main !== false) await start().catch(refuseToStart);
