/**
 * The three functions of the "reflect-metadata" proposal that tsyringe asks for, on which @peculiar/x509 2.2 depends
 * without bringing them. Imported before it.
 */
type Key = string | symbol;
const kept = new WeakMap<object, Map<Key, unknown>>();

const getOwnMetadata = (key: Key, target: object): unknown => kept.get(target)?.get(key);

function defineMetadata(key: Key, value: unknown, target: object): void {
  const own = kept.get(target) ?? new Map<Key, unknown>();
  kept.set(target, own.set(key, value));
}

Object.assign(Reflect, { getMetadata: getOwnMetadata, getOwnMetadata, defineMetadata });
