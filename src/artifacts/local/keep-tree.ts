/**
 * Taking a directory into the store: every file becomes an object, the directory a manifest.
 * Files that lie in the store already are only read and hashed.
 */
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { ArtifactContent } from "../../model/data/artifact.ts";
import { MillraceError } from "../../base/errors.ts";
import type { ObjectFolder, StoredObject } from "./object-folder.ts";
import { type TreeEntry, encodeManifest } from "./tree-manifest.ts";
import { createPause } from "./turns.ts";

/** Keeps all that lies below `top`. Large files of one directory are kept two at a time. */
export async function keepTree(objects: ObjectFolder, top: string): Promise<ArtifactContent> {
  const entries: TreeEntry[] = [];
  const pause = createPause();

  async function keepDirectory(directory: string, prefix: string): Promise<void> {
    const large: Promise<void>[] = [];
    const children = readdirSync(directory, { withFileTypes: true });
    if (children.length === 0 && prefix !== "")
      entries.push({ kind: "directory", path: prefix.slice(0, -1) });
    try {
      for (const child of children) {
        await pause();
        const file = join(directory, child.name);
        const path = prefix + readableName(child.name, directory);
        if (child.isDirectory()) await keepDirectory(file, `${path}/`);
        else if (child.isSymbolicLink()) entries.push({ kind: "link", path, target: readlinkSync(file) });
        else if (child.isFile()) keepFile(file, path, large);
        else throw unsupportedFile(file);
      }
    } finally {
      // Also after a failure nothing may go on reading behind the caller's back.
      await Promise.allSettled(large);
    }
    await Promise.all(large);
  }

  function keepFile(file: string, path: string, large: Promise<void>[]): void {
    const mark = isExecutable(lstatSync(file).mode) ? ({ executable: true } as const) : {};
    const stored = objects.putFile(file);
    const add = ({ digest, sizeBytes }: StoredObject): void => {
      entries.push({ kind: "file", path, digest, sizeBytes, ...mark });
    };
    if (stored instanceof Promise) large.push(stored.then(add));
    else add(stored);
  }

  await keepDirectory(top, "");
  const manifest = objects.putBytes(Buffer.from(encodeManifest(entries)));
  return { kind: "tree", digest: manifest.digest, sizeBytes: sumSizes(entries) };
}

/** The owner's execute bit, the only one that is kept. */
export function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}

/** Sockets, pipes and devices have no content. */
export function unsupportedFile(file: string): MillraceError {
  const message = `${file} is neither a file nor a directory, so it cannot be an artifact`;
  return new MillraceError("artifact/unsupported-file", "invalid", message);
}

/** Node replaces bytes that are no UTF-8 by U+FFFD, and the file is not found under that name. */
function readableName(name: string, directory: string): string {
  if (!name.includes("\ufffd")) return name;
  const message = `${directory} holds a file whose name is not UTF-8 (${JSON.stringify(name)})`;
  throw new MillraceError("artifact/unsupported-file", "invalid", message, { hint: "Rename the file." });
}

function sumSizes(entries: readonly TreeEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.sizeBytes : 0), 0);
}
