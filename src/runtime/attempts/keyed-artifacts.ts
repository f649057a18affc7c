/** The repository of named artifacts: what documents keep and read by key lies there as plain files and folders. */
import { join } from "node:path";
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
