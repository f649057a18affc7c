/**
 * Secrets as files of a folder, one for each Secret, encrypted (docs/decisions/0021-secrets-at-rest.md).
 * The file `current-key` names the key that is written with, and says that nothing lies there unencrypted; each file names
 * the key that it was written with, so that a change of keys that was interrupted does no harm.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import type { SecretStore } from "../../ports/secret-store.ts";
import { readSecretFile, readSecretLabel, writeSecretFile, writeWhole } from "./secret-file.ts";
import type { StoredSecret } from "./secret-file.ts";
import type { SecretKey } from "./secret-box.ts";
import type { SecretKeys } from "./secret-keys.ts";

export interface FolderSecrets extends SecretStore {
  /** Encrypts what versions that did not do so have left. Costs two looks at the folder when there is nothing to do. */
  sealPlain(): void;
  /** Encrypts everything with the next key. The keys that were in use before stay where they are. */
  changeKey(): KeyChange;
}

export interface KeyChange {
  readonly key: string;
  /** How many Secrets were encrypted anew. */
  readonly count: number;
  /** Ids of the keys that they had before. */
  readonly former: readonly string[];
}

const markerName = "current-key";

/** Opens the folder; it is made when the first Secret is put. */
export function openFolderSecrets(folder: string, keys: SecretKeys): FolderSecrets {
  const pathOf = (name: string): string => join(folder, fileName(name));
  const read = (path: string): StoredSecret | undefined => {
    const found = readSecretFile(path, keys);
    if (found !== undefined && found.keyId === undefined) sealFound(folder, path, found, keys);
    return found;
  };
  const listAll = (): readonly StoredSecret[] =>
    listFiles(folder).flatMap((file) => read(join(folder, file)) ?? []);
  return {
    put: (name, texts) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const secret = { name, texts: new Map(Object.entries(texts)) };
      const key = useKey(folder, keys);
      const path = pathOf(name);
      const before = findReadable(path, keys);
      const isSame = before !== undefined && isEqual(before.texts, secret.texts);
      if (!isSame || before.keyId !== key.id) writeSecretFile(path, secret, key);
      return !isSame;
    },
    checkKey: () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      useKey(folder, keys);
    },
    find: (name, key) => read(pathOf(name))?.texts.get(key),
    remove: (name) => rmSync(pathOf(name), { force: true }),
    list: () =>
      listFiles(folder)
        .flatMap((file) => readSecretLabel(join(folder, file)) ?? [])
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    listValues: () => listAll().flatMap(({ texts }) => [...texts.values()]),
    sealPlain: () => {
      if (!existsSync(folder) || readMarker(folder) !== undefined) return;
      // What was being written when an earlier version was killed.
      for (const name of readdirSync(folder))
        if (name.endsWith(".new")) rmSync(join(folder, name), { force: true });
      if (listFiles(folder).length > 0) useKey(folder, keys);
    },
    changeKey: () => changeKey(folder, keys),
  };
}

/** The key to write with; the home remembers which one it was. Before it does so for the first time, nothing is plain. */
function useKey(folder: string, keys: SecretKeys): SecretKey {
  const used = readMarker(folder);
  const key = keys.getCurrent(used);
  if (used === undefined) {
    for (const path of listFiles(folder).map((file) => join(folder, file))) {
      const found = findReadable(path, keys);
      if (found !== undefined && found.keyId === undefined) writeSecretFile(path, found, key);
    }
  }
  if (key.id !== used) writeWhole(join(folder, markerName), `${key.id}\n`);
  return key;
}

function readMarker(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, markerName), "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The next key is remembered first: whatever happens then, every file names a key that is still there. */
function changeKey(folder: string, keys: SecretKeys): KeyChange {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = listFiles(folder).map((file) => join(folder, file));
  // All of them are opened before anything changes, so that a key that is missing leaves everything as it was.
  for (const path of files) readSecretFile(path, keys);
  const key = keys.getNext();
  writeWhole(join(folder, markerName), `${key.id}\n`);
  const former = new Set<string>();
  for (const path of files) {
    const found = readSecretFile(path, keys);
    if (found === undefined) continue;
    if (found.keyId !== undefined && found.keyId !== key.id) former.add(found.keyId);
    writeSecretFile(path, found, key);
  }
  return { key: key.id, count: files.length, former: [...former] };
}

/** A plain file becomes a box where it lies. In a home that cannot be written it can still be read. */
function sealFound(folder: string, path: string, secret: StoredSecret, keys: SecretKeys): void {
  try {
    writeSecretFile(path, secret, useKey(folder, keys));
  } catch (error) {
    const isReadOnly = ["EROFS", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
    if (!isReadOnly) throw error;
  }
}

/** What is written over need not be readable: its key may be lost. */
function findReadable(path: string, keys: SecretKeys): StoredSecret | undefined {
  try {
    return readSecretFile(path, keys);
  } catch (error) {
    if (error instanceof MillraceError) return undefined;
    throw error;
  }
}

function isEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, text]) => b.get(key) === text);
}

/** Names of Secrets are short and plain on a cluster; any other is known by its digest. */
function fileName(name: string): string {
  const isPlain = /^[a-z0-9][a-z0-9.-]{0,200}$/u.test(name);
  return `${isPlain ? name : `~${createHash("sha256").update(name).digest("hex")}`}.json`;
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
