/**
 * The three functions of the "reflect-metadata" proposal that tsyringe asks for, on which @peculiar/x509 2.2 depends
 * without bringing them. Import it before @peculiar/x509.
 */
type MetadataReflect = typeof Reflect & {
  getMetadata?: (key: unknown, target: object) => unknown;
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
};

const store = new WeakMap<object, Map<unknown, unknown>>();
const reflect: MetadataReflect = Reflect;

reflect.getOwnMetadata ??= (key, target) => store.get(target)?.get(key);
reflect.getMetadata ??= (key, target) => {
  for (let current: object | null = target; current !== null; current = Object.getPrototypeOf(current)) {
    const own = store.get(current);
    if (own?.has(key) === true) return own.get(key);
  }
  return undefined;
};
reflect.defineMetadata ??= (key, value, target) => {
  const own = store.get(target) ?? new Map<unknown, unknown>();
  store.set(target, own.set(key, value));
};
