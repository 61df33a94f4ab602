import type { Changes, Topic } from "../store/notify.ts";

/** Values loaded once and dropped together when their topic changes, here or on another instance. */
export interface FreshCache<V> {
  get(key: string, load: () => Promise<V>): Promise<V>;
}

export function createFreshCache<V>(changes: Changes, topic: Topic, limit = 5000): FreshCache<V> {
  // A new map for each generation: what was being loaded when the change came ends up in the old one.
  let entries = new Map<string, Promise<V>>();
  changes.on(topic, () => {
    entries = new Map();
  });
  return {
    async get(key, load) {
      await changes.look();
      const generation = entries;
      const known = generation.get(key);
      if (known !== undefined) return known;
      if (generation.size >= limit) generation.clear();
      const loading = load();
      generation.set(key, loading);
      try {
        return await loading;
      } catch (error) {
        generation.delete(key);
        throw error;
      }
    },
  };
}
