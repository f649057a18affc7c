/**
 * Limits of locks as one file of a folder of its own, so that watching the folder tells of nothing else.
 * The file is written beside its place and moved there; one that cannot be read is an error, because silence would let
 * everything begin at once.
 */
import { mkdirSync, readFileSync, renameSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import type { LockLimits } from "../../ports/lock-limits.ts";

/** Opens the folder; it is made when something is set or watched. MillraceError `locks/unreadable-limits`. */
export function openFolderLimits(folder: string): LockLimits {
  const path = join(folder, "limits.json");
  const read = (): ReadonlyMap<string, number> => readLimits(path);
  return {
    read,
    set: (key, limit) => {
      const limits = new Map(read());
      if (limit === undefined) limits.delete(key);
      else limits.set(key, limit);
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${path}.new`, `${JSON.stringify(Object.fromEntries(limits), undefined, 2)}\n`);
      renameSync(`${path}.new`, path);
    },
    watch: (changed) => {
      mkdirSync(folder, { recursive: true });
      const watcher = watch(folder, { persistent: false }, changed);
      return () => watcher.close();
    },
  };
}

function readLimits(path: string): ReadonlyMap<string, number> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
  const value = parse(text);
  const entries = value !== undefined && isJsonObject(value) ? Object.entries(value) : undefined;
  if (entries?.every((entry): entry is [string, number] => Number.isInteger(entry[1])) !== true) {
    throw new MillraceError("locks/unreadable-limits", "invalid", `${path} is no table of limits`, {
      hint: "It is a JSON object of whole numbers by key; without it no limits are stored.",
    });
  }
  return new Map(entries);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
