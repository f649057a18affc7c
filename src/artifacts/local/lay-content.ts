/**
 * Laying stored content at a path: files with mode 0644 or 0755, directories 0755, links as they were kept.
 * The path must not exist. Links that lead out of a tree are refused before anything is written (A4): whoever
 * writes through such a link would write outside.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ArtifactContent } from "../../model/data/artifact.ts";
import { isExecutableContent } from "./kept-file.ts";
import type { ObjectFolder } from "./object-folder.ts";
import { readTree } from "./read-tree.ts";
import { unsafeArchive } from "./translate-error.ts";
import { type Tree, type TreeEntry, collectLinks, findEscapingLink } from "./tree-manifest.ts";
import { createPause } from "./turns.ts";

/** Writes a file or a whole tree. */
export async function layContent(
  objects: ObjectFolder,
  content: ArtifactContent,
  target: string,
): Promise<void> {
  if (content.kind === "tree") return layTree(objects, readTree(objects, content.digest), target);
  return objects.copyOut(content, target, fileMode(isExecutableContent(content)));
}

/** Writes a tree that was read already, or a part of one. */
export async function layTree(objects: ObjectFolder, tree: Tree, target: string): Promise<void> {
  const links = collectLinks(tree.entries);
  const escaping = findEscapingLink(links);
  if (escaping !== undefined)
    throw unsafeArchive(escaping, `it links to ${links.get(escaping)}, outside of the artifact`);
  const pause = createPause();
  const made = new Set<string>();
  const large: Promise<void>[] = [];
  mkdirSync(target, { mode: 0o755 });
  try {
    for (const entry of tree.entries) {
      await pause();
      const copying = layEntry(objects, entry, target, made);
      if (copying !== undefined) large.push(copying);
    }
  } finally {
    await Promise.allSettled(large);
  }
  await Promise.all(large);
}

function layEntry(
  objects: ObjectFolder,
  entry: TreeEntry,
  target: string,
  made: Set<string>,
): Promise<void> | undefined {
  const path = join(target, entry.path);
  const parent = dirname(entry.path);
  if (!made.has(parent)) {
    if (parent !== ".") mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    made.add(parent);
  }
  switch (entry.kind) {
    case "directory":
      mkdirSync(path, { mode: 0o755 });
      return undefined;
    case "link":
      symlinkSync(entry.target, path);
      return undefined;
    case "file":
      return objects.copyOut(entry, path, fileMode(entry.executable === true));
  }
}

function fileMode(isExecutable: boolean): number {
  return isExecutable ? 0o755 : 0o644;
}

/**
 * Sets permission bits on a path, or on everything below it as well (Argo fields.md, Artifact `mode`, `recurseMode`).
 * Children first, so that taking away a directory's bits does not hide them. Links are left alone.
 */
export function setModes(path: string, mode: number, recurse: boolean): void {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return;
  if (recurse && found.isDirectory())
    for (const name of readdirSync(path)) setModes(join(path, name), mode, true);
  chmodSync(path, mode);
}
