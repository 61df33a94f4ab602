import { ConnectorError, mistaken } from "#spi";
import { type CloudOverrides, cloudOverrides } from "./clouds.ts";
import { type ManagedIdentitySource, managedIdentitySource } from "./managed-identity.ts";

/** What the owner of the machine gives the connectors that sign in at Microsoft. */
export interface HostOptions {
  /** Content of CLOUD_OVERRIDES_FILE. */
  readonly cloudOverrides?: CloudOverrides;
  /** PEM text of each caFile named there, by file name. */
  readonly authorities?: Readonly<Record<string, string>>;
  readonly managedIdentity?: ManagedIdentitySource;
}

/** What the process knows of its machine; read once, at start. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of CLOUD_OVERRIDES_FILE. */
  readonly cloudOverridesFile?: string;
  readFile(path: string): Promise<string>;
}

/** Reads CLOUD_OVERRIDES_FILE and the managed identity's place. Errors: INVALID_PROPERTY with every mistake of the file. */
export async function microsoftHost(machine: Machine): Promise<HostOptions> {
  const managedIdentity = managedIdentitySource(machine.environment, (path) => machine.readFile(path));
  if (machine.cloudOverridesFile === undefined) return { managedIdentity };
  const overrides = await readOverrides(machine, machine.cloudOverridesFile);
  const files = [...new Set(Object.values(overrides).flatMap(({ caFile }) => (caFile === undefined ? [] : [caFile])))];
  const authorities = Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await machine.readFile(file)] as const)),
  );
  return { managedIdentity, cloudOverrides: overrides, authorities };
}

async function readOverrides(machine: Machine, path: string) {
  const parsed = cloudOverrides.safeParse(await readJson(machine, path));
  if (parsed.success) return parsed.data;
  throw mistaken(
    parsed.error.issues.map(({ path: place, message }) => ({
      pointer: `/${place.join("/")}`,
      code: "INVALID_PROPERTY" as const,
      detail: `CLOUD_OVERRIDES_FILE, ${place.join(".") || "top level"}: ${message}`,
    })),
  );
}

async function readJson(machine: Machine, path: string): Promise<unknown> {
  try {
    return JSON.parse(await machine.readFile(path));
  } catch (cause) {
    throw new ConnectorError("INVALID_PROPERTY", "CLOUD_OVERRIDES_FILE cannot be read as JSON.", {
      target: "CLOUD_OVERRIDES_FILE",
      cause,
    });
  }
}
