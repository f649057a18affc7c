/** Reading a tree back from its manifest, and finding parts of it. */
import { dirname } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import type { ArtifactContent } from "../../model/data/artifact.ts";
import type { Digest } from "../../model/data/digest.ts";
import { contentOfEntry } from "./kept-file.ts";
import type { ObjectFolder } from "./object-folder.ts";
import { damagedArtifact, missingArtifact } from "./translate-error.ts";
import { type Tree, collectLinks, findManifest, resolveInTree } from "./tree-manifest.ts";

/** Throws `artifact/missing` or `artifact/damaged`. */
export function readTree(objects: ObjectFolder, digest: Digest): Tree {
  const tree = findManifest(objects.readBytes(digest).toString("utf8"));
  if (tree === undefined || hasEntryBelowLeaf(tree)) throw damagedArtifact(digest, objects.pathOf(digest));
  return tree;
}

/** Entries lie in directories only; below a file or a link there is nothing. */
function hasEntryBelowLeaf(tree: Tree): boolean {
  const leaves = new Set(tree.entries.map((entry) => entry.path));
  const checked = new Set<string>();
  for (const { path } of tree.entries) {
    for (let parent = dirname(path); parent !== "." && !checked.has(parent); parent = dirname(parent)) {
      if (leaves.has(parent)) return true;
      checked.add(parent);
    }
  }
  return false;
}

/** A part of a content: a file of its own, or the entries below a directory. */
export type Part =
  | { readonly kind: "file"; readonly content: ArtifactContent }
  | { readonly kind: "tree"; readonly tree: Tree };

/**
 * What lies at `subPath` inside the content. Links are followed as long as they stay inside.
 * Throws `artifact/bad-sub-path` when it leads outside, `artifact/missing` when nothing is there.
 */
export function readPart(objects: ObjectFolder, content: ArtifactContent, subPath: string): Part {
  const tree = content.kind === "tree" ? readTree(objects, content.digest) : undefined;
  const path = resolveInTree(collectLinks(tree?.entries ?? []), subPath);
  if (path === undefined || subPath.includes("\0")) throw badSubPath(subPath);
  if (tree === undefined) {
    if (path === "") return { kind: "file", content };
    throw missingArtifact(`${subPath} in an artifact that is a single file`);
  }
  return findPart(tree, path) ?? fail(missingArtifact(`${subPath} in the artifact`));
}

function findPart(tree: Tree, path: string): Part | undefined {
  if (path === "") return { kind: "tree", tree };
  const exact = tree.entries.find((entry) => entry.path === path);
  if (exact?.kind === "file") return { kind: "file", content: contentOfEntry(exact) };
  if (exact?.kind === "directory") return { kind: "tree", tree: { entries: [] } };
  const below = tree.entries.filter((entry) => entry.path.startsWith(`${path}/`));
  if (below.length === 0) return undefined;
  const entries = below.map((entry) => ({ ...entry, path: entry.path.slice(path.length + 1) }));
  return { kind: "tree", tree: { entries } };
}

function badSubPath(subPath: string): MillraceError {
  const message = `the sub-path ${JSON.stringify(subPath)} leads out of the artifact`;
  return new MillraceError("artifact/bad-sub-path", "invalid", message);
}

function fail(error: Error): never {
  throw error;
}
