/** Secrets as presenters see them: those that are stored as definitions, and those that came with documents. */
import type { SecretHouse, SecretRow } from "../api/secrets.ts";
import { MillraceError } from "../base/errors.ts";
import { findMeantName } from "../cli/arguments/find-meant-name.ts";
import { openSqliteDefinitions } from "../stores/sqlite/open-sqlite-definitions.ts";
import { makeHome } from "./home.ts";
import type { Home } from "./home.ts";
import { openHomeSecrets } from "./home-secrets.ts";
import { readDefinitions } from "./read-definitions.ts";

export function createSecretHouse(home: Home): SecretHouse {
  const secrets = openHomeSecrets(home);
  const list = (): Promise<readonly SecretRow[]> => listSecrets(home);
  const check = async (name: string): Promise<SecretRow> => {
    const rows = await list();
    const found = rows.find((row) => row.name === name);
    if (found !== undefined) return found;
    const closest = findMeantName(
      name,
      rows.map((row) => row.name),
    );
    throw new MillraceError("definition/unknown", "not-found", `there is no Secret '${name}' in this home`, {
      hint: closest === undefined ? "--home names another home." : `Did you mean ${closest}?`,
    });
  };
  return {
    list,
    reveal: async (name) => {
      const { keys } = await check(name);
      return Object.fromEntries(keys.flatMap((key) => readEntry(key, secrets.find(name, key))));
    },
    remove: async (name) => {
      const { version } = await check(name);
      if (version !== undefined) await removeStored(home, name);
      secrets.remove(name);
    },
    changeKey: async () => {
      makeHome(home);
      return secrets.changeKey();
    },
  };
}

function readEntry(key: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[key, value]];
}

async function listSecrets(home: Home): Promise<readonly SecretRow[]> {
  const stored = await readDefinitions(
    home,
    async (reader) => (await reader?.list({ kind: "Secret" })) ?? [],
  );
  const kept = openHomeSecrets(home).list();
  const rows = new Map<string, SecretRow>(kept.map(({ name, keys }) => [name, { name, keys }]));
  for (const { name, version, createdAt } of stored)
    rows.set(name, { name, keys: rows.get(name)?.keys ?? [], version, createdAt });
  return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function removeStored(home: Home, name: string): Promise<void> {
  const store = openSqliteDefinitions(home.definitions);
  try {
    await store.remove({ kind: "Secret", name });
  } finally {
    await store.close();
  }
}
