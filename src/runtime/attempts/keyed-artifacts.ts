/** The repository of named artifacts: what documents keep and read by key lies there as plain files and folders. */
import { mkdirSync, statSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { MillraceError } from "../../base/errors.ts";

/** Where a key lies. Keys are relative paths; one that would leave the repository is refused. */
export function findKeyPath(repositoryFolder: string, key: string): string {
  const parts = key.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.includes("..")) {
    throw new MillraceError(
      "artifact/unsafe-key",
      "invalid",
      `artifact key '${key}' does not name a place below the repository`,
      {
        hint: "Use a relative path without '..'.",
      },
    );
  }
  return join(repositoryFolder, ...parts);
}

/**
 * Makes room for what is laid under a key, and returns its path. Storage that knows no folders keeps `a` beside `a/b`;
 * here one of them would have to go, so the later one is refused.
 */
export function makeKeyPlace(repositoryFolder: string, key: string, isFolder: boolean): string {
  const path = findKeyPath(repositoryFolder, key);
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (isFolder || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path;
  } catch (error) {
    const why = keyFaults[codeOf(error)];
    throw why === undefined ? error : refuseKey(key, why);
  }
  throw refuseKey(key, "has other keys below it, and cannot be a file");
}

/** What a path can be the matter with; everything else is the disk's. */
const keyFaults: Readonly<Record<string, string>> = {
  EEXIST: "lies below another key, under which there is a file",
  ENOTDIR: "lies below another key, under which there is a file",
  ENAMETOOLONG: "is longer than a disk can hold",
  ERR_INVALID_ARG_VALUE: "holds a NUL character",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function shortenKey(key: string): string {
  return key.length > 100 ? `${key.slice(0, 100)}...` : key.replaceAll("\0", "\\0");
}

function refuseKey(key: string, why: string): MillraceError {
  return new MillraceError("artifact/unsafe-key", "invalid", `artifact key '${shortenKey(key)}' ${why}`, {
    hint: "Keys are paths here: use another key, or remove what lies there from `repository/` of the home.",
  });
}

/** The keys of all files at or below a key, sorted; of all there are for an empty one. */
export async function listKeys(repositoryFolder: string, key: string): Promise<readonly string[]> {
  const isAll = key.split("/").every((part) => part === "" || part === ".");
  const path = isAll ? repositoryFolder : findKeyPath(repositoryFolder, key);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [relative(repositoryFolder, path)];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(repositoryFolder, join(entry.parentPath, entry.name)))
    .sort();
}
