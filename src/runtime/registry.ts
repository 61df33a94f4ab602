import { type ConnectorDefinition, nearestHint, notFound } from "#spi";

/** The installed connectors by name. */
export interface Registry {
  list(): readonly ConnectorDefinition[];
  /** Errors: NOT_FOUND naming the nearest. */
  get(name: string): ConnectorDefinition;
}

/** Throws a plain Error when two connectors share a name: that is a mistake of the installation. */
export function createRegistry(definitions: readonly ConnectorDefinition[]): Registry {
  const byName = new Map<string, ConnectorDefinition>();
  for (const definition of definitions) {
    if (byName.has(definition.name)) throw new Error(`Two connectors are named ${definition.name}.`);
    byName.set(definition.name, definition);
  }
  return {
    list: () => definitions,
    get(name) {
      const found = byName.get(name);
      if (found === undefined)
        throw notFound(`There is no connector "${name}".${nearestHint(name, byName.keys())}`, { target: name });
      return found;
    },
  };
}
