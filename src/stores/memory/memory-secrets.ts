/** Secrets in memory, for tests and for runs that leave nothing behind. */
import type { SecretStore } from "../../ports/secret-store.ts";

export function createMemorySecrets(): SecretStore {
  const secrets = new Map<string, ReadonlyMap<string, string>>();
  return {
    put: (name, texts) => {
      const [before, after] = [secrets.get(name), new Map(Object.entries(texts))];
      secrets.set(name, after);
      return JSON.stringify([...(before ?? [])]) !== JSON.stringify([...after]);
    },
    checkKey: () => undefined,
    find: (name, key) => secrets.get(name)?.get(key),
    remove: (name) => void secrets.delete(name),
    list: () =>
      [...secrets]
        .map(([name, texts]) => ({ name, keys: [...texts.keys()] }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    listValues: () => [...secrets.values()].flatMap((texts) => [...texts.values()]),
  };
}
