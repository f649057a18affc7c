/** Objects of one kind in memory, for tests of the keeper. */
import type { JsonObject } from "../../../src/base/json.ts";
import { readName } from "../../../src/executors/objects/name-objects.ts";
import type { ObjectCollection } from "../../../src/executors/objects/object-collection.ts";

export interface MemoryCollection extends ObjectCollection {
  readonly objects: Map<string, JsonObject>;
  /** How many objects were made. */
  made(): number;
}

export function createMemoryCollection(kind: string, resource: string): MemoryCollection {
  const objects = new Map<string, JsonObject>();
  const watchers = new Map<string, Set<() => void>>();
  let made = 0;
  const touch = (name: string): void => watchers.get(name)?.forEach((changed) => changed());
  return {
    objects,
    made: () => made,
    kind,
    resource,
    words: [kind.toLowerCase(), `${kind.toLowerCase()}s`],
    get: async (name) => objects.get(name),
    list: async () => [...objects.values()],
    create: async (object) => {
      made += 1;
      objects.set(readName(object), object);
    },
    replace: async (name, object) => {
      objects.set(name, object);
      touch(name);
    },
    remove: async (name) => {
      const had = objects.delete(name);
      touch(name);
      return had;
    },
    watch: (name, changed) => {
      const set = watchers.get(name) ?? new Set();
      watchers.set(name, set.add(changed));
      return () => void set.delete(changed);
    },
  };
}
