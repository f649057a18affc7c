/**
 * Kept results as files of a folder: one folder for each cache, one file for each key.
 * Files are written beside their place and moved there, so that a reader finds the old or the new one whole.
 * A user may look at them, and take away what shall be made again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import type { MemoEntry } from "../../model/run/memo.ts";
import type { MemoStore } from "../../ports/memo-store.ts";

/** Opens the folder; it is made when the first result is put. */
export function openFolderMemos(folder: string): MemoStore {
  const pathOf = (cache: string, key: string): string =>
    join(folder, fileName(cache), `${fileName(key)}.json`);
  const find = (cache: string, key: string): MemoEntry | undefined =>
    readEntry(pathOf(cache, key), cache, key);
  return {
    put: (cache, key, entry) => {
      if ((find(cache, key)?.createdAt ?? -Infinity) > entry.createdAt) return;
      const path = pathOf(cache, key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, `${JSON.stringify({ cache, key, entry })}\n`);
      renameSync(`${path}.new`, path);
    },
    find,
  };
}

/** Plain lower-case names are kept, so that a file system that knows no capitals tells all names apart. */
function fileName(name: string): string {
  const isPlain = /^[a-z0-9][a-z0-9-]{0,100}$/u.test(name);
  return isPlain ? name : `~${createHash("sha256").update(name).digest("hex")}`;
}

function readEntry(path: string, cache: string, key: string): MemoEntry | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const value = parse(text);
  if (!isJsonObject(value) || value["cache"] !== cache || value["key"] !== key) return undefined;
  const { entry } = value;
  const isEntry = entry !== undefined && isJsonObject(entry) && typeof entry["createdAt"] === "number";
  // What this store wrote has the form of an entry.
  return isEntry ? (entry as unknown as MemoEntry) : undefined;
}

/** A file that somebody has spoilt holds no result. */
function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
