/** The repository of named artifacts: what documents keep and read by key lies there as plain files and folders. */
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
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
