/**
 * Secrets as files of a folder, one for each Secret, which only their owner can read.
 * Files are written beside their place and moved there, so that a reader finds the old or the new one whole.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import type { SecretStore } from "../../ports/secret-store.ts";

/** Opens the folder; it is made when the first Secret is put. */
export function openFolderSecrets(folder: string): SecretStore {
  const pathOf = (name: string): string => join(folder, fileName(name));
  return {
    put: (name, texts) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const path = pathOf(name);
      const values = Object.entries(texts).map(([key, text]) => [key, text]);
      writeFileSync(`${path}.new`, `${JSON.stringify({ name, values })}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    find: (name, key) => readTexts(pathOf(name))?.get(key),
    remove: (name) => rmSync(pathOf(name), { force: true }),
    listValues: () =>
      listFiles(folder).flatMap((file) => [...(readTexts(join(folder, file))?.values() ?? [])]),
  };
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

function readTexts(path: string): ReadonlyMap<string, string> | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const values = parseValues(text);
  if (values === undefined)
    throw new MillraceError("secrets/unreadable", "invalid", `${path} is not a stored Secret`, {
      hint: "Delete the file, and run a document that brings the Secret with it.",
    });
  return values;
}

function parseValues(text: string): ReadonlyMap<string, string> | undefined {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    // A file that somebody else wrote, or a disk tore; the caller says so.
    return undefined;
  }
  const values = isJsonObject(parsed) ? parsed["values"] : undefined;
  if (!Array.isArray(values)) return undefined;
  const texts = new Map<string, string>();
  for (const pair of values) {
    const [key, value] = Array.isArray(pair) ? pair : [];
    if (typeof key !== "string" || typeof value !== "string") return undefined;
    texts.set(key, value);
  }
  return texts;
}
