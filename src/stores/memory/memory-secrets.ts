/** Secrets in memory, for tests and for runs that leave nothing behind. */
import type { SecretStore } from "../../ports/secret-store.ts";

export function createMemorySecrets(): SecretStore {
  const secrets = new Map<string, ReadonlyMap<string, string>>();
  return {
    put: (name, texts) => void secrets.set(name, new Map(Object.entries(texts))),
    find: (name, key) => secrets.get(name)?.get(key),
    remove: (name) => void secrets.delete(name),
    listValues: () => [...secrets.values()].flatMap((texts) => [...texts.values()]),
  };
}
