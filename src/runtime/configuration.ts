import { createHash } from "node:crypto";
import {
  type ActivityLimits,
  type ConnectorDefinition,
  type PropertyValues,
  Secret,
  type TransportOptions,
} from "#spi";
import type { ConnectionAccess, LocatedConnection } from "./connections.ts";
import type { Call, PropertyWarning } from "./use-cases.ts";
import { settle, validate, warningsOf } from "./validation.ts";
import { type VariableResolver, variablesIn } from "./variable-resolver.ts";

/** A connection's properties resolved, checked and parsed: all that opening a session needs. */
export interface Configuration {
  readonly definition: ConnectorDefinition;
  readonly config: unknown;
  readonly options: TransportOptions;
  readonly limits: ActivityLimits;
  readonly schema: string;
  readonly warnings: readonly PropertyWarning[];
}

/** Makes a configuration of property values. Errors: INVALID_PROPERTY with every mistake. */
export function configure(definition: ConnectorDefinition, values: PropertyValues): Configuration {
  const settled = settle(definition, values);
  const config = definition.parse(settled);
  return {
    definition,
    config,
    options: definition.transport(config),
    limits: definition.limits(config),
    schema: schemaOf(definition, settled),
    warnings: warningsOf(validate(definition, values)),
  };
}

function schemaOf({ schemaProperty, schemas, name }: ConnectorDefinition, values: PropertyValues): string {
  const only = schemas[0]?.name;
  const named = schemaProperty === undefined ? only : values[schemaProperty];
  if (typeof named !== "string") throw new Error(`${name} declares no schema.`);
  return named;
}

/** Properties that decide where credentials go: a call's own variables may not touch them. */
export const fixedProperties = ({ properties }: ConnectorDefinition): ReadonlySet<string> =>
  new Set(properties.filter(({ movesCredentials }) => movesCredentials === true).map(({ key }) => key));

/** A stored connection made ready, with a version that changes with everything it depends on. */
export interface ReadyConnection extends Configuration {
  readonly connectionId: string;
  readonly name: string;
  readonly version: string;
  /** When the connection was changed last, in milliseconds since the epoch. */
  readonly changedAt: number;
}

export interface ReadyParts {
  readonly access: ConnectionAccess;
  readonly variables: VariableResolver;
  getConnector(name: string): ConnectorDefinition;
}

/** What was made of one version of a connection: the variables it refers to, and a variant for each of their values. */
interface Remembered {
  readonly version: number;
  readonly names: readonly string[];
  readonly byStamp: Map<string, ReadyConnection>;
}

/** Variants of one connection kept: calls with their own variables each make one. */
const variantsKept = 16;

/**
 * Makes stored connections ready for use. Nothing is opened, resolved or parsed again while neither the connection nor
 * a variable it refers to changed. Errors: NOT_FOUND, FORBIDDEN, INVALID_PROPERTY.
 */
export function createReadyConnections({ access, variables, getConnector }: ReadyParts): {
  ready(call: Call, located: LocatedConnection): Promise<ReadyConnection>;
} {
  const remembered = new Map<string, Remembered>();

  const make = async (call: Call, located: LocatedConnection): Promise<ReadyConnection> => {
    const definition = getConnector(located.connector);
    const { values } = await access.load(call, located.id);
    const names = variablesIn(values);
    const stamp = await variables.stamp(call, names);
    const resolved = await variables.resolve(call, values, fixedProperties(definition));
    const version = versionOf(located, stamp);
    const { id: connectionId, name, changedAt } = located;
    const made = { ...configure(definition, resolved), connectionId, name, version, changedAt };
    keep(located, names, stamp, made);
    return made;
  };

  const keep = ({ id, version }: LocatedConnection, names: readonly string[], stamp: string, made: ReadyConnection) => {
    const known = remembered.get(id);
    const byStamp = known?.version === version ? known.byStamp : new Map<string, ReadyConnection>();
    if (byStamp.size >= variantsKept) byStamp.delete(byStamp.keys().next().value ?? "");
    byStamp.set(stamp, made);
    remembered.set(id, { version, names, byStamp });
  };

  return {
    async ready(call, located) {
      const known = remembered.get(located.id);
      if (known?.version !== located.version) return make(call, located);
      return known.byStamp.get(await variables.stamp(call, known.names)) ?? make(call, located);
    },
  };
}

const versionOf = ({ version }: LocatedConnection, stamp: string): string =>
  stamp === "" ? String(version) : `${version}:${createHash("sha256").update(stamp).digest("base64url")}`;

/** Values of a request that was never saved: texts of secret properties are closed at once. */
export function closedValues(
  definition: ConnectorDefinition,
  given: Readonly<Record<string, unknown>>,
): PropertyValues {
  const secrets = new Set(definition.properties.filter(({ secret }) => secret).map(({ key }) => key));
  const closed: Record<string, string | number | boolean | Secret> = {};
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === "string") closed[key] = secrets.has(key) ? new Secret(value) : value;
    else if (typeof value === "number" || typeof value === "boolean") closed[key] = value;
  }
  return closed;
}
